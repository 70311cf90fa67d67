using ConsentRegistry.Domain.History;

namespace ConsentRegistry.Domain.Log.Verification;

/// <summary>
/// All streams of an input, and the bodies that are missing until an erasure's leaf accounts for them.
/// </summary>
internal sealed class Streams
{
    private readonly Dictionary<StreamId, StreamChain> chains = [];
    private readonly Dictionary<long, Leaf> missing = [];
    private readonly SortedSet<long> missingSeqs = [];
    private readonly Dictionary<Guid, long> missingIds = [];
    private readonly List<string> remarks = [];

    /// <summary>How many streams were seen.</summary>
    public int Count => chains.Count;

    /// <summary>Bodies that were there and good.</summary>
    public long Bodies { get; private set; }

    /// <summary>Bodies that an erasure's leaf accounts for.</summary>
    public long Erased { get; private set; }

    /// <summary>What is worth knowing, and not wrong.</summary>
    public IReadOnlyList<string> Remarks => remarks;

    /// <summary>A stream; null if none of its bodies was seen.</summary>
    public StreamChain? Find(StreamId stream) => chains.GetValueOrDefault(stream);

    /// <summary>Takes the next entry; says what is wrong with it.</summary>
    public Finding? Take(CheckedEntry entry)
    {
        if (entry.Body is null)
        {
            if (!missingIds.TryAdd(entry.Leaf.EventId, entry.Seq))
                return Finding.Tampered("Two events have the same id.", entry.Seq);
            missing.Add(entry.Seq, entry.Leaf);
            missingSeqs.Add(entry.Seq);
            return null;
        }
        Bodies++;
        if (!chains.TryGetValue(entry.Body.Stream, out var chain))
            chains[entry.Body.Stream] = chain = new();
        return chain.Append(entry, mayHaveGap: missing.Count > 0)
            ?? (entry.Leaf.Erased is { } erasure ? Cover(entry, erasure, chain) : null);
    }

    /// <summary>What is wrong after the last entry: the first such entry.</summary>
    public Finding? Finish()
    {
        var found = chains.Values.Select(chain => chain.Finish()).OfType<Finding>();
        if (missingSeqs.Count > 0)
        {
            found = found.Append(
                Finding.Tampered(
                    "The body is missing, and no erasure covers it (one that is logged later would: then the export "
                        + "has to reach further).",
                    missingSeqs.Min
                )
            );
        }
        return found.MinBy(finding => finding.Seq);
    }

    private Finding? Cover(CheckedEntry entry, Erasure erasure, StreamChain chain)
    {
        var present = 0L;
        var next = 0L;
        foreach (var (first, last) in erasure.Ranges)
        {
            if (first < next || last < first || last >= entry.Seq)
                return Finding.Tampered("The erasure covers entries that are not before it, or one twice.", entry.Seq);
            next = last + 1;
            long[] gone = [.. missingSeqs.GetViewBetween(first, last)];
            present += last - first + 1 - gone.Length;
            foreach (var seq in gone)
            {
                if (!TryTake(seq, chain))
                    return WrongStream(entry);
            }
        }
        foreach (var id in erasure.EventIds)
        {
            if (!missingIds.TryGetValue(id, out var seq))
                present++;
            else if (!TryTake(seq, chain))
                return WrongStream(entry);
        }
        if (present > chain.Bodies)
            return WrongStream(entry);
        if (present > 0)
            remarks.Add(
                $"The erasure in entry {entry.Seq} is not complete: {present} of the bodies that it covers are still "
                    + "there."
            );
        chain.Bodies -= present;
        return null;
    }

    // Leaves do not say whose they are, but no stream has one place twice, or any after its erasure.
    private bool TryTake(long seq, StreamChain chain)
    {
        missing.Remove(seq, out var leaf);
        missingSeqs.Remove(seq);
        missingIds.Remove(leaf!.EventId);
        Erased++;
        return leaf.Version < chain.ErasedIn && chain.Covered.Add((leaf.Version, leaf.Ordinal));
    }

    private static Finding WrongStream(CheckedEntry entry) =>
        Finding.Tampered("The erasure covers entries that are not of the erased creator's stream.", entry.Seq);
}
