namespace ConsentRegistry.Domain.History;

/// <summary>A stream of events: that of a creator, or the vocabulary's. Versions of a stream are whole and follow each other without a gap.</summary>
public readonly record struct StreamId
{
    private StreamId(string name) => Name = name;

    /// <summary>The vocabulary's stream, whose version is the vocabulary's. No creator can have this name.</summary>
    public static StreamId Vocabulary { get; } = new("$vocabulary");

    /// <summary>The creator's id, or the reserved name.</summary>
    public string Name { get; }

    /// <summary>The stream of settings, stops and grants of a creator who decides, and of video facts of an owner.</summary>
    public static StreamId Of(CreatorId creator) => new(creator.Value);

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
}
