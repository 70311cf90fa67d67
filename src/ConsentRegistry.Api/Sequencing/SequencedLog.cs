using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain.Log;
using Npgsql;

namespace ConsentRegistry.Api.Sequencing;

/// <summary>The log as far as a sequencer has it.</summary>
/// <param name="Tree">The tree over its leaves.</param>
/// <param name="Digest">How far its streams are.</param>
internal sealed record SequencedLog(TreeBuilder Tree, LogDigest Digest)
{
    /// <summary>How long the database may take for one statement, where the log is read as a whole.</summary>
    private const int WholeSeconds = 600;

    /// <summary>
    /// Goes on from the newest checkpoint: what came after it is read and verified event by event, and its tiles have to
    /// be the stored ones.
    /// </summary>
    /// <param name="connection">In a transaction that holds the sequencer's lock.</param>
    /// <param name="keys">What events are marked by.</param>
    /// <param name="head">The newest checkpoint; null if there is none yet.</param>
    /// <param name="size">The leaves that there are.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="LogIntegrityException">The log is not what nodes wrote.</exception>
    public static async Task<SequencedLog> ResumeAsync(
        NpgsqlConnection connection,
        IntegrityKeys keys,
        TreeHead? head,
        long size,
        CancellationToken cancellation
    )
    {
        var covered = head?.Size ?? 0;
        var tree = await LogStore.ReadTreeAsync(connection, covered, cancellation);
        if (head is not null && !tree.Root().AsSpan().SequenceEqual(head.Root))
            throw new LogIntegrityException($"The tiles of the log are not those of its first {covered} leaves.");
        var stored = await LogDigest.ReadAsync(connection, keys, cancellation);
        if (stored?.Size > size)
            throw new LogIntegrityException(
                $"The log has {size} leaves, and its digest is of {stored.Size}: history was lost or taken back."
            );
        var digest = stored;
        var tiles = new List<Tile>();
        await using (
            var command = new NpgsqlCommand(
                $"SELECT {EventStore.Columns} FROM consent.history WHERE seq >= $1 ORDER BY seq",
                connection
            )
            {
                Parameters = { new() { Value = Math.Min(covered, stored?.Size ?? covered) } },
            }
        )
        {
            await foreach (var next in EventStore.ReadRawAsync(command, cancellation))
            {
                if (!keys.IsAuthentic(next))
                    throw new LogIntegrityException($"Leaf {next.Seq} of the log was written by no node.");
                if (next.Seq == tree.Size)
                    tree.Append(MerkleTree.LeafHash(next.Leaf), tiles);
                if (digest is not null && next.Seq == digest.Size)
                    digest = digest.With(next);
            }
        }
        if (tree.Size != size)
            throw new LogIntegrityException($"The log has no leaf {tree.Size}, though it has {size} leaves.");
        await RequireAsync(connection, tiles, cancellation);
        // There is none yet, it was taken away, or what it would have to follow was erased.
        if (digest?.Size != size)
            digest = await ReadDigestAsync(connection, keys, stored, size, cancellation);
        return new(tree, digest);
    }

    /// <summary>The digest of a log that is read as a whole.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="keys">What events are marked by.</param>
    /// <param name="stored">What it has to go on from; null for nothing.</param>
    /// <param name="size">The leaves that it is to cover.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="LogIntegrityException">The log is not what nodes wrote.</exception>
    public static async Task<LogDigest> ReadDigestAsync(
        NpgsqlConnection connection,
        IntegrityKeys keys,
        LogDigest? stored,
        long size,
        CancellationToken cancellation
    )
    {
        var heads = new StreamHeads();
        if (stored is not null)
        {
            await heads.ReadLogAsync(connection, keys, stored.Size, WholeSeconds, cancellation);
            if (heads.SumOf(stored.Key) != stored.Sum)
                throw new LogIntegrityException(
                    $"The log's {stored.Size} leaves are not those that its digest is of: an event was taken away or "
                        + "altered."
                );
        }
        await heads.ReadLogAsync(connection, keys, size, WholeSeconds, cancellation);
        if (heads.Altered.Count > 0 || heads.Size < size)
            throw new LogIntegrityException($"Leaf {heads.Size} of the log, or one before it, was written by no node.");
        return new(size, keys.NewestSealKey, heads.SumOf(keys.NewestSealKey));
    }

    private static async Task RequireAsync(
        NpgsqlConnection connection,
        IReadOnlyCollection<Tile> tiles,
        CancellationToken cancellation
    )
    {
        var stored = (
            await TileStore.ReadStoredAsync(connection, [.. tiles.Select(tile => tile.Id)], cancellation)
        ).ToDictionary(tile => tile.Id);
        foreach (var tile in tiles)
        {
            if (
                !stored.TryGetValue(tile.Id, out var kept)
                || !kept.Hashes.AsSpan().SequenceEqual(tile.Hashes)
                || !kept.Root.AsSpan().SequenceEqual(tile.Root)
            )
                throw new LogIntegrityException(
                    $"Tile {tile.Id.Index} of level {tile.Id.Level} is not the one of the log's leaves."
                );
        }
    }
}
