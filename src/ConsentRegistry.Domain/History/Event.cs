using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ConsentRegistry.Domain.Integrity;

namespace ConsentRegistry.Domain.History;

/// <summary>Who made a change, and why.</summary>
/// <param name="Subject">The person or account that signed in; null for a service of its own.</param>
/// <param name="Client">The program that called; null if the token named none.</param>
/// <param name="OnBehalfOf">
/// The creator for whom an agency acted; null if the subject is the creator, or no creator was acted for.
/// </param>
/// <param name="Reason">What they gave as the reason.</param>
public sealed record Authorship(string? Subject, string? Client, CreatorId? OnBehalfOf, string? Reason)
{
    /// <summary>The registry itself, at its first start.</summary>
    public static Authorship Registry { get; } = new(null, "consent-registry", null, null);
}

/// <summary>One record that a change altered: what it was and what it is.</summary>
/// <param name="Type">One of <see cref="EventType"/>.</param>
/// <param name="Key">
/// What tells the record from others of its type in the stream; empty where there is only one.
/// </param>
/// <param name="Before">The complete record before; null if there was none.</param>
/// <param name="After">The complete record after; null if there is none any more.</param>
public sealed record RecordChange(string Type, JsonObject Key, JsonObject? Before, JsonObject? After)
{
    /// <summary>Of an erasure: the events that it covers, which its leaf lists.</summary>
    public Erasure? Erased { get; init; }
}

/// <summary>The randomness that one event needs, drawn by the caller.</summary>
/// <param name="EventId">A UUID of version 7 (RFC 9562).</param>
/// <param name="Salt">32 random bytes, used for nothing else.</param>
public readonly record struct EventEntropy(Guid EventId, byte[] Salt);

/// <summary>An event as it is stored, hashed and served. Its bytes are made once and never again.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Version">The version of the stream that the event belongs to.</param>
/// <param name="Ordinal">Its place in the version, from 1.</param>
/// <param name="Count">How many events make up the version.</param>
/// <param name="EventId">Its id.</param>
/// <param name="Type">One of <see cref="EventType"/>.</param>
/// <param name="Tx">The time of the change.</param>
/// <param name="Leaf">What the log holds: it names nobody.</param>
/// <param name="Body">
/// The canonical JSON that the leaf commits to: it names people, and can be erased with the salt.
/// </param>
/// <param name="Salt">The key of the commitment.</param>
public sealed record Event(
    StreamId Stream,
    long Version,
    int Ordinal,
    int Count,
    Guid EventId,
    string Type,
    Instant Tx,
    byte[] Leaf,
    byte[] Body,
    byte[] Salt
)
{
    /// <summary>Bytes of a salt.</summary>
    public const int SaltLength = 32;

    /// <summary>What a mark of the node that writes it covers.</summary>
    public EventColumns Columns => new(Stream.Name, Version, Ordinal, Count, EventId, Type, Tx.Microseconds, Leaf);

    /// <summary>What the next event of the stream names as its predecessor: the SHA-256 of the leaf.</summary>
    public byte[] Hash => SHA256.HashData(Leaf);

    /// <summary>Seals the records that one change altered into the events of one version.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="version">The version that the change makes.</param>
    /// <param name="tx">The time of the change.</param>
    /// <param name="head">The hash of the stream's newest leaf; null if this is its first version.</param>
    /// <param name="changes">The altered records, in order; at least one.</param>
    /// <param name="by">Who made the change.</param>
    /// <param name="draw">Draws the randomness of one event.</param>
    public static ImmutableArray<Event> Seal(
        StreamId stream,
        long version,
        Instant tx,
        byte[]? head,
        IReadOnlyList<RecordChange> changes,
        Authorship by,
        Func<EventEntropy> draw
    )
    {
        var events = ImmutableArray.CreateBuilder<Event>(changes.Count);
        foreach (var change in changes)
        {
            var (id, salt) = draw();
            var body = new EventBody(stream, head, by, change).Encode();
            var leaf = new Leaf(
                change.Type,
                id,
                version,
                events.Count + 1,
                changes.Count,
                tx,
                HMACSHA256.HashData(salt, body),
                change.Erased
            );
            var sealedEvent = new Event(
                stream,
                version,
                leaf.Ordinal,
                leaf.Count,
                id,
                change.Type,
                tx,
                leaf.Encode(),
                body,
                salt
            );
            events.Add(sealedEvent);
            head = sealedEvent.Hash;
        }
        return events.MoveToImmutable();
    }
}
