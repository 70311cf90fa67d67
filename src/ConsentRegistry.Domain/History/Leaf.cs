using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace ConsentRegistry.Domain.History;

/// <summary>What the log holds of an event: it names nobody.</summary>
/// <param name="Type">One of <see cref="EventType"/>.</param>
/// <param name="EventId">The event's id.</param>
/// <param name="Version">The version of its stream.</param>
/// <param name="Ordinal">Its place in the version, from 1.</param>
/// <param name="Count">How many events make up the version.</param>
/// <param name="Tx">The time of the change.</param>
/// <param name="Commitment">HMAC-SHA256 of the canonical body, keyed with the salt.</param>
/// <param name="Erased">Of an erasure: which events it covers; null on everything else.</param>
public sealed record Leaf(
    string Type,
    Guid EventId,
    long Version,
    int Ordinal,
    int Count,
    Instant Tx,
    byte[] Commitment,
    Erasure? Erased
)
{
    /// <summary>The format, member <c>v</c>.</summary>
    public const int Format = 1;

    /// <summary>Bytes of a leaf, at most: what C2SP tlog-tiles can say of an entry's length.</summary>
    public const int MaxBytes = ushort.MaxValue;

    /// <summary>The bytes: canonical JSON.</summary>
    public byte[] Encode()
    {
        var leaf = new JsonObject
        {
            ["v"] = Format,
            ["type"] = Type,
            ["eid"] = EventId.ToString("D"),
            ["ver"] = Version,
            ["n"] = Ordinal,
            ["of"] = Count,
            ["tx"] = Tx.Microseconds,
            ["commit"] = Base64Url.EncodeToString(Commitment),
        };
        Erased?.WriteTo(leaf);
        return CanonicalJson.Encode(leaf);
    }

    /// <summary>Reads a leaf; false if the bytes are not those that <see cref="Encode"/> writes.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Leaf? leaf)
    {
        leaf = null;
        if (bytes.Length > MaxBytes || !CanonicalReading.TryParse(bytes, out var members))
            return false;
        try
        {
            var type = members["type"].Text();
            leaf = new(
                type,
                Guid.ParseExact(members["eid"].Text(), "D"),
                members["ver"].Integer(),
                checked((int)members["n"].Integer()),
                checked((int)members["of"].Integer()),
                new(members["tx"].Integer()),
                Base64Url.DecodeFromChars(members["commit"].Text()),
                type == EventType.CreatorErased ? Erasure.Read(members) : null
            );
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            return false;
        }
        var isWhole =
            EventType.All.Contains(leaf.Type)
            && leaf.Version >= 1
            && leaf.Ordinal >= 1
            && leaf.Ordinal <= leaf.Count
            && leaf.Commitment.Length == HMACSHA256.HashSizeInBytes
            && leaf.Encode().AsSpan().SequenceEqual(bytes);
        if (!isWhole)
            leaf = null;
        return isWhole;
    }

    /// <summary>
    /// Whether the bytes are a leaf of a later format, or one of a type of event that came later: nobody who does not
    /// know it can say whether it is as it should be.
    /// </summary>
    public static bool IsLater(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxBytes || !CanonicalReading.TryParse(bytes, out var members))
            return false;
        try
        {
            return members["v"].Integer() is var format
                && (
                    format > Format
                    || (
                        format == Format
                        && !EventType.All.Contains(members["type"].Text())
                        && Guid.TryParseExact(members["eid"].Text(), "D", out _)
                        && members["n"].Integer() is >= 1 and var ordinal
                        && members["of"].Integer() >= ordinal
                        && members["ver"].Integer() >= 1
                        && members["tx"].Integer() is >= 0
                        && Base64Url.DecodeFromChars(members["commit"].Text()).Length == HMACSHA256.HashSizeInBytes
                    )
                );
        }
        catch (FormatException)
        {
            return false;
        }
    }

    /// <summary>
    /// Whether a leaf that is known to be one commits to this body with this salt. Of its bytes only the commitment is
    /// read: canonical JSON has it first.
    /// </summary>
    public static bool CommitsTo(ReadOnlySpan<byte> leaf, ReadOnlySpan<byte> body, ReadOnlySpan<byte> salt)
    {
        if (salt.Length != Event.SaltLength || !leaf.StartsWith(CommitmentMember))
            return false;
        Span<byte> commitment = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(salt, body, commitment);
        Span<byte> text = stackalloc byte[Base64Url.GetEncodedLength(commitment.Length)];
        Base64Url.EncodeToUtf8(commitment, text);
        var stated = leaf[CommitmentMember.Length..];
        return stated.Length > text.Length
            && stated[text.Length] == (byte)'"'
            && CryptographicOperations.FixedTimeEquals(stated[..text.Length], text);
    }

    private static ReadOnlySpan<byte> CommitmentMember => "{\"commit\":\""u8;

    /// <summary>Whether the leaf commits to this body with this salt.</summary>
    public bool CommitsTo(ReadOnlySpan<byte> body, ReadOnlySpan<byte> salt) =>
        salt.Length == Event.SaltLength
        && CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(salt, body), Commitment);
}
