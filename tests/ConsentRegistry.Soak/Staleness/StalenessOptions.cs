namespace ConsentRegistry.Soak.Staleness;

/// <summary>How a staleness run goes.</summary>
internal sealed record StalenessOptions
{
    /// <summary>How to say it on a command line.</summary>
    public const string Usage = "[checks] [--seed n] [--fence on|off] [--nodes n] [--delta milliseconds]";

    /// <summary>Checks that have to be answered before the run ends.</summary>
    public int Checks { get; init; } = 1_000_000;

    /// <summary>
    /// What the faults and everything that is drawn come from; what happens at the same time is not repeatable.
    /// </summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// Whether changes are acknowledged only when they are in force. Without it the run has to find stale allows.
    /// </summary>
    public bool HasFence { get; init; } = true;

    public int Nodes { get; init; } = 3;

    /// <summary>
    /// For how long a node may answer from memory that it cannot renew. Shorter than usual: more happens in the same
    /// time.
    /// </summary>
    public TimeSpan Delta { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>What goes wrong; each of these at least once.</summary>
    public IReadOnlyList<FaultKind> Faults { get; init; } = FaultScript.EveryKind;

    /// <summary>How long a fault lasts at most: several times <see cref="Delta"/>.</summary>
    public TimeSpan LongestFault { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long there is no fault, at most.</summary>
    public TimeSpan LongestGap { get; init; } = TimeSpan.FromSeconds(2);

    public int Writers { get; init; } = 12;

    /// <summary>
    /// How long a checking loop rests before its next check. Without rest the machine has no time for anything else.
    /// </summary>
    public TimeSpan Rest { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <returns>The options; null if the words make no sense.</returns>
    public static StalenessOptions? Parse(IReadOnlyList<string> words) =>
        CommandWords.Parse(
            words,
            new StalenessOptions(),
            (options, word, value, number) =>
                (word, value) switch
                {
                    ("", _) when number > 0 => options with { Checks = number },
                    ("--seed", _) when number >= 0 => options with { Seed = number },
                    ("--fence", "on" or "off") => options with { HasFence = value == "on" },
                    ("--nodes", _) when number > 0 => options with { Nodes = number },
                    ("--delta", _) when number > 0 => options with { Delta = TimeSpan.FromMilliseconds(number) },
                    _ => null,
                }
        );
}
