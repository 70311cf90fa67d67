// Reads the answers that the document has as examples with one generated client: nswag, newtonsoft or kiota. It fails
// unless every refusal reads as one, and a history and a webhook's message read as what they say.
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Kiota.Abstractions.Authentication;
using Microsoft.Kiota.Http.HttpClientLibrary;
using Microsoft.Kiota.Serialization.Json;
using Kiota = Generated.ByKiota;
using Newton = Generated.ByNSwagForNewtonsoft;
using NSwag = Generated.ByNSwag;

if (args is not [var generator, var path])
{
    Console.Error.WriteLine("Usage: generated nswag|newtonsoft|kiota <document>");
    return 2;
}
var recorded = new Recorded(JsonNode.Parse(File.ReadAllText(path))!);
using var http = new HttpClient(recorded) { BaseAddress = new("http://registry.invalid/") };
var seen = generator switch
{
    "nswag" => await ReadWithNSwagAsync(),
    "newtonsoft" => await ReadWithNewtonsoftAsync(),
    "kiota" => await ReadWithKiotaAsync(),
    _ => throw new ArgumentException(generator),
};
string[] expected =
[
    "batch: True Allow , False Deny , False Deny unknownPurpose",
    "line: False Deny , False Deny invalid",
    "evaluations: True Allow, False Deny",
    "preview: True Deny",
    "an item that says nothing: False Deny",
    "history: HoldChanged remix.likeness remix.voice",
    "message: lockdown ana training",
];
var differences = seen.Zip(expected)
    .Where(one => one.First != one.Second)
    .Select(one => $"{generator} reads '{one.First}', not '{one.Second}'.")
    .ToList();
foreach (var difference in differences)
    Console.Error.WriteLine(difference);
if (differences.Count == 0)
    Console.WriteLine("Every refusal reads as one.");
return differences.Count == 0 ? 0 : 1;

async Task<string[]> ReadWithNSwagAsync()
{
    var client = new NSwag.RegistryClient(http);
    var batch = await client.CheckConsentBatchAsync(
        new()
        {
            Checks =
            [
                new()
                {
                    CreatorId = "ana",
                    VideoId = "summer",
                    Purpose = "remix",
                },
            ],
        }
    );
    var lines = recorded.Lines.Select(line => System.Text.Json.JsonSerializer.Deserialize<NSwag.CheckResult>(line)!);
    var evaluations = await client.EvaluateManyAsync(new());
    var preview = await client.PreviewChangesAsync(
        "ana",
        null,
        null,
        new() { Changes = [new() { Op = NSwag.ChangeOperation.SetDefault, Purpose = "remix" }] }
    );
    var history = await client.ListHistoryAsync("ana", null, null, null, null, null, null, null);
    var changed = history.Items.First();
    var message = System.Text.Json.JsonSerializer.Deserialize<NSwag.LockdownMessage>(recorded.Message)!;
    static string Show(NSwag.CheckResult one) => $"{one.Allowed} {one.Effect} {one.Error?.Code}";
    return Said(
        batch.Results.Select(Show),
        lines.Select(Show),
        evaluations.Evaluations.Select(one => $"{one.Decision} {one.Context.Effect}"),
        $"{preview.Complete} {preview.First.Single().Flips.Single().After}",
        new NSwag.CheckResult() is var none ? $"{none.Allowed} {none.Effect}" : "",
        $"{changed.Kind} {string.Join(' ', changed.Before.Stop.Purposes)}",
        $"{message.Type} {message.Data.CreatorId} {string.Join(' ', message.Data.Lockdown.Purposes)}"
    );
}

async Task<string[]> ReadWithNewtonsoftAsync()
{
    var client = new Newton.RegistryClient(http);
    var batch = await client.CheckConsentBatchAsync(
        new()
        {
            Checks =
            [
                new()
                {
                    CreatorId = "ana",
                    VideoId = "summer",
                    Purpose = "remix",
                },
            ],
        }
    );
    var lines = recorded.Lines.Select(line => Newtonsoft.Json.JsonConvert.DeserializeObject<Newton.CheckResult>(line)!);
    var evaluations = await client.EvaluateManyAsync(new());
    var preview = await client.PreviewChangesAsync(
        "ana",
        null,
        null,
        new() { Changes = [new() { Op = Newton.ChangeOperation.SetDefault, Purpose = "remix" }] }
    );
    var history = await client.ListHistoryAsync("ana", null, null, null, null, null, null, null);
    var changed = history.Items.First();
    var message = Newtonsoft.Json.JsonConvert.DeserializeObject<Newton.LockdownMessage>(recorded.Message)!;
    static string Show(Newton.CheckResult one) => $"{one.Allowed} {one.Effect} {one.Error?.Code}";
    return Said(
        batch.Results.Select(Show),
        lines.Select(Show),
        evaluations.Evaluations.Select(one => $"{one.Decision} {one.Context.Effect}"),
        $"{preview.Complete} {preview.First.Single().Flips.Single().After}",
        new Newton.CheckResult() is var none ? $"{none.Allowed} {none.Effect}" : "",
        $"{changed.Kind} {string.Join(' ', changed.Before.Stop.Purposes)}",
        $"{message.Type} {message.Data.CreatorId} {string.Join(' ', message.Data.Lockdown.Purposes)}"
    );
}

async Task<string[]> ReadWithKiotaAsync()
{
    using var adapter = new HttpClientRequestAdapter(new AnonymousAuthenticationProvider(), httpClient: http)
    {
        BaseUrl = "http://registry.invalid",
    };
    var client = new Kiota.RegistryClient(adapter);
    var batch = await client.V1.Checks.Batch.PostAsync(new());
    var lines = recorded.Lines.Select(line =>
        new JsonParseNode(System.Text.Json.JsonDocument.Parse(line).RootElement).GetObjectValue(
            Kiota.Models.CheckResult.CreateFromDiscriminatorValue
        )!
    );
    var evaluations = await client.Access.V1.Evaluations.PostAsync(new());
    var preview = await client.V1.Creators["ana"].Consent.Changes.Preview.PostAsync(new());
    var history = await client.V1.Creators["ana"].History.GetAsync();
    var changed = history!.Items!.First();
    // A member that is not there is null, and null is neither true nor an allow.
    static string Show(Kiota.Models.CheckResult one) =>
        $"{one.Allowed is true} {one.Effect ?? Kiota.Models.Effect.Deny} {one.Error?.Code}";
    return Said(
        batch!.Results!.Select(Show),
        lines.Select(Show),
        evaluations!.Evaluations!.Select(one => $"{one.Decision is true} {one.Context?.Effect}"),
        $"{preview!.Complete} {preview.First!.Single().Flips!.Single().After}",
        Show(new()).TrimEnd(),
        $"{changed.Kind} {string.Join(' ', changed.Before!.Stop!.Purposes!)}",
        message: null
    );
}

static string[] Said(
    IEnumerable<string> batch,
    IEnumerable<string> lines,
    IEnumerable<string> evaluations,
    string preview,
    string none,
    string history,
    string? message
) =>
    [
        $"batch: {string.Join(", ", batch)}",
        $"line: {string.Join(", ", lines)}",
        $"evaluations: {string.Join(", ", evaluations)}",
        $"preview: {preview}",
        $"an item that says nothing: {none}",
        $"history: {history}",
        // Kiota makes nothing of a document's webhooks.
        .. message is null ? [] : new[] { $"message: {message}" },
    ];

/// <summary>
/// Answers each operation with the document's own example of it, which a test compares with what the service answers.
/// </summary>
internal sealed class Recorded(JsonNode document) : HttpMessageHandler
{
    public IEnumerable<string> Lines =>
        ((string)Example("/v1/checks/stream", "post")!).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>What a webhook gets, of the notification that the example of an inbox shows.</summary>
    public string Message
    {
        get
        {
            var shown = Example("/v1/creators/{creatorId}/notifications", "get")["items"]![0]!;
            return new JsonObject
            {
                ["type"] = shown["kind"]!.DeepClone(),
                ["timestamp"] = shown["createdAt"]!.DeepClone(),
                ["data"] = shown["data"]!.DeepClone(),
            }.ToJsonString();
        }
    }

    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        var path = request.RequestUri!.AbsolutePath.Replace("/ana/", "/{creatorId}/", StringComparison.Ordinal);
        return Task.FromResult(
            new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = new StringContent(
                    Example(path, request.Method.Method.ToLowerInvariant()).ToJsonString(),
                    Encoding.UTF8,
                    "application/json"
                ),
            }
        );
    }

    private JsonNode Example(string path, string method) =>
        document["paths"]![path]![method]!["responses"]!["200"]!["content"]!.AsObject().First().Value!["examples"]!
            .AsObject()
            .First()
            .Value!["value"]!;
}
