using System.Text;

namespace ConsentRegistry.Domain.Tests.Signals.Readers;

/// <summary>RFC 9309: groups of robots.txt, and how a pattern matches a URL.</summary>
internal static class RobotsReader
{
    /// <summary>The rules of the group for everybody, as pairs of a name in lower case and a value.</summary>
    public static IEnumerable<(string Name, string Value)> RulesForEverybody(string? text)
    {
        var (isEverybody, isInAgents) = (false, false);
        foreach (var line in (text ?? "").Split('\n'))
        {
            var content = line.Split('#')[0];
            var colon = content.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
                continue;
            var (name, value) = (content[..colon].Trim().ToLowerInvariant(), content[(colon + 1)..].Trim());
            if (name == "user-agent")
            {
                isEverybody = (isInAgents && isEverybody) || value == "*";
                isInAgents = true;
                continue;
            }
            isInAgents = false;
            if (isEverybody)
                yield return (name, value);
        }
    }

    /// <summary>Whether a pattern matches a path with its query.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="path">The path.</param>
    /// <param name="decodes">Whether this reader decodes every encoded character, as some do.</param>
    public static bool Matches(string pattern, string path, bool decodes)
    {
        var isWhole = pattern.EndsWith('$');
        var parts = (isWhole ? pattern[..^1] : pattern).Split('*');
        var rest = Form(path, decodes);
        for (var i = 0; i < parts.Length; i++)
        {
            var part = Form(parts[i], decodes);
            var isLast = i == parts.Length - 1;
            var at =
                i == 0 ? (rest.StartsWith(part, StringComparison.Ordinal) ? 0 : -1)
                : isLast && isWhole ? (rest.EndsWith(part, StringComparison.Ordinal) ? rest.Length - part.Length : -1)
                : rest.IndexOf(part, StringComparison.Ordinal);
            if (at < 0)
                return false;
            rest = rest[(at + part.Length)..];
        }
        return !isWhole || rest.Length == 0;
    }

    // Special characters are matched by their encoding.
    private static string Form(string text, bool decodes) =>
        decodes
            ? Uri.UnescapeDataString(text)
            : new StringBuilder(text).Replace("*", "%2A").Replace("$", "%24").Replace("'", "%27").ToString();
}
