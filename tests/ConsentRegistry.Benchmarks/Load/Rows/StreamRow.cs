using System.Net.Http.Headers;
using System.Text;

namespace ConsentRegistry.Benchmarks.Load.Rows;

/// <summary>
/// One request that streams checks, client and server on the same machine, and what becomes of the server's memory
/// meanwhile.
/// </summary>
internal static class StreamRow
{
    private const long FullLines = 10_000_000;

    /// <summary>The fewest that last long enough to be timed.</summary>
    private const long LeastLines = 1_000_000;

    private const int VerifiedLines = 10_000;

    private const double MiB = 1 << 20;

    /// <summary>Gigabytes pass through: what stays must not grow with them.</summary>
    private static readonly Target Flat = Target.AtMost(64, " MiB");

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task<IReadOnlyList<Row>> MeasureAsync(LoadRun run)
    {
        var (node, bare, token) = (await run.NodeAsync(), await run.BareAsync(), run.Data.CheckToken);
        await VerifyAsync(node, token, run.Scale);
        var client = new StreamClient(run.Scale, seed: 1);
        var lines = run.Scale.IsFull ? FullLines : LeastLines;
        await client.RunAsync(node, token, LeastLines, Limit);
        await client.RunAsync(bare, token, LeastLines, Limit);

        var yardstick = await client.RunAsync(bare, token, lines, Limit);
        var streaming = client.RunAsync(node, token, lines, Limit);
        var memory = await MemoryWatch.WatchAsync(node, streaming);
        var result = await streaming;
        var growth = Growth(memory) / MiB;
        return
        [
            Row.Of("stream", "checks/s", [(result.PerSecond, yardstick.PerSecond)], "bare endpoint", null) with
            {
                Target = Target.AtLeast(500_000, " checks/s").Words,
                Holds = result.PerSecond >= 500_000,
            },
            Row.Of("stream, growth of memory", Row.Number(growth, "MiB"), Flat, growth) with
            {
                Yardstick =
                    $"{result.Lines:N0} lines, {Row.Number(result.Bytes / MiB, "MiB")} answered; from "
                    + $"{Row.Number(memory[0] / MiB, "MiB")} to at most {Row.Number(memory.Max() / MiB, "MiB")}",
            },
        ];
    }

    /// <summary>
    /// How much more is occupied in the last quarter of the time than in the second: a first rise, as buffers fill, is
    /// none that goes on.
    /// </summary>
    private static double Growth(IReadOnlyList<long> looks)
    {
        var quarter = looks.Count / 4;
        return Math.Max(0, looks.TakeLast(quarter + 1).Max() - looks.Skip(quarter).Take(quarter + 1).Max());
    }

    /// <summary>Reads every answer of a short stream: each has to be the right one, at its place.</summary>
    private static async Task VerifyAsync(RunningServer node, string token, Scale scale)
    {
        var random = new Random(Seed: 2);
        var videos = Enumerable.Range(0, VerifiedLines).Select(_ => scale.RandomVideo(random)).ToArray();
        using var http = LoadRun.Client(node, token);
        using var content = new StringContent(
            string.Concat(videos.Select(video => Scale.Check(video) + "\n")),
            new MediaTypeHeaderValue("application/x-ndjson")
        );
        using var answer = await http.PostAsync("/v1/checks/stream", content);
        if (!answer.IsSuccessStatusCode)
            throw new BenchmarkException($"a stream was answered {(int)answer.StatusCode}");
        var lines = (await answer.Content.ReadAsStringAsync()).TrimEnd('\n').Split('\n');
        if (lines.Length != videos.Length)
            throw new BenchmarkException($"of {videos.Length} checks of a stream {lines.Length} were answered");
        foreach (var (video, line) in videos.Zip(lines))
            Sample.RequireRight(video, Encoding.UTF8.GetBytes(line));
    }
}
