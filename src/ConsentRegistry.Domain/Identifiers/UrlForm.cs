using System.Buffers;
using System.Globalization;
using System.Text;

namespace ConsentRegistry.Domain.Identifiers;

/// <summary>
/// The normal form of an http or https URL: what RFC 3986 (section 6.2.2 and 6.2.3) says of equivalent URLs, and
/// nothing that it does not say. To normalize it once more changes nothing.
/// </summary>
/// <remarks>
/// <see cref="Uri"/> is not used: it accepts much that is no URL, and its normal form changes when it is read again.
/// </remarks>
internal static class UrlForm
{
    private const string Unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    private const string InPath = Unreserved + "!$&'()*+,;=:@/%";

    private const int MaxHostLength = 253;

    private const int MaxLabelLength = 63;

    private static readonly SearchValues<char> UnreservedCharacters = SearchValues.Create(Unreserved);

    private static readonly SearchValues<char> PathCharacters = SearchValues.Create(InPath);

    private static readonly SearchValues<char> QueryCharacters = SearchValues.Create(InPath + "?");

    private static readonly SearchValues<char> LabelCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    );

    private static readonly SearchValues<char> AddressCharacters = SearchValues.Create("0123456789ABCDEFabcdef:.");

    /// <summary>The normal form; or what is wrong.</summary>
    public static Result<string> Normalize(string text)
    {
        var (scheme, port) =
            text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? ("http", "80")
            : text.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? ("https", "443")
            : (null, "");
        if (scheme is null)
            return ContentIdentifier.Refuse(
                "is no absolute http or https URL; send one, such as https://example.com/v/1"
            );
        var rest = text[(scheme.Length + "://".Length)..];
        var (beforeFragment, fragment) = Cut(rest, '#');
        var (hierarchical, query) = Cut(beforeFragment, '?');
        var slash = hierarchical.IndexOf('/', StringComparison.Ordinal);
        var authority = slash < 0 ? hierarchical : hierarchical[..slash];
        var path = slash < 0 ? "" : hierarchical[slash..];

        if (authority.Contains('@', StringComparison.Ordinal))
            return ContentIdentifier.Refuse("has user information; send the URL without it");
        if (!NormalizeAuthority(authority, port).Succeeded(out var host, out var failure))
            return failure;
        if (
            path.AsSpan().ContainsAnyExcept(PathCharacters)
            || query.AsSpan().ContainsAnyExcept(QueryCharacters)
            || fragment.AsSpan().ContainsAnyExcept(QueryCharacters)
        )
            return ContentIdentifier.Refuse(
                "has a character that no URL has (RFC 3986); send it in percent-encoded UTF-8"
            );
        if (!IsEncoded(path) || !IsEncoded(query ?? "") || !IsEncoded(fragment ?? ""))
            return ContentIdentifier.Refuse(
                "has a percent sign without two hexadecimal digits after it; send a percent sign itself as %25"
            );
        var tail = query is null ? "" : "?" + NormalizeEncoding(query);
        return $"{scheme}://{host}{RemoveDotSegments(NormalizeEncoding(path))}{tail}";
    }

    /// <summary>Host and port of a URL in its normal form.</summary>
    public static string AuthorityOf(string normal)
    {
        var start = normal.IndexOf("://", StringComparison.Ordinal) + "://".Length;
        return normal[start..normal.IndexOf('/', start)];
    }

    private static (string Before, string? After) Cut(string text, char at)
    {
        var index = text.IndexOf(at, StringComparison.Ordinal);
        return index < 0 ? (text, null) : (text[..index], text[(index + 1)..]);
    }

    private static Result<string> NormalizeAuthority(string authority, string defaultPort)
    {
        var afterAddress = authority.IndexOf(']', StringComparison.Ordinal);
        var colon = authority.IndexOf(':', afterAddress + 1);
        var host = colon < 0 ? authority : authority[..colon];
        var port = colon < 0 ? "" : authority[(colon + 1)..];
        if (!IsHost(host))
            return ContentIdentifier.Refuse(
                "has no host, or one that is not ASCII; send an international name in punycode (xn--…)"
            );
        if (port.Length > 0 && !IsPort(port))
            return ContentIdentifier.Refuse("has a port that is none; send a number from 1 to 65535");
        var lower = host.ToLowerInvariant();
        return port.Length == 0 || port == defaultPort ? lower : $"{lower}:{port}";
    }

    private static bool IsHost(string host)
    {
        if (host.StartsWith('['))
            return host.EndsWith(']')
                && !host.AsSpan(1, host.Length - 2).ContainsAnyExcept(AddressCharacters)
                && Uri.CheckHostName(host[1..^1]) == UriHostNameType.IPv6;
        // A name may end with the root's empty label.
        var name = host.EndsWith('.') ? host[..^1] : host;
        return name.Length is > 0 and <= MaxHostLength
            && name.Split('.')
                .All(label =>
                    label.Length is > 0 and <= MaxLabelLength && !label.AsSpan().ContainsAnyExcept(LabelCharacters)
                );
    }

    private static bool IsPort(string port) =>
        port[0] != '0'
        && port.All(char.IsAsciiDigit)
        && ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static bool IsEncoded(string text)
    {
        for (var at = text.IndexOf('%', StringComparison.Ordinal); at >= 0; at = text.IndexOf('%', at + 1))
        {
            if (at + 2 >= text.Length || !char.IsAsciiHexDigit(text[at + 1]) || !char.IsAsciiHexDigit(text[at + 2]))
                return false;
        }
        return true;
    }

    // What is decoded is never a percent sign, so nothing becomes an encoding that was none.
    private static string NormalizeEncoding(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
            return text;
        var normal = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] != '%')
            {
                normal.Append(text[at]);
                continue;
            }
            var digits = text.AsSpan(at + 1, 2);
            var encoded = (char)byte.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            if (UnreservedCharacters.Contains(encoded))
                normal.Append(encoded);
            else
                normal.Append('%').Append(char.ToUpperInvariant(digits[0])).Append(char.ToUpperInvariant(digits[1]));
            at += 2;
        }
        return normal.ToString();
    }

    /// <summary>RFC 3986, section 5.2.4, for a path that is empty or begins with a slash.</summary>
    private static string RemoveDotSegments(string path)
    {
        if (path.Length == 0)
            return "/";
        var kept = new List<string>();
        var segments = path[1..].Split('/');
        for (var i = 0; i < segments.Length; i++)
        {
            var isLast = i == segments.Length - 1;
            if (segments[i] == "..")
            {
                if (kept.Count > 0)
                    kept.RemoveAt(kept.Count - 1);
            }
            else if (segments[i] != ".")
            {
                kept.Add(segments[i]);
                continue;
            }
            // What such a segment leads to is a folder, and ends with a slash.
            if (isLast)
                kept.Add("");
        }
        return "/" + string.Join('/', kept);
    }
}
