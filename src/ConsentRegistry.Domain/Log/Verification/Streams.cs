using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Replay;

namespace ConsentRegistry.Domain.Log.Verification;

/// <summary>
/// All streams of an input, and the bodies that are missing until an erasure's leaf accounts for them. It keeps some
/// 100 bytes for each entry: its id, which no other may have, and whose it is, so that no other's erasure covers it.
/// </summary>
internal sealed class Streams
{
    /// <summary>The owner of an entry whose body is missing.</summary>
    private const int Nobody = -1;

    private readonly Dictionary<StreamId, int> numbers = [];
    private readonly List<StreamChain> chains = [];
    private readonly List<long> seqs = [];
    private readonly List<int> owners = [];
    private readonly Dictionary<Guid, int> places = [];
    private readonly SortedDictionary<long, Leaf> missing = [];
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
    public StreamChain? Find(StreamId stream) => numbers.TryGetValue(stream, out var number) ? chains[number] : null;

    /// <summary>Whether something is missing before an entry in its stream: what it changes cannot be known.</summary>
    public bool HasGapBefore(CheckedEntry entry) => entry.Body is { } body && Find(body.Stream)?.GapAt is not null;

    /// <summary>Takes the next entry; says what is wrong with it.</summary>
    public Finding? Take(CheckedEntry entry)
    {
        if (!places.TryAdd(entry.Leaf.EventId, seqs.Count))
            return Finding.Broken(StreamRules.Once.Broken("Two events have the same id."), entry.Seq);
        seqs.Add(entry.Seq);
        if (entry.Body is null)
        {
            owners.Add(Nobody);
            missing.Add(entry.Seq, entry.Leaf);
            return null;
        }
        Bodies++;
        if (!numbers.TryGetValue(entry.Body.Stream, out var number))
        {
            numbers.Add(entry.Body.Stream, number = chains.Count);
            chains.Add(new());
        }
        owners.Add(number);
        return chains[number].Append(entry, mayHaveGap: missing.Count > 0)
            ?? (entry.Leaf.Erased is { } erasure ? Cover(entry, erasure, number) : null);
    }

    /// <summary>What is wrong after the last entry: the first such entry.</summary>
    public Finding? Finish()
    {
        var found = chains.Select(chain => chain.Finish()).OfType<Finding>();
        if (missing.Count > 0)
        {
            found = found.Append(
                Finding.Tampered(
                    "The body is missing, and no erasure covers it (one that is logged later would: then the export "
                        + "has to reach further).",
                    missing.First().Key
                )
            );
        }
        return found.MinBy(finding => finding.Seq);
    }

    private Finding? Cover(CheckedEntry entry, Erasure erasure, int number)
    {
        var chain = chains[number];
        var next = 0L;
        foreach (var (first, last) in erasure.Ranges)
        {
            if (first < next || last < first || last >= entry.Seq)
                return Finding.Broken(
                    StreamRules.Erasure.Broken("The erasure covers entries that are not before it, or one twice."),
                    entry.Seq
                );
            next = last + 1;
            var from = PlaceOf(first);
            var to = PlaceOf(last + 1);
            if (to - from != last - first + 1)
                return WrongStream(entry);
            for (var place = from; place < to; place++)
            {
                if (!TryCover(place, number))
                    return WrongStream(entry);
            }
        }
        foreach (var id in erasure.EventIds)
        {
            if (!places.TryGetValue(id, out var place) || !TryCover(place, number))
                return WrongStream(entry);
        }
        if (entry.Leaf.Ordinal < entry.Leaf.Count)
            return null;
        if (chain.ListedBodies > 0)
            remarks.Add(
                $"The erasure in entry {entry.Seq} is not complete: {chain.ListedBodies} of the bodies that it covers "
                    + "are still there."
            );
        return chain.CloseErasure(entry.Seq);
    }

    // The first entry at or after a place in the log.
    private int PlaceOf(long seq)
    {
        var at = seqs.BinarySearch(seq);
        return at >= 0 ? at : ~at;
    }

    // An entry without a body is anybody's, until it turns out where in a stream it would stand.
    private bool TryCover(int place, int number)
    {
        var seq = seqs[place];
        var chain = chains[number];
        if (owners[place] == number)
            return chain.List(seq);
        if (owners[place] != Nobody || !missing.Remove(seq, out var leaf))
            return false;
        Erased++;
        chain.Cover(seq, leaf);
        return true;
    }

    private static Finding WrongStream(CheckedEntry entry) =>
        Finding.Broken(
            StreamRules.Erasure.Broken(
                "The erasure covers entries that are not of the erased creator's stream, or one twice."
            ),
            entry.Seq
        );
}
