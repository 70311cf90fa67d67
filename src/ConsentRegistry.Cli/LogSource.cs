using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConsentRegistry.Domain.Log;

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

    /// <summary>
    /// The newest checkpoint, in UTF-8: what the answer says about its letters says nothing about a note.
    /// </summary>
    public Task<byte[]> CheckpointAsync(CancellationToken cancellation) =>
        http.GetByteArrayAsync(Relative("log/checkpoint"), cancellation);

    /// <summary>The proof that one tree goes on from another; null if the registry says that there is none.</summary>
    /// <exception cref="LogSourceException">What is shown is no proof.</exception>
    public async Task<IReadOnlyList<byte[]>?> ProofAsync(long from, long to, CancellationToken cancellation)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"v1/log/consistency?from={from}&to={to}");
        try
        {
            var answer = JsonNode.Parse(await http.GetByteArrayAsync(Relative(path), cancellation));
            if (
                answer is JsonObject members
                && members["proof"] is JsonArray { Count: <= AddCheckpoint.MaxProof } proof
            )
                return [.. proof.Select(HashOf)];
        }
        catch (HttpRequestException e) when (e.StatusCode == HttpStatusCode.UnprocessableEntity)
        {
            return null;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            // It is said below.
        }
        throw new LogSourceException("What is served there as a proof is none.");
    }

    public void Dispose() => http.Dispose();

    private static Uri Relative(string path) => new(path, UriKind.Relative);

    private static byte[] HashOf(JsonNode? node) =>
        node is JsonValue text
        && Convert.FromBase64String(text.GetValue<string>()) is { Length: MerkleTree.HashLength } hash
            ? hash
            : throw new FormatException("A hash is expected.");
}
