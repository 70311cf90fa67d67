namespace ConsentRegistry.Soak.Failover;

/// <summary>What of the promise's conditions is there, and so what a run has to find.</summary>
internal enum FailoverMode
{
    /// <summary>All of them: nothing may be found.</summary>
    Synchronous,

    /// <summary>No commit waits for a standby: acknowledged changes have to be lost.</summary>
    Asynchronous,

    /// <summary>Nodes do not wait for the confirmation of their beats: there have to be stale allows.</summary>
    UnconfirmedBeats,
}

/// <summary>How a run goes.</summary>
internal sealed record FailoverOptions
{
    /// <summary>How to say it on a command line.</summary>
    public static readonly string Usage =
        $"[faults] [--seed n] [--mode {string.Join('|', Enum.GetValues<FailoverMode>().Select(Word))}]";

    /// <summary>What may go wrong: limited disks are root's alone.</summary>
    public static readonly IReadOnlyList<ClusterFaultKind> EveryKind =
    [
        .. ClusterFaultKind.All.Where(kind => !kind.IsLimited || Environment.IsPrivilegedProcess),
    ];

    /// <summary>How many faults there are: with this many each kind comes twice.</summary>
    public int Faults { get; init; } = 2 * EveryKind.Count;

    /// <summary>What the faults and everything that is drawn come from.</summary>
    public int Seed { get; init; } = 1;

    public FailoverMode Mode { get; init; }

    /// <summary>What goes wrong.</summary>
    public IReadOnlyList<ClusterFaultKind> Kinds { get; init; } = EveryKind;

    /// <returns>The options; null if the words make no sense.</returns>
    public static FailoverOptions? Parse(IReadOnlyList<string> words) =>
        CommandWords.Parse(
            words,
            new FailoverOptions(),
            (options, word, value, number) =>
                (word, value) switch
                {
                    ("", _) when number > 0 => options with { Faults = number },
                    ("--seed", _) when number >= 0 => options with { Seed = number },
                    ("--mode", _) when ModeOf(value) is { } mode => options with { Mode = mode },
                    _ => null,
                }
        );

    /// <summary>The word for a mode: <c>unconfirmed-beats</c>.</summary>
    public static string Word(FailoverMode mode) =>
        string.Concat(mode.ToString().Select((c, i) => char.IsUpper(c) && i > 0 ? $"-{c}" : $"{c}")).ToLowerInvariant();

    private static FailoverMode? ModeOf(string word) =>
        Enum.GetValues<FailoverMode>().Where(mode => Word(mode) == word).Cast<FailoverMode?>().SingleOrDefault();
}
