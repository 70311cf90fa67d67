using System.Text;
using System.Text.Json;

namespace ConsentRegistry.Benchmarks.Load.Rows;

/// <summary>
/// Single checks that name a video by its URL, beside checks by ids of the same node; and what an identifier takes in
/// memory, beside a node over the same data without identifiers.
/// </summary>
internal static class ContentRow
{
    public const string Name = "content";

    private const double MiB = 1 << 20;

    /// <summary>A check by ids is at most so many times as fast.</summary>
    private static readonly Target Slowdown = Target.AtLeast(1 / 1.3);

    /// <summary>Bytes of the ids that an identifier leads to are not counted.</summary>
    private static readonly Target Bytes = Target.AtMost(48, " bytes and both ids");

    public static async Task<IReadOnlyList<Row>> MeasureAsync(LoadRun run)
    {
        var token = run.Data.CheckToken;
        var without = await MemoryWatch.SettleAsync(await run.NodeAsync());
        await using var node = await run.Data.StartIdentifiedNodeAsync();
        var with = await MemoryWatch.SettleAsync(node);
        await RequireRightAsync(node, token, run.Scale);
        var rounds = await AlternatingRounds.RunAsync(
            run.Options.Rounds,
            round => DriveAsync(RequestKind.Content, round),
            round => DriveAsync(RequestKind.Single, round)
        );
        var ids = Scale.Creator(1).Length + Scale.Video(1).Length;
        var bytes = (double)(with - without) / run.Scale.Videos;
        return
        [
            Row.Of(
                $"single check by one of {run.Scale.Videos:N0} URLs",
                "checks/s",
                [.. rounds.Select(round => (round.One.PerSecond, round.Other.PerSecond))],
                "by ids",
                Slowdown
            ),
            Row.Of("memory per identifier", Row.Number(bytes, $"bytes, {ids} of them ids"), Bytes, bytes - ids) with
            {
                Yardstick = $"{Row.Number(with / MiB, "MiB")} with, {Row.Number(without / MiB, "MiB")} without",
                Holds = Bytes.HoldsAt(run.Scale, bytes - ids),
            },
        ];

        Task<WrkResult> DriveAsync(RequestKind kind, int round) =>
            Wrk.RunAsync(node, token, kind, run.Scale, round, SingleRow.Connections, run.Options.Round);
    }

    private static async Task RequireRightAsync(RunningServer node, string token, Scale scale)
    {
        using var http = LoadRun.Client(node, token);
        var random = new Random(Seed: 1);
        for (var i = 0; i < 100; i++)
        {
            var video = scale.RandomVideo(random);
            using var content = new StringContent(Scale.ContentCheck(video), Encoding.UTF8, "application/json");
            using var answer = await http.PostAsync("/v1/checks", content);
            answer.EnsureSuccessStatusCode();
            var bytes = await answer.Content.ReadAsByteArrayAsync();
            Sample.RequireRight(video, bytes);
            using var json = JsonDocument.Parse(bytes);
            if (json.RootElement.GetProperty("videos")[0].GetProperty("videoId").GetString() != Scale.Video(video))
                throw new BenchmarkException($"a check by the URL of {Scale.Video(video)} was answered for another");
        }
    }
}
