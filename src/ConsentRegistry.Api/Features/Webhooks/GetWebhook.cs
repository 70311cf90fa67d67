using ConsentRegistry.Api.Persistence;

namespace ConsentRegistry.Api.Features.Webhooks;

/// <summary>Reads a webhook. Not its secret.</summary>
internal static class GetWebhook
{
    public static async Task<IResult> Handle(Guid webhookId, Database database, HttpContext http)
    {
        var (webhook, refused) = await WebhookAccess.FindAsync(database, webhookId, http);
        return refused ?? Results.Ok(WebhookBody.From(webhook!));
    }
}
