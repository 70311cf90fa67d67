using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace ConsentRegistry.Benchmarks.Load.Rows;

/// <summary>
/// How soon a revocation is in force on another node: an allow is set and seen there, then it is denied through the
/// first node while the other is asked again and again.
/// </summary>
internal static class RevocationRow
{
    private const int Revocations = 200;

    /// <summary>Checks that have to be answered after the acknowledgement, so that a stale allow would show.</summary>
    private const int ChecksAfterwards = 20;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <summary>Past this an expected answer does not come any more.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly Target None = new("0", value => value == 0);

    private static readonly Target SoonMostly = Target.AtMost(4);

    private static readonly Target SoonAlways = Target.AtMost(12);

    /// <summary>
    /// A check of the other node: when it was sent, when its answer was there, and whether it was allowed.
    /// </summary>
    private sealed record Probe(long Sent, long Answered, bool IsAllowed);

    /// <summary>
    /// Milliseconds from a request and from its acknowledgement to the first denial, and the allows to checks sent
    /// after the acknowledgement.
    /// </summary>
    private sealed record Revocation(double FromRequest, double FromAcknowledgement, int StaleAllows);

    public static async Task<IReadOnlyList<Row>> MeasureAsync(LoadRun run)
    {
        var yardstick = await CommitAndRead.MeasureAsync(run.Data.ConnectionString, Revocations);
        await using var other = await run.Data.StartNodeAsync("node-b");
        using var writer = LoadRun.Client(await run.NodeAsync(), run.Data.AdminToken);
        using var reader = LoadRun.Client(other, run.Data.CheckToken);
        var revocations = new List<Revocation>();
        var started = Stopwatch.GetTimestamp();
        // The first is for warming up.
        while (revocations.Count <= Revocations && Stopwatch.GetElapsedTime(started) < Limit)
            revocations.Add(await RevokeAsync(writer, reader, Random.Shared.Next(1, run.Scale.Creators + 1)));
        var counted = revocations.Skip(1).ToArray();
        if (counted.Length == 0)
            throw new BenchmarkException($"one revocation took longer than {Limit.TotalMinutes:0} minutes");
        var (requests, acknowledgements, stale) = (
            counted.Select(one => one.FromRequest).ToArray(),
            counted.Select(one => one.FromAcknowledgement).ToArray(),
            counted.Sum(one => one.StaleAllows)
        );
        return
        [
            Compare("p50", 0.5, SoonMostly),
            Compare("p99", 0.99, SoonAlways),
            Row.Of("revocation, acknowledgement to first denial there", Times(acknowledgements)),
            Row.Of("allows by checks sent after the acknowledgement", $"{stale}", None, stale),
        ];

        Row Compare(string name, double share, Target target) =>
            Row.Of(
                $"revocation, request to first denial on another node, {name} of {counted.Length}",
                "ms",
                [(Statistics.At(requests, share), Statistics.At(yardstick, share))],
                $"commit of one connection to read of another, {name}",
                target
            );
    }

    private static async Task<Revocation> RevokeAsync(HttpClient writer, HttpClient reader, int creator)
    {
        var video = Scale.ChangeableVideoOf(creator);
        await SetAsync(writer, creator, "allow");
        var probes = new ConcurrentQueue<Probe>();
        using var stop = new CancellationTokenSource();
        var probing = ProbeAsync(reader, video, probes, stop.Token);
        try
        {
            await UntilAsync(
                probing,
                () => probes.Any(probe => probe.IsAllowed),
                "an allow did not reach the other node"
            );
            var requested = Stopwatch.GetTimestamp();
            await SetAsync(writer, creator, "deny");
            var acknowledged = Stopwatch.GetTimestamp();
            await UntilAsync(
                probing,
                () =>
                    probes.Any(probe => probe.Sent >= requested && !probe.IsAllowed)
                    && probes.Count(probe => probe.Sent >= acknowledged) >= ChecksAfterwards,
                "a denial did not reach the other node"
            );
            var denied = probes.First(probe => probe.Sent >= requested && !probe.IsAllowed).Answered;
            return new(
                Stopwatch.GetElapsedTime(requested, denied).TotalMilliseconds,
                Math.Max(0, Stopwatch.GetElapsedTime(acknowledged, denied).TotalMilliseconds),
                probes.Count(probe => probe.Sent >= acknowledged && probe.IsAllowed)
            );
        }
        finally
        {
            await stop.CancelAsync();
            await probing;
        }
    }

    private static async Task SetAsync(HttpClient writer, int creator, string effect)
    {
        var path =
            $"/v1/creators/{Scale.Creator(creator)}/videos/{Scale.Video(Scale.ChangeableVideoOf(creator))}/consent/remix";
        using var answer = await writer.PutAsJsonAsync(path, new { effect });
        if (!answer.IsSuccessStatusCode)
            throw new BenchmarkException($"a change was answered {(int)answer.StatusCode}");
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        if (!body.GetProperty("effectiveEverywhere").GetBoolean())
            throw new BenchmarkException("a change was acknowledged before it was in force everywhere");
    }

    private static async Task ProbeAsync(
        HttpClient reader,
        int video,
        ConcurrentQueue<Probe> probes,
        CancellationToken stop
    )
    {
        var check = Encoding.UTF8.GetBytes(Scale.Check(video));
        while (!stop.IsCancellationRequested)
        {
            using var content = new ByteArrayContent(check);
            content.Headers.ContentType = new("application/json");
            var sent = Stopwatch.GetTimestamp();
            using var answer = await reader.PostAsync("/v1/checks", content, CancellationToken.None);
            if (!answer.IsSuccessStatusCode)
                throw new BenchmarkException($"a check was answered {(int)answer.StatusCode}");
            var body = await answer.Content.ReadFromJsonAsync<JsonElement>(CancellationToken.None);
            probes.Enqueue(new(sent, Stopwatch.GetTimestamp(), body.GetProperty("allowed").GetBoolean()));
        }
    }

    private static async Task UntilAsync(Task probing, Func<bool> condition, string otherwise)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (probing.IsFaulted)
                await probing;
            if (Stopwatch.GetElapsedTime(started) > Patience)
                throw new BenchmarkException(otherwise);
            await Task.Delay(1);
        }
    }

    private static string Times(double[] milliseconds) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"p50 {Statistics.Median(milliseconds):0.0} ms, p99 {Statistics.At(milliseconds, 0.99):0.0} ms, largest "
                + $"{milliseconds.Max():0.0} ms"
        );
}
