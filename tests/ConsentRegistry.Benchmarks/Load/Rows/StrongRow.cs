namespace ConsentRegistry.Benchmarks.Load.Rows;

/// <summary>Strong checks beside what PostgreSQL reads by primary key.</summary>
internal static class StrongRow
{
    public static async Task<IReadOnlyList<Row>> MeasureAsync(LoadRun run)
    {
        var (node, token) = (await run.NodeAsync(), run.Data.CheckToken);
        var rounds = await AlternatingRounds.RunAsync(
            run.Options.Rounds,
            round =>
                Wrk.RunAsync(
                    node,
                    token,
                    RequestKind.Strong,
                    run.Scale,
                    round,
                    SingleRow.Connections,
                    run.Options.Round
                ),
            _ => Pgbench.RunAsync(run.Data, "read.pgbench.sql", SingleRow.Connections, run.Options.Round)
        );
        return
        [
            Row.Of(
                "strong check",
                "a second",
                [.. rounds.Select(round => (round.One.PerSecond, round.Other))],
                "pgbench, one row by its key"
            ),
        ];
    }
}
