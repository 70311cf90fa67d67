namespace ConsentRegistry.Domain.Identifiers;

/// <summary>
/// The normal form of a C2PA manifest's id: the words of the URN and the UUID in lower case, the rest as it is.
/// </summary>
internal static class C2paForm
{
    private const string Current = "urn:c2pa:";

    private const string Former = "urn:uuid:";

    private const int UuidLength = 36;

    // Of a claim generator, and of a vendor.
    private const int MaxNameLength = 32;

    private const int MaxNumberLength = 10;

    /// <summary>The normal form; or what is wrong.</summary>
    public static Result<string> Normalize(string text) =>
        NormalizeCurrent(text)
        ?? NormalizeFormer(text)
        ?? (Result<string>)
            ContentIdentifier.Refuse(
                "is no id of a C2PA manifest; send urn:c2pa: and a UUID, or the urn:uuid: of an older manifest"
            );

    // C2PA 2.x: who made the claim, and which version of a manifest it is and why, may follow.
    private static string? NormalizeCurrent(string text)
    {
        const int Urn = UuidLength + 9;
        if (text.Length < Urn || !text.StartsWith(Current, StringComparison.OrdinalIgnoreCase))
            return null;
        var rest = text[Urn..];
        return IsUuid(text[Current.Length..Urn]) && IsRest(rest) ? text[..Urn].ToLowerInvariant() + rest : null;
    }

    // C2PA 1.x: a vendor may stand before it.
    private static string? NormalizeFormer(string text)
    {
        var at = text.Length - UuidLength - Former.Length;
        if (at < 0 || !text.AsSpan(at, Former.Length).Equals(Former, StringComparison.OrdinalIgnoreCase))
            return null;
        var isVendor = at == 0 || (at >= 2 && text[at - 1] == ':' && IsName(text[..(at - 1)]));
        return isVendor && IsUuid(text[^UuidLength..]) ? text[..at] + text[at..].ToLowerInvariant() : null;
    }

    private static bool IsRest(string rest)
    {
        if (rest.Length == 0)
            return true;
        var parts = rest.Split(':');
        return parts.Length is 2 or 3
            && parts[0].Length == 0
            && IsName(parts[1])
            && (
                parts.Length == 2
                || (parts[2].Split('_') is [var version, var why] && IsNumber(version) && IsNumber(why))
            );
    }

    // Visible ASCII but a colon.
    private static bool IsName(string text) =>
        text.Length <= MaxNameLength && text.All(character => character is > ' ' and <= '~' and not ':');

    private static bool IsNumber(string text) =>
        text.Length is > 0 and <= MaxNumberLength && text.All(char.IsAsciiDigit);

    private static bool IsUuid(string text) =>
        text.Index()
            .All(each => each.Index is 8 or 13 or 18 or 23 ? each.Item == '-' : char.IsAsciiHexDigit(each.Item));
}
