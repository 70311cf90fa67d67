using System.Globalization;

namespace ConsentRegistry.Domain.Signals;

/// <summary>
/// Patterns of robots.txt (RFC 9309, section 2.2.3), which TDMRep and RSL have as well: a prefix of path and query, in
/// which <c>*</c> is anything and <c>$</c> the end.
/// </summary>
internal static class UrlPattern
{
    /// <summary>The pattern of everything that begins as a URL does.</summary>
    /// <param name="path">The path of the URL with its query.</param>
    public static string Prefix(string path) =>
        path.Replace("*", "%2A", StringComparison.Ordinal).Replace("$", "%24", StringComparison.Ordinal);

    /// <summary>The pattern of one URL alone; null if some reader may take another URL for it.</summary>
    /// <param name="path">The path of the URL with its query.</param>
    /// <remarks>
    /// Readers take <c>*</c> and <c>%2A</c> for the same, and some of them every other encoded character of ASCII too.
    /// </remarks>
    public static string? Exact(string path)
    {
        for (var at = 0; at < path.Length; at++)
        {
            if (path[at] is '*' or '$' or '\'' || (path[at] == '%' && IsAscii(path.AsSpan(at + 1, 2))))
                return null;
        }
        return path + "$";
    }

    private static bool IsAscii(ReadOnlySpan<char> digits) =>
        byte.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) < 0x80;
}
