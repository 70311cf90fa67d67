using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ConsentRegistry.Api.Tests.Http;

/// <summary>
/// Text that is not Unicode, in every place of a valid body where text stands: keys and values of every operation.
/// </summary>
public sealed class BadTextTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    // Each character is the byte of its number: what is beyond ASCII here is no UTF-8.
    private static readonly string[] Bad =
    [
        "\\ud800",
        "x\\udc00",
        "\\udc00\\ud800",
        "\u00ff",
        "\u00ed\u00a0\u0080",
        "x\u00c0\u00ae",
    ];

    // Operations whose usual request in another test has no body, though they take one.
    private static readonly Dictionary<string, string> Bodies = new(StringComparer.Ordinal)
    {
        ["setLockdown"] = """{"purposes":["remix"]}""",
        ["approve"] = """{"conditions":["attribution"],"until":"2999-01-01T00:00:00Z","reason":"yes"}""",
        ["refuse"] = """{"reason":"no"}""",
        ["evaluate"] =
            """{"subject":{"type":"requester","id":"a"},"action":{"name":"remix"},"resource":{"type":"video","id":"v","properties":{"creatorId":"c"}},"context":{"time":"now"}}""",
        ["evaluateMany"] =
            """{"subject":{"type":"requester","id":"a"},"options":{"evaluations_semantic":"execute_all"},"evaluations":[{"action":{"name":"remix"},"resource":{"type":"video","id":"c/v"}}]}""",
        ["setDefault"] =
            """{"effect":"allow","appliesTo":"all","conditions":["attribution"],"expiresAt":"2999-01-01T00:00:00Z","reason":"r"}""",
        ["registerVideo"] =
            """{"publishedAt":"2026-01-01T00:00:00Z","participants":[{"creatorId":"a","role":"depicted"}],"derivedFrom":[{"creatorId":"a","videoId":"v"}]}""",
        ["checkConsent"] =
            """{"creatorId":"x","videoId":"v","purpose":"remix","requester":"r","consistency":"fast","minVersions":{"x":0},"asOf":"2026-01-01T00:00:00Z"}""",
        ["checkConsentBatch"] =
            """{"defaults":{"requester":"r","consistency":"fast","minVersions":{"x":0}},"checks":[{"creatorId":"x","videoId":"v","purpose":"remix"}]}""",
    };

    private RegistryApplication App => registry.App;

    [Fact]
    public async Task Text_that_is_not_Unicode_is_400_wherever_it_stands()
    {
        var requests = App
            .Services.GetRequiredService<EndpointDataSource>()
            .Endpoints.OfType<RouteEndpoint>()
            .Select(endpoint =>
                (
                    endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()!.EndpointName,
                    Method: endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0]
                )
            )
            .Where(operation => AccessTests.Operations.ContainsKey(operation.EndpointName))
            .SelectMany(operation =>
            {
                var (path, body, _) = AccessTests.Operations[operation.EndpointName];
                path = path.Replace("{c}", "c", StringComparison.Ordinal)
                    .Replace("{owner}", "o", StringComparison.Ordinal)
                    .Replace("{nothing}", $"{Guid.Empty}", StringComparison.Ordinal)
                    .Replace("{webhook}", $"{Guid.Empty}", StringComparison.Ordinal);
                var text =
                    Bodies.GetValueOrDefault(operation.EndpointName)
                    ?? (body is null ? null : JsonSerializer.Serialize(body));
                return text is null
                    ? []
                    : Spoiled(text).Select(bytes => (operation.EndpointName, operation.Method, path, bytes));
            })
            .ToList();
        Assert.Superset(
            new HashSet<string>
            {
                "setDefault",
                "changeSettings",
                "setHold",
                "registerVideos",
                "recordUse",
                "recordUses",
                "requestApproval",
                "disputeRecall",
                "createWebhook",
                "updateWebhook",
                "evaluate",
            },
            requests.Select(request => request.EndpointName).ToHashSet()
        );
        var wrong = new ConcurrentBag<string>();

        await Parallel.ForEachAsync(
            requests,
            new ParallelOptions
            {
                MaxDegreeOfParallelism = 4,
                CancellationToken = TestContext.Current.CancellationToken,
            },
            async (request, _) =>
            {
                var answer = await App.Admin().SendAsync(new(request.Method), request.path, request.bytes);
                if (answer.Status != 400 || answer.MediaType != "application/problem+json")
                    wrong.Add(
                        $"{request.EndpointName} {Encoding.Latin1.GetString(request.bytes)} => {answer.Status} "
                            + $"{answer.Text}"
                    );
            }
        );

        Assert.True(wrong.IsEmpty, string.Join('\n', wrong.Take(10)));
    }

    // The body once for each text in it and each bad one, which takes its place.
    private static IEnumerable<byte[]> Spoiled(string body)
    {
        var bytes = Encoding.ASCII.GetBytes(body);
        var texts = new List<(int Start, int Length)>();
        var reader = new Utf8JsonReader(bytes);
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.String)
                texts.Add(((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length));
        }
        return texts.SelectMany(text =>
            Bad.Select(bad =>
                Encoding.Latin1.GetBytes(
                    string.Concat(body.AsSpan(0, text.Start), bad, body.AsSpan(text.Start + text.Length))
                )
            )
        );
    }
}
