namespace ConsentRegistry.Benchmarks.Load.Rows;

/// <summary>Single checks beside an endpoint of the same web server that does nothing.</summary>
internal static class SingleRow
{
    public const int Connections = 32;

    public static async Task<IReadOnlyList<Row>> MeasureAsync(LoadRun run)
    {
        var (node, bare, token) = (await run.NodeAsync(), await run.BareAsync(), run.Data.CheckToken);
        var rounds = await AlternatingRounds.RunAsync(
            run.Options.Rounds,
            round => DriveAsync(node, round),
            round => DriveAsync(bare, round)
        );
        return
        [
            Row.Of(
                "single check",
                "checks/s",
                [.. rounds.Select(round => (round.One.PerSecond, round.Other.PerSecond))],
                "bare endpoint",
                Target.AtLeast(0.85)
            ),
            Row.Of(
                "single check, p99",
                "ms",
                [.. rounds.Select(round => (round.One.P99, round.Other.P99))],
                "bare endpoint",
                Target.AtMost(1.5)
            ),
        ];

        Task<WrkResult> DriveAsync(RunningServer server, int round) =>
            Wrk.RunAsync(server, token, RequestKind.Single, run.Scale, round, Connections, run.Options.Round);
    }
}
