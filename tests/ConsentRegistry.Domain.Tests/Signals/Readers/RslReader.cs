using System.Xml;
using System.Xml.Linq;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Domain.Tests.Signals.Readers;

/// <summary>
/// RSL 1.0. A license without a list of what it permits is read as one that permits what it does not prohibit.
/// </summary>
internal static class RslReader
{
    private static readonly XNamespace Rsl = "https://rslstandard.org/rsl";

    private static readonly string[] OfAi = ["ai-train", "ai-input", "ai-index"];

    public static Reading Read(XElement? document, string origin, string path, bool decodes)
    {
        var content = document
            ?.Elements(Rsl + "content")
            .Where(one => PatternOf(one, origin) is { } pattern && RobotsReader.Matches(pattern, path, decodes))
            .MaxBy(one => PatternOf(one, origin)!.Length);
        var license = content?.Elements(Rsl + "license").Single();
        if (license is null)
            return Reading.Nothing;
        var prohibits = Expand(WordsOf(license, "prohibits", "usage") ?? []);
        var permits = Expand(WordsOf(license, "permits", "usage") ?? OfAi).Except(prohibits).ToList();
        var conditions =
            (WordsOf(license, "permits", "user") is ["non-commercial"] ? Conditions.NonCommercial : Conditions.None)
            | (
                (string?)license.Element(Rsl + "payment")?.Attribute("type") == "attribution"
                    ? Conditions.Attribution
                    : Conditions.None
            );
        var reading = new Reading().Deny(prohibits.Select(PurposeOf));
        foreach (var word in permits)
            reading.Permit(PurposeOf(word), conditions);
        return reading;
    }

    // Document type definitions are refused.
    public static XElement? Load(string? text)
    {
        if (text is null)
            return null;
        using var reader = XmlReader.Create(
            new StringReader(text),
            new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit }
        );
        var root = XElement.Load(reader);
        Assert.Equal(Rsl + "rsl", root.Name);
        return root;
    }

    private static string? PatternOf(XElement content, string origin)
    {
        var url = (string)content.Attribute("url")!;
        return url.StartsWith('/') ? url
            : url.StartsWith(origin + "/", StringComparison.Ordinal) ? url[origin.Length..]
            : null;
    }

    private static string[]? WordsOf(XElement license, string element, string type) =>
        license
            .Elements(Rsl + element)
            .SingleOrDefault(one => (string?)one.Attribute("type") == type)
            ?.Value.Split(' ');

    private static List<string> Expand(IEnumerable<string> words) =>
        [.. words.SelectMany(word => word is "all" or "ai-all" ? OfAi : [word]).Where(OfAi.Contains)];

    private static string PurposeOf(string word) => word == "ai-train" ? "training" : "grounding";
}
