using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using ConsentRegistry.Domain.Integrity;

namespace ConsentRegistry.Domain.Identifiers;

/// <summary>
/// The key of the hashes that an erasure keeps of identifiers. It is kept for ever: without it nobody can tell any more
/// which identifiers were erased.
/// </summary>
public sealed class IdentifierKey
{
    /// <summary>Bytes of a key.</summary>
    public const int Length = SecretKeys.Length;

    private const int KidBytes = 8;

    private readonly byte[] key;

    /// <param name="key"><see cref="Length"/> random bytes, used for nothing else.</param>
    /// <exception cref="ArgumentException">It has another length.</exception>
    public IdentifierKey(ReadOnlySpan<byte> key)
    {
        if (key.Length != Length)
            throw new ArgumentException($"A key has {Length} bytes.", nameof(key));
        this.key = key.ToArray();
        // No identifier is hashed from this text: it has no colon.
        Kid = Base64Url.EncodeToString(HMACSHA256.HashData(this.key, "kid"u8).AsSpan(0, KidBytes));
    }

    /// <summary>
    /// The key's name, which follows from the key: 11 characters of base64url, from HMAC-SHA-256 of <c>kid</c> under
    /// it.
    /// </summary>
    public string Kid { get; }

    /// <summary>
    /// The hash of an identifier: the first 16 bytes of HMAC-SHA-256 of <c>scheme:value</c> in its normal form.
    /// </summary>
    public IdentifierHash HashOf(ContentIdentifier identifier) =>
        HashOf(Encoding.ASCII.GetBytes(identifier.ToString()));

    /// <summary>The hash of an identifier by its text, <c>scheme:value</c> in its normal form.</summary>
    public IdentifierHash HashOf(ReadOnlySpan<byte> identifier)
    {
        Span<byte> digest = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, identifier, digest);
        return IdentifierHash.From(digest[..IdentifierHash.Length]);
    }

    /// <summary>Whether a key can have that name.</summary>
    public static bool IsKid(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Span<byte> bytes = stackalloc byte[KidBytes];
        return text.Length == Base64Url.GetEncodedLength(KidBytes)
            && Base64Url.TryDecodeFromChars(text, bytes, out var length)
            && length == KidBytes
            && Base64Url.EncodeToString(bytes) == text;
    }

    /// <inheritdoc cref="SecretKeys.ReadAll{T}"/>
    public static IReadOnlyList<IdentifierKey>? ReadAll(string text) =>
        SecretKeys.ReadAll(text, bytes => new IdentifierKey(bytes), key => key.Kid);
}

/// <summary>The hash of an identifier under a key: 128 bits.</summary>
/// <param name="Value">The bytes, as a number with the first byte in front.</param>
public readonly record struct IdentifierHash(UInt128 Value) : IComparable<IdentifierHash>
{
    /// <summary>Bytes of a hash.</summary>
    public const int Length = 16;

    /// <summary>A hash of these <see cref="Length"/> bytes.</summary>
    public static IdentifierHash From(ReadOnlySpan<byte> bytes) =>
        new(System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes));

    /// <summary>The bytes.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Length];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, Value);
        return bytes;
    }

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">It is no hash, or spelled otherwise.</exception>
    public static IdentifierHash Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var bytes = Base64Url.DecodeFromChars(text);
        return bytes.Length == Length && From(bytes) is var hash && hash.ToString() == text
            ? hash
            : throw new FormatException("Not the hash of an identifier.");
    }

    /// <summary>By their bytes.</summary>
    public int CompareTo(IdentifierHash other) => Value.CompareTo(other.Value);

    /// <summary>22 characters of base64url.</summary>
    public override string ToString() => Base64Url.EncodeToString(ToBytes());
}

/// <summary>What an erasure keeps of the identifiers of the creator's videos: hashes, and which key made them.</summary>
/// <param name="Kid">The <see cref="IdentifierKey.Kid"/> of the key.</param>
/// <param name="Hashes">The hashes, rising; each once.</param>
public sealed record ErasedIdentifiers(string Kid, IReadOnlyList<IdentifierHash> Hashes)
{
    /// <summary>
    /// Hashes that the body of one event lists, at most. An erasure of more is several events of one version.
    /// </summary>
    public const int MaxHashes = 1_000;

    /// <summary>Reads what an event keeps.</summary>
    /// <param name="kid">The name of the key.</param>
    /// <param name="hashes">The hashes, spelled as <see cref="IdentifierHash.ToString"/> does.</param>
    /// <exception cref="FormatException">No key has that name, or the hashes are not those of one event.</exception>
    public static ErasedIdentifiers Parse(string kid, IReadOnlyCollection<string> hashes)
    {
        ArgumentNullException.ThrowIfNull(hashes);
        if (!IdentifierKey.IsKid(kid))
            throw new FormatException("Not the name of a key.");
        return hashes.Count is > 0 and <= MaxHashes
            ? new(kid, [.. hashes.Select(IdentifierHash.Parse).Distinct().Order()])
            : throw new FormatException($"An event keeps from 1 to {MaxHashes} hashes.");
    }

    /// <summary>Hashes identifiers, in as few parts as <see cref="MaxHashes"/> allows; none if there are none.</summary>
    public static IReadOnlyList<ErasedIdentifiers> Hash(IdentifierKey key, IEnumerable<ContentIdentifier> identifiers)
    {
        ArgumentNullException.ThrowIfNull(key);
        return
        [
            .. identifiers
                .Select(key.HashOf)
                .Distinct()
                .Order()
                .Chunk(MaxHashes)
                .Select(part => new ErasedIdentifiers(key.Kid, part)),
        ];
    }
}
