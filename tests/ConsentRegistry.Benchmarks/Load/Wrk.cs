using System.Diagnostics;
using System.Globalization;
using ConsentRegistry.Api.DevelopmentServer;

namespace ConsentRegistry.Benchmarks.Load;

/// <summary>What wrk measured.</summary>
/// <param name="PerSecond">Requests that were answered with success, a second.</param>
/// <param name="P99">The time within which 99 of 100 were answered, in milliseconds.</param>
internal sealed record WrkResult(double PerSecond, double P99);

/// <summary>The kinds of requests that <c>requests.lua</c> makes.</summary>
internal enum RequestKind
{
    /// <summary>A check.</summary>
    Single,

    /// <summary>A check that names a video by a URL.</summary>
    Content,

    /// <summary>A check from facts that were read after the request arrived.</summary>
    Strong,

    /// <summary>1,000 checks at once.</summary>
    Batch,

    /// <summary>An override set anew.</summary>
    Change,
}

/// <summary>Drives an HTTP server with wrk, from memory: the requests are made before the time runs.</summary>
internal static class Wrk
{
    private const int Threads = 2;

    private const string HowToInstall = "wrk is missing; on Debian and Ubuntu: sudo apt-get install wrk";

    /// <summary>Sends requests for a while, each connection one after the other.</summary>
    /// <param name="server">The server.</param>
    /// <param name="token">The bearer token that every request carries.</param>
    /// <param name="kind">What is sent.</param>
    /// <param name="scale">The data that the requests name.</param>
    /// <param name="seed">Which of them: the same for the same seed.</param>
    /// <param name="connections">How many connections.</param>
    /// <param name="duration">For how long.</param>
    /// <exception cref="BenchmarkException">wrk is missing, or a request was not answered with success.</exception>
    public static async Task<WrkResult> RunAsync(
        RunningServer server,
        string token,
        RequestKind kind,
        Scale scale,
        int seed,
        int connections,
        TimeSpan duration
    )
    {
        var start = Command.Prepare([
            Command.Find("wrk") ?? throw new BenchmarkException(HowToInstall),
            "--threads",
            $"{Math.Min(Threads, connections)}",
            "--connections",
            $"{connections}",
            "--duration",
            $"{duration.TotalSeconds:0}s",
            "--timeout",
            "30s",
            "--script",
            Path.Combine(AppContext.BaseDirectory, "Load", "requests.lua"),
            server.Url.ToString(),
            "--",
            kind.ToString(),
            $"{scale.Creators}",
            $"{seed}",
        ]);
        start.Environment["CONSENT_TOKEN"] = token;
        var output = await RunAsync(start);
        var numbers = output
            .Split('\n')
            .FirstOrDefault(line => line.StartsWith("measured ", StringComparison.Ordinal))
            ?.Split(' ')[1..]
            .Select(word => double.Parse(word, CultureInfo.InvariantCulture))
            .ToArray();
        if (numbers is not [var requests, var microseconds, var p99, var refused, var broken])
            throw new BenchmarkException($"wrk said: {output}");
        if (refused + broken > 0)
            throw new BenchmarkException(
                $"{kind}: of {requests:0} requests {refused:0} were refused, and {broken:0} not answered"
            );
        return new(requests / microseconds * 1e6, p99 / 1000);
    }

    /// <summary>Runs a tool to its end, and returns what it printed.</summary>
    public static async Task<string> RunAsync(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? await output
            : throw new BenchmarkException(
                $"{Path.GetFileName(start.FileName)} ended with {process.ExitCode}: {(await error).Trim()}"
            );
    }
}
