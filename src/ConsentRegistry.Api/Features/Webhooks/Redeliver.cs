using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Api.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConsentRegistry.Api.Features.Webhooks;

/// <summary>
/// Sends a notification once more. Whatever became of it before, with the same <c>webhook-id</c> and all attempts
/// before it.
/// </summary>
internal static class Redeliver
{
    public static async Task<Results<Ok<DeliveryBody>, Problem>> Handle(
        Guid webhookId,
        Guid notificationId,
        NoBody noBody,
        Database database,
        HttpContext http,
        CancellationToken cancellation
    )
    {
        var (webhook, refused) = await WebhookAccess.FindAsync(database, webhookId, http);
        if (refused is not null)
            return refused;
        if (webhook!.DisabledFor is not null)
            return Problem.From(WebhookStore.Disabled);
        return await WebhookStore.RedeliverAsync(database, webhookId, notificationId, cancellation) is { } row
            ? TypedResults.Ok(DeliveryBody.From(row))
            : WebhookAccess.NotThere;
    }
}
