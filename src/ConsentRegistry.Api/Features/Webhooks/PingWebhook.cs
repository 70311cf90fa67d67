using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Notifying;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Features.Webhooks;

/// <summary>Sends a ping. A signed message of type <c>ping</c>, once and at once, also to a disabled webhook; the answer says how it went.</summary>
internal static class PingWebhook
{
    /// <summary>Pings of one node at once: each waits for a receiver.</summary>
    private const int MaxPings = 16;

    private static int pings;

    public static async Task<IResult> Handle(
        Guid webhookId, NoBody noBody, Database database, WebhookSender sender, TimeProvider clock, HttpContext http, CancellationToken cancellation)
    {
        var (webhook, refused) = await WebhookAccess.FindAsync(database, webhookId, http);
        if (refused is not null)
            return refused;
        var secrets = await WebhookStore.ReadSecretsAsync(database, webhookId, cancellation);
        try
        {
            if (Interlocked.Increment(ref pings) > MaxPings)
                return new Problem(503, ProblemCode.Unavailable, $"This node is sending {MaxPings} pings already.").AsResult();
            var now = clock.GetUtcNow();
            var message = new Message(Guid.CreateVersion7(), "ping", Instant.From(now), $"{{\"webhookId\":\"{webhookId:D}\"}}");
            var attempt = await sender.SendAsync(new(webhook!.Url), secrets, message, now, cancellation);
            return Results.Ok(new PingBody(attempt.IsDelivered, attempt.Status, attempt.Error));
        }
        finally
        {
            Interlocked.Decrement(ref pings);
        }
    }
}
