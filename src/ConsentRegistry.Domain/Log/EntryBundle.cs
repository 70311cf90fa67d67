using System.Buffers;
using System.Buffers.Binary;

namespace ConsentRegistry.Domain.Log;

/// <summary>
/// The leaves of a tile, one after the other, each after its length in two bytes, big-endian (C2SP tlog-tiles).
/// </summary>
public static class EntryBundle
{
    /// <summary>Bytes of a bundle, at most: as many leaves as a tile has, each as long as two bytes can say.</summary>
    public const int MaxBytes = TileId.Width * (sizeof(ushort) + ushort.MaxValue);

    /// <summary>The folder of bundles among those of tiles.</summary>
    public const string Folder = "entries";

    /// <summary>Where the leaves of a tile are in a log's files, for example <c>tile/entries/x001/067.p/3</c>.</summary>
    /// <param name="index">The place of the tile.</param>
    /// <param name="width">How many leaves: 1 to <see cref="TileId.Width"/>.</param>
    public static string PathOf(long index, int width) => $"tile/{Folder}/{TileId.PathOf(index, width)}";

    /// <summary>Appends a leaf.</summary>
    /// <exception cref="ArgumentException">The leaf is longer than two bytes can say.</exception>
    public static void Append(IBufferWriter<byte> bundle, ReadOnlySpan<byte> leaf)
    {
        if (leaf.Length > ushort.MaxValue)
            throw new ArgumentException($"A leaf has at most {ushort.MaxValue} bytes.", nameof(leaf));
        BinaryPrimitives.WriteUInt16BigEndian(bundle.GetSpan(sizeof(ushort)), (ushort)leaf.Length);
        bundle.Advance(sizeof(ushort));
        bundle.Write(leaf);
    }

    /// <summary>The bytes of a bundle that are its first leaves; null if it does not have so many.</summary>
    public static int? LengthOf(ReadOnlySpan<byte> bundle, int leaves)
    {
        var length = 0;
        for (var leaf = 0; leaf < leaves; leaf++)
        {
            if (bundle.Length - length < sizeof(ushort))
                return null;
            length += sizeof(ushort) + BinaryPrimitives.ReadUInt16BigEndian(bundle[length..]);
            if (length > bundle.Length)
                return null;
        }
        return length;
    }

    /// <summary>
    /// The hashes of the leaves, one after the other, as the tile of level 0 has them; null if the bytes are anything
    /// else than so many leaves.
    /// </summary>
    public static byte[]? HashesOf(ReadOnlySpan<byte> bundle, int leaves)
    {
        if (LengthOf(bundle, leaves) != bundle.Length)
            return null;
        var hashes = new byte[leaves * MerkleTree.HashLength];
        for (var leaf = 0; leaf < leaves; leaf++)
        {
            var end = LengthOf(bundle, 1)!.Value;
            MerkleTree.LeafHash(bundle[sizeof(ushort)..end]).CopyTo(hashes, leaf * MerkleTree.HashLength);
            bundle = bundle[end..];
        }
        return hashes;
    }
}
