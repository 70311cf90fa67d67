using System.Diagnostics.CodeAnalysis;

namespace ConsentRegistry.Domain.Log;

/// <summary>
/// Tiles of a tree whose root is known. Each is shown to be of that tree before it is kept: those at the right edge by
/// the root, any other one by the tile above it. It keeps the right edge and the last tile of each level, whatever the
/// size of the tree.
/// </summary>
public sealed class VerifiedTiles
{
    // By level.
    private readonly byte[]?[] edge;
    private readonly (long Index, byte[] Hashes)?[] last = new (long, byte[])?[TileId.Levels];

    private VerifiedTiles(long size, byte[]?[] edge) => (Size, this.edge) = (size, edge);

    /// <summary>The leaves of the tree.</summary>
    public long Size { get; }

    /// <summary>Everything that is kept now.</summary>
    public IEnumerable<(TileId Id, byte[] Hashes)> Known =>
        Enumerable
            .Range(0, TileId.Levels)
            .SelectMany(level =>
                new (TileId Id, byte[]? Hashes)[]
                {
                    (LastOf(level, Size), edge[level]),
                    (new(level, last[level]?.Index ?? 0), last[level]?.Hashes),
                }
            )
            .Where(tile => tile.Hashes is not null)
            .Select(tile => (tile.Id, tile.Hashes!));

    /// <summary>The tiles at the right edge of a tree: those that are not full, one of a level at most.</summary>
    public static IEnumerable<TileId> EdgeOf(long size) =>
        Enumerable.Range(0, TileId.Levels).Select(level => LastOf(level, size)).Where(tile => tile.WidthIn(size) > 0);

    /// <summary>Begins with the right edge of a tree; false if these hashes do not make up its root.</summary>
    /// <param name="size">The leaves of the tree.</param>
    /// <param name="root">Its root.</param>
    /// <param name="edge">The hashes of each tile of <see cref="EdgeOf"/>, one after the other.</param>
    /// <param name="tiles">The tiles.</param>
    public static bool TryBegin(
        long size,
        ReadOnlySpan<byte> root,
        IReadOnlyDictionary<TileId, byte[]> edge,
        [NotNullWhen(true)] out VerifiedTiles? tiles
    )
    {
        tiles = null;
        var levels = new byte[]?[TileId.Levels];
        foreach (var tile in EdgeOf(size))
        {
            if (!edge.TryGetValue(tile, out var hashes) || hashes.Length != BytesOf(tile.WidthIn(size)))
                return false;
            levels[tile.Level] = hashes;
        }
        var read = new VerifiedTiles(size, levels);
        if (!root.SequenceEqual(read.RootAt(size)))
            return false;
        tiles = read;
        return true;
    }

    /// <summary>
    /// The tile to add next so that this one is known in the end: itself, or one above it; null if it is known.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The tree has no such tile.</exception>
    public TileId? MissingFor(TileId tile)
    {
        ArgumentOutOfRangeException.ThrowIfZero(tile.WidthIn(Size), nameof(tile));
        TileId? missing = null;
        // The one at the top is of the right edge.
        for (; Find(tile) is null; tile = Above(tile))
            missing = tile;
        return missing;
    }

    /// <summary>Adds a full tile; false if these are not its hashes.</summary>
    /// <exception cref="InvalidOperationException">The tile above it is not known.</exception>
    public bool TryAdd(TileId tile, byte[] hashes)
    {
        if (hashes.Length != BytesOf(TileId.Width) || tile.WidthIn(Size) < TileId.Width)
            return false;
        if (Find(Above(tile)) is not { } above)
            throw new InvalidOperationException("The tile above shows whether a tile is of the tree.");
        var at = BytesOf((int)(tile.Index % TileId.Width));
        var root = TreeBuilder.RootOf(ListOf(hashes), 0, TileId.Width);
        if (!above.AsSpan(at, MerkleTree.HashLength).SequenceEqual(root))
            return false;
        last[tile.Level] = (tile.Index, hashes);
        return true;
    }

    /// <summary>The hashes of a tile, one after the other.</summary>
    /// <exception cref="KeyNotFoundException">It is not known.</exception>
    public byte[] this[TileId tile] =>
        Find(tile) ?? throw new KeyNotFoundException($"Tile {tile.Index} of level {tile.Level} is not known.");

    /// <summary>
    /// The root that the tree had when it was smaller. The tiles of <see cref="EdgeOf"/> that size have to be known.
    /// </summary>
    /// <exception cref="KeyNotFoundException">One is not.</exception>
    public byte[] RootAt(long size)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, Size);
        var levels = new List<byte[]>[TileId.Levels];
        Array.Fill(levels, []);
        foreach (var tile in EdgeOf(size))
            levels[tile.Level] = ListOf(this[tile].AsSpan(0, BytesOf(tile.WidthIn(size))));
        return TreeBuilder.Resume(size, levels).Root();
    }

    private byte[]? Find(TileId tile) =>
        edge[tile.Level] is { } hashes && LastOf(tile.Level, Size) == tile ? hashes
        : last[tile.Level] is { } full && full.Index == tile.Index ? full.Hashes
        : null;

    private static TileId LastOf(int level, long size) => new(level, size >> (8 * (level + 1)));

    private static TileId Above(TileId tile) => new(tile.Level + 1, tile.Index / TileId.Width);

    private static int BytesOf(int hashes) => hashes * MerkleTree.HashLength;

    private static List<byte[]> ListOf(ReadOnlySpan<byte> hashes)
    {
        var list = new List<byte[]>(hashes.Length / MerkleTree.HashLength);
        for (var at = 0; at < hashes.Length; at += MerkleTree.HashLength)
            list.Add(hashes.Slice(at, MerkleTree.HashLength).ToArray());
        return list;
    }
}
