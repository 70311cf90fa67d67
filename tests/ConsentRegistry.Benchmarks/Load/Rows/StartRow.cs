namespace ConsentRegistry.Benchmarks.Load.Rows;

/// <summary>How long a node takes from its start until it is ready to answer.</summary>
internal static class StartRow
{
    private static readonly Target Target = Target.AtMost(60, " s");

    public static async Task<IReadOnlyList<Row>> MeasureAsync(LoadRun run)
    {
        var seconds = (await run.NodeAsync()).TimeToReady.TotalSeconds;
        return
        [
            Row.Of("time to ready after start", Row.Number(seconds, "s"), Target, seconds) with
            {
                Holds = Target.HoldsAt(run.Scale, seconds),
            },
        ];
    }
}
