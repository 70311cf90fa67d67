using System.Collections.Immutable;
using System.Xml;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Domain.Signals;

/// <summary>Really Simple Licensing 1.0 (Recommendation of 10 December 2025).</summary>
/// <remarks>
/// What a license does not permit it denies, and a reader may take what no license prohibits as permitted. So each
/// names all of the words below. <c>search</c> is none of our purposes. It says nothing that the registry cannot know:
/// whose the content is.
/// </remarks>
internal static class Rsl
{
    internal const string Namespace = "https://rslstandard.org/rsl";

    private const string MediaType = "application/rsl+xml";

    internal const string AllOfAi = "ai-all";

    internal static readonly ImmutableArray<Word> Words =
    [
        new("ai-train", StandardPurposes.AllTraining),
        new("ai-input", StandardPurposes.Grounding),
        new("ai-index", StandardPurposes.Grounding),
    ];

    private static readonly Ability Served = new()
    {
        Conditions = Conditions.Attribution | Conditions.NonCommercial,
        KeptFor = Signal.RobotsKeptFor,
        HasSilence = false,
    };

    public static Signal OfUrl(string url, PublicConsent consent)
    {
        var start = url.IndexOf('/', url.IndexOf("://", StringComparison.Ordinal) + "://".Length);
        var exact = UrlPattern.Exact(url[start..]);
        var statement = new Statement(consent, exact is null ? Served with { NeverAllows = Lost.Path } : Served, Words);
        var pattern = statement.Says.Contains(Said.Allow) ? exact! : UrlPattern.Prefix(url[start..]);
        return Create(
            SignalForm.Document,
            Document([new(url[..start] + pattern, statement.Says, statement)]),
            statement.ExpiresAt,
            [.. statement.Losses]
        );
    }

    public static Signal OfSite(Site site, IReadOnlyList<SiteEntry> entries, bool isWhole)
    {
        var plan = SitePlan.Create(site, entries, Served, Words);
        if (isWhole)
        {
            var text = plan.Rules.IsEmpty ? null : Document(plan.Rules);
            if (text is not { Length: > Signal.MaxLength })
                return Create(
                    SignalForm.SiteFile,
                    text,
                    plan.ExpiresAt,
                    Loss.Sum(plan.Statements.SelectMany(one => one.Losses))
                );
        }
        return Create(
            SignalForm.SiteFile,
            Document([new("/", [], null)]),
            null,
            Loss.Sum(plan.Statements.SelectMany(one => one.Denied().Losses))
        );
    }

    private static Signal Create(SignalForm form, string? text, Instant? expiresAt, ImmutableArray<Loss> losses) =>
        new(SignalFormat.Rsl, form, text is null ? null : MediaType, text, [], expiresAt, losses);

    private static string Document(IEnumerable<SiteRule> rules) =>
        Xml.Write(xml =>
        {
            xml.WriteStartElement("rsl", Namespace);
            // In days.
            xml.WriteAttributeString("max-age", "1");
            foreach (var rule in rules)
                WriteContent(xml, rule);
            xml.WriteEndElement();
        });

    private static void WriteContent(XmlWriter xml, SiteRule rule)
    {
        var permits = rule.Statement is null ? [] : NamesOf(rule, said => said == Said.Allow);
        var prohibits = permits.Length == 0 ? [AllOfAi] : NamesOf(rule, said => said != Said.Allow);
        xml.WriteStartElement("content", Namespace);
        xml.WriteAttributeString("url", rule.Pattern);
        xml.WriteStartElement("license", Namespace);
        WriteList(xml, "permits", "usage", permits);
        if (permits.Length > 0 && rule.Statement!.Conditions.HasFlag(Conditions.NonCommercial))
            WriteList(xml, "permits", "user", ["non-commercial"]);
        WriteList(xml, "prohibits", "usage", prohibits);
        if (permits.Length > 0 && rule.Statement!.Conditions.HasFlag(Conditions.Attribution))
        {
            xml.WriteStartElement("payment", Namespace);
            xml.WriteAttributeString("type", "attribution");
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private static string[] NamesOf(SiteRule rule, Func<Said, bool> isOne) =>
        [.. Words.Zip(rule.Says).Where(word => isOne(word.Second)).Select(word => word.First.Name)];

    private static void WriteList(XmlWriter xml, string element, string type, IReadOnlyCollection<string> words)
    {
        if (words.Count == 0)
            return;
        xml.WriteStartElement(element, Namespace);
        xml.WriteAttributeString("type", type);
        xml.WriteString(string.Join(' ', words));
        xml.WriteEndElement();
    }
}
