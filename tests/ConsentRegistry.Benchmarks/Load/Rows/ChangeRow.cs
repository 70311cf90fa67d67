using System.Diagnostics;
using Npgsql;

namespace ConsentRegistry.Benchmarks.Load.Rows;

/// <summary>
/// Changes over HTTP, each acknowledged when it is in force everywhere, beside transactions of PostgreSQL that do the
/// least a change has to.
/// </summary>
internal static class ChangeRow
{
    /// <summary>
    /// Writers at once: an acknowledgement waits for the nodes' memories, so that many wait together.
    /// </summary>
    public const int Writers = 64;

    private const string Yardstick = "pgbench, update and insert";

    private static readonly Target Enough = Target.AtLeast(0.35);

    private static readonly Target EnoughForTwo = Target.AtLeast(0.3);

    private static readonly Target Soon = Target.AtMost(6);

    private static readonly TimeSpan DrainLimit = TimeSpan.FromMinutes(2);

    public static async Task<IReadOnlyList<Row>> MeasureAsync(LoadRun run)
    {
        var (node, token) = (await run.NodeAsync(), run.Data.AdminToken);
        await using var source = NpgsqlDataSource.Create(run.Data.ConnectionString);
        var rounds = await RoundsAsync(Writers);
        var single = await RoundsAsync(writers: 1);
        await using var other = await run.Data.StartNodeAsync("node-b");
        var withTwo = await RoundsAsync(Writers);
        return
        [
            Row.Of("changes", "a second", rounds, Yardstick, Enough),
            Row.Of("changes, two nodes", "a second", withTwo, Yardstick, EnoughForTwo),
            Row.Of(
                "one writer, request to acknowledgement",
                "ms",
                [.. single.Select(round => (1_000 / round.Measured, 1_000 / round.Yardstick))],
                Yardstick,
                Soon
            ),
        ];

        async Task<IReadOnlyCollection<(double Measured, double Yardstick)>> RoundsAsync(int writers) =>
            [
                .. (
                    await AlternatingRounds.RunAsync(
                        run.Options.Rounds,
                        round => ChangeAsync(round, writers),
                        _ => TransactAsync(writers)
                    )
                ).Select(round => (round.One, round.Other)),
            ];

        // What counts is events in the database, not answers: a request that changed nothing would be answered as well.
        async Task<double> ChangeAsync(int round, int writers)
        {
            var before = await EventsAsync(source);
            var answered = (
                await Wrk.RunAsync(
                    node,
                    token,
                    RequestKind.Change,
                    run.Scale,
                    round + Random.Shared.Next(1_000_000),
                    writers,
                    run.Options.Round
                )
            ).PerSecond;
            var changed = (await EventsAsync(source) - before) / run.Options.Round.TotalSeconds;
            await DrainAsync(source);
            return Math.Min(answered, changed);
        }

        async Task<double> TransactAsync(int writers)
        {
            var rate = await Pgbench.RunAsync(run.Data, "change.pgbench.sql", writers, run.Options.Round);
            await using var truncate = source.CreateCommand("TRUNCATE bench.inbox");
            await truncate.ExecuteNonQueryAsync();
            return rate;
        }
    }

    private static async Task<long> EventsAsync(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand(
            "SELECT coalesce((SELECT max(seq) FROM consent.history), 0) + (SELECT count(*) FROM consent.inbox)"
        );
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>
    /// Waits until the log has all events: the sequencer's work for one turn must not fall on the other.
    /// </summary>
    private static async Task DrainAsync(NpgsqlDataSource source)
    {
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < DrainLimit)
        {
            await using var command = source.CreateCommand("SELECT NOT EXISTS (SELECT FROM consent.inbox)");
            if (await command.ExecuteScalarAsync() is true)
                return;
            await Task.Delay(20);
        }
        throw new BenchmarkException("events went on waiting for the log");
    }
}
