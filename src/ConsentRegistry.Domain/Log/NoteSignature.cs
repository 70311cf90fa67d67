using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace ConsentRegistry.Domain.Log;

/// <summary>
/// A signature line under a note: <c>— name base64(key id ‖ signature)</c> (C2SP signed-note). Until it is verified it
/// only claims whose it is.
/// </summary>
public sealed class NoteSignature : IEquatable<NoteSignature>
{
    private const string Dash = "— ";
    private const int KeyIdLength = 4;

    private readonly byte[] bytes;

    /// <summary>A signature as a key has given it.</summary>
    /// <param name="name">The name of the key.</param>
    /// <param name="keyId">The id of the key.</param>
    /// <param name="bytes">What the key's type makes of it; at least one byte.</param>
    /// <exception cref="ArgumentException">The name names no key, or there is no signature.</exception>
    public NoteSignature(string name, uint keyId, ReadOnlySpan<byte> bytes)
    {
        if (!NoteKey.IsName(name))
            throw new ArgumentException(
                "A key's name is not empty and has no spaces, plus signs or control characters.",
                nameof(name)
            );
        if (bytes.IsEmpty)
            throw new ArgumentException("A signature has at least one byte.", nameof(bytes));
        (Name, KeyId, this.bytes) = (name, keyId, bytes.ToArray());
    }

    /// <summary>The name of the key that is said to have signed.</summary>
    public string Name { get; }

    /// <summary>The id of the key that is said to have signed.</summary>
    public uint KeyId { get; }

    /// <summary>The signature without the key's id.</summary>
    public ReadOnlySpan<byte> Bytes => bytes;

    /// <summary>
    /// Whether this line claims to be by <paramref name="key"/>: name and id together identify a key.
    /// </summary>
    public bool ClaimsToBeBy(NoteKey key) => Name == key.Name && KeyId == key.Id;

    /// <summary>Whether both claim to be by the same key.</summary>
    internal bool IsOfSameKey(NoteSignature other) => Name == other.Name && KeyId == other.KeyId;

    /// <summary>
    /// Reads a line, without its newline. False for every spelling but the one that <see cref="ToString"/> writes.
    /// </summary>
    public static bool TryParse([NotNullWhen(true)] string? line, [NotNullWhen(true)] out NoteSignature? signature)
    {
        signature = null;
        if (line is null || !line.StartsWith(Dash, StringComparison.Ordinal))
            return false;
        var parts = line[Dash.Length..].Split(' ');
        if (
            parts.Length != 2
            || !NoteKey.IsName(parts[0])
            || !StrictBase64.TryDecode(parts[1], out var decoded)
            || decoded.Length <= KeyIdLength
        )
            return false;
        signature = new(parts[0], BinaryPrimitives.ReadUInt32BigEndian(decoded), decoded.AsSpan(KeyIdLength));
        return true;
    }

    /// <summary>The line, without its newline.</summary>
    public override string ToString()
    {
        var encoded = new byte[KeyIdLength + bytes.Length];
        BinaryPrimitives.WriteUInt32BigEndian(encoded, KeyId);
        bytes.CopyTo(encoded, KeyIdLength);
        return $"{Dash}{Name} {StrictBase64.Encode(encoded)}";
    }

    /// <inheritdoc/>
    public bool Equals(NoteSignature? other) =>
        other is not null && Name == other.Name && KeyId == other.KeyId && bytes.AsSpan().SequenceEqual(other.bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as NoteSignature);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, KeyId);
}
