using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace ConsentRegistry.Domain.History;

/// <summary>
/// A stream of events: that of a creator, of a requester, or the vocabulary's. Versions of a stream are whole and
/// follow each other without a gap.
/// </summary>
public readonly record struct StreamId
{
    private StreamId(string name) => Name = name;

    /// <summary>The vocabulary's stream, whose version is the vocabulary's. No creator can have this name.</summary>
    public static StreamId Vocabulary { get; } = new("$vocabulary");

    private const string RequesterPrefix = "$requester/";

    /// <summary>The creator's id, or a name that no creator can have.</summary>
    public string Name { get; }

    /// <summary>
    /// The stream of settings, stops and grants of a creator who decides, and of video facts of an owner.
    /// </summary>
    public static StreamId OfCreator(CreatorId creator) => new(creator.Value);

    /// <summary>
    /// The stream of what a requester used, and of what they are told to stop. It holds no fact of any check.
    /// </summary>
    public static StreamId OfRequester(Requester requester) => new($"{RequesterPrefix}{requester.Value}");

    /// <summary>The creator whose stream it is; null for another.</summary>
    public CreatorId? Creator => Name.StartsWith('$') ? null : CreatorId.Parse(Name);

    /// <summary>Whether it is a requester's.</summary>
    public bool IsRequesters => Name.StartsWith(RequesterPrefix, StringComparison.Ordinal);

    /// <summary>Reads the name of a stream; false if there can be none of that name.</summary>
    public static bool TryParse([NotNullWhen(true)] string? name, out StreamId stream)
    {
        stream = name == Vocabulary.Name ? Vocabulary : default;
        if (CreatorId.TryParse(name, out var creator))
            stream = OfCreator(creator);
        else if (
            name?.StartsWith(RequesterPrefix, StringComparison.Ordinal) == true
            && Requester.TryParse(name[RequesterPrefix.Length..], out var requester)
        )
            stream = OfRequester(requester);
        return stream != default;
    }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}

/// <summary>What an event is about. The words are part of the log's format.</summary>
public static class EventType
{
    /// <summary>A default was set, clamped or cleared.</summary>
    public const string DefaultChanged = "defaultChanged";

    /// <summary>An override was set or cleared.</summary>
    public const string OverrideChanged = "overrideChanged";

    /// <summary>The creator's stop was set, extended or lifted.</summary>
    public const string LockdownChanged = "lockdownChanged";

    /// <summary>The operator's stop was set, extended or lifted.</summary>
    public const string HoldChanged = "holdChanged";

    /// <summary>Facts about a video were registered.</summary>
    public const string VideoRegistered = "videoRegistered";

    /// <summary>A purpose entered the vocabulary.</summary>
    public const string PurposeRegistered = "purposeRegistered";

    /// <summary>One creator's part in an approval request was opened, answered or withdrawn.</summary>
    public const string ApprovalChanged = "approvalChanged";

    /// <summary>A creator gave a grant.</summary>
    public const string GrantGiven = "grantGiven";

    /// <summary>A grant was revoked, by the creator or by a deny that touches it.</summary>
    public const string GrantRevoked = "grantRevoked";

    /// <summary>The last use of a counted grant was recorded.</summary>
    public const string GrantSpent = "grantSpent";

    /// <summary>A creator keeps a requester from asking, or lets them again.</summary>
    public const string AskingChanged = "askingChanged";

    /// <summary>A use was recorded, in its requester's stream.</summary>
    public const string UseRecorded = "useRecorded";

    /// <summary>A requester was told to stop, or answered that, in their stream.</summary>
    public const string RecallChanged = "recallChanged";

    /// <summary>
    /// The creator was erased. Of the versions before it, in this stream, nothing is left but their leaves; the leaf of
    /// this event says which.
    /// </summary>
    public const string CreatorErased = "creatorErased";

    /// <summary>Every type.</summary>
    public static ImmutableArray<string> All { get; } =
    [
        DefaultChanged,
        OverrideChanged,
        LockdownChanged,
        HoldChanged,
        VideoRegistered,
        PurposeRegistered,
        ApprovalChanged,
        GrantGiven,
        GrantRevoked,
        GrantSpent,
        AskingChanged,
        UseRecorded,
        RecallChanged,
        CreatorErased,
    ];

    /// <summary>Whether events of a type stand in requesters' streams, where no others do.</summary>
    public static bool IsOfRequesters(string type) => type is UseRecorded or RecallChanged;

    /// <summary>
    /// Whether events of a type alter what a creator sees as their settings, so that the settings version rises.
    /// </summary>
    public static bool AltersSettings(string type) =>
        type is DefaultChanged or OverrideChanged or LockdownChanged or HoldChanged or CreatorErased;
}
