using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Log;
using Npgsql;

namespace ConsentRegistry.Api.Persistence;

/// <summary>What was marked that no node had marked.</summary>
/// <param name="Logged">Events of the log.</param>
/// <param name="Waiting">Events that waited for the log.</param>
/// <param name="Size">The size of the checkpoint that the log agrees with.</param>
internal readonly record struct Adopted(long Logged, long Waiting, long Size);

/// <summary>
/// Marks the events that were written before nodes marked them, once: the leaves of the log have to agree with its
/// newest checkpoint, and each row with its leaf. From then on the tables take no event without a mark.
/// </summary>
internal static class EventAdoption
{
    /// <summary>Events of one transaction.</summary>
    private const int EventsPerBatch = 5_000;

    /// <summary>How long one statement may take: the last looks at all rows.</summary>
    private const int StatementSeconds = 3_600;

    /// <summary>Marks what has no mark.</summary>
    /// <param name="connection">A connection of the owner.</param>
    /// <param name="keys">The newest key marks.</param>
    /// <param name="isOwn">
    /// Whether a checkpoint is signed with the log's keys; null where the operator vouches for a copy, of which marks of
    /// unknown keys are replaced as well.
    /// </param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>What was marked; null if everything was marked before.</returns>
    /// <exception cref="IntegrityException">The log is not what its checkpoint says, or a row not what its leaf
    /// says.</exception>
    public static async Task<Adopted?> RunAsync(
        NpgsqlConnection connection,
        IntegrityKeys keys,
        Func<string, bool>? isOwn,
        CancellationToken cancellation
    )
    {
        // There is a digest only of a log whose events all had marks. Rules of the tables can be dropped.
        if (
            isOwn is not null
            && (
                await IsDoneAsync(connection, cancellation)
                || await LogDigest.ReadAsync(connection, keys, cancellation) is not null
            )
        )
            return null;
        var head = await LogStore.ReadHeadAsync(connection, cancellation);
        var own = await LogIdentityStore.ReadNewestOwnNoteAsync(connection, cancellation);
        if (own is not null && isOwn?.Invoke(own) == false)
            throw new IntegrityException("The newest checkpoint is not signed with the keys of the log.");
        var (tree, logged) = (new TreeBuilder(), 0L);
        while (await ReadLogAsync(connection, tree.Size, cancellation) is { Count: > 0 } batch)
        {
            foreach (var stored in batch)
            {
                Require(stored.Seq == tree.Size, stored);
                tree.Append(MerkleTree.LeafHash(stored.Leaf));
                if (tree.Size == head?.Size && !tree.Root().AsSpan().SequenceEqual(head.Root))
                    throw new IntegrityException($"The first {tree.Size} leaves of the log are not its checkpoint's.");
            }
            logged += await MarkAsync(connection, keys, batch, cancellation);
        }
        if (tree.Size < (head?.Size ?? 0))
            throw new IntegrityException($"The log has {tree.Size} leaves, and its checkpoint covers {head!.Size}.");

        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // Nobody appends from here on, and what was appended meanwhile is marked as well.
        await ExecuteAsync(
            connection,
            "SELECT FROM consent.sequencer FOR UPDATE; LOCK TABLE consent.inbox IN ACCESS EXCLUSIVE MODE",
            cancellation
        );
        while (await ReadLogAsync(connection, tree.Size, cancellation) is { Count: > 0 } batch)
        {
            foreach (var stored in batch)
                tree.Append(MerkleTree.LeafHash(stored.Leaf));
            logged += await MarkAsync(connection, keys, batch, cancellation);
        }
        var waiting = await MarkAsync(
            connection,
            keys,
            await ReadAsync(new($"SELECT NULL::bigint AS {EventStore.Columns} FROM consent.inbox", connection)),
            cancellation
        );
        await ExecuteAsync(
            connection,
            """
            ALTER TABLE consent.inbox ALTER COLUMN kid SET NOT NULL, ALTER COLUMN mac SET NOT NULL;
            ALTER TABLE consent.history ALTER COLUMN kid SET NOT NULL, ALTER COLUMN mac SET NOT NULL;
            """,
            cancellation
        );
        // Of a copy nothing carries the mark of another key any more.
        if (isOwn is null)
        {
            await using var forget = new NpgsqlCommand(
                $"DELETE FROM {KeyNames.OfNodes} WHERE kid <> ALL($1)",
                connection
            )
            {
                Parameters = { new() { Value = keys.All.Select(key => key.Kid).ToArray() } },
            };
            await forget.ExecuteNonQueryAsync(cancellation);
        }
        await using var name = new NpgsqlCommand(
            $"INSERT INTO {KeyNames.OfNodes} (kid) VALUES ($1) ON CONFLICT DO NOTHING",
            connection
        )
        {
            Parameters = { new() { Value = keys.Newest.Kid } },
        };
        await name.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return new(logged, waiting, head?.Size ?? 0);

        async Task<List<StoredEvent>> ReadAsync(NpgsqlCommand command)
        {
            await using (command)
                return await EventStore.ReadRawAsync(command, cancellation).ToListAsync(cancellation);
        }
    }

    private static async Task<bool> IsDoneAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT attnotnull FROM pg_attribute WHERE attrelid = 'consent.inbox'::regclass AND attname = 'mac'",
            connection
        );
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private static async Task<List<StoredEvent>> ReadLogAsync(
        NpgsqlConnection connection,
        long from,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            $"SELECT {EventStore.Columns} FROM consent.history WHERE seq >= $1 ORDER BY seq LIMIT $2",
            connection
        )
        {
            Parameters =
            {
                new() { Value = from },
                new() { Value = EventsPerBatch },
            },
        };
        return await EventStore.ReadRawAsync(command, cancellation).ToListAsync(cancellation);
    }

    // What a known key has marked stays as it is: if it was altered since, it is found as everywhere else.
    private static async Task<int> MarkAsync(
        NpgsqlConnection connection,
        IntegrityKeys keys,
        List<StoredEvent> events,
        CancellationToken cancellation
    )
    {
        var unmarked = events.FindAll(stored => stored.Mark is not { } mark || !keys.Has(mark.Kid));
        foreach (var stored in unmarked)
            Require(AgreesWithItself(stored), stored);
        foreach (var table in unmarked.GroupBy(stored => stored.Seq is null ? "inbox" : "history"))
        {
            await using var command = new NpgsqlCommand(
                $"""
                UPDATE consent.{table.Key} e SET kid = $4, mac = n.mac
                FROM unnest($1, $2, $3, $5) AS n(creator, version, ordinal, mac)
                WHERE e.creator = n.creator AND e.version = n.version AND e.ordinal = n.ordinal
                """,
                connection
            )
            {
                Parameters =
                {
                    new() { Value = table.Select(stored => stored.Stream.Name).ToArray() },
                    new() { Value = table.Select(stored => stored.Version).ToArray() },
                    new() { Value = table.Select(stored => stored.Ordinal).ToArray() },
                    new() { Value = keys.Newest.Kid },
                    new() { Value = table.Select(stored => keys.Newest.MacOf(stored.Columns)).ToArray() },
                },
                CommandTimeout = StatementSeconds,
            };
            await command.ExecuteNonQueryAsync(cancellation);
        }
        return unmarked.Count;
    }

    // Whose stream it is, only the body says: of an erased one the column is believed.
    private static bool AgreesWithItself(StoredEvent stored) =>
        Leaf.TryParse(stored.Leaf, out var leaf)
        && leaf.Type == stored.Type
        && leaf.EventId == stored.EventId
        && leaf.Version == stored.Version
        && leaf.Ordinal == stored.Ordinal
        && leaf.Count == stored.Count
        && leaf.Tx == stored.Tx
        && (
            stored.Body is null
            || (
                leaf.CommitsTo(stored.Body, stored.Salt)
                && EventBody.TryParse(stored.Type, stored.Body, out var body)
                && body.Stream == stored.Stream
            )
        );

    private static void Require(bool isRight, StoredEvent stored)
    {
        if (!isRight)
            throw new IntegrityException(
                stored.Seq is { } seq
                    ? $"Leaf {seq} of the log is not what its row says."
                    : "An event that waits for the log is not what its row says."
            );
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = StatementSeconds };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
