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

    private RunningServer(Process process, Uri url, TimeSpan timeToReady)
    {
        (this.process, Url, TimeToReady) = (process, url, timeToReady);
        AppDomain.CurrentDomain.ProcessExit += EndWithUs;
    }

    public Uri Url { get; }

    /// <summary>From the start of the process to the first answer that it is ready.</summary>
    public TimeSpan TimeToReady { get; }

    /// <summary>Starts a server and waits until it is ready.</summary>
    /// <param name="start">How it is started; its standard output is read and forgotten.</param>
    /// <param name="port">Where it listens.</param>
    /// <param name="readyPath">The path that is answered with success when it is ready.</param>
    /// <exception cref="BenchmarkException">It ended, or took too long.</exception>
    public static async Task<RunningServer> StartAsync(ProcessStartInfo start, int port, string readyPath)
    {
        var url = new Uri($"http://127.0.0.1:{port}");
        using var http = new HttpClient { BaseAddress = url, Timeout = TimeSpan.FromSeconds(5) };
        var started = Stopwatch.GetTimestamp();
        var server = Process.Start(start)!;
        server.OutputDataReceived += (_, _) => { };
        server.BeginOutputReadLine();
        while (!await IsReadyAsync(http, readyPath))
        {
            if (server.HasExited)
                throw new BenchmarkException($"{string.Join(' ', start.ArgumentList.Take(1))} ended with {server.ExitCode} before it was ready");
            if (Stopwatch.GetElapsedTime(started) > StartLimit)
            {
                server.Kill();
                throw new BenchmarkException($"a server was not ready after {StartLimit.TotalMinutes:0} minutes");
            }
            await Task.Delay(BetweenTries);
        }
        return new(server, url, Stopwatch.GetElapsedTime(started));
    }

    /// <summary>Memory that the process occupies now, in bytes: VmRSS of proc(5).</summary>
    public long ResidentBytes()
    {
        const string Field = "VmRSS:";
        var line = File.ReadLines($"/proc/{process.Id}/status").First(line => line.StartsWith(Field, StringComparison.Ordinal));
        return long.Parse(line[Field.Length..].Replace("kB", "", StringComparison.Ordinal), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture) * 1024;
    }

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
