using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Signals;

namespace ConsentRegistry.Domain.Tests.Signals;

/// <summary>
/// What each format says of answers that were made by hand. <c>signals.json</c> has the answers,
/// <c>signals.expected.json</c> the documents and their losses.
/// </summary>
public sealed class SignalCaseTests
{
    private const string Origin = "https://videos.example";

    private static readonly Instant Now = new(1_800_000_000_000_000);

    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static string FolderOf(string file) => Path.Combine(AppContext.BaseDirectory, "Signals", file);

    private static JsonArray Cases => JsonNode.Parse(File.ReadAllText(FolderOf("signals.json")))!.AsArray();

    public static TheoryData<string> Names => [.. Cases.Select(one => (string)one!["name"]!)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_format_says_what_stands_in_the_file(string name)
    {
        var expected = JsonNode.Parse(File.ReadAllText(FolderOf("signals.expected.json")))!;
        var actual = SaidOf(Cases.Single(one => (string)one!["name"]! == name)!);

        Assert.Equal(expected[name]?.ToJsonString(Readable), actual.ToJsonString(Readable));
    }

    /// <summary>Writes what the formats say now. Read every line of the difference before you keep it.</summary>
    [Fact(Explicit = true)]
    public void Write_the_expected_file() =>
        File.WriteAllText(
            FolderOf("signals.expected.json"),
            new JsonObject(
                Cases.Select(one => KeyValuePair.Create((string)one!["name"]!, (JsonNode?)SaidOf(one)))
            ).ToJsonString(Readable) + "\n"
        );

    private static JsonObject SaidOf(JsonNode one)
    {
        var consent = ConsentOf(one["answers"]!.AsObject());
        var contact = one["contact"] is null
            ? null
            : new SignalContact(UrlOf("https://consent.example.org/ask"), UrlOf(Origin + "/policy.json"));
        var url = UrlOf(Origin + ((string?)one["path"] ?? "/v/123"));
        Assert.True(Site.TryParse(Origin, out var site));
        var said = new JsonObject();
        Signal[] signals =
        [
            .. SignalProjector.OfUrl(consent, url, contact),
            .. SignalProjector.OfFile(consent, contact),
            .. SignalProjector.SiteFormats.SelectMany(format =>
                SignalProjector.OfSite(format, site, [new(url, consent)], isWhole: true, contact)
            ),
        ];
        foreach (var signal in signals)
        {
            said[$"{signal.Format.Word()} {signal.Form.Word()}"] = new JsonObject
            {
                ["headers"] = List(signal.Headers.Select(header => $"{header.Name}: {header.Value}")),
                ["text"] = List(signal.Text?.TrimEnd('\n').Split('\n') ?? []),
                ["losses"] = List(
                    signal.Losses.Select(loss =>
                        $"{loss.Purpose}: {loss.Effect.Word()}, says {loss.Says.Word()}, lost "
                        + string.Join(" ", loss.Lost.Select(lost => lost.Word()).Concat(loss.Conditions.Words()))
                        + (loss.OverDenied ? ", over-denied" : "")
                    )
                ),
            };
        }
        return said;
    }

    private static JsonArray List(IEnumerable<string> lines) => new([.. lines.Select(line => (JsonNode)line)]);

    private static ContentIdentifier UrlOf(string url) => ContentIdentifier.Parse(IdentifierScheme.Url, url).Value;

    private static PublicConsent ConsentOf(JsonObject answers) =>
        new(
            Vocabulary.Initial,
            Now,
            [
                .. Vocabulary.Initial.Purposes.Select(definition =>
                    AnswerOf((string?)answers[definition.Purpose.Name] ?? "silent")
                ),
            ]
        );

    private static PublicAnswer AnswerOf(string text)
    {
        var words = text.Split(' ');
        var until = Array.IndexOf(words, "until");
        return new()
        {
            Effect = Wording.TryParse<Effect>(words[0], out var effect) ? effect : Effect.Deny,
            Unnamed = words.Contains("unnamed-allow") ? Effect.Allow : default,
            VariesByRequester = words.Contains("unnamed-allow"),
            IsSilent = words[0] == "silent",
            IsPartial = words.Contains("partial"),
            IsRatcheted = words.Contains("ratcheted"),
            ExpiresAt = until < 0 ? null : Now.Plus(TimeSpan.FromSeconds(int.Parse(words[until + 1]))),
            Conditions = ConditionWords.Parse(words.Where(word => Wording.TryParse<Conditions>(word, out _))),
        };
    }
}
