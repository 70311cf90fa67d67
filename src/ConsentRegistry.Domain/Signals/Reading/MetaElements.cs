using System.Text.RegularExpressions;

namespace ConsentRegistry.Domain.Signals.Reading;

/// <summary>The <c>meta</c> elements of an HTML page that have a name. Comments are passed over.</summary>
internal static partial class MetaElements
{
    public static List<NamedValue> Read(string page)
    {
        var elements = new List<NamedValue>();
        var text = Comment().Replace(page, comment => new string('\n', comment.Value.Count(one => one == '\n')));
        var (line, counted) = (1, 0);
        foreach (Match element in Element().Matches(text))
        {
            line += text.AsSpan(counted..element.Index).Count('\n');
            counted = element.Index;
            var attributes = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            // The first of one name counts, as in HTML.
            foreach (Match attribute in Attribute().Matches(element.Groups["attributes"].Value))
                attributes.TryAdd(attribute.Groups["name"].Value, attribute.Groups["value"].Value);
            if (attributes.TryGetValue("name", out var name) && attributes.TryGetValue("content", out var content))
                elements.Add(new(name.Trim(), content.Trim(), line, 1));
        }
        return elements;
    }

    [GeneratedRegex(
        "<!--.*?(-->|$)",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking
    )]
    private static partial Regex Comment();

    [GeneratedRegex(
        """<meta\s(?<attributes>([^>"']|"[^"]*"|'[^']*')*)>""",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking
    )]
    private static partial Regex Element();

    [GeneratedRegex(
        """(?<name>[a-z-]+)\s*=\s*("(?<value>[^"]*)"|'(?<value>[^']*)'|(?<value>[^\s"'>]+))""",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking
    )]
    private static partial Regex Attribute();
}
