using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Api.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConsentRegistry.Api.Features.Webhooks;

/// <summary>Deletes a webhook. What was to be sent to it is not; the answer is what it was.</summary>
internal static class DeleteWebhook
{
    public static async Task<Results<Ok<WebhookBody>, Problem>> Handle(
        Guid webhookId,
        NoBody noBody,
        Database database,
        HttpContext http,
        CancellationToken cancellation
    )
    {
        var (webhook, refused) = await WebhookAccess.FindAsync(database, webhookId, http);
        if (refused is not null)
            return refused;
        await WebhookStore.DeleteAsync(database, webhookId, cancellation);
        return TypedResults.Ok(WebhookBody.From(webhook!));
    }
}
