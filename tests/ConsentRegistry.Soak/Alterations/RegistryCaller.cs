using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Soak.Alterations;

/// <summary>Calls a registry as whoever a development token names.</summary>
/// <param name="url">Where the registry is.</param>
/// <param name="hosts">Whose tokens it accepts.</param>
internal sealed class RegistryCaller(string url, HostFolders hosts) : IDisposable
{
    private const int MostAttempts = 40;

    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(250);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly HttpClient http = new() { BaseAddress = new(url), Timeout = TimeSpan.FromSeconds(60) };
    private readonly Dictionary<string, string> tokens = new(StringComparer.Ordinal);

    /// <summary>Where the registry is.</summary>
    public string Url => url;

    public Task<JsonNode?> PutAsync(string who, string path, object? body = null) =>
        SendAsync(who, HttpMethod.Put, path, body);

    public Task<JsonNode?> PostAsync(string who, string path, object? body = null) =>
        SendAsync(who, HttpMethod.Post, path, body);

    public Task<JsonNode?> DeleteAsync(string who, string path) => SendAsync(who, HttpMethod.Delete, path, null);

    public async Task<JsonNode> GetAsync(string who, string path) =>
        (await SendAsync(who, HttpMethod.Get, path, null))!;

    /// <summary>The bytes of an answer.</summary>
    public async Task<byte[]> BytesAsync(string who, string path)
    {
        using var answer = await http.SendAsync(Request(who, HttpMethod.Get, path, null));
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadAsByteArrayAsync();
    }

    /// <summary>What a check is answered: its effect, or the status of a refusal.</summary>
    public async Task<string> CheckAsync(Question question)
    {
        using var request = Request(
            $"platform {question.Requester}",
            HttpMethod.Post,
            "/v1/checks",
            new
            {
                creatorId = question.Creator,
                videoId = question.Video,
                purpose = question.Purpose,
            }
        );
        using var answer = await http.SendAsync(request);
        if (!answer.IsSuccessStatusCode)
            return $"{(int)answer.StatusCode}";
        return (string)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["effect"]!;
    }

    /// <summary>A receipt of a check.</summary>
    public async Task<string> ReceiptAsync(Question question, bool decisionId) =>
        (string)
            (
                await PostAsync(
                    $"platform {question.Requester}",
                    "/v1/checks",
                    new
                    {
                        creatorId = question.Creator,
                        videoId = question.Video,
                        purpose = question.Purpose,
                        receipt = true,
                        decisionId,
                    }
                )
            )!["receipt"]!;

    /// <summary>A token.</summary>
    /// <param name="who">As <c>./dev token</c> takes it; none if it is empty.</param>
    public string TokenOf(string who)
    {
        lock (tokens)
        {
            if (!tokens.TryGetValue(who, out var token))
                tokens.Add(who, token = hosts.Token(who.Split(' ')));
            return token;
        }
    }

    public void Dispose() => http.Dispose();

    // Memory may not be fresh for a moment, where the machine is busy.
    private async Task<JsonNode?> SendAsync(string who, HttpMethod method, string path, object? body)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var request = Request(who, method, path, body);
            using var answer = await http.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            if (answer.IsSuccessStatusCode)
                return text.Length == 0 ? null : JsonNode.Parse(text);
            if ((int)answer.StatusCode is not (503 or 429) || attempt == MostAttempts)
                throw new InvalidOperationException($"{method} {path}: {(int)answer.StatusCode} {text}");
            await Task.Delay(BetweenAttempts);
        }
    }

    private HttpRequestMessage Request(string who, HttpMethod method, string path, object? body)
    {
        var request = new HttpRequestMessage(method, path);
        if (who.Length > 0)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", TokenOf(who));
        if (body is not null)
            request.Content = new StringContent(
                JsonSerializer.Serialize(body, Json),
                Encoding.UTF8,
                "application/json"
            );
        return request;
    }
}

/// <summary>What a check asks.</summary>
internal readonly record struct Question(string Creator, string Video, string Purpose, string Requester);
