namespace ConsentRegistry.Benchmarks.Load.Rows;

/// <summary>Checks of a node that does something beside answering, beside a node that only answers.</summary>
internal static class CostRow
{
    private const long LinesPerRound = 1_000_000;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>
    /// What may be lost: the smallest and the largest ratio of the rounds have this between them, or both are above it.
    /// </summary>
    private const double Least = 0.98;

    public static Task<IReadOnlyList<Row>> SingleAsync(LoadRun run) =>
        MeasureAsync(
            run,
            "single check",
            "checks/s",
            (server, round) => PerSecondAsync(run, server, RequestKind.Single, round, SingleRow.Connections)
        );

    public static Task<IReadOnlyList<Row>> BatchAsync(LoadRun run) =>
        MeasureAsync(
            run,
            "batch of 1,000",
            "batches/s",
            (server, round) => PerSecondAsync(run, server, RequestKind.Batch, round, BatchRow.Connections)
        );

    public static Task<IReadOnlyList<Row>> StreamAsync(LoadRun run)
    {
        var client = new StreamClient(run.Scale, seed: 1);
        return MeasureAsync(
            run,
            "stream",
            "checks/s",
            async (server, _) => (await client.RunAsync(server, run.Data.CheckToken, LinesPerRound, Limit)).PerSecond
        );
    }

    private static async Task<double> PerSecondAsync(
        LoadRun run,
        RunningServer server,
        RequestKind kind,
        int round,
        int connections
    ) =>
        (
            await Wrk.RunAsync(server, run.Data.CheckToken, kind, run.Scale, round, connections, run.Options.Round)
        ).PerSecond;

    private static async Task<IReadOnlyList<Row>> MeasureAsync(
        LoadRun run,
        string what,
        string unit,
        Func<RunningServer, int, Task<double>> driveAsync
    )
    {
        var without = await run.NodeAsync();
        await using var cost = await run.Options.Cost!();
        await using var with = await run.Data.StartNodeAsync("node-cost", cost.Settings);
        cost.Begin();
        await Sample.CheckAsync(with, run.Data.CheckToken, run.Scale);
        var rounds = await AlternatingRounds.RunAsync(
            run.Options.Rounds,
            round => driveAsync(with, round),
            round => driveAsync(without, round)
        );
        if (!cost.WasPaid)
            throw new BenchmarkException($"the node did not do it: {cost.Name}");
        var best = rounds.Max(round => round.One / round.Other);
        return
        [
            Row.Of($"{what}, {cost.Name}", unit, [.. rounds.Select(round => (round.One, round.Other))], "without") with
            {
                Target = $"{Target.AtLeast(Least).Words} within the interval",
                Holds = best >= Least,
            },
        ];
    }
}
