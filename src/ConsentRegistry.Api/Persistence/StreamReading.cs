using ConsentRegistry.Domain;
using ConsentRegistry.Domain.History;
using Npgsql;

namespace ConsentRegistry.Api.Persistence;

/// <summary>
/// Finds where a stream is, and makes sure that no event of it is left out. What a row says beside its leaf only leads
/// to it: the row counts if a node marked it, and a stream counts if its versions are whole and without a gap.
/// </summary>
/// <param name="connection">A connection with a snapshot.</param>
/// <param name="keys">What marks are verified by.</param>
internal sealed class StreamReading(NpgsqlConnection connection, IntegrityKeys keys)
{
    private const string Withheld = "Events of a stream are missing, or are not where they belong.";

    /// <summary>The newest version of a stream and the hash of its newest leaf; 0 and null if there is none.</summary>
    public async Task<(long Version, byte[]? Head)> FindEndAsync(StreamId stream, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT version, head FROM consent.creator WHERE id = $1",
            connection
        )
        {
            Parameters = { new() { Value = stream.Name } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? (reader.GetInt64(0), reader.IsDBNull(1) ? null : reader.GetFieldValue<byte[]>(1))
            : (0, null);
    }

    /// <summary>The version that stood at a moment; 0 if there was none yet.</summary>
    /// <exception cref="IntegrityException">It cannot be told for certain.</exception>
    public async Task<long> FindVersionAsync(StreamId stream, Instant at, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT coalesce(max(version), 0) FROM consent.event WHERE creator = $1 AND tx <= $2",
            connection
        )
        {
            Parameters =
            {
                new() { Value = stream.Name },
                new() { Value = at.Microseconds },
            },
        };
        var version = (long)(await command.ExecuteScalarAsync(cancellation))!;
        // Times rise with versions. So what the marked events at the border say holds for all others.
        if (version > 0)
            Require((await ReadFirstAsync(stream, version, cancellation))?.Tx <= at);
        var next = await ReadFirstAsync(stream, version + 1, cancellation);
        Require(next is null ? (await FindEndAsync(stream, cancellation)).Version == version : next.Tx > at);
        return version;
    }

    /// <summary>Makes sure that the database has all events of a stream up to a version.</summary>
    /// <exception cref="IntegrityException">It has not.</exception>
    public async Task RequireWholeAsync(StreamId stream, long version, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT count(*), coalesce(sum(count) FILTER (WHERE ordinal = 1), 0)::bigint,
                count(*) FILTER (WHERE ordinal = 1)
            FROM consent.event WHERE creator = $1 AND version <= $2
            """,
            connection
        )
        {
            Parameters =
            {
                new() { Value = stream.Name },
                new() { Value = version },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        Require(reader.GetInt64(0) == reader.GetInt64(1) && reader.GetInt64(2) == version);
    }

    /// <summary>Makes sure that one event is the stream's next after another.</summary>
    /// <param name="before">The event before; null at the beginning of the stream.</param>
    /// <param name="after">The event after.</param>
    /// <exception cref="IntegrityException">It is not.</exception>
    public static void RequireNext(StoredEvent? before, StoredEvent after) => Require(IsNext(before, after));

    /// <summary>Whether one event is the stream's next after another.</summary>
    /// <param name="before">The event before; null at the beginning of the stream.</param>
    /// <param name="after">The event after.</param>
    public static bool IsNext(StoredEvent? before, StoredEvent after) =>
        before is not null && before.Ordinal < before.Count
            ? after.Version == before.Version && after.Ordinal == before.Ordinal + 1 && after.Count == before.Count
            : after.Version == (before?.Version ?? 0) + 1 && after.Ordinal == 1;

    /// <summary>Makes sure that one event is the stream's last before a place in it.</summary>
    /// <exception cref="IntegrityException">It is not.</exception>
    public static void RequireBefore(StoredEvent before, long version, int ordinal) =>
        Require(
            ordinal > 1
                ? before.Version == version && before.Ordinal == ordinal - 1
                : before.Version == version - 1 && before.Ordinal == before.Count
        );

    /// <summary>Makes sure that the stream ends at a version with this event.</summary>
    /// <exception cref="IntegrityException">It does not.</exception>
    public static void RequireLast(StoredEvent? last, long version) =>
        Require((last?.Version ?? 0) == version && last?.Ordinal == last?.Count);

    /// <summary>Refuses to go on where something is left out.</summary>
    /// <exception cref="IntegrityException">It is.</exception>
    public static void Require(bool isWhole)
    {
        if (!isWhole)
            throw new IntegrityException(Withheld);
    }

    /// <summary>The first event of a version; null if the database has none.</summary>
    public async Task<StoredEvent?> ReadFirstAsync(StreamId stream, long version, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"SELECT {EventStore.Columns} FROM consent.event WHERE creator = $1 AND version = $2 AND ordinal = 1",
            connection
        )
        {
            Parameters =
            {
                new() { Value = stream.Name },
                new() { Value = version },
            },
        };
        return await EventStore.ReadAsync(command, keys, cancellation).FirstOrDefaultAsync(cancellation);
    }
}
