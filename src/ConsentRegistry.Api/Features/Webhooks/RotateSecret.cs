using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Api.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConsentRegistry.Api.Features.Webhooks;

/// <summary>
/// Replaces the secret of a webhook. For 24 hours messages are signed with both, so that no receiver has to change at
/// the same moment.
/// </summary>
/// <remarks>
/// Whoever has lost the answer asks once more. Each secret that was replaced signs for its own 24 hours, and the secret
/// can be replaced five times within them.
/// </remarks>
internal static class RotateSecret
{
    public static async Task<Results<Ok<NewWebhookBody>, Problem>> Handle(
        Guid webhookId,
        NoBody noBody,
        Database database,
        WebhookSecrets secrets,
        HttpContext http,
        CancellationToken cancellation
    )
    {
        var (_, refused) = await WebhookAccess.FindAsync(database, webhookId, http);
        if (refused is not null)
            return refused;
        var secret = WebhookSecret.Draw();
        var rotated = await WebhookStore.RotateAsync(
            database,
            webhookId,
            secrets.Encrypt(webhookId, secret),
            cancellation
        );
        if (rotated.Failure is { } failure)
            return Problem.From(failure);
        return rotated.Value is { } row
            ? TypedResults.Ok(new NewWebhookBody(WebhookBody.From(row), WebhookSecret.Print(secret)))
            : WebhookAccess.NotThere;
    }
}
