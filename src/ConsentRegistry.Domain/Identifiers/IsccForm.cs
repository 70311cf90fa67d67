namespace ConsentRegistry.Domain.Identifiers;

/// <summary>
/// The normal form of an ISCC (ISO 24138): <c>ISCC:</c> and the code in base32 (RFC 4648), upper case and without
/// padding.
/// </summary>
internal static class IsccForm
{
    private const string Prefix = "ISCC:";

    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    private const int HeaderLength = 2;

    // Header and 256 bits.
    private const int MaxCodeLength = (((HeaderLength + 32) * 8) + 4) / 5;

    /// <summary>The normal form; or what is wrong.</summary>
    public static Result<string> Normalize(string text)
    {
        if (!text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            return ContentIdentifier.Refuse("does not begin with ISCC:; send ISCC: and the code in base32");
        var code = text[Prefix.Length..].ToUpperInvariant();
        if (code.Length > MaxCodeLength || Decode(code) is not { } bytes)
            return ContentIdentifier.Refuse(
                "is no ISCC; send after ISCC: the code in base32 (A-Z and 2-7) without hyphens and padding"
            );
        return IsWhole(bytes)
            ? Prefix + code
            : ContentIdentifier.Refuse(
                "has a header that no ISCC has, or that does not fit the length; send a whole ISCC-CODE, ISCC-UNIT or "
                    + "ISCC-ID"
            );
    }

    // Bits that are left over are zero: there is no second spelling.
    private static List<byte>? Decode(string code)
    {
        var bytes = new List<byte>(MaxCodeLength);
        var (buffer, bits) = (0, 0);
        foreach (var character in code)
        {
            var value = Alphabet.IndexOf(character, StringComparison.Ordinal);
            if (value < 0)
                return null;
            buffer = (buffer << 5) | value;
            bits += 5;
            if (bits < 8)
                continue;
            bits -= 8;
            bytes.Add((byte)(buffer >> bits));
            buffer &= (1 << bits) - 1;
        }
        return buffer == 0 && bits < 5 ? bytes : null;
    }

    // The header is four numbers: main type, subtype, version, length. All that are in use are less than 8, and then
    // each is one nibble.
    private static bool IsWhole(List<byte> bytes)
    {
        if (bytes.Count < HeaderLength)
            return false;
        var (main, sub, version, length) = (bytes[0] >> 4, bytes[0] & 15, bytes[1] >> 4, bytes[1] & 15);
        return length < 8 && BodyBitsOf(main, sub, version, length) == (bytes.Count - HeaderLength) * 8;
    }

    private static int? BodyBitsOf(int main, int sub, int version, int length) =>
        (main, sub, version) switch
        {
            // META, DATA and INSTANCE have no subtypes.
            (0 or 3 or 4, 0, 0) => (length + 1) * 32,
            // SEMANTIC and CONTENT: text, image, audio, video, mixed.
            (1 or 2, <= 4, 0) => (length + 1) * 32,
            // An ISCC-CODE of data and instance, and of up to three more units that the bits of the length name.
            (5, <= 6, 0) => 128 + (64 * int.PopCount(length)),
            // A wide one of data and instance.
            (5, 7, 0) => length == 0 ? 256 : null,
            // An ISCC-ID, with a counter in its first version.
            (6, <= 3, 0) => length <= 4 ? 64 + (8 * length) : null,
            (6, <= 1, 1) => length == 0 ? 64 : null,
            _ => null,
        };
}
