namespace ConsentRegistry.Soak.Staleness;

/// <summary>What can go wrong.</summary>
internal enum FaultKind
{
    /// <summary>A node is killed, and started again.</summary>
    NodeKilled,

    /// <summary>A node stands still, and goes on with its connections as they were.</summary>
    NodePaused,

    /// <summary>A node cannot write its beat, while it polls as usual.</summary>
    BeatBlocked,

    /// <summary>
    /// A node stands still between a poll and its beat, and finds its beat written, or still blocked, when it goes on.
    /// </summary>
    PausedBeforeBeat,

    /// <summary>
    /// A node stands still for so long that it may be taken for dead, and its row is deleted before it goes on.
    /// </summary>
    NodeEvicted,

    /// <summary>The database dies, as when its machine loses power, and recovers.</summary>
    DatabaseKilled,

    /// <summary>Every connection of a node for changes waits for one row.</summary>
    ConnectionsExhausted,

    /// <summary>The connections by which nodes wake each other are cut again and again.</summary>
    WakeUpsLost,

    /// <summary>Messages are sent as if nodes had committed and confirmed, as fast as one connection can.</summary>
    WakeUpsForged,

    /// <summary>
    /// The database's clock steps, on or back, by seconds or minutes, and may stay wrong while other things fail.
    /// </summary>
    ClockStepped,
}

/// <summary>A fault.</summary>
/// <param name="After">How long after the one before it is over.</param>
/// <param name="Kind">What goes wrong.</param>
/// <param name="Node">Which node it happens to.</param>
/// <param name="For">How long it lasts.</param>
/// <param name="Draw">A number for whatever else a fault leaves to chance.</param>
internal sealed record Fault(TimeSpan After, FaultKind Kind, int Node, TimeSpan For, int Draw);

/// <summary>
/// Faults without end, the same for the same seed: rounds in which each kind happens once, in an order of its own.
/// </summary>
internal static class FaultScript
{
    public static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);

    public static readonly IReadOnlyList<FaultKind> EveryKind = Enum.GetValues<FaultKind>();

    /// <param name="seed">Any number.</param>
    /// <param name="kinds">The kinds of a round.</param>
    /// <param name="nodes">How many nodes there are.</param>
    /// <param name="longest">How long a fault lasts at most.</param>
    /// <param name="gap">How long there is none, at most.</param>
    public static IEnumerable<Fault> From(
        int seed,
        IEnumerable<FaultKind> kinds,
        int nodes,
        TimeSpan longest,
        TimeSpan gap
    )
    {
        var random = new Random(seed);
        var round = kinds.ToArray();
        while (true)
        {
            random.Shuffle(round);
            foreach (var kind in round)
            {
                // Short ones and long ones alike: as often from 100 to 200 ms as from 2.5 to 5 s.
                var lasts = Shortest * Math.Pow(longest / Shortest, random.NextDouble());
                yield return new(gap * random.NextDouble(), kind, random.Next(nodes), lasts, random.Next());
            }
        }
    }
}
