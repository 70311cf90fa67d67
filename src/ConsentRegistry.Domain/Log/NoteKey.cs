using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ConsentRegistry.Domain.Log;

/// <summary>What a key's signatures under notes mean: the signature type byte of C2SP signed-note.</summary>
public enum NoteKeyType
{
    /// <summary>Ed25519 over the text itself.</summary>
    Ed25519 = 0x01,

    /// <summary>Ed25519 over the text and a time, by a witness (C2SP tlog-cosignature).</summary>
    Cosignature = 0x04,
}

/// <summary>
/// A public key by which signatures under notes are verified: <c>name+id+base64(type byte ‖ public key)</c>, the
/// verifier key of C2SP signed-note, for example
/// <c>example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k</c>.
/// </summary>
public sealed class NoteKey : IEquatable<NoteKey>
{
    /// <summary>
    /// The longest verifier key that is read, in characters. Names are addresses, and fit many times over.
    /// </summary>
    public const int MaxLength = 1024;

    /// <summary>A key of a name.</summary>
    /// <param name="name">
    /// Who signs: not empty, without spaces and plus signs; an address without its scheme by recommendation.
    /// </param>
    /// <param name="type">What its signatures mean.</param>
    /// <param name="publicKey">What verifies the signatures.</param>
    /// <exception cref="ArgumentException">The name is none.</exception>
    public NoteKey(string name, NoteKeyType type, Ed25519PublicKey publicKey)
    {
        if (!IsName(name))
            throw new ArgumentException(
                "A key's name is not empty and has no spaces, plus signs or control characters.",
                nameof(name)
            );
        if (type is not (NoteKeyType.Ed25519 or NoteKeyType.Cosignature))
            throw new ArgumentOutOfRangeException(nameof(type));
        (Name, Type, PublicKey) = (name, type, publicKey);
        Id = IdOf(name, type, publicKey.Bytes);
    }

    /// <summary>Who signs.</summary>
    public string Name { get; }

    /// <summary>What the signatures mean.</summary>
    public NoteKeyType Type { get; }

    /// <summary>What verifies the signatures.</summary>
    public Ed25519PublicKey PublicKey { get; }

    /// <summary>
    /// The first four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key), as a big-endian number. It tells a name's keys
    /// apart, and proves nothing.
    /// </summary>
    public uint Id { get; }

    /// <summary>
    /// Reads a verifier key. False for every spelling but the one that <see cref="ToString"/> writes, where the id is
    /// not the key's, and for a public key that <see cref="IEd25519.TryImportPublicKey"/> refuses.
    /// </summary>
    public static bool TryParse(
        [NotNullWhen(true)] string? text,
        IEd25519 ed25519,
        [NotNullWhen(true)] out NoteKey? key
    )
    {
        key = null;
        if (text is null || text.Length > MaxLength)
            return false;
        // Base64 may contain plus signs, the name and the id may not.
        var parts = text.Split('+', 3);
        if (
            parts.Length != 3
            || !IsName(parts[0])
            || !StrictBase64.TryDecode(parts[2], out var typed)
            || typed.Length != 1 + Ed25519.PublicKeyLength
        )
            return false;
        if ((NoteKeyType)typed[0] is not (NoteKeyType.Ed25519 or NoteKeyType.Cosignature))
            return false;
        if (!ed25519.TryImportPublicKey(typed.AsSpan(1), out var publicKey))
            return false;
        var read = new NoteKey(parts[0], (NoteKeyType)typed[0], publicKey);
        if (parts[1] != read.IdText)
            return false;
        key = read;
        return true;
    }

    /// <summary>Whether <paramref name="name"/> can name a key.</summary>
    public static bool IsName([NotNullWhen(true)] string? name)
    {
        if (string.IsNullOrEmpty(name))
            return false;
        for (var at = 0; at < name.Length; )
        {
            // Half a surrogate pair has no UTF-8, over which the id is computed.
            if (
                !Rune.TryGetRuneAt(name, at, out var rune)
                || Rune.IsWhiteSpace(rune)
                || rune.Value < ' '
                || rune.Value == '+'
            )
                return false;
            at += rune.Utf16SequenceLength;
        }
        return true;
    }

    /// <summary>The verifier key.</summary>
    public override string ToString() => $"{Name}+{IdText}+{StrictBase64.Encode([(byte)Type, .. PublicKey.Bytes])}";

    /// <inheritdoc/>
    public bool Equals(NoteKey? other) =>
        other is not null
        && Name == other.Name
        && Type == other.Type
        && PublicKey.Bytes.SequenceEqual(other.PublicKey.Bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as NoteKey);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Id);

    private string IdText => Id.ToString("x8", CultureInfo.InvariantCulture);

    private static uint IdOf(string name, NoteKeyType type, ReadOnlySpan<byte> publicKey) =>
        BinaryPrimitives.ReadUInt32BigEndian(
            SHA256.HashData([.. Encoding.UTF8.GetBytes(name), (byte)'\n', (byte)type, .. publicKey])
        );
}
