using System.Collections.Immutable;

namespace ConsentRegistry.Domain.Replay;

/// <summary>A rule that each event of an honest registry obeys, given what came before it.</summary>
/// <param name="Code">The stable word for it.</param>
/// <param name="Events">The types of events that it is about, for people.</param>
/// <param name="Meaning">What holds, in a sentence.</param>
/// <param name="Example">An event that breaks it, in a sentence.</param>
public sealed record ReplayRule(string Code, string Events, string Meaning, string Example)
{
    internal Violation Broken(string how) => new(this, how);
}

/// <summary>A rule, and how an event breaks it.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="How">One sentence for people. It names nobody.</param>
public sealed record Violation(ReplayRule Rule, string How);

/// <summary>
/// The table of all rules: docs/reference/replay-rules.md has the same. Each file of this folder has those of one kind
/// of record.
/// </summary>
public static class ReplayRules
{
    /// <summary>
    /// How far two streams may be apart in time, and how long a change may take: what is known in one stream may be
    /// dated so much later in another.
    /// </summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(60);

    /// <summary>Every rule.</summary>
    public static ImmutableArray<ReplayRule> All { get; } =
    [
        .. StreamRules.All,
        .. RecordRules.All,
        .. VocabularyRules.All,
        .. SettingRules.All,
        .. StopRules.All,
        .. VideoRules.All,
        .. ApprovalRules.All,
        .. GrantRules.All,
        .. UseRules.All,
        .. RecallRules.All,
    ];
}

/// <summary>Where an event stands.</summary>
/// <param name="Stream">Its stream.</param>
/// <param name="Stamp">The version and the time that its leaf has.</param>
/// <param name="Reason">The reason that its author gave; null if none.</param>
internal readonly record struct EventPlace(History.StreamId Stream, Settings.Stamp Stamp, string? Reason);
