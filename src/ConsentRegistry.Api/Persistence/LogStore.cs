using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Log;
using Npgsql;
using NpgsqlTypes;

namespace ConsentRegistry.Api.Persistence;

/// <summary>A checkpoint as it is stored.</summary>
/// <param name="Size">Leaves that it covers.</param>
/// <param name="Root">The root over them.</param>
/// <param name="Note">The signed note.</param>
public sealed record TreeHead(long Size, byte[] Root, string Note);

/// <summary>What the sequencer does to the log's tables. Its connection has rights that no request has.</summary>
internal static class LogStore
{
    /// <summary>Versions of one batch, at most.</summary>
    private const int VersionsPerBatch = 2_000;

    /// <summary>Events of one batch: no further version is begun beyond it.</summary>
    public const int EventsPerBatch = 5_000;

    /// <summary>Takes the log over from whoever had it; waits until they have ended their transaction.</summary>
    /// <returns>The epoch, which is the caller's until somebody else takes over.</returns>
    public static async Task<long> TakeOverAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "UPDATE consent.sequencer SET epoch = epoch + 1 RETURNING epoch",
            connection
        );
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Locks the log for this transaction; false if somebody else has taken over.</summary>
    public static async Task<bool> TryLockAsync(NpgsqlConnection connection, long epoch, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT FROM consent.sequencer WHERE epoch = $1 FOR UPDATE",
            connection
        )
        {
            Parameters = { new() { Value = epoch } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation);
    }

    /// <summary>Whether events wait.</summary>
    public static async Task<bool> IsAnythingWaitingAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT EXISTS (SELECT FROM consent.inbox)", connection);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>
    /// Moves whole versions from the inbox to the end of the log, those that wait longest first. In a statement after
    /// the lock, so that its snapshot sees all that the holder before has done.
    /// </summary>
    public static async Task<IReadOnlyList<StoredEvent>> MoveAsync(
        NpgsqlConnection connection,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            $"""
            WITH longest AS (
                SELECT creator, version, count, tx FROM consent.inbox WHERE ordinal = 1 ORDER BY tx, creator, version
                    LIMIT $1
            ),
            chosen AS (
                SELECT creator, version FROM (SELECT creator, version, sum(count) OVER (ORDER BY tx, creator,
                    version) - count AS before FROM longest) AS l WHERE before < $2
            ),
            moved AS (
                DELETE FROM consent.inbox i USING chosen c WHERE i.creator = c.creator AND i.version = c.version
                    RETURNING i.*
            )
            INSERT INTO consent.history ({EventStore.Columns})
            SELECT (SELECT coalesce(max(seq), -1)
                FROM consent.history) + row_number() OVER (ORDER BY tx, creator, version, ordinal),
                creator, version, ordinal, count, event_id, type, tx, leaf, body, salt, kid, mac
            FROM moved
            RETURNING {EventStore.Columns}
            """,
            connection
        )
        {
            Parameters =
            {
                new() { Value = VersionsPerBatch },
                new() { Value = EventsPerBatch },
            },
        };
        var moved = await EventStore.ReadRawAsync(command, cancellation).ToListAsync(cancellation);
        moved.Sort((one, other) => one.Seq!.Value.CompareTo(other.Seq!.Value));
        return moved;
    }

    /// <summary>Clears what an erasure that has just been appended covers.</summary>
    public static async Task EraseAsync(
        NpgsqlConnection connection,
        StoredEvent erasure,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand("SELECT consent.erase($1, $2)", connection)
        {
            Parameters =
            {
                new() { Value = erasure.Stream.Name },
                new() { Value = erasure.Seq!.Value },
            },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Keeps tiles that a batch has filled.</summary>
    public static async Task WriteAsync(
        NpgsqlConnection connection,
        IReadOnlyCollection<Tile> tiles,
        CancellationToken cancellation
    )
    {
        if (tiles.Count == 0)
            return;
        await using var command = new NpgsqlCommand(
            "INSERT INTO consent.tile (level, index, hashes, root) SELECT * FROM unnest($1, $2, $3, $4)",
            connection
        )
        {
            Parameters =
            {
                new() { Value = tiles.Select(tile => (short)tile.Id.Level).ToArray() },
                new() { Value = tiles.Select(tile => tile.Id.Index).ToArray() },
                new() { Value = tiles.Select(tile => tile.Hashes).ToArray() },
                new() { Value = tiles.Select(tile => tile.Root).ToArray() },
            },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Stores a checkpoint; false if there is one of this size with another root.</summary>
    public static async Task<bool> TryWriteAsync(
        NpgsqlConnection connection,
        TreeHead head,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            """
            WITH stored AS (INSERT INTO consent.tree_head (size, root, note) VALUES ($1, $2, $3) ON CONFLICT (size)
                DO NOTHING RETURNING root)
            SELECT root FROM stored UNION ALL SELECT root FROM consent.tree_head WHERE size = $1
            """,
            connection
        )
        {
            Parameters =
            {
                new() { Value = head.Size },
                new() { Value = head.Root },
                new() { Value = head.Note, NpgsqlDbType = NpgsqlDbType.Text },
            },
        };
        return ((byte[])(await command.ExecuteScalarAsync(cancellation))!).AsSpan().SequenceEqual(head.Root);
    }

    /// <summary>How many leaves the log has.</summary>
    public static async Task<long> ReadSizeAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT coalesce(max(seq) + 1, 0) FROM consent.history",
            connection
        );
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>The newest checkpoint; null if there is none yet.</summary>
    public static async Task<TreeHead?> ReadHeadAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT size, root, note FROM consent.tree_head ORDER BY size DESC LIMIT 1",
            connection
        );
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? new(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1), reader.GetString(2))
            : null;
    }

    /// <summary>
    /// The signed note of a checkpoint of this size, with the lines of witnesses if there are any; null if there is no
    /// such checkpoint.
    /// </summary>
    public static async Task<string?> ReadNoteAsync(
        NpgsqlConnection connection,
        long size,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            "SELECT coalesce(c.note, h.note) FROM consent.tree_head h LEFT JOIN consent.cosigned_head c USING (size) "
                + "WHERE size = $1",
            connection
        )
        {
            Parameters = { new() { Value = size } },
        };
        return (string?)await command.ExecuteScalarAsync(cancellation);
    }

    /// <summary>Leaves of the log, from one on; fewer than wanted where it ends.</summary>
    public static async Task<List<byte[]>> ReadLeavesAsync(
        NpgsqlConnection connection,
        long first,
        int count,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            "SELECT leaf FROM consent.history WHERE seq >= $1 AND seq < $2 ORDER BY seq",
            connection
        )
        {
            Parameters =
            {
                new() { Value = first },
                new() { Value = first + count },
            },
        };
        var leaves = new List<byte[]>(count);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            leaves.Add(reader.GetFieldValue<byte[]>(0));
        return leaves;
    }

    /// <summary>Whether the log has an erasure from a leaf on: it took bodies of leaves before.</summary>
    public static async Task<bool> IsAnyErasedFromAsync(
        NpgsqlConnection connection,
        long from,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            "SELECT EXISTS (SELECT FROM consent.history WHERE seq >= $1 AND type = $2)",
            connection
        )
        {
            Parameters =
            {
                new() { Value = from },
                new() { Value = EventType.CreatorErased },
            },
        };
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>The right edge of the tree, ready to be appended to.</summary>
    public static async Task<TreeBuilder> ReadTreeAsync(
        NpgsqlConnection connection,
        long size,
        CancellationToken cancellation
    )
    {
        var edge = Enumerable
            .Range(0, TileId.Levels)
            .Select(level => new TileId(level, size >> (8 * (level + 1))))
            .TakeWhile(tile => tile.Level == 0 || size >> (8 * tile.Level) > 0)
            .ToList();
        var tiles = await TileStore.ReadAsync(
            connection,
            edge.Where(tile => tile.WidthIn(size) > 0),
            size,
            cancellation
        );
        return TreeBuilder.Resume(
            size,
            [.. edge.Select(tile => tiles.GetValueOrDefault(tile, []).Chunk(MerkleTree.HashLength).ToArray())]
        );
    }
}
