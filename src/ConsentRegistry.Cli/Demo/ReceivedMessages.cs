using System.Text.Json;
using System.Threading.Channels;
using ConsentRegistry.Client;

namespace ConsentRegistry.Cli.Demo;

/// <summary>A message as it came, verified.</summary>
/// <param name="SentTo">Where it was sent to.</param>
/// <param name="Id">The header <c>webhook-id</c>: the notification's id, the same at each attempt.</param>
/// <param name="Timestamp">The header <c>webhook-timestamp</c>.</param>
/// <param name="Signatures">The header <c>webhook-signature</c>.</param>
/// <param name="Body">The body, byte by byte.</param>
internal sealed record ReceivedMessage(Uri SentTo, string Id, string Timestamp, string Signatures, byte[] Body)
{
    /// <summary>What happened.</summary>
    public string? Kind => Json.TryGetProperty("type", out var type) ? type.GetString() : null;

    /// <summary>What happened, in detail.</summary>
    public JsonElement Data => Json.TryGetProperty("data", out var data) ? data : default;

    private JsonElement Json { get; } = JsonElement.Parse(Body);
}

/// <summary>
/// One address of the receiver: takes what is signed with its secret, each message once, and refuses everything else.
/// </summary>
internal sealed class ReceivedMessages(Uri url)
{
    private readonly Channel<ReceivedMessage> arrived = Channel.CreateUnbounded<ReceivedMessage>();
    private readonly List<ReceivedMessage> unread = [];
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);
    private volatile WebhookVerifier? verifier;

    /// <summary>Where the registry sends to.</summary>
    public Uri Url { get; } = url;

    /// <summary>Sets the secret, which the registry says when the webhook is made.</summary>
    public void Secure(string secret) => verifier = new(secret);

    /// <summary>Takes a message, or refuses it; the HTTP status says which. Called for one message at a time.</summary>
    public int Take(string id, string timestamp, string signatures, byte[] body)
    {
        if (verifier is null)
            return 503;
        if (!verifier.Verifies(id, timestamp, signatures, body, TimeProvider.System.GetUtcNow()))
            return 401;
        // Delivery is at least once: what has come before is taken again, and nothing more.
        if (seen.Add(id))
            arrived.Writer.TryWrite(new(Url, id, timestamp, signatures, body));
        return 204;
    }

    /// <summary>
    /// The first message of a kind, about what is meant, that has come or comes in time; null if none does. Each is
    /// given out once.
    /// </summary>
    public async Task<ReceivedMessage?> FindAsync(
        string kind,
        Func<JsonElement, bool> isMeant,
        TimeSpan patience,
        CancellationToken cancellation
    )
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(patience);
        try
        {
            while (true)
            {
                if (unread.Find(letter => letter.Kind == kind && isMeant(letter.Data)) is { } found)
                {
                    unread.Remove(found);
                    return found;
                }
                unread.Add(await arrived.Reader.ReadAsync(limit.Token));
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }
}
