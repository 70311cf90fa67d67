using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace ConsentRegistry.Domain.Log;

/// <summary>
/// Base64 (RFC 4648) that has one spelling for the same bytes: no white space, all padding or none at all, and zero in
/// the bits that the last character does not need. Otherwise a signed text could be changed without its signature
/// noticing.
/// </summary>
internal static class StrictBase64
{
    /// <summary>Base64 with padding (section 4).</summary>
    public static string Encode(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes);

    /// <summary>Reads base64 with padding; only the one spelling that <see cref="Encode"/> writes.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        var buffer = new byte[(text.Length / 4 * 3) + 3];
        if (!Convert.TryFromBase64Chars(text, buffer, out var length))
            return false;
        if (!text.SequenceEqual(Convert.ToBase64String(buffer, 0, length)))
            return false;
        bytes = buffer[..length];
        return true;
    }

    /// <summary>Base64 for addresses, without padding (section 5; RFC 7515, section 2).</summary>
    public static string EncodeUrl(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);

    /// <summary>Reads base64 for addresses; only the one spelling that <see cref="EncodeUrl"/> writes.</summary>
    public static bool TryDecodeUrl(ReadOnlySpan<char> text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        var buffer = new byte[(text.Length / 4 * 3) + 3];
        // Not TryDecodeFromChars: that throws where the text is no base64.
        if (Base64Url.DecodeFromChars(text, buffer, out _, out var length) != OperationStatus.Done)
            return false;
        if (!text.SequenceEqual(Base64Url.EncodeToString(buffer.AsSpan(0, length))))
            return false;
        bytes = buffer[..length];
        return true;
    }
}
