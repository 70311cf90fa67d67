namespace ConsentRegistry.Soak.Alterations;

/// <summary>Who has to find an alteration.</summary>
internal enum Finder
{
    /// <summary>The audit of the database, by the command or by a node once a day.</summary>
    Audit,

    /// <summary>A node that starts, before its first answer.</summary>
    StartingNode,

    /// <summary>A node that runs, by its comparison of memory with the tables.</summary>
    RunningNode,

    /// <summary>The node that sequences, before it signs.</summary>
    Sequencer,

    /// <summary><c>consent verify</c> of an export, with nothing else.</summary>
    Verify,

    /// <summary><c>consent verify</c> of an export, with the keys and a checkpoint that were kept.</summary>
    VerifyKept,

    /// <summary><c>consent verify</c> of a receipt.</summary>
    Receipt,

    /// <summary><c>consent verify</c> of a creator's bundle.</summary>
    Bundle,

    /// <summary><c>consent witness</c>, with what it saw before.</summary>
    Witness,

    /// <summary><c>consent mirror</c>, with the folder that it has.</summary>
    Mirror,

    /// <summary><c>consent monitor</c>, for a creator.</summary>
    Monitor,
}

/// <summary>How a finder is called, and how soon it has to find.</summary>
internal static class Finders
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Finder> All { get; } = Enum.GetValues<Finder>();

    /// <summary>The word for a finder: <c>starting-node</c>.</summary>
    public static string Word(this Finder finder) =>
        string.Concat(finder.ToString().Select((c, i) => char.IsUpper(c) && i > 0 ? $"-{c}" : $"{c}"))
            .ToLowerInvariant();

    /// <summary>The finder of a word; null if it is none.</summary>
    public static Finder? Parse(string word) =>
        All.Where(finder => finder.Word() == word).Cast<Finder?>().SingleOrDefault();

    /// <summary>
    /// How long it may take: a node that runs from the alteration on, which is its interval and half of it; all others
    /// from when they look.
    /// </summary>
    public static TimeSpan Limit(this Finder finder) =>
        finder switch
        {
            Finder.RunningNode => 1.5 * Api.Replica.ReplicaVerifier.BetweenLooks,
            Finder.Sequencer => 10 * Api.Sequencing.Sequencer.TakeoverAfter,
            _ => TimeSpan.FromSeconds(30),
        };

    /// <summary>When that is.</summary>
    public static string Soon(this Finder finder) =>
        finder switch
        {
            Finder.Audit => "in the next audit, once a day",
            Finder.StartingNode => "before its first answer",
            Finder.RunningNode => "within 15 s, while there are checks",
            Finder.Sequencer => "before it signs, within 10 s of its start",
            Finder.Verify or Finder.VerifyKept or Finder.Receipt or Finder.Bundle => "when it is verified",
            _ => "at its next look",
        };
}
