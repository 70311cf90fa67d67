using ConsentRegistry.Domain.Log;
using Npgsql;

namespace ConsentRegistry.Api.Persistence;

/// <summary>
/// Reads the tiles of the tree: full ones as they are kept, those at the right edge from what is below them.
/// </summary>
internal static class TileStore
{
    /// <summary>
    /// The hashes of tiles in a tree of so many leaves; of a tile that is not full in it, exactly as many as it has
    /// there.
    /// </summary>
    /// <exception cref="InvalidDataException">The log does not have them, and so not that many leaves.</exception>
    public static async Task<Dictionary<TileId, byte[]>> ReadAsync(
        NpgsqlConnection connection,
        IEnumerable<TileId> tiles,
        long treeSize,
        CancellationToken cancellation
    )
    {
        var wanted = tiles.Distinct().ToList();
        var full = wanted.Where(tile => tile.WidthIn(treeSize) == TileId.Width).ToList();
        var found = (await ReadStoredAsync(connection, full, cancellation)).ToDictionary(
            tile => tile.Id,
            tile => tile.Hashes
        );
        foreach (var tile in wanted.Where(tile => tile.WidthIn(treeSize) < TileId.Width))
            found.Add(tile, await ReadPartAsync(connection, tile, tile.WidthIn(treeSize), cancellation));
        return wanted.TrueForAll(tile =>
            found.TryGetValue(tile, out var hashes) && hashes.Length == tile.WidthIn(treeSize) * MerkleTree.HashLength
        )
            ? found
            : throw new InvalidDataException($"The log does not have the tiles of {treeSize} leaves.");
    }

    /// <summary>The hashes that make up proofs or roots, in a tree of so many leaves.</summary>
    public static async Task<TreeHashes> ReadAsync(
        NpgsqlConnection connection,
        IReadOnlyCollection<LeafRange> ranges,
        long treeSize,
        CancellationToken cancellation
    ) => new(await ReadAsync(connection, TreeHashes.TilesFor(ranges), treeSize, cancellation));

    /// <summary>The root over the first so many leaves.</summary>
    public static async Task<byte[]> ReadRootAsync(
        NpgsqlConnection connection,
        long treeSize,
        CancellationToken cancellation
    )
    {
        var whole = new LeafRange(0, treeSize);
        return (await ReadAsync(connection, [whole], treeSize, cancellation)).RootOf(whole);
    }

    /// <summary>Full tiles as they are stored; those that are not are left out.</summary>
    public static async Task<IReadOnlyList<Tile>> ReadStoredAsync(
        NpgsqlConnection connection,
        IReadOnlyCollection<TileId> tiles,
        CancellationToken cancellation
    )
    {
        var found = new List<Tile>();
        if (tiles.Count == 0)
            return found;
        await using var command = new NpgsqlCommand(
            "SELECT level, index, hashes, root FROM consent.tile JOIN unnest($1, $2) AS wanted(level, index) "
                + "USING (level, index)",
            connection
        )
        {
            Parameters =
            {
                new() { Value = tiles.Select(tile => (short)tile.Level).ToArray() },
                new() { Value = tiles.Select(tile => tile.Index).ToArray() },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            found.Add(
                new(
                    new(reader.GetInt16(0), reader.GetInt64(1)),
                    reader.GetFieldValue<byte[]>(2),
                    reader.GetFieldValue<byte[]>(3)
                )
            );
        return found;
    }

    // The hashes of level 0 are those of leaves, those of any other level the roots of the tiles below.
    private static async Task<byte[]> ReadPartAsync(
        NpgsqlConnection connection,
        TileId tile,
        int width,
        CancellationToken cancellation
    )
    {
        var first = tile.Index * TileId.Width;
        await using var command =
            tile.Level == 0
                ? new NpgsqlCommand(
                    "SELECT leaf FROM consent.history WHERE seq >= $1 AND seq < $2 ORDER BY seq",
                    connection
                )
                : new NpgsqlCommand(
                    "SELECT root FROM consent.tile WHERE level = $3 AND index >= $1 AND index < $2 ORDER BY index",
                    connection
                );
        command.Parameters.Add(new() { Value = first });
        command.Parameters.Add(new() { Value = first + width });
        if (tile.Level > 0)
            command.Parameters.Add(new() { Value = (short)(tile.Level - 1) });
        var hashes = new List<byte>(width * MerkleTree.HashLength);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var bytes = reader.GetFieldValue<byte[]>(0);
            hashes.AddRange(tile.Level == 0 ? MerkleTree.LeafHash(bytes) : bytes);
        }
        return [.. hashes];
    }
}
