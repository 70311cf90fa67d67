using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ConsentRegistry.Api.Tests.Http;

/// <summary>
/// Valid requests of every operation, damaged at random: the service refuses them or does them, but never fails.
/// </summary>
public sealed class FuzzTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private const int Requests = 6_000;
    private const int AtOnce = 4;

    private static readonly string[] Values =
    [
        "null",
        "true",
        "[]",
        "{}",
        "[[]]",
        "[{}]",
        "[null]",
        "\"\"",
        "\"\\ud800\"",
        "\"\\udc00\\ud800\"",
        "\"\\u0000\"",
        "\"\\ufffe\"",
        "\"\\ud83d\\ude00\"",
        "\"é\"",
        "\"..\"",
        "\"*\"",
        "\"$vocabulary\"",
        "\"a/b\"",
        "0",
        "-0",
        "-1",
        "1.0",
        "1e0",
        "1e400",
        "-1e400",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "0.1",
        "123456789012345678901234567890",
        "NaN",
        "Infinity",
        "'x'",
        "01",
        "+1",
        "\"0001-01-01T00:00:00Z\"",
        "\"9999-12-31T23:59:59.9999999Z\"",
        "\"9999-12-31T23:59:59-14:00\"",
        "\"0001-01-01T00:00:00+14:00\"",
        "\"2026-01-01T00:00:60Z\"",
        "\"-001-01-01T00:00:00Z\"",
        "\"allow\"",
        "\"remix\"",
        "\"mining\"",
        "[\"attribution\",\"attribution\"]",
        "[\"remix\",\"remix\"]",
        "{\"\\ud800\":1}",
        "{\"a\":1,\"a\":2}",
        "{\"a\":9223372036854775807}",
        "{\"$vocabulary\":1}",
        "[{\"creatorId\":\"a\",\"role\":\"depicted\"}]",
        "[{\"creatorId\":\"a\",\"videoId\":\"v\"}]",
        "[1,\"x\",null,{}]",
    ];

    private static readonly string[] Names =
    [
        "effect",
        "appliesTo",
        "conditions",
        "expiresAt",
        "clearExceptions",
        "reason",
        "vocabularyVersion",
        "changes",
        "dryRun",
        "op",
        "purpose",
        "requester",
        "video",
        "purposes",
        "publishedAt",
        "participants",
        "derivedFrom",
        "videos",
        "checks",
        "defaults",
        "creatorId",
        "videoId",
        "role",
        "minVersions",
        "consistency",
        "maxStalenessMs",
        "explain",
        "parent",
        "usesLikeness",
        "description",
        "unknown",
        "\\ud800",
        "\\u0065ffect",
        "",
    ];

    private static readonly string[] PathParts =
    [
        "..",
        ".",
        "%2e%2e",
        "%2E",
        "%2f",
        "%5c",
        "%00",
        "%0a",
        "%ff",
        "%c0%ae",
        "%ed%a0%80",
        "%",
        "%zz",
        "%25",
        "%u0041",
        "//",
        ";",
        "a;b=c",
        "*",
        "é",
        "%F0%9F%98%80",
        "~",
        "@",
        ":",
        "$vocabulary",
        "'",
        "\"",
        "<",
        "{creatorId}",
        "%7B",
        " ",
    ];

    private static readonly string[] Queries =
    [
        "requester=acme",
        "requester=",
        "requester",
        "requester=a&requester=b",
        "limit=1",
        "limit=1000",
        "limit=-1",
        "limit=%31",
        "limit=1e3",
        "cursor=",
        "cursor=AAAA",
        "cursor=%2f",
        "cursor=Lw",
        "cursor=Ly8vLw",
        "cursor=////",
        "purpose=remix",
        "purpose=x",
        "purpose=%00",
        "=",
        "&&",
        "%",
        "%00=1",
        "a[]=1",
        "?",
    ];

    // None asks for server-sent events: such an answer goes on for an hour, and has tests of its own.
    private static readonly string[] Headers =
    [
        "If-Match: \"0\"",
        "If-Match: *",
        "If-Match: W/\"0\"",
        "If-Match: \"",
        "If-Match: \"99999999999999999999\"",
        "If-None-Match: *",
        "If-None-Match: \"",
        "If-None-Match: W/\"0\"",
        "If-None-Match: ,,,",
        "Idempotency-Key: k",
        "Idempotency-Key: \t",
        "Idempotency-Key: ~",
        "Content-Encoding: gzip",
        "Content-Type: application/json; charset=utf-16",
        "Content-Type: application/merge-patch+json",
        "Content-Type: ;",
        "Content-Type: text/plain",
        "Accept: text/event-streams",
        "Accept: */*;q=x",
        "Accept-Encoding: gzip",
        "Prefer: respond-async",
        "Range: bytes=0-1",
        "X-Forwarded-For: 1.2.3.4",
        "X-HTTP-Method-Override: DELETE",
        "traceparent: 00-x-y-z",
        "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "Cookie: a=b",
        "Host: evil.example",
        "Expect: 100-continue",
        "Authorization: Basic x",
        "Transfer-Encoding: identity",
    ];

    // The operations that share what a node has for exports.
    private static readonly HashSet<string> Exports = new(StringComparer.Ordinal)
    {
        "exportHistory",
        "exportLog",
        "exportReceipt",
        "exportSignals",
        "getSiteSignals",
    };

    private RegistryApplication App => registry.App;

    [Fact]
    public async Task No_damaged_request_makes_the_service_fail()
    {
        var seed = TestSeed.Get();
        var random = new Random(seed);
        var operations = App
            .Services.GetRequiredService<EndpointDataSource>()
            .Endpoints.OfType<RouteEndpoint>()
            .Select(endpoint =>
                (
                    Name: endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()!.EndpointName,
                    Method: endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0]
                )
            )
            .Where(operation => AccessTests.Operations.ContainsKey(operation.Name))
            .OrderBy(operation => operation.Name, StringComparer.Ordinal)
            .ToList();
        // Drawn first and sent later, so that a seed means the same requests whatever the answers' order.
        var requests = Enumerable
            .Range(0, Requests)
            .Select(_ => Draw(random, operations[random.Next(operations.Count)]))
            .ToList();
        var failures = new System.Collections.Concurrent.ConcurrentBag<string>();
        var answered = 0;
        // One caller sends all of them, and may have two exports at once: the paths may be damaged, so the operation
        // that was meant tells. One of them is sent at a time.
        using var exports = new SemaphoreSlim(1);

        await Log.Exports.CoveredAsync(App);
        await Parallel.ForEachAsync(
            requests,
            new ParallelOptions
            {
                MaxDegreeOfParallelism = AtOnce,
                CancellationToken = TestContext.Current.CancellationToken,
            },
            async (request, cancel) =>
            {
                var isExport = Exports.Contains(request.Operation);
                if (isExport)
                    await exports.WaitAsync(cancel);
                try
                {
                    var answer = await App.Admin()
                        .SendAsync(new(request.Method), request.Path, request.Body, request.Headers);
                    Interlocked.Increment(ref answered);
                    var shaped =
                        answer.Status < 400
                        || answer.Text.Length == 0
                        || (answer.MediaType == "application/problem+json" && answer.Code is not null);
                    // 505 is the server's own word on a request line that it cannot read.
                    if (answer.Status is >= 500 and not 505 || !shaped)
                        failures.Add(
                            $"{request.Method} {request.Path} {string.Join(" | ", request.Headers)} "
                                + $"{(request.Body is null ? "" : Encoding.Latin1.GetString(request.Body))} => "
                                + $"{answer.Status} {answer.Text}"
                        );
                }
                catch (Exception e) when (e is HttpRequestException or UriFormatException or FormatException)
                {
                    // The client itself does not send such a thing, or the server has cut the connection: no answer is
                    // no failure.
                }
                finally
                {
                    if (isExport)
                        exports.Release();
                }
            }
        );

        Assert.True(failures.IsEmpty, $"seed {seed}\n{string.Join('\n', failures.Take(5))}");
        Assert.True(answered > Requests * 3 / 4, $"Only {answered} requests were answered.");
    }

    private static (string Operation, string Method, string Path, byte[]? Body, string[] Headers) Draw(
        Random random,
        (string Name, string Method) operation
    )
    {
        var (path, body, _) = AccessTests.Operations[operation.Name];
        path = path.Replace("{c}", $"f{random.Next(20)}", StringComparison.Ordinal)
            .Replace("{owner}", $"f{random.Next(20)}", StringComparison.Ordinal);
        var method =
            random.Next(40) == 0
                ? new[] { "GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS" }[random.Next(7)]
                : operation.Method;
        if (random.Next(4) == 0)
            path = DamagePath(random, path);
        if (random.Next(4) == 0)
            path += "?" + string.Join('&', Enumerable.Range(0, random.Next(1, 3)).Select(_ => Pick(random, Queries)));
        var text = body is null
            ? null
            : JsonSerializer.Serialize(body).Replace("{c}", $"f{random.Next(20)}", StringComparison.Ordinal);
        if (text is null && random.Next(10) == 0)
            text = "{}";
        var headers =
            random.Next(3) == 0
                ? Enumerable.Range(0, random.Next(1, 3)).Select(_ => Pick(random, Headers)).ToArray()
                : [];
        // A stream has no end that a test could wait for.
        if (operation.Name is "listChanges" or "listNotifications")
            headers = [.. headers.Where(header => !header.Contains("event-stream", StringComparison.Ordinal))];
        return (
            operation.Name,
            method,
            path,
            text is null || method is "GET" or "HEAD" ? null : DamageBody(random, text),
            headers
        );
    }

    private static string DamagePath(Random random, string path)
    {
        var parts = path.Split('/');
        var at = random.Next(1, parts.Length);
        parts[at] = random.Next(5) switch
        {
            0 => Pick(random, PathParts),
            1 => parts[at] + Pick(random, PathParts),
            2 => new string('a', random.Next(1, 6_000)),
            3 => string.Concat(parts[at].Select(c => random.Next(2) == 0 ? $"%{(int)c:X2}" : c.ToString())),
            _ => "",
        };
        return string.Join('/', parts);
    }

    private static byte[] DamageBody(Random random, string text)
    {
        for (var times = random.Next(4); times > 0; times--)
            text = DamageText(random, text);
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var times = random.Next(6) == 0 ? random.Next(1, 4) : 0; times > 0 && bytes.Length > 0; times--)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return random.Next(20) == 0 ? bytes[..random.Next(bytes.Length + 1)] : bytes;
    }

    private static string DamageText(Random random, string text)
    {
        var colons = Enumerable
            .Range(0, text.Length)
            .Where(i => text[i] == ':' && i > 0 && text[i - 1] == '"')
            .ToList();
        switch (random.Next(7))
        {
            case 0 or 1 when colons.Count > 0:
                // Another value for a field.
                var from = colons[random.Next(colons.Count)] + 1;
                var to = text.IndexOfAny([',', '}'], from);
                return to < 0 ? text : string.Concat(text.AsSpan(0, from), Pick(random, Values), text.AsSpan(to));
            case 2 or 3 when text.Contains('{', StringComparison.Ordinal):
                // One field more.
                var open = text.LastIndexOf('{', random.Next(text.Length)) is >= 0 and var found
                    ? found + 1
                    : text.IndexOf('{', StringComparison.Ordinal) + 1;
                return text.Insert(
                    open,
                    $"\"{Pick(random, Names)}\":{Pick(random, Values)}{(open < text.Length && text[open] == '}' ? "" : ",")}"
                );
            case 4:
                var depth = random.Next(1, 200);
                return text.Insert(
                    random.Next(text.Length + 1),
                    new string('[', depth) + (random.Next(2) == 0 ? new string(']', depth) : "")
                );
            case 5:
                return text.Insert(random.Next(text.Length + 1), Pick(random, Values));
            default:
                return text + text;
        }
    }

    private static string Pick(Random random, IReadOnlyList<string> items) => items[random.Next(items.Count)];
}
