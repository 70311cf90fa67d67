namespace ConsentRegistry.Soak.Failover;

/// <summary>What can go wrong with a server of the database.</summary>
/// <param name="Name">The word for it in <c>deploy/ha/ha.sh</c>.</param>
/// <param name="Server">Which server it happens to, by its role.</param>
/// <param name="Moves">Whether another server has to be the primary after it.</param>
/// <param name="IsLimited">Whether it needs servers whose disks are of limited size, which only root can have.</param>
internal sealed record ClusterFaultKind(string Name, string Server, Moves Moves, bool IsLimited = false)
{
    /// <summary>Every kind, once.</summary>
    public static readonly IReadOnlyList<ClusterFaultKind> All =
    [
        new("killed", "primary", Moves.Always),
        new("paused", "primary", Moves.IfLong),
        new("cut", "primary", Moves.IfLong),
        new("patroni-paused", "primary", Moves.IfLong),
        new("patroni-killed", "primary", Moves.IfLong),
        new("lagging", "standby", Moves.Never),
        new("full", "primary", Moves.Perhaps, IsLimited: true),
        new("full", "standby", Moves.Never, IsLimited: true),
        new("switchover", "primary", Moves.Always),
    ];

    public override string ToString() => $"{Server} {Name}";
}

/// <summary>Whether a fault has to make another server the primary.</summary>
internal enum Moves
{
    Never,

    /// <summary>It depends on what the server writes while the fault lasts.</summary>
    Perhaps,

    /// <summary>If it lasts longer than the time after which Patroni takes a silent primary for dead.</summary>
    IfLong,

    Always,
}

/// <summary>A fault.</summary>
/// <param name="Kind">What goes wrong.</param>
/// <param name="Lasts">How long it lasts, as a multiple of Patroni's TTL.</param>
internal sealed record ClusterFault(ClusterFaultKind Kind, double Lasts)
{
    /// <summary>Of so many faults one is too short for another server to become the primary.</summary>
    private const int ShortShare = 3;

    /// <summary>Whether another server has to be the primary after it.</summary>
    public bool HasToMove => Kind.Moves == Moves.Always || (Kind.Moves == Moves.IfLong && Lasts >= 2);

    /// <summary>
    /// So many faults, the same for the same seed: rounds in which each kind happens once, in an order of its own. Those
    /// of the first round are long: 2 to 3 TTL. Of the others some are short: 0.2 to 0.8 TTL.
    /// </summary>
    public static IEnumerable<ClusterFault> From(int seed, int count, IEnumerable<ClusterFaultKind> kinds)
    {
        var random = new Random(seed);
        var round = kinds.ToArray();
        for (var i = 0; i < count; i++)
        {
            if (i % round.Length == 0)
                random.Shuffle(round);
            var (isShort, share) = (i >= round.Length && random.Next(ShortShare) == 0, random.NextDouble());
            yield return new(round[i % round.Length], isShort ? 0.2 + (0.6 * share) : 2 + share);
        }
    }
}
