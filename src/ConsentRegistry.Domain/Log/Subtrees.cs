using System.Numerics;

namespace ConsentRegistry.Domain.Log;

/// <summary>A complete subtree: <c>2^Height</c> leaves, the first of which is <c>Index * 2^Height</c>.</summary>
/// <param name="Height">0 for a single leaf.</param>
/// <param name="Index">Its place among the subtrees of that height.</param>
public readonly record struct Subtree(int Height, long Index);

/// <summary>Consecutive leaves of a tree whose hash is wanted as if they were a tree of their own.</summary>
/// <param name="First">The first leaf.</param>
/// <param name="End">The leaf after the last.</param>
public readonly record struct LeafRange(long First, long End)
{
    /// <summary>
    /// The fewest complete subtrees that make up the range, from the left. The range has to start where its largest one
    /// can.
    /// </summary>
    public IEnumerable<Subtree> Subtrees()
    {
        for (var first = First; first < End; )
        {
            var height = BitOperations.Log2((ulong)(End - first));
            yield return new(height, first >> height);
            first += 1L << height;
        }
    }
}

/// <summary>Which hashes make up a proof (RFC 6962, sections 2.1.1 and 2.1.2).</summary>
public static class ProofPath
{
    /// <summary>
    /// The siblings on the way from a leaf up to the root of the tree of <paramref name="size"/> leaves.
    /// </summary>
    public static IReadOnlyList<LeafRange> Inclusion(long index, long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var path = new List<LeafRange>();
        for (var tree = new LeafRange(0, size); tree.End - tree.First > 1; )
        {
            var middle = MiddleOf(tree);
            (tree, var sibling) =
                index < middle
                    ? (tree with { End = middle }, tree with { First = middle })
                    : (tree with { First = middle }, tree with { End = middle });
            path.Add(sibling);
        }
        path.Reverse();
        return path;
    }

    /// <summary>
    /// What shows that the tree of <paramref name="size"/> leaves only appends to the one of
    /// <paramref name="earlierSize"/>.
    /// </summary>
    public static IReadOnlyList<LeafRange> Consistency(long earlierSize, long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(earlierSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(earlierSize, size);
        var path = new List<LeafRange>();
        if (earlierSize == size)
            return path;
        var tree = new LeafRange(0, size);
        while (tree.End != earlierSize)
        {
            var middle = MiddleOf(tree);
            (tree, var sibling) =
                earlierSize <= middle
                    ? (tree with { End = middle }, tree with { First = middle })
                    : (tree with { First = middle }, tree with { End = middle });
            path.Add(sibling);
        }
        // The earlier tree itself is known to whoever checks the proof.
        if (tree.First != 0)
            path.Add(tree);
        path.Reverse();
        return path;
    }

    // The left half holds the largest power of two below the number of leaves.
    private static long MiddleOf(LeafRange tree) =>
        tree.First + (1L << BitOperations.Log2((ulong)(tree.End - tree.First - 1)));
}
