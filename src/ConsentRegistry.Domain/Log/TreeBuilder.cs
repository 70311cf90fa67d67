using System.Numerics;

namespace ConsentRegistry.Domain.Log;

/// <summary>
/// The right edge of a tree: all that is needed to append leaves and know the root. It keeps at most 255 hashes for
/// each level of tiles.
/// </summary>
public sealed class TreeBuilder
{
    // Of each level, the hashes of the tile that is not full yet.
    private readonly List<byte[]>[] edge;

    /// <summary>An empty tree.</summary>
    public TreeBuilder()
        : this(0, [.. Enumerable.Range(0, TileId.Levels).Select(_ => new List<byte[]>())]) { }

    private TreeBuilder(long size, List<byte[]>[] edge) => (Size, this.edge) = (size, edge);

    /// <summary>Leaves so far.</summary>
    public long Size { get; private set; }

    /// <summary>A tree that was built before.</summary>
    /// <param name="size">Its leaves.</param>
    /// <param name="edge">For each level, from 0 on, the hashes of its tile that is not full.</param>
    /// <exception cref="ArgumentException">A level does not have as many hashes as a tree of this size.</exception>
    public static TreeBuilder Resume(long size, IReadOnlyList<IReadOnlyList<byte[]>> edge)
    {
        for (var level = 0; level < TileId.Levels; level++)
        {
            var expected = new TileId(level, size >> (8 * (level + 1))).WidthIn(size);
            if ((level < edge.Count ? edge[level].Count : 0) != expected)
                throw new ArgumentException(
                    $"Level {level} of a tree of {size} leaves ends in {expected} hashes.",
                    nameof(edge)
                );
        }
        return new(
            size,
            [.. Enumerable.Range(0, TileId.Levels).Select(level => level < edge.Count ? edge[level].ToList() : [])]
        );
    }

    /// <summary>Appends a leaf.</summary>
    /// <param name="leafHash">The hash of the leaf.</param>
    /// <param name="completed">Receives the tiles that it fills; null if nobody keeps them.</param>
    public void Append(byte[] leafHash, ICollection<Tile>? completed = null)
    {
        Size++;
        var hash = leafHash;
        for (var level = 0; ; level++)
        {
            edge[level].Add(hash);
            if (edge[level].Count < TileId.Width)
                return;
            hash = RootOf(edge[level], 0, TileId.Width);
            completed?.Add(
                new(new(level, (Size >> (8 * (level + 1))) - 1), [.. edge[level].SelectMany(each => each)], hash)
            );
            edge[level].Clear();
        }
    }

    /// <summary>The root of the tree as it is now.</summary>
    public byte[] Root()
    {
        byte[]? root = null;
        // From the right: the smallest complete subtrees stand there.
        foreach (var hashes in edge)
        {
            for (var end = hashes.Count; end > 0; )
            {
                var count = 1 << BitOperations.TrailingZeroCount(end);
                var hash = RootOf(hashes, end - count, count);
                root = root is null ? hash : MerkleTree.NodeHash(hash, root);
                end -= count;
            }
        }
        return root ?? MerkleTree.EmptyRoot;
    }

    /// <summary>A tree that goes on from here, and leaves this one as it is.</summary>
    public TreeBuilder Copy() => new(Size, [.. edge.Select(hashes => hashes.ToList())]);

    internal static byte[] RootOf(IReadOnlyList<byte[]> hashes, int first, int count) =>
        count == 1
            ? hashes[first]
            : MerkleTree.NodeHash(RootOf(hashes, first, count / 2), RootOf(hashes, first + (count / 2), count / 2));
}
