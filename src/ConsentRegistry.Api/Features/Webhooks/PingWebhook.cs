using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConsentRegistry.Api.Features.Webhooks;

/// <summary>
/// Sends a ping. A signed message of type <c>ping</c>, once and at once, also to a disabled webhook; the answer says
/// how it went.
/// </summary>
internal static class PingWebhook
{
    /// <summary>The type of the message, which no notification has.</summary>
    public const string Kind = "ping";

    public static async Task<Results<Ok<PingBody>, Problem>> Handle(
        Guid webhookId,
        NoBody noBody,
        Database database,
        WebhookSecrets protection,
        WebhookSender sender,
        ConcurrencyLimits limits,
        TimeProvider clock,
        HttpContext http,
        CancellationToken cancellation
    )
    {
        var (webhook, refused) = await WebhookAccess.FindAsync(database, webhookId, http);
        if (refused is not null)
            return refused;
        using var share = limits.Pings.TryAcquire(Caller.From(http).Identity);
        if (share is null)
            return limits.Pings.Refusal;
        if (
            !protection.TryDecrypt(
                webhookId,
                await WebhookStore.ReadSecretsAsync(database, webhookId, cancellation),
                out var secrets
            )
        )
            return new Problem(
                503,
                ProblemCode.Unavailable,
                "The key ring of this node does not open the webhook's secret; repeat the request, or replace the "
                    + "secret."
            );
        var now = clock.GetUtcNow();
        var message = new Message(
            Guid.CreateVersion7(),
            Kind,
            Instant.From(now),
            $"{{\"webhookId\":\"{webhookId:D}\"}}"
        );
        var attempt = await sender.SendAsync(new(webhook!.Url), secrets, message, now, cancellation);
        return TypedResults.Ok(new PingBody(attempt.IsDelivered, attempt.Status, attempt.Error));
    }
}
