using System.Diagnostics;
using System.Globalization;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Soak.Staleness;

/// <summary>
/// Several nodes over one database; writers that withdraw consent and give it back; checks through every node at the
/// same time; and faults. Everything is recorded, and then the recording is searched for answers that an acknowledged
/// change makes impossible.
/// </summary>
internal static class StalenessRun
{
    /// <summary>
    /// How long nothing may be answered before the run gives up: many times what any of the faults takes to mend.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan BetweenProgress = TimeSpan.FromSeconds(10);

    /// <summary>Runs, and prints what came of it.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> words)
    {
        if (StalenessOptions.Parse(words) is not { } options)
        {
            Console.Error.WriteLine($"staleness {StalenessOptions.Usage}");
            return 2;
        }
        var summary = await RunAsync(options, Console.Out);
        Console.Write(summary);
        return summary.Passed ? 0 : 1;
    }

    /// <param name="options">How it goes.</param>
    /// <param name="progress">Is told now and then how far it is.</param>
    public static async Task<Summary> RunAsync(StalenessOptions options, TextWriter progress)
    {
        await using var scratch = await Scratch.CreateAsync();
        var clock = await DatabaseClock.InstallAsync(
            scratch.Postgres.ConnectionString,
            standing: null,
            CancellationToken.None
        );
        await using var nodes = new Nodes(
            scratch,
            options.Nodes,
            node =>
                [
                    $"--Replica:DeltaMs={Faults.DeltaMsOf(node, options.Delta)}",
                    $"--Replica:Fence={(options.HasFence ? "on" : "off")}",
                ]
        );
        await nodes.StartAsync();
        using var http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2) })
        {
            Timeout = TimeSpan.FromSeconds(15),
        };
        var token = scratch.AdminToken();
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);

        var (stage, recording, tally, started) = (
            new Stage(options.Writers),
            new Recording(),
            new Tally(),
            Stopwatch.GetTimestamp()
        );
        var client = new ChangeClient(http, nodes.Urls);
        var checkers = Enumerable
            .Range(0, options.Nodes)
            .Select(node => new Checker(node, options, nodes.UrlOf(node), stage, recording, tally))
            .ToList();
        await using var cached = new CachedChecker(0, options, nodes.UrlOf(0), stage, recording, tally, token);
        using var stop = new CancellationTokenSource();
        try
        {
            List<Task> all =
            [
                .. Enumerable
                    .Range(0, options.Writers)
                    .Select(number =>
                        new Writer(
                            number,
                            options.Seed,
                            client,
                            () => clock.Ahead,
                            checkers,
                            stage,
                            recording,
                            tally
                        ).RunAsync(stop.Token)
                    ),
                .. checkers.Select(checker => checker.RunAsync(token, stop.Token)),
                cached.RunAsync(stop.Token),
                new Faults(scratch, clock, nodes, http, options.Delta, tally).DriveAsync(
                    FaultScript.From(
                        options.Seed,
                        options.Faults,
                        options.Nodes,
                        options.LongestFault,
                        options.LongestGap
                    ),
                    stop.Token
                ),
            ];
            await EnoughAsync(options, tally, all, progress);
            await stop.CancelAsync();
            await Task.WhenAll(all);
        }
        finally
        {
            await stop.CancelAsync();
            checkers.ForEach(checker => checker.Dispose());
        }
        return new(options, recording, tally, started);
    }

    /// <summary>
    /// Returns when enough checks have been answered and everything has happened at least once, or when something has
    /// failed.
    /// </summary>
    private static async Task EnoughAsync(StalenessOptions options, Tally tally, List<Task> all, TextWriter progress)
    {
        var started = Stopwatch.GetTimestamp();
        var (answered, since, told) = (0, started, started);
        while ((tally.Answered < options.Checks || !tally.HasSeenAll(options)) && !all.Exists(task => task.IsCompleted))
        {
            if (Stopwatch.GetElapsedTime(told) > BetweenProgress)
            {
                told = Stopwatch.GetTimestamp();
                progress.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{Stopwatch.GetElapsedTime(started).TotalSeconds:0} s: {tally.Answered} of {options.Checks} "
                            + $"checks, {tally.Acknowledged} changes, {tally.Faults.Values.Sum()} faults"
                    )
                );
            }
            if (tally.Answered > answered)
                (answered, since) = (tally.Answered, Stopwatch.GetTimestamp());
            if (Stopwatch.GetElapsedTime(since) > Patience)
                throw new TimeoutException($"No check was answered for {Patience}.");
            await Task.Delay(50);
        }
    }
}
