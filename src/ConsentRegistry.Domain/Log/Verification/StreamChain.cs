using System.Security.Cryptography;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Replay;

namespace ConsentRegistry.Domain.Log.Verification;

/// <summary>
/// One stream as far as its bodies were seen: each event must follow the one before it. Of events without bodies only
/// the erasure says that they are of the stream: they have to be all that is missing between the two.
/// </summary>
internal sealed class StreamChain
{
    private readonly SortedDictionary<long, Leaf> covered = [];
    private readonly HashSet<long> listed = [];
    private Place place;
    private Place beforeErasure;
    private byte[]? previousOfErasure;
    private Instant erasedAt;
    private long lastSeq;

    /// <summary>The version of the newest event.</summary>
    public long Version { get; private set; }

    /// <summary>The version that erased the creator; 0 if none did.</summary>
    public long ErasedIn { get; private set; }

    /// <summary>The first entry before which something is missing; null if nothing is.</summary>
    public long? GapAt { get; private set; }

    /// <summary>The time of a version whose bodies are gone, or of the erasure; null for another.</summary>
    public Instant? TimeWithoutBody(long version) =>
        version == ErasedIn && version > 0 ? erasedAt
        : covered.Values.FirstOrDefault(leaf => leaf.Version == version) is { } leaf ? leaf.Tx
        : null;

    /// <summary>Whether events of the stream have lost their bodies.</summary>
    public bool HasErasedBodies => covered.Count > 0;

    /// <summary>Bodies of changes that are present; those of the erasure are not counted.</summary>
    public long Bodies { get; private set; }

    /// <summary>How many of those bodies the erasure lists.</summary>
    public long ListedBodies => listed.Count;

    /// <summary>Appends an event; says what is wrong with it.</summary>
    /// <param name="entry">An entry with its body.</param>
    /// <param name="mayHaveGap">Whether bodies are missing before it, some of which could be this stream's.</param>
    public Finding? Append(CheckedEntry entry, bool mayHaveGap)
    {
        var (leaf, previous) = (entry.Leaf, entry.Body!.Previous);
        var isErasure = leaf.Type == EventType.CreatorErased;
        if (ErasedIn > 0 && (leaf.Version != ErasedIn || !isErasure))
            return Finding.Tampered("The stream goes on after its creator was erased.", entry.Seq);
        if ((leaf.Version, leaf.Ordinal).CompareTo((place.Version, place.Ordinal)) <= 0)
            return Finding.Tampered(
                $"Version {leaf.Version} of the stream stands there again, or after a later one.",
                entry.Seq
            );
        // What precedes an erasure may have no bodies that would say whose it is: what the erasure covers says it.
        if (isErasure && ErasedIn == 0)
        {
            if (leaf.Ordinal != 1)
                return Finding.Tampered("Something of the stream before this event is missing.", entry.Seq);
            (ErasedIn, erasedAt, previousOfErasure, beforeErasure) = (leaf.Version, leaf.Tx, previous, place);
        }
        else if (Follow(entry, previous, mayHaveGap) is { } broken)
        {
            return broken;
        }
        if (!isErasure)
            Bodies++;
        (Version, place, lastSeq) = (leaf.Version, Place.From(leaf, entry.Hash), entry.Seq);
        return null;
    }

    /// <summary>Notes an event that the erasure covers and whose body is gone.</summary>
    public void Cover(long seq, Leaf leaf) => covered.Add(seq, leaf);

    /// <summary>Notes an event that the erasure covers and whose body is there; false if it was noted before.</summary>
    public bool List(long seq) => listed.Add(seq);

    /// <summary>
    /// What is wrong with the erasure after its last event: it lists all earlier events of the stream, and no others.
    /// </summary>
    public Finding? CloseErasure(long seq)
    {
        // Something is missing anyhow, which is found at the end.
        if (GapAt is not null)
            return null;
        if (listed.Count != Bodies)
            return Finding.Broken(
                StreamRules.Erasure.Broken("The erasure does not list all earlier events of the stream."),
                seq
            );
        var last = beforeErasure;
        foreach (var leaf in covered.Values)
        {
            if (!last.IsFollowedBy(leaf) || !last.IsInTime(leaf))
                return NotItsStream(seq);
            last = Place.From(leaf, null);
        }
        var head = covered.Count == 0 ? last.Head : HeadOf(covered.Values.Last());
        return
            last.IsWhole
            && ErasedIn == last.Version + 1
            && (last.Version == 0 || erasedAt > last.Tx)
            && (head is null ? previousOfErasure is null : head.AsSpan().SequenceEqual(previousOfErasure))
            ? null
            : NotItsStream(seq);
    }

    /// <summary>What is wrong with the stream as it ends.</summary>
    public Finding? Finish()
    {
        if (GapAt is { } gap)
            return Finding.Tampered("Something of the stream before this event is missing.", gap);
        return place.IsWhole
            ? null
            : Finding.Tampered(
                $"Version {place.Version} of the stream ends before its {place.Count} events are there.",
                lastSeq
            );
    }

    private Finding? Follow(CheckedEntry entry, byte[]? previous, bool mayHaveGap)
    {
        var leaf = entry.Leaf;
        var isNext = place.IsWhole
            ? leaf.Version == place.Version + 1 && leaf.Ordinal == 1
            : leaf.Version == place.Version && leaf.Ordinal == place.Ordinal + 1;
        if (isNext && !(place.Head is null ? previous is null : place.Head.AsSpan().SequenceEqual(previous)))
            return Finding.Tampered("The event does not name the one before it in its stream.", entry.Seq);
        if (!isNext && (!mayHaveGap || previous is null))
            return Finding.Tampered("Something of the stream before this event is missing.", entry.Seq);
        if (leaf.Version == place.Version && (leaf.Count != place.Count || leaf.Tx != place.Tx))
            return Finding.Tampered("The events of one version differ in their number or time.", entry.Seq);
        if (place.Version > 0 && leaf.Version > place.Version && leaf.Tx <= place.Tx)
            return Finding.Broken(
                StreamRules.Time.Broken("A version of the stream is not later than the one before it."),
                entry.Seq
            );
        if (!isNext)
            GapAt ??= entry.Seq;
        return null;
    }

    private static byte[] HeadOf(Leaf leaf) => SHA256.HashData(leaf.Encode());

    private static Finding NotItsStream(long seq) =>
        Finding.Broken(
            StreamRules.Erasure.Broken(
                "The erasure covers entries that are not of the erased creator's stream, or not all that are: its "
                    + "versions do not follow each other."
            ),
            seq
        );

    /// <summary>Where a stream is.</summary>
    private readonly record struct Place(long Version, int Ordinal, int Count, Instant Tx, byte[]? Head)
    {
        public bool IsWhole => Ordinal == Count;

        public static Place From(Leaf leaf, byte[]? head) => new(leaf.Version, leaf.Ordinal, leaf.Count, leaf.Tx, head);

        public bool IsFollowedBy(Leaf leaf) =>
            IsWhole
                ? leaf.Version == Version + 1 && leaf.Ordinal == 1
                : leaf.Version == Version && leaf.Count == Count && leaf.Ordinal == Ordinal + 1;

        public bool IsInTime(Leaf leaf) => leaf.Ordinal > 1 ? leaf.Tx == Tx : Version == 0 || leaf.Tx > Tx;
    }
}
