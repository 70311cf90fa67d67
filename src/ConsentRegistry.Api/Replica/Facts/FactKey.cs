using System.Runtime.CompilerServices;
using System.Text;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Replica.Facts;

/// <summary>The name of a record in memory: a keyed hash of ids, 128 bits. Two names that differ are taken to be two records.</summary>
internal readonly record struct FactKey(ulong Low, ulong High)
{
    /// <summary>No record: what an empty slot holds.</summary>
    public bool IsEmpty => (Low | High) == 0;
}

/// <summary>
/// Names records. The key is random and this process's own, so that nobody outside can choose ids that fall together: it guards a hash table
/// and is no cryptography.
/// </summary>
/// <remarks>No id contains a slash, so that ids joined by slashes are unambiguous, and what they name is told by their number.</remarks>
[SkipLocalsInit]
internal sealed class KeyHasher(ulong k0, ulong k1)
{
    private const int LongestName = (3 * Identifier.MaxLength) + 2;

    /// <summary>Names a creator.</summary>
    public FactKey OfCreator(ReadOnlySpan<byte> creator) => Of(creator);

    /// <summary>Names a requester.</summary>
    public FactKey OfRequester(ReadOnlySpan<byte> requester) => Of(requester);

    /// <summary>Names a video, and what its owner has said about it.</summary>
    public FactKey OfVideo(ReadOnlySpan<byte> owner, ReadOnlySpan<byte> video)
    {
        Span<byte> name = stackalloc byte[LongestName];
        var length = Join(name, 0, owner);
        name[length++] = (byte)'/';
        return Of(name[..Join(name, length, video)]);
    }

    /// <summary>Names what a participant has said about somebody else's video.</summary>
    public FactKey OfAppearance(ReadOnlySpan<byte> participant, ReadOnlySpan<byte> owner, ReadOnlySpan<byte> video)
    {
        Span<byte> name = stackalloc byte[LongestName];
        var length = Join(name, 0, participant);
        name[length++] = (byte)'/';
        length = Join(name, length, owner);
        name[length++] = (byte)'/';
        return Of(name[..Join(name, length, video)]);
    }

    /// <summary>Names a creator or a requester by text.</summary>
    public FactKey Of(string id)
    {
        Span<byte> bytes = stackalloc byte[Identifier.MaxLength];
        return Of(bytes[..Encoding.ASCII.GetBytes(id, bytes)]);
    }

    /// <summary>Names a video by text.</summary>
    public FactKey Of(VideoKey video)
    {
        Span<byte> owner = stackalloc byte[Identifier.MaxLength];
        Span<byte> name = stackalloc byte[Identifier.MaxLength];
        return OfVideo(owner[..Encoding.ASCII.GetBytes(video.Creator.Value, owner)], name[..Encoding.ASCII.GetBytes(video.Video.Value, name)]);
    }

    /// <summary>Names, by text, what somebody has said about a video: the owner, or a participant.</summary>
    public FactKey Of(CreatorId decider, VideoKey video)
    {
        if (decider == video.Creator)
            return Of(video);
        Span<byte> participant = stackalloc byte[Identifier.MaxLength];
        Span<byte> owner = stackalloc byte[Identifier.MaxLength];
        Span<byte> name = stackalloc byte[Identifier.MaxLength];
        return OfAppearance(
            participant[..Encoding.ASCII.GetBytes(decider.Value, participant)],
            owner[..Encoding.ASCII.GetBytes(video.Creator.Value, owner)],
            name[..Encoding.ASCII.GetBytes(video.Video.Value, name)]);
    }

    private FactKey Of(ReadOnlySpan<byte> name)
    {
        var (low, high) = SipHash.Hash13(k0, k1, name);
        return (low | high) == 0 ? new(1, 0) : new(low, high);
    }

    private static int Join(Span<byte> name, int length, ReadOnlySpan<byte> id)
    {
        id.CopyTo(name[length..]);
        return length + id.Length;
    }
}
