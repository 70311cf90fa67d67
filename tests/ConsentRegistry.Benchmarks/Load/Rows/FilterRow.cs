using System.Diagnostics;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Benchmarks.Load.Rows;

/// <summary>
/// <c>consent filter</c> over a file of rows with ids, beside a bare stream: the same checks, made before, from a client
/// that reads and writes no file. Both run on the same machine as the node.
/// </summary>
internal static class FilterRow
{
    private const int FullRows = 10_000_000;

    /// <summary>The fewest that last long enough to be timed: several parts.</summary>
    private const int LeastRows = 1_000_000;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static async Task<IReadOnlyList<Row>> MeasureAsync(LoadRun run)
    {
        var (node, token) = (await run.NodeAsync(), run.Data.CheckToken);
        var rows = run.Scale.IsFull ? FullRows : LeastRows;
        var folder = Directory.CreateTempSubdirectory("consent-filter-").FullName;
        try
        {
            var input = Path.Combine(folder, "rows.ndjson");
            WriteRows(input, run.Scale, rows);
            var client = new StreamClient(run.Scale, seed: 1);
            await client.RunAsync(node, token, LeastRows, Limit);
            var rounds = new List<(double, double)>();
            for (var round = 0; round < run.Options.Rounds; round++)
            {
                var bare = await client.RunAsync(node, token, rows, Limit);
                var output = Path.Combine(folder, $"{round}");
                var started = Stopwatch.GetTimestamp();
                await RunAsync(
                    token,
                    ["filter", input, "--purpose", "remix", "--url", node.Url.ToString(), "--output", output]
                );
                rounds.Add((rows / Stopwatch.GetElapsedTime(started).TotalSeconds, bare.PerSecond));
                if (round == 0)
                    await VerifyAsync(node, token, output, input);
                Directory.Delete(output, recursive: true);
            }
            return [Row.Of("filter, NDJSON with ids", "rows/s", rounds, "bare stream", Target.AtLeast(0.5))];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void WriteRows(string file, Scale scale, int rows)
    {
        var random = new Random(Seed: 3);
        using var writer = new StreamWriter(file);
        for (var row = 0; row < rows; row++)
        {
            var video = scale.RandomVideo(random);
            writer.Write(
                $$"""
                {"creatorId":"{{Scale.Creator(Scale.OwnerOf(video))}}","videoId":"{{Scale.Video(
                    video
                )}}","caption":"A text of usual length beside it","n":{{row}}}

                """
            );
        }
    }

    // What is fast and wrong is worth nothing.
    private static async Task VerifyAsync(RunningServer node, string token, string output, string input)
    {
        using var http = LoadRun.Client(node, token);
        var keys = Path.Combine(output, "..", "keys.json");
        await File.WriteAllTextAsync(keys, await http.GetStringAsync("/v1/log/keys"));
        await RunAsync(token, ["verify", "attestation", output, input, "--keys", keys]);
    }

    private static async Task RunAsync(string token, string[] words)
    {
        var result = await ConsentCommand.RunAsync(words, token);
        if (result.Code != 0)
            throw new BenchmarkException($"consent {words[0]} ended with {result.Code}: {result.Told}");
    }
}
