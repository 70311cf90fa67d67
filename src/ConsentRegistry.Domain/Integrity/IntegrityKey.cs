using System.Buffers.Text;
using System.Security.Cryptography;

namespace ConsentRegistry.Domain.Integrity;

/// <summary>
/// A key of the nodes that is not in the database. What carries its code was written by a node, and not by somebody who
/// can only write to the database. Each use has a key of its own, derived by HKDF (RFC 5869) with SHA-256.
/// </summary>
public sealed class IntegrityKey
{
    /// <summary>Bytes of a key.</summary>
    public const int Length = SecretKeys.Length;

    /// <summary>Bytes of a message authentication code: HMAC-SHA-256, not truncated.</summary>
    public const int MacLength = HMACSHA256.HashSizeInBytes;

    private const int KidBytes = 8;

    private readonly byte[] key;
    private readonly byte[] ofEvents;

    /// <param name="key"><see cref="Length"/> random bytes, used for nothing else.</param>
    /// <exception cref="ArgumentException">It has another length.</exception>
    public IntegrityKey(byte[] key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Length != Length)
            throw new ArgumentException($"A key has {Length} bytes.", nameof(key));
        this.key = [.. key];
        Kid = Base64Url.EncodeToString(Derive("name"u8, KidBytes));
        ofEvents = Derive("event"u8, Length);
    }

    /// <summary>The key's name, which follows from the key: 11 characters of base64url.</summary>
    public string Kid { get; }

    /// <summary>The code of an event's row.</summary>
    public byte[] MacOf(in EventColumns columns) => HMACSHA256.HashData(ofEvents, columns.Encode());

    /// <summary>Whether this is the code of the row.</summary>
    public bool Verify(in EventColumns columns, ReadOnlySpan<byte> mac) =>
        CryptographicOperations.FixedTimeEquals(MacOf(columns), mac);

    /// <inheritdoc cref="SecretKeys.ReadAll{T}"/>
    public static IReadOnlyList<IntegrityKey>? ReadAll(string text) =>
        SecretKeys.ReadAll(text, bytes => new IntegrityKey(bytes), key => key.Kid);

    /// <summary>A new copy of the key of the codes of records.</summary>
    public byte[] DeriveRecordKey() => Derive("record"u8, Length);

    /// <summary>A new copy of the key that encrypts seals.</summary>
    public byte[] DeriveSealKey() => Derive("seal"u8, Length);

    private byte[] Derive(ReadOnlySpan<byte> use, int length)
    {
        var derived = new byte[length];
        // Labels differ from the first byte on that they do not share, so no two uses have one key.
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, derived, salt: [], [.. "consent-registry/integrity/"u8, .. use]);
        return derived;
    }
}
