using System.Text.Json.Nodes;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Replay;

namespace ConsentRegistry.Domain.Log.Verification;

/// <summary>
/// One stream of a bundle: each of its entries stands in the log under the bundle's checkpoint, and together they are
/// the whole stream up to the version that the registry states.
/// </summary>
/// <param name="stream">The stream.</param>
/// <param name="checkpoint">The bundle's checkpoint.</param>
/// <param name="judgesMeaning">Whether each event is judged against those before it.</param>
internal sealed class BundledStream(StreamId stream, Checkpoint checkpoint, bool judgesMeaning)
{
    private readonly EventReplay? replay = judgesMeaning ? new(hasWholeLog: false) : null;
    private long lastSeq = -1;
    private Leaf? last;
    private byte[]? head;

    /// <summary>Its chain, and the bodies that are missing.</summary>
    public Streams Chain { get; } = new();

    /// <summary>Entries that were read.</summary>
    public long Entries { get; private set; }

    /// <summary>The time of its first event; null without one.</summary>
    public Instant? From { get; private set; }

    /// <summary>The time of its last event; null without one.</summary>
    public Instant? To => last?.Tx;

    /// <summary>The version that it ends with.</summary>
    public long Version => last?.Version ?? 0;

    private bool IsWhole => last is null || last.Ordinal == last.Count;

    /// <summary>Takes the next entry; says what is wrong with it.</summary>
    public Finding? Append(ExportLine.Entry line, out CheckedEntry? entry)
    {
        entry = null;
        if (line.Proof is null)
            return Finding.Tampered("An entry has no proof that it stands in the log.", line.Seq);
        if (line.Seq <= lastSeq)
            return Finding.Tampered("The entries do not stand in the order of the log.", line.Seq);
        if (CheckedEntry.Read(line, out entry) is { } wrong)
            return wrong;
        if (!checkpoint.Covers(line.Seq, entry!.LeafBytes, line.Proof))
            return Finding.Tampered(
                "The proof does not show that the entry stands in the log of the checkpoint.",
                line.Seq
            );
        if (entry.Body is { } body && body.Stream != stream)
            return Finding.Tampered($"The entry is not of the stream {stream}.", line.Seq);
        var leaf = entry.Leaf;
        // Here even erased events have their place, which their leaves tell; and a body tells that of the leaf before
        // it, erased or not.
        if (
            leaf.Ordinal != (IsWhole ? 1 : last!.Ordinal + 1)
            || leaf.Version != (IsWhole ? Version + 1 : last!.Version)
        )
            return Finding.Tampered("An event of the stream before this one is missing.", line.Seq);
        if (!IsWhole && (leaf.Count != last!.Count || leaf.Tx != last.Tx))
            return Finding.Tampered("The events of one version differ in their number or time.", line.Seq);
        if (IsWhole && last is not null && leaf.Tx <= last.Tx)
            return Finding.Broken(StreamRules.Time.Broken("A version is not later than the one before it."), line.Seq);
        if (
            entry.Body is { Previous: var previous }
            && !(head is null ? previous is null : head.AsSpan().SequenceEqual(previous))
        )
            return Finding.Tampered("The event does not name the one before it.", line.Seq);
        (last, head, lastSeq) = (leaf, entry.Hash, line.Seq);
        From ??= leaf.Tx;
        Entries++;
        return Chain.Take(entry) ?? (replay is null || Chain.HasGapBefore(entry) ? null : entry.Judge(replay));
    }

    /// <summary>Compares where the stream ends with what the registry states; says what is wrong with the whole.</summary>
    /// <param name="payload">The payload of the statement, whose signature is good.</param>
    public Finding? End(ReadOnlySpan<byte> payload)
    {
        // What the entries and the checkpoint make of it has one spelling: there is nothing to read.
        var expected = new JsonObject
        {
            ["creatorId"] = stream.Name,
            ["head"] = head is null ? null : StrictBase64.EncodeUrl(head),
            ["origin"] = checkpoint.Origin,
            ["treeSize"] = checkpoint.Size,
            ["v"] = 1,
            ["version"] = Version,
        };
        return payload.SequenceEqual(CanonicalJson.Encode(expected))
            ? Chain.Finish()
            : Finding.Tampered(
                $"The registry states another end of the stream {stream} than version {Version}, which the bundle "
                    + "ends with: something was withheld or mixed up.",
                Entries == 0 ? null : lastSeq
            );
    }
}
