using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace ConsentRegistry.Domain.Log;

/// <summary>
/// The head of a log's tree, as the text of a signed note (C2SP tlog-checkpoint): the origin, the size and the root, a
/// line each, and perhaps further lines.
/// </summary>
public sealed record Checkpoint
{
    /// <summary>The length of a root, in bytes: SHA-256.</summary>
    public const int RootLength = 32;

    /// <summary>A tree head.</summary>
    /// <param name="origin">Which log this is: one line, not empty.</param>
    /// <param name="size">The number of leaves, 0 or more.</param>
    /// <param name="root">The root of the tree over them by RFC 6962, 32 bytes.</param>
    /// <param name="extensions">Further lines, none of them empty.</param>
    /// <exception cref="ArgumentException">One of these is not so.</exception>
    public Checkpoint(string origin, long size, byte[] root, IReadOnlyList<string>? extensions = null)
    {
        if (!IsLine(origin))
            throw new ArgumentException(
                "An origin is one line of Unicode without control characters, and not empty.",
                nameof(origin)
            );
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        if (root.Length != RootLength)
            throw new ArgumentException($"A root is {RootLength} bytes.", nameof(root));
        if (extensions is not null && !extensions.All(IsLine))
            throw new ArgumentException(
                "An extension is one line of Unicode without control characters, and not empty.",
                nameof(extensions)
            );
        (Origin, Size, Root, Extensions) = (origin, size, root, extensions ?? []);
    }

    /// <summary>Which log this is.</summary>
    public string Origin { get; }

    /// <summary>The number of leaves.</summary>
    public long Size { get; }

    /// <summary>The root of the tree over the leaves.</summary>
    public byte[] Root { get; }

    /// <summary>The lines after the root.</summary>
    public IReadOnlyList<string> Extensions { get; }

    /// <summary>Whether a proof shows that an entry stands at a place of this tree (RFC 6962, section 2.1.1).</summary>
    /// <param name="seq">The place, from 0.</param>
    /// <param name="leaf">The entry, as the log hashes it.</param>
    /// <param name="proof">The hashes from the sibling of the leaf up.</param>
    public bool Covers(long seq, ReadOnlySpan<byte> leaf, IReadOnlyList<byte[]> proof) =>
        MerkleTree.VerifyInclusion(seq, Size, MerkleTree.LeafHash(leaf), proof, Root);

    /// <summary>
    /// Reads a checkpoint from a note's text. False for everything but what <see cref="ToString"/> writes.
    /// </summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Checkpoint? checkpoint)
    {
        checkpoint = null;
        if (text is null || text.Length > SignedNote.MaxBytes || !text.EndsWith('\n'))
            return false;
        var lines = text[..^1].Split('\n');
        if (lines.Length < 3 || !lines.All(IsLine) || !TryParseSize(lines[1], out var size))
            return false;
        if (!StrictBase64.TryDecode(lines[2], out var root) || root.Length != RootLength)
            return false;
        checkpoint = new(lines[0], size, root, lines[3..]);
        return true;
    }

    /// <summary>The text of the note, with its final newline.</summary>
    public override string ToString()
    {
        var text = new StringBuilder($"{Origin}\n{Size}\n{StrictBase64.Encode(Root)}\n");
        foreach (var extension in Extensions)
            text.Append(extension).Append('\n');
        return text.ToString();
    }

    /// <summary>Whether the other says the same, root and further lines byte by byte.</summary>
    public bool Equals(Checkpoint? other) =>
        other is not null
        && Origin == other.Origin
        && Size == other.Size
        && Root.AsSpan().SequenceEqual(other.Root)
        && Extensions.SequenceEqual(other.Extensions);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Origin, Size, Root[0], Root[1]);

    private static bool TryParseSize(string digits, out long size) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out size)
        && digits == size.ToString(CultureInfo.InvariantCulture);

    private static bool IsLine(string? line)
    {
        if (string.IsNullOrEmpty(line))
            return false;
        for (var at = 0; at < line.Length; )
        {
            if (!Rune.TryGetRuneAt(line, at, out var rune) || rune.Value < ' ')
                return false;
            at += rune.Utf16SequenceLength;
        }
        return true;
    }
}
