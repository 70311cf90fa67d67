namespace ConsentRegistry.Domain.Log;

/// <summary>Roots and proofs of a tree, from its tiles.</summary>
/// <param name="tiles">The hashes of each needed tile, one after the other; at least as many as the tree has.</param>
public sealed class TreeHashes(IReadOnlyDictionary<TileId, byte[]> tiles)
{
    /// <summary>The tiles from which the hashes of these ranges are computed.</summary>
    public static IReadOnlyCollection<TileId> TilesFor(IEnumerable<LeafRange> ranges) =>
        [.. ranges.SelectMany(range => range.Subtrees()).Select(subtree => TileId.Of(subtree).Tile).Distinct()];

    /// <summary>The root over a range of leaves.</summary>
    /// <exception cref="KeyNotFoundException">A tile is missing.</exception>
    public byte[] RootOf(LeafRange range)
    {
        byte[]? root = null;
        foreach (var subtree in range.Subtrees().Reverse())
        {
            var hash = HashOf(subtree);
            root = root is null ? hash : MerkleTree.NodeHash(hash, root);
        }
        return root ?? MerkleTree.EmptyRoot;
    }

    /// <summary>The hashes of a proof.</summary>
    /// <exception cref="KeyNotFoundException">A tile is missing.</exception>
    public byte[][] ProofOf(IEnumerable<LeafRange> path) => [.. path.Select(RootOf)];

    private byte[] HashOf(Subtree subtree)
    {
        var (tile, range) = TileId.Of(subtree);
        var hashes = tiles[tile];
        var (first, count) = range.GetOffsetAndLength(hashes.Length / MerkleTree.HashLength);
        return TreeBuilder.RootOf(
            [
                .. Enumerable
                    .Range(first, count)
                    .Select(at => hashes[(at * MerkleTree.HashLength)..((at + 1) * MerkleTree.HashLength)]),
            ],
            0,
            count
        );
    }
}
