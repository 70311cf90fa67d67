using System.Text;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Replica.Facts;

/// <summary>
/// Names of videos as bytes, one after the other, in blocks that the garbage collector need not look into. One writer
/// adds and wipes while any number of readers read.
/// </summary>
/// <remarks>
/// An entry is the length of the owner's id, that of the video's id, and both ids. It stays where it is, and its room is
/// not used again: names go only when an administrator takes an identifier away, or a creator is erased.
/// </remarks>
internal sealed class NameArena
{
    private const int BlockSize = 1 << 20;

    private const int LongestEntry = 2 + (2 * Identifier.MaxLength);

    private byte[][] blocks = [];
    private int used = BlockSize;

    /// <summary>Bytes that are reserved for names.</summary>
    public long Bytes => (long)blocks.Length * BlockSize;

    /// <summary>Adds a name, and says its place, which is above 0. Only the one writer may.</summary>
    public long Add(VideoKey video)
    {
        var (owner, name) = (video.Creator.Value, video.Video.Value);
        Span<byte> entry = stackalloc byte[LongestEntry];
        entry[0] = (byte)Encoding.ASCII.GetBytes(owner, entry[2..]);
        entry[1] = (byte)Encoding.ASCII.GetBytes(name, entry[(2 + entry[0])..]);
        var length = 2 + entry[0] + entry[1];
        if (used + length > BlockSize)
        {
            Volatile.Write(ref blocks, [.. blocks, new byte[BlockSize]]);
            used = 0;
        }
        entry[..length].CopyTo(blocks[^1].AsSpan(used));
        var place = ((long)(blocks.Length - 1) * BlockSize) + used + 1;
        used += length;
        return place;
    }

    /// <summary>
    /// Reads a name. What a reader finds at a place that was half written means nothing, and is safe to look at.
    /// </summary>
    /// <returns>False if there is no name at the place, or none any more.</returns>
    public bool TryRead(long place, out ReadOnlySpan<byte> owner, out ReadOnlySpan<byte> video)
    {
        owner = default;
        video = default;
        var all = Volatile.Read(ref blocks);
        var (block, at) = Math.DivRem(place - 1, BlockSize);
        if (place < 1 || block >= all.Length)
            return false;
        var entry = all[block].AsSpan((int)at);
        if (entry.Length < 2 || entry[0] == 0 || entry.Length < 2 + entry[0] + entry[1])
            return false;
        owner = entry.Slice(2, entry[0]);
        video = entry.Slice(2 + entry[0], entry[1]);
        return true;
    }

    /// <summary>Overwrites a name. Only the one writer may.</summary>
    public void Wipe(long place)
    {
        if (!TryRead(place, out var owner, out var video))
            return;
        var (block, at) = Math.DivRem(place - 1, BlockSize);
        blocks[block].AsSpan((int)at, 2 + owner.Length + video.Length).Clear();
    }
}
