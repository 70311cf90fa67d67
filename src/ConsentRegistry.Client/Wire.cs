using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ConsentRegistry.Client;

/// <summary>Sends requests and reads answers: the one place that knows of paths, headers and problem details.</summary>
internal sealed class Wire(HttpClient http)
{
    // Fields that a newer registry adds are passed over. A word for an effect that this client does not know is an exception, and so no consent.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    /// <summary>A path of these segments; each is escaped.</summary>
    public static string Path(params string[] segments) => "/" + string.Join('/', segments.Select(Uri.EscapeDataString));

    /// <summary>A query of the parameters that have a value.</summary>
    public static string Query(params (string Name, string? Value)[] parameters)
    {
        var given = parameters.Where(parameter => parameter.Value is not null).Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value!)}").ToList();
        return given.Count == 0 ? "" : "?" + string.Join('&', given);
    }

    public Task<T> GetAsync<T>(string path, CancellationToken cancellation) => SendAsync<T>(HttpMethod.Get, path, body: null, options: null, cancellation);

    public async Task<T> SendAsync<T>(HttpMethod method, string path, object? body, ChangeOptions? options, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (body is not null)
            request.Content = JsonContent.Create(body, body.GetType(), options: Json);
        if (options?.IfSettingsVersion is { } version)
            request.Headers.IfMatch.Add(new EntityTagHeaderValue($"\"{version.ToString(CultureInfo.InvariantCulture)}\""));
        if (options?.IdempotencyKey is { } key)
            request.Headers.Add("Idempotency-Key", key);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (!response.IsSuccessStatusCode)
            throw await ProblemOfAsync(response, cancellation);
        return await response.Content.ReadFromJsonAsync<T>(Json, cancellation) ?? throw new JsonException("The registry answered null.");
    }

    /// <summary>Every item of a list, page by page.</summary>
    public async IAsyncEnumerable<T> ListAsync<T>(string path, (string Name, string? Value)[] parameters, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? cursor = null;
        do
        {
            var page = await GetAsync<Page<T>>(path + Query([.. parameters, ("cursor", cursor)]), cancellation);
            foreach (var item in page.Items)
                yield return item;
            cursor = page.NextCursor;
        }
        while (cursor is not null);
    }

    private static async Task<ConsentRegistryException> ProblemOfAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        Problem? problem = null;
        try
        {
            if (response.Content.Headers.ContentType?.MediaType == "application/problem+json")
                problem = await response.Content.ReadFromJsonAsync<Problem>(Json, cancellation);
        }
        catch (JsonException)
        {
            // Something between here and the registry answered in its place; the status says what there is to say.
        }
        return new(
            response.StatusCode,
            problem?.Code ?? "unknown",
            problem?.Detail ?? response.ReasonPhrase ?? "",
            problem?.TraceId,
            problem?.Errors ?? new Dictionary<string, string[]>(StringComparer.Ordinal),
            response.Headers.RetryAfter?.Delta);
    }

    private sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

    private sealed record Problem(string? Code, string? Detail, string? TraceId, Dictionary<string, string[]>? Errors);
}
