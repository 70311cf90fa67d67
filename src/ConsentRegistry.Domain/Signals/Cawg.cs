using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Domain.Signals;

/// <summary>The CAWG assertion about training and data mining 1.1 (DIF, 16 May 2025).</summary>
internal static class Cawg
{
    private static readonly Word[] OwnKeys =
    [
        new("cawg.data_mining", StandardPurposes.Mining),
        new("cawg.ai_inference", StandardPurposes.Grounding),
        new("cawg.ai_training", StandardPurposes.Nongenerative),
        new("cawg.ai_generative_training", StandardPurposes.Generative),
    ];

    private static readonly JsonSerializerOptions Json = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static Signal OfContent(PublicConsent consent, SignalContact? contact)
    {
        var words = WordsOf(consent.Vocabulary, contact?.KeyPrefix);
        var statement = new Statement(
            consent,
            new() { NeverAllows = Lost.Revocation, SaysAsk = contact is not null },
            [.. words]
        );
        var entries = new JsonObject();
        foreach (var (word, says) in words.Zip(statement.Says))
        {
            if (says == Said.Deny)
                entries[word.Name] = new JsonObject { ["use"] = "notAllowed" };
            // Without the constraint's page it would mean notAllowed.
            else if (says == Said.Ask)
                entries[word.Name] = new JsonObject { ["use"] = "constrained", ["constraint_info"] = contact!.AskUrl };
        }
        var isSilent = entries.Count == 0;
        var assertion = new JsonObject
        {
            ["label"] = "cawg.training-mining",
            ["data"] = new JsonObject { ["entries"] = entries },
        };
        return new(
            SignalFormat.Cawg,
            SignalForm.Embedded,
            isSilent ? null : "application/json",
            isSilent ? null : assertion.ToJsonString(Json),
            [],
            null,
            [.. statement.Losses]
        );
    }

    /// <summary>All keys: those of the assertion, and those of the registry's own purposes.</summary>
    /// <param name="vocabulary">The vocabulary.</param>
    /// <param name="prefix">What its own keys begin with; null if it has none.</param>
    internal static Word[] WordsOf(Vocabulary vocabulary, string? prefix) =>
        [.. OwnKeys, .. FurtherKeys(vocabulary, prefix)];

    // A key of one's own begins with one's domain, reversed.
    private static IEnumerable<Word> FurtherKeys(Vocabulary vocabulary, string? prefix) =>
        prefix is null
            ? []
            : vocabulary
                .Purposes.Select(definition => definition.Purpose)
                .Except(OwnKeys.SelectMany(key => key.About))
                .Select(purpose => new Word($"{prefix}.{purpose}", purpose) { IsExact = true });
}
