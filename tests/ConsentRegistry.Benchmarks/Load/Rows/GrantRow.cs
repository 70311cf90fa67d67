namespace ConsentRegistry.Benchmarks.Load.Rows;

/// <summary>
/// Single checks of a node whose memory holds grants, which answer a ninth of them, beside the node without.
/// </summary>
internal static class GrantRow
{
    public const string Name = "grants";

    public static async Task<IReadOnlyList<Row>> MeasureAsync(LoadRun run)
    {
        var (without, token) = (await run.NodeAsync(), run.Data.CheckToken);
        await using var with = await run.Data.StartGrantedNodeAsync();
        await Sample.CheckAsync(with, token, run.Scale, hasGrants: true);
        var rounds = await AlternatingRounds.RunAsync(
            run.Options.Rounds,
            round => DriveAsync(with, round),
            round => DriveAsync(without, round)
        );
        return
        [
            Row.Of(
                $"single check, with {run.Scale.Grants:N0} grants",
                "checks/s",
                [.. rounds.Select(round => (round.One.PerSecond, round.Other.PerSecond))],
                "without"
            ),
        ];

        Task<WrkResult> DriveAsync(RunningServer server, int round) =>
            Wrk.RunAsync(server, token, RequestKind.Single, run.Scale, round, SingleRow.Connections, run.Options.Round);
    }
}
