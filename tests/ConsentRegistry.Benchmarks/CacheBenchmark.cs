using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using ConsentRegistry.Client;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Benchmarks;

/// <summary>
/// What the client's cache of decisions saves, and for how long it answers an allow after the creator has withdrawn it:
/// checkers with and without the cache, in turns, while creators allow and deny.
/// </summary>
internal static class CacheBenchmark
{
    public const string Usage = "cache [--seconds n]";

    private const int Creators = 1_000;
    private const int Checkers = 4;
    private const int UsualSeconds = 30;
    private const string Purpose = "remix";

    /// <summary>Changes a second, of creators who are asked about often as well as seldom.</summary>
    private const int ChangesPerSecond = 10;

    private static readonly TimeSpan MaxStaleness = TimeSpan.FromMinutes(1);

    /// <summary>In its first seconds a cache keeps no allow.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(12);

    public static async Task<int> RunAsync(string[] words)
    {
        var seconds = UsualSeconds;
        if (words is not [] && !(words is ["--seconds", var given] && int.TryParse(given, out seconds) && seconds > 0))
        {
            Console.Error.WriteLine(Usage);
            return 2;
        }
        await using var scratch = await Scratch.CreateAsync();
        await using var nodes = new Nodes(scratch, 1);
        await nodes.StartAsync();
        using var counting = new CountingHandler();
        using var http = new HttpClient(new AccessTokenHandler(_ => new(scratch.AdminToken()), counting))
        {
            BaseAddress = new(nodes.UrlOf(0)),
        };
        var registry = new ConsentRegistryClient(http);
        await PrepareAsync(registry);

        var lasting = TimeSpan.FromSeconds(seconds);
        var plain = await MeasureAsync(registry, registry.Checks, lasting, counting);
        await using var cache = new DecisionCache(registry, new() { MaxStaleness = MaxStaleness });
        await MeasureAsync(registry, cache, WarmUp, counting);
        var cached = await MeasureAsync(registry, cache, lasting, counting);

        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                {Creators:N0} creators, {Checkers} checkers, {ChangesPerSecond} changes a second, {seconds} s each
                without the cache: {plain.PerSecond:N0} checks/s, {plain.Stale.Count} stale allows
                with the cache:    {cached.PerSecond:N0} checks/s, ratio {cached.PerSecond / plain.PerSecond:0.0}
                hit ratio:         {cached.HitRatio:0.000}
                added staleness:   {cached.Stale.Count:N0} of {cached.Checks:N0} answers were allows after a withdrawal that was acknowledged
                """
            )
        );
        if (cached.Stale.Count > 0)
        {
            var sorted = cached.Stale.Order().ToArray();
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"                   p50 {At(sorted, 0.5):0} ms, p99 {At(sorted, 0.99):0} ms, longest {sorted[^1]:0} ms after it"
                )
            );
        }
        return plain.Stale.Count == 0 ? 0 : 1;
    }

    private static Task PrepareAsync(ConsentRegistryClient registry) =>
        Parallel.ForEachAsync(
            Enumerable.Range(0, Creators),
            new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (creator, ending) =>
            {
                await registry.Videos.RegisterAsync(NameOf(creator), "v", new(), cancellation: ending);
                await registry.Settings.SetDefaultAsync(NameOf(creator), Purpose, Allow, cancellation: ending);
            }
        );

    private static async Task<Outcome> MeasureAsync(
        ConsentRegistryClient registry,
        IConsentChecker checker,
        TimeSpan lasting,
        CountingHandler counting
    )
    {
        // When the withdrawal of each creator was acknowledged; 0 while they allow, or may.
        var withdrawn = new long[Creators];
        var stale = new ConcurrentBag<double>();
        var checks = 0L;
        counting.Checks = 0;
        using var ending = new CancellationTokenSource(lasting);
        var begun = Stopwatch.GetTimestamp();
        var changing = ChangeAsync(registry, withdrawn, ending.Token);
        await Task.WhenAll(
            Enumerable
                .Range(0, Checkers)
                .Select(number =>
                    Task.Run(async () =>
                    {
                        var random = new Random(number);
                        while (!ending.IsCancellationRequested)
                        {
                            var creator = Draw(random);
                            var since = Volatile.Read(ref withdrawn[creator]);
                            var asked = Stopwatch.GetTimestamp();
                            var decision = await checker.CheckAsync(new Check(NameOf(creator), "v", Purpose));
                            Interlocked.Increment(ref checks);
                            if (decision.Allowed && since != 0 && Volatile.Read(ref withdrawn[creator]) == since)
                                stale.Add(Stopwatch.GetElapsedTime(since, asked).TotalMilliseconds);
                        }
                    })
                )
        );
        var took = Stopwatch.GetElapsedTime(begun);
        await changing;
        return new(checks, checks / took.TotalSeconds, 1 - (double)counting.Checks / checks, [.. stale]);
    }

    private static async Task ChangeAsync(ConsentRegistryClient registry, long[] withdrawn, CancellationToken ending)
    {
        var random = new Random(Creators);
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / ChangesPerSecond));
        try
        {
            while (await timer.WaitForNextTickAsync(ending))
            {
                var creator = Draw(random);
                if (Volatile.Read(ref withdrawn[creator]) == 0)
                {
                    await SetAsync(creator, new(Effect.Deny));
                    Volatile.Write(ref withdrawn[creator], Stopwatch.GetTimestamp());
                }
                else
                {
                    Volatile.Write(ref withdrawn[creator], 0);
                    await SetAsync(creator, Allow);
                }
            }
        }
        catch (OperationCanceledException) { }
        // As at the beginning.
        for (var creator = 0; creator < Creators; creator++)
        {
            if (withdrawn[creator] != 0)
                await SetAsync(creator, Allow);
        }

        // What was begun is waited for: a change of unknown outcome would tell nothing.
        Task SetAsync(int creator, Choice choice) =>
            registry.Settings.SetDefaultAsync(NameOf(creator), Purpose, choice, cancellation: CancellationToken.None);
    }

    // Few are asked about often, and most seldom.
    private static int Draw(Random random) => (int)(Math.Pow(random.NextDouble(), 3) * Creators);

    private static Choice Allow => new(Effect.Allow) { AppliesTo = AppliesTo.All };

    private static string NameOf(int creator) => string.Create(CultureInfo.InvariantCulture, $"creator-{creator}");

    private static double At(double[] sorted, double share) => sorted[(int)((sorted.Length - 1) * share)];

    private sealed record Outcome(long Checks, double PerSecond, double HitRatio, IReadOnlyList<double> Stale);

    private sealed class CountingHandler() : DelegatingHandler(new SocketsHttpHandler())
    {
        private long checks;

        /// <summary>Checks that were sent.</summary>
        public long Checks
        {
            get => Interlocked.Read(ref checks);
            set => Interlocked.Exchange(ref checks, value);
        }

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            if (request.RequestUri!.AbsolutePath == "/v1/checks")
                Interlocked.Increment(ref checks);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
