using System.Net.Mime;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace ConsentRegistry.Api.OpenApi;

/// <summary>
/// Examples of answers that the story cannot tell: those that are not JSON, and those that depend on when somebody else
/// answers.
/// </summary>
internal static class Samples
{
    private const string Export = """
        {"from":0,"kind":"log","origin":"registry.example.com/log","to":1,"v":1}
        {"keys":[],"kind":"keys"}
        {"body":"{}","kind":"entry","leaf":"{}","salt":"c2FsdA","seq":0}
        {"kind":"end","sha256":"47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"}
        """;

    private static readonly Dictionary<string, string> All = new(StringComparer.Ordinal)
    {
        ["getCheckpoint"] =
            "registry.example.com/log\n812\nqqSVmdpgYYuyBLg2Upyt5XyMTfh+l9vNSN8vUNEBYrg=\n\n— registry.example.com/log "
            + "Az3grpukl5AXaVfYkLiDGORx/DN2nlcS5kZHR5uYOBV2KA2HgXpD+gu9HHONebHLAyaKbbTM75QTtPydhKCExixSfwQ=\n",
        ["getTile"] = "32 bytes for each hash",
        ["getEntries"] = "two bytes of length and a leaf, for each",
        ["exportHistory"] = Export,
        ["exportLog"] = Export,
        ["exportReceipt"] = """
            {"jws":"eyJhbGciOiJFUzI1NiJ9.eyJ2IjoxfQ.c2lnbmF0dXJl","kind":"receipt","origin":"registry.example.com/log","v":1}
            {"keys":[],"kind":"keys"}
            {"kind":"end","sha256":"47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"}
            """,
        ["exportSignals"] = """
            {"creatorId":"ana","videoId":"summer","signals":[]}
            {"end":true,"videos":1}

            """,
        ["streamChecks"] = """
            {"allowed":false,"effect":"deny","reason":"noConsent","detail":"neverSet","decidedBy":{"creatorId":"ana","role":"owner","video":{"creatorId":"ana","videoId":"summer"},"scope":null,"purpose":null,"requester":null,"version":null,"changedAt":null},"obligations":[],"excludes":[],"version":1,"freshAt":"2026-11-23T09:30:00.000000Z","maxAgeMs":2000,"error":null}
            {"allowed":false,"effect":"deny","reason":null,"decidedBy":null,"obligations":[],"excludes":[],"version":null,"freshAt":null,"maxAgeMs":2000,"error":{"code":"invalid","detail":"videoId is missing; send the owner's id for the video."},"line":2}

            """,
        ["listNotifications"] =
            "event: lockdown\nid: 4711\ndata: "
            + "{\"notificationId\":\"019ab1c5-8f00-7d3e-9c4a-6d1f0b2a7e77\",\"kind\":\"lockdown\"}\n\n",
        ["listChanges"] =
            "event: overrideChanged\nid: 812\ndata: "
            + "{\"eventId\":\"019ab1c5-8f00-7d3e-9c4a-6d1f0b2a7e55\",\"seq\":812}\n\n",
    };

    private static readonly Dictionary<string, string> Requests = new(StringComparer.Ordinal)
    {
        ["streamChecks"] = """
            {"creatorId":"ana","videoId":"summer","purpose":"remix","requester":"acme"}
            {"creatorId":"ana","purpose":"remix"}

            """,
    };

    /// <summary>The examples of what an operation answers.</summary>
    public static Dictionary<string, IOpenApiExample> For(string operation) => Example(All[operation]);

    private const string Delivery = """
        {"notificationId":"019ab1c5-8f00-7d3e-9c4a-6d1f0b2a7e77","kind":"lockdown","createdAt":"2026-11-23T09:30:00.000000Z","state":"pending","attempts":2,"nextAttemptAt":"2026-11-23T09:35:21.000000Z","triedAt":"2026-11-23T09:30:06.000000Z","status":503,"error":null}
        """;

    // Of messages on their way.
    private static readonly Dictionary<string, string> Answers = new(StringComparer.Ordinal)
    {
        ["pingWebhook"] = """{"delivered":true,"status":204,"error":null}""",
        ["listDeliveries"] = $"{{\"items\":[{Delivery}]}}",
        ["redeliver"] = Delivery,
        // It says where the service is.
        ["getAuthZenConfiguration"] = """
            {"policy_decision_point":"https://consent.example.com","access_evaluation_endpoint":"https://consent.example.com/access/v1/evaluation","access_evaluations_endpoint":"https://consent.example.com/access/v1/evaluations"}
            """,
    };

    // A receipt names the log of the registry that signed it.
    private static readonly Dictionary<string, string> Questions = new(StringComparer.Ordinal)
    {
        ["exportReceipt"] = """{"receipt":"eyJhbGciOiJFUzI1NiJ9.eyJ2IjoxfQ.c2lnbmF0dXJl"}""",
    };

    /// <summary>The examples of a JSON answer, of an operation that the story leaves out.</summary>
    public static Dictionary<string, IOpenApiExample>? AnswersOf(string operation) => ExampleOf(Answers, operation);

    /// <summary>The examples of a JSON request, of an operation that the story leaves out.</summary>
    public static Dictionary<string, IOpenApiExample>? QuestionsOf(string operation) => ExampleOf(Questions, operation);

    private static Dictionary<string, IOpenApiExample>? ExampleOf(Dictionary<string, string> known, string operation) =>
        known.TryGetValue(operation, out var json)
            ? new(StringComparer.Ordinal)
            {
                ["example"] = new OpenApiExample { Summary = "What it looks like.", Value = JsonNode.Parse(json) },
            }
            : null;

    /// <summary>The examples of what an operation takes.</summary>
    public static Dictionary<string, IOpenApiExample> RequestOf(string operation) => Example(Requests[operation]);

    private static Dictionary<string, IOpenApiExample> Example(string text) =>
        new(StringComparer.Ordinal)
        {
            ["example"] = new OpenApiExample { Summary = "What it looks like.", Value = JsonValue.Create(text) },
        };

    /// <summary>The schema of a text, or of bytes.</summary>
    public static IOpenApiSchema Schema(string media) =>
        new OpenApiSchema
        {
            Type = JsonSchemaType.String,
            Format = media == MediaTypeNames.Application.Octet ? "binary" : null,
        };
}
