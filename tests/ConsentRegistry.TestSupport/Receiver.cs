using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ConsentRegistry.TestSupport;

/// <summary>A message that a receiver was sent.</summary>
internal sealed record Received(string Id, string Timestamp, string Signature, byte[] Body)
{
    /// <summary>When it came.</summary>
    public DateTimeOffset At { get; init; } = TimeProvider.System.GetUtcNow();

    /// <summary>The body as JSON.</summary>
    public System.Text.Json.Nodes.JsonNode Json => System.Text.Json.Nodes.JsonNode.Parse(Body)!;

    public string Kind => (string)Json["type"]!;

    /// <summary>
    /// Whether one of the signatures is by this secret: computed anew, by the words of the specification.
    /// </summary>
    public bool IsSignedBy(string secret)
    {
        var key = Convert.FromBase64String(secret["whsec_".Length..]);
        byte[] signed = [.. Encoding.ASCII.GetBytes($"{Id}.{Timestamp}."), .. Body];
        return Signature
            .Split(' ')
            .Contains($"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, signed))}", StringComparer.Ordinal);
    }
}

/// <summary>
/// A receiver of webhooks on a free port of the loopback interface: it keeps what it was sent, and answers as it is
/// told.
/// </summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<Received> all = new();
    private readonly ConcurrentQueue<Received> taken = new();

    private Receiver(WebApplication app, Func<Received, HttpContext, Task> answer)
    {
        this.app = app;
        app.Run(async http =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body, http.RequestAborted);
            var received = new Received(
                http.Request.Headers["webhook-id"].ToString(),
                http.Request.Headers["webhook-timestamp"].ToString(),
                http.Request.Headers["webhook-signature"].ToString(),
                body.ToArray()
            );
            all.Enqueue(received);
            await answer(received, http);
            if (http.Response.StatusCode is >= 200 and < 300)
                taken.Enqueue(received);
        });
    }

    public Uri Url => new(new(LoopbackServer.UrlOf(app)), "hook");

    /// <summary>What was sent so far, in order.</summary>
    public IReadOnlyList<Received> All => [.. all];

    /// <summary>What of it was answered with 2xx.</summary>
    public IReadOnlyList<Received> Taken => [.. taken];

    /// <summary>A receiver that answers 204 to everything.</summary>
    public static Task<Receiver> StartAsync() => StartAsync(204);

    /// <summary>A receiver that always answers with this status.</summary>
    public static Task<Receiver> StartAsync(int status) =>
        StartAsync(
            (_, http) =>
            {
                http.Response.StatusCode = status;
                return Task.CompletedTask;
            }
        );

    /// <summary>A receiver that answers as it is told.</summary>
    public static async Task<Receiver> StartAsync(Func<Received, HttpContext, Task> answer)
    {
        var receiver = new Receiver(LoopbackServer.Build(), answer);
        await receiver.app.StartAsync(CancellationToken.None);
        return receiver;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
