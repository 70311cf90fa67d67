using System.Collections.Concurrent;
using System.Diagnostics;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Console.Tests;

/// <summary>A program of this repository as a process of its own, as people start it.</summary>
internal sealed class ProgramProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Process process;
    private readonly ConcurrentQueue<string> lines = new();

    private ProgramProcess(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => lines.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => lines.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>What it has written.</summary>
    public string Output => string.Join('\n', lines);

    /// <summary>Starts a program.</summary>
    /// <param name="project">Its project under <c>src</c>.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Its configuration.</param>
    public static ProgramProcess Start(
        string project,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string> environment
    )
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.ArgumentList.Add(DllOf(project));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Development";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new(Process.Start(start)!);
    }

    /// <summary>Waits until it answers at an address with success.</summary>
    public async Task WaitForAsync(Uri address, CancellationToken cancellation)
    {
        using var client = new HttpClient();
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using var response = await client.GetAsync(address, cancellation);
                if (response.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException) { }
            if (process.HasExited || Stopwatch.GetElapsedTime(started) > StartLimit)
                throw new InvalidOperationException($"{address} does not answer. The program wrote:\n{Output}");
            await Task.Delay(Pause, cancellation);
        }
    }

    /// <summary>Waits until it ends by itself, and returns what it wrote.</summary>
    public async Task<string> ReadToEndAsync(CancellationToken cancellation)
    {
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode == 0 ? Output : throw new InvalidOperationException(Output);
    }

    /// <summary>Stops it as an operator does, with SIGTERM.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
            await kill.WaitForExitAsync();
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            try
            {
                await process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
            }
        }
        process.Dispose();
    }

    // The tests are built as the programs are: …/bin/<configuration>/<framework>.
    private static string DllOf(string project)
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        return Path.Combine(
            Repository.Folder,
            "src",
            project,
            "bin",
            framework.Parent!.Name,
            framework.Name,
            $"{project}.dll"
        );
    }
}
