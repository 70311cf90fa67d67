namespace ConsentRegistry.Domain.Replay;

/// <summary>What holds for streams, whatever their events say.</summary>
internal static class StreamRules
{
    public static readonly ReplayRule Once = new(
        "eventTwice",
        "all",
        "no two events have one `eid`",
        "The leaf of a deny has the `eid` of an allow."
    );

    public static readonly ReplayRule Time = new(
        "streamTime",
        "all",
        "each version of a stream is later than the one before it",
        "Version 4 has a `tx` of noon, version 5 one of eleven o'clock."
    );

    public static readonly ReplayRule Erasure = new(
        "erasureCover",
        "`creatorErased`",
        "an erasure lists all earlier events of its stream, each once, and no others; those without bodies are what is "
            + "missing of the stream, and no body of a requester's stream or of the vocabulary is missing",
        "The list of an erasure names a use, whose body is gone."
    );

    public static IEnumerable<ReplayRule> All => [Once, Time, Erasure];
}
