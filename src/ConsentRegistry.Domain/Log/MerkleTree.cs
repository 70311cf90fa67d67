using System.Numerics;
using System.Security.Cryptography;

namespace ConsentRegistry.Domain.Log;

/// <summary>
/// The Merkle tree hash of RFC 6962, section 2.1, with SHA-256: how a list of leaves becomes one root, and how two
/// proofs are checked against roots. Proofs are made by <see cref="TreeHashes"/>.
/// </summary>
public static class MerkleTree
{
    /// <summary>Bytes of a hash.</summary>
    public const int HashLength = SHA256.HashSizeInBytes;

    /// <summary>The root of a tree without leaves: the hash of nothing.</summary>
    public static byte[] EmptyRoot => SHA256.HashData([]);

    /// <summary>The hash of a leaf: SHA-256(0x00 ‖ leaf).</summary>
    public static byte[] LeafHash(ReadOnlySpan<byte> leaf)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([0]);
        hash.AppendData(leaf);
        return hash.GetHashAndReset();
    }

    /// <summary>The hash over two halves: SHA-256(0x01 ‖ left ‖ right).</summary>
    public static byte[] NodeHash(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Span<byte> node = stackalloc byte[1 + (2 * HashLength)];
        node[0] = 1;
        left.CopyTo(node[1..]);
        right.CopyTo(node[(1 + HashLength)..]);
        return SHA256.HashData(node);
    }

    /// <summary>
    /// Whether the proof shows that the leaf with this hash stands at <paramref name="index"/> in the tree of
    /// <paramref name="size"/> leaves with this root (RFC 9162, section 2.1.3.2). Any malformed input is no proof.
    /// </summary>
    public static bool VerifyInclusion(
        long index,
        long size,
        ReadOnlySpan<byte> leafHash,
        IReadOnlyList<byte[]> proof,
        ReadOnlySpan<byte> root
    )
    {
        if (index < 0 || index >= size || !AreHashes(leafHash, root, proof))
            return false;
        var (at, last) = (index, size - 1);
        var hash = leafHash.ToArray();
        foreach (var sibling in proof)
        {
            if (last == 0)
                return false;
            if ((at & 1) == 1 || at == last)
            {
                hash = NodeHash(sibling, hash);
                SkipWhereOnlyLeft(ref at, ref last);
            }
            else
            {
                hash = NodeHash(hash, sibling);
            }
            (at, last) = (at >> 1, last >> 1);
        }
        return last == 0 && root.SequenceEqual(hash);
    }

    /// <summary>
    /// Whether the proof shows that the tree of <paramref name="size"/> leaves only appends to the one of
    /// <paramref name="earlierSize"/> (RFC 9162, section 2.1.4.2). Nothing has to be proven, and so nothing may be
    /// given, where they are equal. Of an empty tree nothing can be shown: every tree appends to it.
    /// </summary>
    public static bool VerifyConsistency(
        long earlierSize,
        long size,
        IReadOnlyList<byte[]> proof,
        ReadOnlySpan<byte> earlierRoot,
        ReadOnlySpan<byte> root
    )
    {
        if (earlierSize <= 0 || earlierSize > size)
            return false;
        if (earlierSize == size)
            return proof.Count == 0 && earlierRoot.SequenceEqual(root);
        if (proof.Count == 0 || !AreHashes(earlierRoot, root, proof))
            return false;

        // A complete earlier tree is itself a node of the later one, and so left out of the proof.
        var isComplete = BitOperations.IsPow2(earlierSize);
        var (at, last) = (earlierSize - 1, size - 1);
        var trailing = BitOperations.TrailingZeroCount(~at);
        (at, last) = (at >> trailing, last >> trailing);
        var earlierHash = isComplete ? earlierRoot.ToArray() : proof[0];
        var hash = earlierHash;
        foreach (var sibling in proof.Skip(isComplete ? 0 : 1))
        {
            if (last == 0)
                return false;
            if ((at & 1) == 1 || at == last)
            {
                earlierHash = NodeHash(sibling, earlierHash);
                hash = NodeHash(sibling, hash);
                SkipWhereOnlyLeft(ref at, ref last);
            }
            else
            {
                hash = NodeHash(hash, sibling);
            }
            (at, last) = (at >> 1, last >> 1);
        }
        return last == 0 && earlierRoot.SequenceEqual(earlierHash) && root.SequenceEqual(hash);
    }

    // On the right edge a node without a sibling rises unchanged.
    private static void SkipWhereOnlyLeft(ref long at, ref long last)
    {
        while ((at & 1) == 0 && at != 0)
            (at, last) = (at >> 1, last >> 1);
    }

    private static bool AreHashes(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other, IReadOnlyList<byte[]> proof) =>
        one.Length == HashLength && other.Length == HashLength && proof.All(hash => hash.Length == HashLength);
}
