using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ConsentRegistry.Cli;

/// <summary>A registry does not show now what it should.</summary>
internal sealed class LogSourceException(string message) : Exception(message);

/// <summary>What a registry shows of its log to everybody.</summary>
internal sealed class LogSource(Uri url) : IDisposable
{
    private const int MaxAnswerBytes = 2 << 20;

    /// <summary>Where it shows that.</summary>
    public Uri Url { get; } = url;

    private readonly HttpClient http = new()
    {
        BaseAddress = url,
        Timeout = TimeSpan.FromSeconds(30),
        MaxResponseContentBufferSize = MaxAnswerBytes,
    };

    /// <summary>The newest checkpoint.</summary>
    public Task<string> CheckpointAsync(CancellationToken cancellation) => GetAsync("log/checkpoint", cancellation);

    /// <summary>The proof that one tree goes on from another; null if the registry does not give any.</summary>
    public async Task<IReadOnlyList<byte[]>?> ProofAsync(long from, long to, CancellationToken cancellation)
    {
        try
        {
            var answer = JsonNode.Parse(
                await GetAsync(
                    string.Create(CultureInfo.InvariantCulture, $"v1/log/consistency?from={from}&to={to}"),
                    cancellation
                )
            );
            return answer?["proof"] is JsonArray proof
                ? [.. proof.Select(hash => Convert.FromBase64String(hash!.GetValue<string>()))]
                : null;
        }
        catch (Exception e)
            when (e
                    is JsonException
                        or FormatException
                        or InvalidOperationException
                        or HttpRequestException { StatusCode: HttpStatusCode.UnprocessableEntity }
            )
        {
            return null;
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<string> GetAsync(string path, CancellationToken cancellation)
    {
        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative), cancellation);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadAsStringAsync(cancellation);
    }
}
