using System.Text;

namespace ConsentRegistry.Domain.Signals.Reading;

/// <summary>robots.txt (RFC 9309): the groups for everybody, and patterns.</summary>
internal static class RobotsFile
{
    /// <summary>The rules of the groups for <c>*</c>, which are taken together (section 2.2.1).</summary>
    public static List<NamedValue> RulesForEverybody(string text)
    {
        var rules = new List<NamedValue>();
        var (isForEverybody, isAmongAgents) = (false, false);
        var number = 0;
        foreach (var line in text.TrimStart('\uFEFF').Split('\n'))
        {
            number++;
            if (NamedValue.Cut(line.Split('#')[0].TrimEnd('\r'), number) is not { } rule)
                continue;
            if (rule.Is("User-agent"))
            {
                isForEverybody = rule.Value == "*" || (isAmongAgents && isForEverybody);
                isAmongAgents = true;
                continue;
            }
            isAmongAgents = false;
            if (isForEverybody)
                rules.Add(rule);
        }
        return rules;
    }

    /// <summary>
    /// Whether a pattern matches a path with its query: a prefix, in which <c>*</c> is anything and <c>$</c> at its end
    /// the end (section 2.2.3).
    /// </summary>
    public static bool Matches(string pattern, string path)
    {
        var isWhole = pattern.EndsWith('$');
        var parts = (isWhole ? pattern[..^1] : pattern).Split('*');
        var rest = Form(path);
        var first = Form(parts[0]);
        if (!rest.StartsWith(first, StringComparison.Ordinal))
            return false;
        var at = first.Length;
        for (var i = 1; i < parts.Length; i++)
        {
            var part = Form(parts[i]);
            if (isWhole && i == parts.Length - 1)
                return rest.Length - at >= part.Length && rest.EndsWith(part, StringComparison.Ordinal);
            var found = rest.IndexOf(part, at, StringComparison.Ordinal);
            if (found < 0)
                return false;
            at = found + part.Length;
        }
        return !isWhole || at == rest.Length;
    }

    // Characters with a meaning of their own are compared by their encoding.
    private static string Form(string text) =>
        new StringBuilder(text).Replace("*", "%2A").Replace("$", "%24").Replace("%2a", "%2A").ToString();
}
