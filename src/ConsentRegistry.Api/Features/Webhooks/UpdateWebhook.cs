using System.ComponentModel.DataAnnotations;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain.Notifications;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConsentRegistry.Api.Features.Webhooks;

/// <summary>What a webhook is to be.</summary>
/// <param name="Url">Where to send to.</param>
/// <param name="Kinds">Of which kinds to tell; without it, of every one.</param>
/// <param name="Enabled">Whether anything is sent; without it, it is.</param>
public sealed record UpdateWebhookRequest(
    [property: Required] [property: Address(WebhookUrl.MaxLength)] string? Url,
    [property: Words<NotificationKind>] [property: WordList(1)] IReadOnlyList<string>? Kinds,
    bool? Enabled
);

internal sealed class UpdateWebhookValidator : AbstractValidator<UpdateWebhookRequest>
{
    public UpdateWebhookValidator(AddressGuard guard)
    {
        RuleFor(request => request.Url).MustBeWebhookUrl(guard);
        RuleFor(request => request.Kinds).MustBeKinds();
    }
}

/// <summary>Replaces what a webhook is. Its secret, its audience and its owner stay.</summary>
/// <remarks>
/// Disabling drops what waits to be sent, and what happens meanwhile is not sent later. What was dropped can be asked
/// for one by one once the webhook is enabled.
/// </remarks>
internal static class UpdateWebhook
{
    public static async Task<Results<Ok<WebhookBody>, Problem>> Handle(
        Guid webhookId,
        Body<UpdateWebhookRequest> body,
        Database database,
        HttpContext http,
        CancellationToken cancellation
    )
    {
        var (_, refused) = await WebhookAccess.FindAsync(database, webhookId, http);
        if (refused is not null)
            return refused;
        var request = body.Value;
        var updated = await WebhookStore.UpdateAsync(
            database,
            webhookId,
            new Uri(request.Url!),
            request.Kinds?.Distinct(StringComparer.Ordinal).ToArray(),
            request.Enabled ?? true,
            cancellation
        );
        if (updated.Failure is { } failure)
            return Problem.From(failure);
        return updated.Value is { } row ? TypedResults.Ok(WebhookBody.From(row)) : WebhookAccess.NotThere;
    }
}
