using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Domain.Usages;

/// <summary>What a requester says to a recall.</summary>
public enum RecallState : byte
{
    /// <summary>Nothing yet.</summary>
    Open,

    /// <summary>That they have stopped.</summary>
    Acknowledged,

    /// <summary>That it is none of their business, in words.</summary>
    Disputed,
}

/// <summary>Consent was withdrawn from somebody who relied on it: what they have to stop, and by when.</summary>
/// <param name="Requester">Who has to stop.</param>
/// <param name="Video">Using which video.</param>
/// <param name="Purpose">For which purpose.</param>
/// <param name="Creator">Whose word decides now; null if too many videos are concerned for anybody's to.</param>
/// <param name="Reason">What decides now.</param>
/// <param name="StopBy">By when.</param>
/// <param name="State">What the requester said to it.</param>
/// <param name="Statement">
/// What they said in words; null if they said nothing, or if it was erased with a creator.
/// </param>
/// <param name="Stamp">The change that last altered it.</param>
public sealed record RecallRecord(
    Requester Requester,
    VideoKey Video,
    Purpose Purpose,
    CreatorId? Creator,
    Reason Reason,
    Instant StopBy,
    RecallState State,
    Statement? Statement,
    Stamp Stamp
);

/// <summary>
/// What a requester said to a recall, in words. The words may name a person, so events hold only a digest of them. The
/// words and the key of the digest are deleted with each creator whom the recall concerns.
/// </summary>
public sealed record Statement
{
    /// <summary>Bytes of a key.</summary>
    public const int KeyLength = 32;

    private Statement(string? text, string? digest) => (Text, Digest) = (text, digest);

    /// <summary>The words; null if only their digest is known.</summary>
    public string? Text { get; }

    /// <summary>
    /// HMAC-SHA256 of the words in UTF-8 under their key, in base64url; null in events from before digests, which hold
    /// the words.
    /// </summary>
    public string? Digest { get; }

    /// <summary>Words and their key: <see cref="KeyLength"/> random bytes, used for nothing else.</summary>
    public static Statement Seal(string text, ReadOnlySpan<byte> key) =>
        new(text, Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text))));

    /// <summary>What an event says of words.</summary>
    public static Statement OfDigest(string digest) => new(null, digest);

    /// <summary>What an event from before digests says.</summary>
    public static Statement OfText(string text) => new(text, null);
}
