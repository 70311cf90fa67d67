using System.Collections.Concurrent;
using System.Numerics;

namespace ConsentRegistry.Console.Log;

/// <summary>How many entries the log had at a moment.</summary>
/// <param name="At">The moment.</param>
/// <param name="Entries">The entries.</param>
internal sealed record LogSize(DateTimeOffset At, long Entries);

/// <summary>
/// When the log had which size. An entry never changes its time, so that what was read once is kept: each page reads a
/// few entries more, the ones first that are farthest from those that are known.
/// </summary>
internal sealed class LogGrowth
{
    /// <summary>How many entries are known of a log at most.</summary>
    public const int MostPoints = 16;

    private readonly ConcurrentDictionary<long, DateTimeOffset> times = new();

    /// <summary>The places in a log whose entries are not known yet, the most useful ones first.</summary>
    public IEnumerable<long> Missing(long size) =>
        Places(size).Where(place => !times.ContainsKey(place)).OrderByDescending(Spacing);

    /// <summary>Keeps when an entry was made.</summary>
    public void Keep(long size, long place, DateTimeOffset at)
    {
        times[place] = at;
        // The log has grown since: places that stand too close are not asked for any more.
        var wanted = Places(size).ToHashSet();
        foreach (var known in times.Keys.Where(known => !wanted.Contains(known)))
            times.TryRemove(known, out _);
    }

    /// <summary>The sizes that are known, the oldest first.</summary>
    public IReadOnlyList<LogSize> Known(long size) =>
        [
            .. times
                .Where(known => known.Key < size)
                .OrderBy(known => known.Key)
                .Select(known => new LogSize(known.Value, known.Key + 1)),
        ];

    // Every so many entries, where the distance is a power of two: while the log grows most places stay the same.
    private static IEnumerable<long> Places(long size)
    {
        var step = (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Max(1, (size + MostPoints - 1) / MostPoints));
        for (var place = 0L; place < size; place += step)
            yield return place;
    }

    private static int Spacing(long place) => place == 0 ? int.MaxValue : BitOperations.TrailingZeroCount(place);
}
