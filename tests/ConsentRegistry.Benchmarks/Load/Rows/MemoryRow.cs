namespace ConsentRegistry.Benchmarks.Load.Rows;

/// <summary>
/// Memory that a video with its override takes in a node: what the node over all data occupies beyond one over none, at
/// rest.
/// </summary>
internal static class MemoryRow
{
    private const double MiB = 1 << 20;

    private static readonly Target Target = Target.AtMost(80, " bytes");

    public static async Task<IReadOnlyList<Row>> MeasureAsync(LoadRun run)
    {
        var loaded = await MemoryWatch.SettleAsync(await run.NodeAsync());
        await using var other = await run.Data.StartEmptyNodeAsync();
        var empty = await MemoryWatch.SettleAsync(other);
        var bytes = (double)(loaded - empty) / run.Scale.Videos;
        return
        [
            Row.Of("memory per video and override", Row.Number(bytes, "bytes"), Target, bytes) with
            {
                Yardstick = $"{Row.Number(loaded / MiB, "MiB")} loaded, {Row.Number(empty / MiB, "MiB")} empty",
                Holds = Target.HoldsAt(run.Scale, bytes),
            },
        ];
    }
}
