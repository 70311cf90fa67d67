using ConsentRegistry.Domain.History;

namespace ConsentRegistry.Domain.Log.Verification;

/// <summary>One stream as far as its bodies were seen: each event must follow the one before it.</summary>
internal sealed class StreamChain
{
    private byte[]? head;
    private Instant tx;
    private int count;
    private long lastSeq;

    /// <summary>The version of the newest event.</summary>
    public long Version { get; private set; }

    /// <summary>The place of the newest event in its version.</summary>
    public int Ordinal { get; private set; }

    /// <summary>The version that erased the creator; 0 if none did.</summary>
    public long ErasedIn { get; private set; }

    /// <summary>
    /// The first entry after a gap, which only an erasure of the stream can explain; null without a gap.
    /// </summary>
    public long? GapAt { get; private set; }

    /// <summary>
    /// Bodies of changes before an erasure that are present and that no erasure's leaf was counted against.
    /// </summary>
    public long Bodies { get; set; }

    /// <summary>Versions and ordinals of the leaves that the erasure covers; each can be there once.</summary>
    public HashSet<(long Version, int Ordinal)> Covered { get; } = [];

    /// <summary>Appends an event; says what is wrong with it.</summary>
    /// <param name="entry">An entry with its body.</param>
    /// <param name="mayHaveGap">Whether bodies are missing before it, some of which could be this stream's.</param>
    public Finding? Append(CheckedEntry entry, bool mayHaveGap)
    {
        var (leaf, previous) = (entry.Leaf, entry.Body!.Previous);
        if (ErasedIn > 0 && (leaf.Version != ErasedIn || leaf.Type != EventType.CreatorErased))
            return Finding.Tampered("The stream goes on after its creator was erased.", entry.Seq);
        if ((leaf.Version, leaf.Ordinal).CompareTo((Version, Ordinal)) <= 0)
            return Finding.Tampered(
                $"Version {leaf.Version} of the stream stands there again, or after a later one.",
                entry.Seq
            );
        var isNext = IsWhole
            ? leaf.Version == Version + 1 && leaf.Ordinal == 1
            : leaf.Version == Version && leaf.Ordinal == Ordinal + 1;
        if (isNext && !(head is null ? previous is null : head.AsSpan().SequenceEqual(previous)))
            return Finding.Tampered("The event does not name the one before it in its stream.", entry.Seq);
        if (!isNext && (!mayHaveGap || previous is null))
            return Finding.Tampered("Something of the stream before this event is missing.", entry.Seq);
        if (leaf.Version == Version && (leaf.Count != count || leaf.Tx != tx))
            return Finding.Tampered("The events of one version differ in their number or time.", entry.Seq);
        if (Version > 0 && leaf.Version > Version && leaf.Tx <= tx)
            return Finding.Tampered("A version of the stream is not later than the one before it.", entry.Seq);
        if (!isNext)
            GapAt ??= entry.Seq;
        (Version, Ordinal, count, tx, head, lastSeq) = (
            leaf.Version,
            leaf.Ordinal,
            leaf.Count,
            leaf.Tx,
            entry.Hash,
            entry.Seq
        );
        if (leaf.Type == EventType.CreatorErased)
            ErasedIn = Version;
        else
            Bodies++;
        return null;
    }

    /// <summary>What is wrong with the stream as it ends.</summary>
    public Finding? Finish()
    {
        if (GapAt is { } gap && (ErasedIn == 0 || Covered.Count == 0))
            return Finding.Tampered("Something of the stream before this event is missing.", gap);
        return IsWhole
            ? null
            : Finding.Tampered($"Version {Version} of the stream ends before its {count} events are there.", lastSeq);
    }

    private bool IsWhole => Ordinal == count;
}
