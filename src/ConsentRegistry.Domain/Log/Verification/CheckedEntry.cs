using System.Security.Cryptography;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Replay;

namespace ConsentRegistry.Domain.Log.Verification;

/// <summary>
/// An entry whose leaf is one, and whose body, where it is present, is the one that the leaf commits to.
/// </summary>
/// <param name="Seq">Its place in the log.</param>
/// <param name="Leaf">The leaf.</param>
/// <param name="LeafBytes">The bytes that the log hashes.</param>
/// <param name="Body">What the event says; null where it was erased.</param>
/// <param name="Change">The altered record; null where it was erased.</param>
internal sealed record CheckedEntry(long Seq, Leaf Leaf, byte[] LeafBytes, EventBody? Body, RecordedChange? Change)
{
    /// <summary>What the next event of the stream names as its predecessor.</summary>
    public byte[] Hash => SHA256.HashData(LeafBytes);

    /// <summary>What is wrong with what the event says, given those before it.</summary>
    public Finding? Judge(EventReplay replay)
    {
        if (Body is not null)
            return replay.Take(Seq, Leaf, Body, Change!) is { } violation ? Finding.Broken(violation, Seq) : null;
        replay.TakeErased(Leaf);
        return null;
    }

    /// <summary>Reads an entry, or says what is wrong with it.</summary>
    public static Finding? Read(ExportLine.Entry line, out CheckedEntry? entry)
    {
        entry = null;
        var seq = line.Seq;
        if (!Leaf.TryParse(line.Leaf, out var leaf))
            return Leaf.IsLater(line.Leaf)
                ? Finding.Unusable(
                    "The leaf has a format, or a type of event, that this program does not know: use a newer one.",
                    seq
                )
                : Finding.Tampered("The leaf is not one that the registry writes.", seq);
        if (line.Body is null != line.Salt is null)
            return Finding.Tampered("Of body and salt only one is there: an erasure takes both.", seq);
        if (line.Body is null)
        {
            if (
                leaf.Type is EventType.CreatorErased or EventType.PurposeRegistered
                || EventType.IsOfRequesters(leaf.Type)
            )
                return Finding.Broken(
                    StreamRules.Erasure.Broken(
                        $"The body is missing, which no erasure takes from an event of type {leaf.Type}."
                    ),
                    seq
                );
            entry = new(seq, leaf, line.Leaf, null, null);
            return null;
        }
        if (!leaf.CommitsTo(line.Body, line.Salt))
            return Finding.Tampered("The body is not the one that the leaf commits to.", seq);
        if (!EventBody.TryParse(leaf.Type, line.Body, out var body))
            return Finding.Tampered("The body is not one that the registry writes.", seq);
        if (
            (body.Stream == StreamId.Vocabulary) != (leaf.Type == EventType.PurposeRegistered)
            || body.Stream.IsRequesters != EventType.IsOfRequesters(leaf.Type)
        )
            return Finding.Tampered($"An event of type {leaf.Type} stands in the stream {body.Stream}.", seq);
        try
        {
            entry = new(seq, leaf, line.Leaf, body, RecordedChange.Read(body.Change));
            return null;
        }
        catch (FormatException)
        {
            return Finding.Tampered("The body holds a record that the registry does not write.", seq);
        }
    }
}
