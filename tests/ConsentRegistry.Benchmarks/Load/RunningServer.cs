using System.Diagnostics;
using System.Globalization;

namespace ConsentRegistry.Benchmarks.Load;

/// <summary>A server in a process of its own: a node of the service, or the yardstick.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    /// <summary>Many times the target: beyond it something is broken.</summary>
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(20);

    private readonly Process process;

    private RunningServer(Process process, int port)
    {
        (this.process, Url) = (process, new Uri($"http://127.0.0.1:{port}"));
        AppDomain.CurrentDomain.ProcessExit += EndWithUs;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
    }

    public Uri Url { get; }

    /// <summary>From the start of the process to the first answer that it is ready.</summary>
    public TimeSpan TimeToReady { get; private set; }

    /// <summary>Starts a server and waits until it is ready.</summary>
    /// <param name="start">How it is started; its standard output is read and forgotten.</param>
    /// <param name="port">Where it listens.</param>
    /// <param name="readyPath">The path that is answered with success when it is ready.</param>
    /// <exception cref="BenchmarkException">It ended, or took too long.</exception>
    public static async Task<RunningServer> StartAsync(ProcessStartInfo start, int port, string readyPath)
    {
        var started = Stopwatch.GetTimestamp();
        var server = new RunningServer(Process.Start(start)!, port);
        try
        {
            await server.WaitUntilReadyAsync(readyPath, started);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Memory that the process occupies now, in bytes: VmRSS of proc(5).</summary>
    public long ResidentBytes()
    {
        const string Field = "VmRSS:";
        var line = File.ReadLines($"/proc/{process.Id}/status")
            .First(line => line.StartsWith(Field, StringComparison.Ordinal));
        return long.Parse(
                line[Field.Length..].Replace("kB", "", StringComparison.Ordinal),
                NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite,
                CultureInfo.InvariantCulture
            ) * 1024;
    }

    /// <summary>Processor time that the process has taken.</summary>
    public TimeSpan ProcessorTime() => ProcessTimes.Of(process.Id);

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= EndWithUs;
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
        process.Dispose();
    }

    private async Task WaitUntilReadyAsync(string path, long started)
    {
        using var http = new HttpClient { BaseAddress = Url, Timeout = TimeSpan.FromSeconds(5) };
        while (!await IsReadyAsync(http, path))
        {
            if (process.HasExited)
                throw new BenchmarkException($"a server ended with {process.ExitCode} before it was ready");
            if (Stopwatch.GetElapsedTime(started) > StartLimit)
                throw new BenchmarkException($"a server was not ready after {StartLimit.TotalMinutes:0} minutes");
            await Task.Delay(BetweenTries);
        }
        TimeToReady = Stopwatch.GetElapsedTime(started);
    }

    private void EndWithUs(object? sender, EventArgs e) => process.Kill();

    private static async Task<bool> IsReadyAsync(HttpClient http, string path)
    {
        try
        {
            using var answer = await http.GetAsync(path);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }
}
