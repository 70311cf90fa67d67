using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Api.Replica.Facts;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using Microsoft.Extensions.Logging.Abstractions;

namespace ConsentRegistry.Benchmarks.Load.Rows;

/// <summary>
/// Changes and previews that name thousands of requesters: how long memory takes to apply the largest version, and how
/// long others' checks wait while such a change is made, and while many previews of such changes are asked for at once.
/// </summary>
internal static class NamedRow
{
    /// <summary>Events of one version: as many as a bulk change can make.</summary>
    private const int Events = 10_000;

    private const int Previews = 40;

    private const int PreviewedRequesters = 1_000;

    /// <summary>Times that the version is applied, each time to a memory of its own.</summary>
    private const int Times = 5;

    /// <summary>Connections that check meanwhile.</summary>
    private const int Checkers = 4;

    private static readonly Target Soon = Target.AtMost(1_000, " ms");

    private static readonly Target None = new("0", value => value == 0);

    /// <summary>A check of another creator's video: how long it took, and whether it was answered.</summary>
    private sealed record Probe(double Milliseconds, bool IsAnswered);

    public static async Task<IReadOnlyList<Row>> MeasureAsync(LoadRun run)
    {
        var poll = PollOf(Events);
        var applied = new List<double>();
        // The first is for warming up.
        for (var i = 0; i <= Times; i++)
            applied.Add(await Task.Run(() => Apply(poll)));
        using var writer = LoadRun.Client(await run.NodeAsync(), run.Data.AdminToken);
        var creator = Scale.Creator(1);
        var (changed, besideChange) = await BesideAsync(
            run,
            () => SendAsync(writer, creator, Changes(Events, "deny"), dryRun: false)
        );
        var (previewed, besidePreviews) = await BesideAsync(
            run,
            () =>
                Task.WhenAll(
                    Enumerable
                        .Range(0, Previews)
                        .Select(_ => SendAsync(writer, creator, Changes(PreviewedRequesters, "ask"), dryRun: true))
                )
        );
        // Nothing stays behind but events.
        await SendAsync(writer, creator, Changes(Events, effect: null), dryRun: false);
        return
        [
            Row.Of(
                $"a version of {Events:N0} events, applied to memory",
                Milliseconds(applied.Skip(1)),
                Soon,
                applied.Skip(1).Max()
            ),
            Row.Of("the same over HTTP, to its acknowledgement", Milliseconds([changed])),
            .. RowsOf("others' checks meanwhile", besideChange),
            Row.Of(
                $"{Previews} previews of {PreviewedRequesters:N0} requesters at once, one caller",
                Milliseconds([previewed])
            ),
            .. RowsOf("others' checks beside the previews", besidePreviews),
        ];
    }

    private static IEnumerable<Row> RowsOf(string what, IReadOnlyCollection<Probe> probes)
    {
        var times = probes.Select(probe => probe.Milliseconds).ToArray();
        var failed = probes.Count(probe => !probe.IsAnswered);
        yield return Row.Of(
            what,
            string.Create(
                CultureInfo.InvariantCulture,
                $"p50 {Statistics.Median(times):0.0} ms, p99 {Statistics.At(times, 0.99):0.0} ms, largest "
                    + $"{times.Max():0.0} ms"
            )
        );
        yield return Row.Of($"{what}, not answered", $"{failed} of {probes.Count:N0}", None, failed);
    }

    private static double Apply(Poll poll)
    {
        var memory = new FactMemory();
        memory.Load(Vocabulary.Initial);
        var follower = new Follower(memory, poll.Server!.Value, -1, default, [], [], [], NullLogger.Instance);
        var started = Stopwatch.GetTimestamp();
        follower.Apply(poll);
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static Poll PollOf(int events)
    {
        var creator = CreatorId.Parse("named");
        var stream = StreamId.OfCreator(creator);
        var setting = new DefaultSetting([new(null, Choice.Deny(1), new(1, new(1)))]);
        var version = Enumerable
            .Range(0, events)
            .Select(i => new FeedEvent(
                null,
                stream,
                Version: 1,
                Ordinal: i + 1,
                events,
                Guid.CreateVersion7(),
                EventType.DefaultChanged,
                new EventBody(
                    stream,
                    null,
                    Authorship.Registry,
                    Records.DefaultChanged(KeyOf(i), null, setting)
                ).Encode(),
                IsAuthentic: true
            ));
        return new(
            1,
            new(1),
            "1:1:",
            new ServerIdentity(Guid.Empty),
            HasStandby: false,
            [],
            [],
            IsCut: false,
            Inbox: [.. version],
            Left: [],
            []
        );
    }

    private static DefaultKey KeyOf(int number) => new(Purpose.Parse("mining"), Requester.Parse($"lab-{number}"));

    // Without an effect they are cleared.
    private static IEnumerable<object> Changes(int count, string? effect) =>
        Enumerable
            .Range(0, count)
            .Select(i =>
                (object)
                    new
                    {
                        op = effect is null ? "clearDefault" : "setDefault",
                        purpose = "mining",
                        requester = $"lab-{i}",
                        effect,
                    }
            );

    private static async Task SendAsync(HttpClient writer, string creator, IEnumerable<object> changes, bool dryRun)
    {
        using var answer = await writer.PostAsJsonAsync(
            $"/v1/creators/{creator}/consent/changes",
            new { changes, dryRun }
        );
        // Of many previews of one caller most are told to come back.
        if (!answer.IsSuccessStatusCode && !(dryRun && (int)answer.StatusCode == 429))
            throw new BenchmarkException(
                $"a bulk change was answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}"
            );
    }

    private static async Task<(double Milliseconds, IReadOnlyCollection<Probe> Probes)> BesideAsync(
        LoadRun run,
        Func<Task> work
    )
    {
        var probes = new ConcurrentQueue<Probe>();
        using var stop = new CancellationTokenSource();
        var checking = Task.WhenAll(
            Enumerable.Range(0, Checkers).Select(number => CheckAsync(run, number, probes, stop.Token))
        );
        var started = Stopwatch.GetTimestamp();
        try
        {
            await work();
        }
        finally
        {
            await stop.CancelAsync();
            await checking;
        }
        return (Stopwatch.GetElapsedTime(started).TotalMilliseconds, probes);
    }

    private static async Task CheckAsync(LoadRun run, int seed, ConcurrentQueue<Probe> probes, CancellationToken stop)
    {
        using var reader = LoadRun.Client(await run.NodeAsync(), run.Data.CheckToken);
        var random = new Random(seed);
        while (!stop.IsCancellationRequested)
        {
            var check = Scale.Check(run.Scale.RandomVideo(random));
            using var content = new StringContent(check, Encoding.UTF8, "application/json");
            var started = Stopwatch.GetTimestamp();
            using var answer = await reader.PostAsync("/v1/checks", content, CancellationToken.None);
            await answer.Content.ReadAsByteArrayAsync(CancellationToken.None);
            probes.Enqueue(new(Stopwatch.GetElapsedTime(started).TotalMilliseconds, answer.IsSuccessStatusCode));
        }
    }

    private static string Milliseconds(IEnumerable<double> times)
    {
        var all = times.ToArray();
        return all.Length == 1
            ? string.Create(CultureInfo.InvariantCulture, $"{all[0]:0} ms")
            : string.Create(
                CultureInfo.InvariantCulture,
                $"median {Statistics.Median(all):0} ms, largest {all.Max():0} ms ({all.Length} times)"
            );
    }
}
