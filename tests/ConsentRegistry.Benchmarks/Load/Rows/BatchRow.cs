namespace ConsentRegistry.Benchmarks.Load.Rows;

/// <summary>Decisions of batches beside single checks, both of the service.</summary>
internal static class BatchRow
{
    private const int ChecksPerBatch = 1_000;

    /// <summary>Fewer than of single checks: a batch keeps a core busy for long.</summary>
    public const int Connections = 8;

    public static async Task<IReadOnlyList<Row>> MeasureAsync(LoadRun run)
    {
        var (node, token) = (await run.NodeAsync(), run.Data.CheckToken);
        var rounds = await AlternatingRounds.RunAsync(
            run.Options.Rounds,
            round => Wrk.RunAsync(node, token, RequestKind.Batch, run.Scale, round, Connections, run.Options.Round),
            round =>
                Wrk.RunAsync(
                    node,
                    token,
                    RequestKind.Single,
                    run.Scale,
                    round,
                    SingleRow.Connections,
                    run.Options.Round
                )
        );
        return
        [
            Row.Of(
                "batch of 1,000",
                "decisions/s",
                [.. rounds.Select(round => (round.One.PerSecond * ChecksPerBatch, round.Other.PerSecond))],
                "single checks",
                Target.AtLeast(30)
            ),
        ];
    }
}
