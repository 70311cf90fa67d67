using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Domain.Replay;

/// <summary>The vocabulary: what may enter it, and what other records may name of it.</summary>
internal static class VocabularyRules
{
    public static readonly ReplayRule Known = new(
        "purposeUnknown",
        "settings, stops, approvals, grants, uses, recalls",
        "the vocabulary knows each purpose that a record names; a use that says `unknownPurpose` may name another",
        "A default is set for a purpose that nobody registered."
    );

    public static readonly ReplayRule Version = new(
        "vocabularyVersion",
        "settings, grants",
        "`vocabularyVersion` is one that the vocabulary had reached: from 1 to its version",
        "The vocabulary is at version 2. An allow is set with version 3, and would cover purposes to come."
    );

    public static readonly ReplayRule Entry = new(
        "purposeEntry",
        "`purposeRegistered`",
        "a purpose enters the vocabulary once, after its parent; there are at most 256",
        "`remix` is registered a second time."
    );

    public static IEnumerable<ReplayRule> All => [Known, Version, Entry];

    /// <summary>Judges a purpose that enters the vocabulary.</summary>
    /// <param name="change">The change.</param>
    /// <param name="known">The purposes before, with the versions that introduced them.</param>
    /// <param name="place">Where the event stands.</param>
    public static Violation? Judge(
        RecordedChange.OfPurpose change,
        IReadOnlyDictionary<Purpose, int> known,
        in EventPlace place
    )
    {
        var (purpose, introducedIn) = (change.Purpose.Purpose, change.Purpose.IntroducedIn);
        if (introducedIn != place.Stamp.Version)
            return RecordRules.Stamp.Broken(
                $"The purpose says that version {introducedIn} introduced it, the leaf says {place.Stamp.Version}."
            );
        if (known.ContainsKey(purpose))
            return Entry.Broken("The purpose was registered before.");
        if (purpose.Parent is { } parent && !known.ContainsKey(parent))
            return Entry.Broken("The parent of the purpose is not registered.");
        return known.Count >= Limits.Purposes
            ? Entry.Broken($"The vocabulary has {Limits.Purposes} purposes already.")
            : null;
    }
}
