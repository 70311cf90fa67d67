using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Notifications;

namespace ConsentRegistry.Api.Features.Webhooks;

/// <summary>A webhook.</summary>
/// <param name="WebhookId">Its id.</param>
/// <param name="Audience">Who is told.</param>
/// <param name="Owner">The platform's client, the requester or the creator.</param>
/// <param name="Url">Where the registry sends to.</param>
/// <param name="Kinds">Of which kinds it is told; null for every one, those that come later included.</param>
/// <param name="Enabled">Whether anything is sent.</param>
/// <param name="DisabledFor">Why nothing is.</param>
/// <param name="FailingSince">Since when every attempt has failed; null if the last one succeeded.</param>
/// <param name="FormerSecretUntil">
/// Until when the secret before the newest goes on signing beside it; those before that end sooner.
/// </param>
/// <param name="CreatedAt">When it was made.</param>
public record WebhookBody(
    Guid WebhookId,
    WebhookAudience Audience,
    [property: Id] string Owner,
    [property: Address(WebhookUrl.MaxLength)] string Url,
    [property: Words<NotificationKind>] [property: WordList(1)] IReadOnlyList<string>? Kinds,
    bool Enabled,
    DisabledReason? DisabledFor,
    Instant? FailingSince,
    Instant? FormerSecretUntil,
    Instant CreatedAt
)
{
    internal static WebhookBody From(WebhookRow row) =>
        new(
            row.Id,
            row.Owner.Audience,
            row.Owner.Name,
            row.Url,
            row.Kinds,
            row.DisabledFor is null,
            row.DisabledFor,
            row.FailingSince,
            row.FormerSecretUntil,
            row.CreatedAt
        );
}

/// <summary>A webhook with its new secret, which is shown this once.</summary>
/// <param name="Webhook">The webhook.</param>
/// <param name="Secret">
/// What its messages are signed with, as the libraries of Standard Webhooks take it: <c>whsec_</c> and Base64.
/// </param>
public sealed record NewWebhookBody(WebhookBody Webhook, [property: Grammar("^whsec_[A-Za-z0-9+/]+=*$")] string Secret);

/// <summary>What came of a ping.</summary>
/// <param name="Delivered">Whether the receiver took it.</param>
/// <param name="Status">What it answered; null if nothing.</param>
/// <param name="Error">Why it did not answer.</param>
public sealed record PingBody(bool Delivered, [property: Between(100, 999)] int? Status, DeliveryError? Error);

/// <summary>One notification on its way to one receiver.</summary>
/// <param name="NotificationId">The notification: the <c>webhook-id</c> of each attempt.</param>
/// <param name="Kind">What happened.</param>
/// <param name="CreatedAt">When it happened.</param>
/// <param name="State">How far it is.</param>
/// <param name="Attempts">Attempts since it was last asked for.</param>
/// <param name="NextAttemptAt">When it is tried next; null if it is not.</param>
/// <param name="TriedAt">When it was last tried.</param>
/// <param name="Status">What the receiver answered to that.</param>
/// <param name="Error">Why it did not answer.</param>
public sealed record DeliveryBody(
    Guid NotificationId,
    NotificationKind Kind,
    Instant CreatedAt,
    DeliveryState State,
    [property: Between(0, RetrySchedule.Attempts)] int Attempts,
    Instant? NextAttemptAt,
    Instant? TriedAt,
    [property: Between(100, 999)] int? Status,
    DeliveryError? Error
)
{
    internal static DeliveryBody From(DeliveryRow row) =>
        new(
            row.Notification,
            Wording.Parse<NotificationKind>(row.Kind),
            row.CreatedAt,
            row.State,
            row.Attempts,
            row.DueAt,
            row.TriedAt,
            row.Status,
            row.Error
        );
}
