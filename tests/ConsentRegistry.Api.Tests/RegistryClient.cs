using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Tests;

/// <summary>Somebody who calls the service.</summary>
/// <param name="http">Sends requests.</param>
/// <param name="address">The service.</param>
/// <param name="token">The token; null for none.</param>
/// <param name="isPatient">
/// Whether a request is repeated, as its answer says, where memory was not fresh for a moment: a machine that many
/// tests share stands still at times.
/// </param>
public sealed class RegistryClient(HttpMessageInvoker http, Uri address, string? token, bool isPatient = false)
{
    /// <summary>How often a request is sent at most.</summary>
    private const int MostAttempts = 10;

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    private static readonly UriCreationOptions AsWritten = new()
    {
        DangerousDisablePathAndQueryCanonicalization = true,
    };

    public Task<Answer> GetAsync(string path, params string[] headers) =>
        SendAsync(HttpMethod.Get, path, null, headers);

    public Task<Answer> PutAsync(string path, object? body, params string[] headers) =>
        SendAsync(HttpMethod.Put, path, body, headers);

    public Task<Answer> PostAsync(string path, object? body, params string[] headers) =>
        SendAsync(HttpMethod.Post, path, body, headers);

    public Task<Answer> DeleteAsync(string path, params string[] headers) =>
        SendAsync(HttpMethod.Delete, path, null, headers);

    /// <summary>
    /// Sends a request. A text is sent as it is, as JSON; bytes too; an HTTP content is sent with its own type;
    /// anything else is written as JSON.
    /// </summary>
    /// <param name="method">The method.</param>
    /// <param name="path">Path and query, sent as they are.</param>
    /// <param name="body">The body.</param>
    /// <param name="headers">Each as <c>Name: value</c>.</param>
    public async Task<Answer> SendAsync(HttpMethod method, string path, object? body, params string[] headers)
    {
        for (var attempt = 1; ; attempt++)
        {
            var answer = await SendOnceAsync(method, path, body, headers);
            if (
                !isPatient
                || attempt == MostAttempts
                || body is HttpContent
                || !answer.SaysThatMemoryIsNotFresh
                || AsksForVersions(body)
            )
                return answer;
        }
    }

    // Such a request may wait for what never comes.
    private static bool AsksForVersions(object? body)
    {
        var text = body switch
        {
            null => "",
            byte[] bytes => Encoding.UTF8.GetString(bytes),
            string json => json,
            _ => JsonSerializer.Serialize(body, Options),
        };
        return text.Contains("minVersions", StringComparison.Ordinal);
    }

    private async Task<Answer> SendOnceAsync(HttpMethod method, string path, object? body, string[] headers)
    {
        using var request = new HttpRequestMessage(
            method,
            new Uri($"{address.GetLeftPart(UriPartial.Authority)}{path}", AsWritten)
        );
        request.Content = body switch
        {
            null => null,
            HttpContent content => content,
            byte[] bytes => Json(bytes),
            string text => Json(Encoding.UTF8.GetBytes(text)),
            _ => Json(JsonSerializer.SerializeToUtf8Bytes(body, Options)),
        };
        if (token is not null)
            request.Headers.Authorization = new("Bearer", token);
        foreach (var header in headers)
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            var (name, value) = (header[..colon], header[(colon + 1)..].Trim(' '));
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content?.Headers.TryAddWithoutValidation(name, value);
        }
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        var text2 = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new(
            (int)response.StatusCode,
            response.Content.Headers.ContentType?.MediaType,
            text2,
            response
                .Headers.Concat(response.Content.Headers)
                .ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase)
        );
    }

    private static ByteArrayContent Json(byte[] bytes) =>
        new(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
}

/// <summary>What the service answered.</summary>
public sealed record Answer(int Status, string? MediaType, string Text, IReadOnlyDictionary<string, string> Headers)
{
    private JsonNode? json;

    /// <summary>The body as JSON.</summary>
    public JsonNode Json => json ??= JsonNode.Parse(Text) ?? throw new InvalidOperationException("The body is null.");

    /// <summary>A member of the body; null if it is null or absent.</summary>
    public JsonNode? this[string member] => Json[member];

    public string? Code => (string?)Json["code"];

    /// <summary>Whether a check could not be made for a moment.</summary>
    public bool SaysThatMemoryIsNotFresh =>
        Status == 503 && Text.Contains(Evaluation.MemoryFacts.Unavailable.Detail, StringComparison.Ordinal);

    public long Version => (long)Json["version"]!;

    public long SettingsVersion => (long)Json["settingsVersion"]!;

    public int Changes => (int)Json["changes"]!;

    /// <summary>The names of the fields that a problem blames, in order.</summary>
    public string[] Fields => Json["errors"] is JsonObject errors ? [.. errors.Select(e => e.Key)] : [];

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    /// <summary>The answer itself, if it has this status.</summary>
    public Answer Is(int status)
    {
        if (Status != status)
        {
            // What a bug was is in the log alone.
            var logged = Status == 500 ? string.Concat(LogCapture.ErrorsOf((string)Json["traceId"]!)) : "";
            Assert.Fail(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{status} was expected, but the answer is {Status}: {Text} {logged}"
                )
            );
        }
        return this;
    }

    /// <summary>
    /// The answer itself, if it is a problem with this status and code, in the shape that every problem has.
    /// </summary>
    public Answer IsProblem(int status, string code)
    {
        Is(status);
        Assert.Equal("application/problem+json", MediaType);
        Assert.Equal(code, Code);
        Assert.Equal(status, (int)Json["status"]!);
        Assert.StartsWith("https://", (string)Json["type"]!, StringComparison.Ordinal);
        Assert.False(string.IsNullOrWhiteSpace((string)Json["title"]!));
        IsOfUse((string)Json["detail"]!);
        Assert.All(
            (Json["errors"] as JsonObject ?? []).SelectMany(field => field.Value!.AsArray()),
            message => IsOfUse((string)message!)
        );
        Assert.False(string.IsNullOrWhiteSpace((string)Json["detail"]!));
        Assert.Matches("^[0-9a-f]{32}$", (string)Json["traceId"]!);
        Assert.True(
            status is 400 or 422 or 409 || code == FailureCode.IdentifierNotYours || Json["errors"] is null,
            Text
        );
        return this;
    }

    /// <summary>The body of a problem, without what differs from request to request.</summary>
    public string WithoutTrace()
    {
        var body = Json.DeepClone().AsObject();
        body.Remove("traceId");
        return body.ToJsonString();
    }

    /// <summary>
    /// A refusal says what is wrong with what was sent, and after a semicolon what is expected: not only a rule, as if
    /// the request were of it.
    /// </summary>
    public static void IsOfUse(string refusal) => Assert.Matches("^[^;]+; [a-z].+\\.$", refusal);
}
