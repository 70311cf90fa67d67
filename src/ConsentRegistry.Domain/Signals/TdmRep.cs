using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ConsentRegistry.Domain.Signals;

/// <summary>W3C TDMRep (Community Group Final Report, 10 May 2024).</summary>
internal static class TdmRep
{
    // One reservation for all mining and all training. Without it the law of some countries lets anybody mine.
    internal static readonly ImmutableArray<Word> Words =
    [
        new("tdm-reservation", [StandardPurposes.Mining, .. StandardPurposes.AllTraining]),
    ];

    private static readonly JsonSerializerOptions Json = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static Signal OfContent(PublicConsent consent, SignalContact? contact)
    {
        var statement = new Statement(consent, AbilityWith(contact), Words);
        var says = statement.Says[0];
        return new(
            SignalFormat.Tdmrep,
            SignalForm.Headers,
            null,
            null,
            says == Said.Ask
                ? [new("tdm-reservation", "1"), new("tdm-policy", contact!.PolicyUrl!)]
                : [new("tdm-reservation", says == Said.Allow ? "0" : "1")],
            statement.ExpiresAt,
            [.. statement.Losses]
        );
    }

    public static Signal OfSite(Site site, IReadOnlyList<SiteEntry> entries, SignalContact? contact, bool isWhole)
    {
        var plan = SitePlan.Create(site, entries, AbilityWith(contact), Words);
        // The first that matches counts, so the default is last.
        var text = new JsonArray([
            .. plan.Rules.Select(rule => Location(rule.Pattern, rule.Says[0], contact)),
            Location("/*", Said.Deny, null),
        ]).ToJsonString(Json);
        if (!isWhole || text.Length > Signal.MaxLength)
            return File(
                new JsonArray(Location("/*", Said.Deny, null)).ToJsonString(Json),
                null,
                plan.Statements.Select(one => one.Denied())
            );
        return File(text, plan.ExpiresAt, plan.Statements);
    }

    /// <summary>The policy of a site: who wants to mine asks; null if it is not published.</summary>
    public static Signal? Policy(Site site, SignalContact? contact)
    {
        if (contact?.PolicyUrl is null)
            return null;
        var policy = new JsonObject
        {
            ["@context"] = new JsonArray("http://www.w3.org/ns/odrl.jsonld", "http://www.w3.org/ns/tdmrep.jsonld"),
            ["@type"] = "Offer",
            ["profile"] = "http://www.w3.org/ns/tdmrep",
            ["uid"] = contact.PolicyUrl,
            ["assigner"] = new JsonObject { ["uid"] = site.Origin, ["vcard:hasURL"] = contact.AskUrl },
            ["permission"] = new JsonArray(
                new JsonObject
                {
                    ["target"] = site.Origin + "/",
                    ["action"] = "tdm:mine",
                    ["duty"] = new JsonArray(new JsonObject { ["action"] = "obtainConsent" }),
                }
            ),
        };
        return new(
            SignalFormat.Tdmrep,
            SignalForm.Policy,
            "application/ld+json",
            policy.ToJsonString(Json),
            [],
            null,
            []
        );
    }

    private static Ability AbilityWith(SignalContact? contact) =>
        new()
        {
            KeptFor = Signal.ShortestAge,
            HasSilence = false,
            SaysAsk = contact?.PolicyUrl is not null,
        };

    private static JsonObject Location(string pattern, Said says, SignalContact? contact)
    {
        var location = new JsonObject { ["location"] = pattern, ["tdm-reservation"] = says == Said.Allow ? 0 : 1 };
        if (says == Said.Ask)
            location["tdm-policy"] = contact!.PolicyUrl;
        return location;
    }

    private static Signal File(string text, Instant? expiresAt, IEnumerable<Statement> statements) =>
        new(
            SignalFormat.Tdmrep,
            SignalForm.SiteFile,
            "application/json",
            text,
            [],
            expiresAt,
            Loss.Sum(statements.SelectMany(one => one.Losses))
        );
}
