using System.Runtime.CompilerServices;
using System.Text;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Identifiers;

namespace ConsentRegistry.Api.Replica.Facts;

/// <summary>
/// The name of a record in memory: a keyed hash of ids, 128 bits. Two names that differ are taken to be two records.
/// </summary>
internal readonly record struct FactKey(ulong Low, ulong High)
{
    /// <summary>No record: what an empty slot holds.</summary>
    public bool IsEmpty => (Low | High) == 0;

    // It is a keyed hash already.
    public override int GetHashCode() => (int)Low;
}

/// <summary>
/// Names records. The key is random and this process's own, so that nobody outside can choose ids that fall together:
/// it guards a hash table and is no cryptography.
/// </summary>
/// <remarks>
/// What is a creator's is named under the key that the creator's own name is: so nothing is hashed twice. No id
/// contains a slash, so that a participant's own video is told from another's.
/// </remarks>
[SkipLocalsInit]
internal sealed class KeyHasher(ulong k0, ulong k1)
{
    private const int LongestName = (2 * Identifier.MaxLength) + 1;

    /// <summary>Bytes of an identifier's text: the longest value, and before it the longest scheme and a colon.</summary>
    public const int LongestIdentifier = ContentIdentifier.MaxLength + 16;

    /// <summary>Names a creator.</summary>
    public FactKey OfCreator(ReadOnlySpan<byte> creator) => Of(k0, k1, creator);

    /// <summary>Names a requester.</summary>
    public FactKey OfRequester(ReadOnlySpan<byte> requester) => Of(k0, k1, requester);

    /// <summary>Names a video, and what its owner has said about it.</summary>
    public static FactKey OfVideo(in FactKey owner, ReadOnlySpan<byte> video) => Of(owner.Low, owner.High, video);

    /// <summary>Names a video, and what its owner has said about it.</summary>
    public FactKey OfVideo(ReadOnlySpan<byte> owner, ReadOnlySpan<byte> video) => OfVideo(OfCreator(owner), video);

    /// <summary>Names what a participant has said about somebody else's video.</summary>
    public FactKey OfAppearance(ReadOnlySpan<byte> participant, ReadOnlySpan<byte> owner, ReadOnlySpan<byte> video) =>
        OfAppearance(OfCreator(participant), owner, video);

    /// <summary>Names what a participant has said about somebody else's video.</summary>
    public static FactKey OfAppearance(in FactKey participant, ReadOnlySpan<byte> owner, ReadOnlySpan<byte> video)
    {
        Span<byte> name = stackalloc byte[LongestName];
        owner.CopyTo(name);
        name[owner.Length] = (byte)'/';
        video.CopyTo(name[(owner.Length + 1)..]);
        return OfVideo(participant, name[..(owner.Length + 1 + video.Length)]);
    }

    /// <summary>Names a creator or a requester by text.</summary>
    public FactKey Of(string id)
    {
        Span<byte> bytes = stackalloc byte[Identifier.MaxLength];
        return OfCreator(bytes[..Encoding.ASCII.GetBytes(id, bytes)]);
    }

    /// <summary>Names a video by text.</summary>
    public FactKey Of(VideoKey video)
    {
        Span<byte> owner = stackalloc byte[Identifier.MaxLength];
        Span<byte> name = stackalloc byte[Identifier.MaxLength];
        return OfVideo(
            owner[..Encoding.ASCII.GetBytes(video.Creator.Value, owner)],
            name[..Encoding.ASCII.GetBytes(video.Video.Value, name)]
        );
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
            name[..Encoding.ASCII.GetBytes(video.Video.Value, name)]
        );
    }

    /// <summary>Names an identifier by its text: the scheme, a colon, and the value in its normal form.</summary>
    public FactKey OfIdentifier(ReadOnlySpan<byte> identifier) => Of(k0, k1, identifier);

    /// <summary>Names an identifier.</summary>
    public FactKey Of(ContentIdentifier identifier)
    {
        Span<byte> bytes = stackalloc byte[LongestIdentifier];
        return OfIdentifier(bytes[..Encoding.ASCII.GetBytes(identifier.ToString(), bytes)]);
    }

    private static FactKey Of(ulong low, ulong high, ReadOnlySpan<byte> name)
    {
        var hash = SipHash.Hash13(low, high, name);
        return (hash.Low | hash.High) == 0 ? new(1, 0) : new(hash.Low, hash.High);
    }
}
