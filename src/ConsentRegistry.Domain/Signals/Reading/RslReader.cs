using System.Xml.Linq;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Domain.Signals.Reading;

/// <summary>
/// Really Simple Licensing 1.0. Of several elements that match a URL the one with the longest pattern counts, and of
/// several licenses whoever reads chooses.
/// </summary>
internal static class RslReader
{
    private static readonly XNamespace Rsl = Signals.Rsl.Namespace;

    private static readonly string[] OfAi = [.. Signals.Rsl.Words.Select(word => word.Name)];

    public static SignalReading Read(SignalDocument document)
    {
        if (!XmlText.TryParse(document.Text, out var xml, out var unreadable))
            return new(SignalFormat.Rsl, unreadable);
        var content = xml.Descendants(Rsl + "content")
            .Select(element => (Element: element, Pattern: PatternOf(element, document.Origin)))
            .Where(one => one.Pattern is not null && RobotsFile.Matches(one.Pattern, document.Path))
            .OrderByDescending(one => one.Pattern!.Length)
            .Select(one => one.Element)
            .FirstOrDefault();
        var licenses = content?.Elements(Rsl + "license").Select(Permits).ToList() ?? [];
        return new(
            SignalFormat.Rsl,
            licenses.Count == 0 ? [] : [.. Signals.Rsl.Words.Select(word => ClaimOf(word, licenses))]
        );
    }

    private static Claim ClaimOf(Word word, List<(HashSet<string> Permits, Conditions Conditions)> licenses)
    {
        var permitting = licenses.Where(license => license.Permits.Contains(word.Name)).ToList();
        return permitting.Count == 0
            ? new(word, Said.Deny)
            : new(
                word,
                Said.Allow,
                permitting.Select(license => license.Conditions).Aggregate((least, one) => least & one)
            );
    }

    // A license without a list of what it permits permits what it does not prohibit.
    private static (HashSet<string> Permits, Conditions Conditions) Permits(XElement license)
    {
        var permits = Expand(WordsOf(license, "permits", "usage") ?? OfAi);
        permits.ExceptWith(Expand(WordsOf(license, "prohibits", "usage") ?? []));
        var conditions = Conditions.None;
        if (WordsOf(license, "permits", "user") is { } users && !users.Contains("commercial", StringComparer.Ordinal))
            conditions |= Conditions.NonCommercial;
        if (WordsOf(license, "prohibits", "user")?.Contains("commercial", StringComparer.Ordinal) == true)
            conditions |= Conditions.NonCommercial;
        if ((string?)license.Element(Rsl + "payment")?.Attribute("type") == "attribution")
            conditions |= Conditions.Attribution;
        return (permits, conditions);
    }

    private static string? PatternOf(XElement content, string origin)
    {
        var url = (string?)content.Attribute("url");
        return url?.StartsWith('/') == true ? url
            : url?.StartsWith(origin + "/", StringComparison.OrdinalIgnoreCase) == true ? url[origin.Length..]
            : null;
    }

    private static string[]? WordsOf(XElement license, string element, string type) =>
        license
            .Elements(Rsl + element)
            .FirstOrDefault(one => (string?)one.Attribute("type") == type)
            ?.Value.Split((char[])[' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries);

    private static HashSet<string> Expand(IEnumerable<string> words) =>
        words
            .SelectMany(word => word is "all" or Signals.Rsl.AllOfAi ? OfAi : [word])
            .ToHashSet(StringComparer.Ordinal);
}
