using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Api.Persistence;

namespace ConsentRegistry.Api.Features.Webhooks;

/// <summary>
/// Sends a notification once more. Whatever became of it before, with the same <c>webhook-id</c> and all attempts
/// before it.
/// </summary>
internal static class Redeliver
{
    public static async Task<IResult> Handle(
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
            return Problem.From(WebhookStore.Disabled).AsResult();
        return await WebhookStore.RedeliverAsync(database, webhookId, notificationId, cancellation) is { } row
            ? Results.Ok(DeliveryBody.From(row))
            : WebhookAccess.NotThere.AsResult();
    }
}
