using System.Collections.Immutable;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Integrity;
using Npgsql;

namespace ConsentRegistry.Api.Persistence;

/// <summary>An event as it is stored.</summary>
/// <param name="Seq">Its place in the log; null if it still waits in the inbox.</param>
/// <param name="Stream">Its stream.</param>
/// <param name="Version">The version of the stream.</param>
/// <param name="Ordinal">Its place in the version.</param>
/// <param name="Count">How many events make up the version.</param>
/// <param name="EventId">Its id.</param>
/// <param name="Type">One of <see cref="EventType"/>.</param>
/// <param name="Tx">The time of the change.</param>
/// <param name="Leaf">What the log holds.</param>
/// <param name="Body">What it says; null if it was erased.</param>
/// <param name="Salt">The key of the commitment; null with the body.</param>
/// <param name="Mark">By which node it was written; null where nobody says so.</param>
public sealed record StoredEvent(
    long? Seq,
    StreamId Stream,
    long Version,
    int Ordinal,
    int Count,
    Guid EventId,
    string Type,
    Instant Tx,
    byte[] Leaf,
    byte[]? Body,
    byte[]? Salt,
    Mark? Mark
)
{
    /// <summary>What its mark covers.</summary>
    public EventColumns Columns => new(Stream.Name, Version, Ordinal, Count, EventId, Type, Tx.Microseconds, Leaf);

    /// <summary>What the event says; null if it was erased.</summary>
    /// <exception cref="InvalidDataException">The database holds something that this service did not write.</exception>
    public EventBody? ReadBody()
    {
        if (Body is null)
            return null;
        return EventBody.TryParse(Type, Body, out var body)
            ? body
            : throw new InvalidDataException($"Event {EventId} has a body that is not of its format.");
    }
}

/// <summary>Reads events, whether they have their place in the log yet or not.</summary>
internal static class EventStore
{
    /// <summary>The columns of an event, in the order in which <see cref="Read(NpgsqlDataReader)"/> takes them.</summary>
    public const string Columns =
        "seq, creator, version, ordinal, count, event_id, type, tx, leaf, body, salt, kid, mac";

    /// <summary>An event of the reader's row. Nobody has said yet that a node wrote it.</summary>
    public static StoredEvent Read(NpgsqlDataReader reader) => Read(reader, StreamOf(reader));

    private static StreamId StreamOf(NpgsqlDataReader reader) =>
        StreamId.TryParse(reader.GetString(1), out var stream)
            ? stream
            : throw new InvalidDataException("An event is of no stream.");

    /// <summary>The place of <c>event_id</c> among <see cref="Columns"/>.</summary>
    public const int IdColumn = 5;

    /// <summary>The place of <c>leaf</c> among <see cref="Columns"/>, which no event lacks.</summary>
    public const int LeafColumn = 8;

    /// <summary>The place of the last of <see cref="Columns"/>.</summary>
    public static readonly int LastColumn = Columns.Split(',').Length - 1;

    /// <summary>Where the event of the reader's row stands, and what it is; without what it says.</summary>
    public static (
        long? Seq,
        StreamId Stream,
        long Version,
        int Ordinal,
        int Count,
        Guid EventId,
        string Type
    ) ReadPlace(NpgsqlDataReader reader) =>
        (
            reader.IsDBNull(0) ? null : reader.GetInt64(0),
            StreamOf(reader),
            reader.GetInt64(2),
            reader.GetInt32(3),
            reader.GetInt32(4),
            reader.GetGuid(5),
            reader.GetString(6)
        );

    /// <summary>An event of the reader's row, whose stream was read already.</summary>
    public static StoredEvent Read(NpgsqlDataReader reader, StreamId stream) =>
        new(
            reader.IsDBNull(0) ? null : reader.GetInt64(0),
            stream,
            reader.GetInt64(2),
            reader.GetInt32(3),
            reader.GetInt32(4),
            reader.GetGuid(5),
            reader.GetString(6),
            new(reader.GetInt64(7)),
            reader.GetFieldValue<byte[]>(8),
            reader.IsDBNull(9) ? null : reader.GetFieldValue<byte[]>(9),
            reader.IsDBNull(10) ? null : reader.GetFieldValue<byte[]>(10),
            reader.IsDBNull(11) || reader.IsDBNull(12)
                ? null
                : new(reader.GetString(11), reader.GetFieldValue<byte[]>(12))
        );

    /// <summary>
    /// The events that wait for the log, for those who judge them by themselves. A row of no stream is nobody's event;
    /// the sequencer stops at it.
    /// </summary>
    public static async IAsyncEnumerable<StoredEvent> ReadWaitingAsync(
        NpgsqlConnection connection,
        int seconds,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            $"SELECT NULL::bigint AS {Columns} FROM consent.inbox ORDER BY creator, version, ordinal",
            connection
        )
        {
            CommandTimeout = seconds,
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            if (HasStream(reader))
                yield return Read(reader);
        }
    }

    /// <summary>Whether the reader's row is of a stream.</summary>
    public static bool HasStream(NpgsqlDataReader reader) => StreamId.TryParse(reader.GetString(1), out _);

    /// <summary>The events of the rows, as they come, for those who judge them by themselves.</summary>
    public static async IAsyncEnumerable<StoredEvent> ReadRawAsync(
        NpgsqlCommand command,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation
    )
    {
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            yield return Read(reader);
    }

    /// <summary>The events of the rows, as they come, and as nodes wrote them.</summary>
    /// <exception cref="IntegrityException">No node wrote one of them as it is.</exception>
    public static async IAsyncEnumerable<StoredEvent> ReadAsync(
        NpgsqlCommand command,
        IntegrityKeys keys,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation
    )
    {
        await foreach (var stored in ReadRawAsync(command, cancellation))
            yield return keys.IsAuthentic(stored)
                ? stored
                : throw new IntegrityException("An event is not as a node wrote it.");
    }

    /// <summary>
    /// All events of a locked stream, as the leaf of an erasure lists them: in one statement each is in the log or
    /// waits, never both.
    /// </summary>
    public static async Task<ImmutableArray<Erasure>> ListForErasureAsync(
        StreamTransaction change,
        StreamId stream,
        CancellationToken cancellation
    )
    {
        await using var command = change.Command(
            "SELECT seq, event_id FROM consent.event WHERE creator = @creator ORDER BY seq"
        );
        command.Parameters.AddWithValue("creator", stream.Name);
        var (sequenced, waiting) = (new List<long>(), new List<Guid>());
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            if (reader.IsDBNull(0))
                waiting.Add(reader.GetGuid(1));
            else
                sequenced.Add(reader.GetInt64(0));
        }
        return Erasure.Covering(sequenced, waiting);
    }
}
