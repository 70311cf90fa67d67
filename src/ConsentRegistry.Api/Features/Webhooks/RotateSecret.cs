using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Notifying;
using ConsentRegistry.Api.Persistence;

namespace ConsentRegistry.Api.Features.Webhooks;

/// <summary>Replaces the secret of a webhook. For 24 hours messages are signed with both, so that no receiver has to change at the same moment.</summary>
internal static class RotateSecret
{
    public static async Task<IResult> Handle(Guid webhookId, NoBody noBody, Database database, HttpContext http, CancellationToken cancellation)
    {
        var (_, refused) = await WebhookAccess.FindAsync(database, webhookId, http);
        if (refused is not null)
            return refused;
        var secret = WebhookSecret.Draw();
        return await WebhookStore.RotateAsync(database, webhookId, secret, cancellation) is { } row
            ? Results.Ok(new NewWebhookBody(WebhookBody.Of(row), WebhookSecret.Print(secret)))
            : Problem.NotFound.AsResult();
    }
}
