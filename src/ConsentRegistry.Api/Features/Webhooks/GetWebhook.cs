using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConsentRegistry.Api.Features.Webhooks;

/// <summary>Reads a webhook. Not its secret.</summary>
internal static class GetWebhook
{
    public static async Task<Results<Ok<WebhookBody>, Problem>> Handle(
        Guid webhookId,
        Database database,
        HttpContext http
    )
    {
        var (webhook, refused) = await WebhookAccess.FindAsync(database, webhookId, http);
        return refused is not null ? refused : TypedResults.Ok(WebhookBody.From(webhook!));
    }
}
