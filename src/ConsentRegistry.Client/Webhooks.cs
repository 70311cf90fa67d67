namespace ConsentRegistry.Client;

/// <summary>Who a webhook tells, as the registry's words.</summary>
public static class Audiences
{
    /// <summary>A platform: everybody's changes, stops and new purposes.</summary>
    public const string Platform = "platform";

    /// <summary>A requester: what concerns their own requests and uses, and new purposes.</summary>
    public const string Requester = "requester";

    /// <summary>A creator's agents: what appears in the creator's inbox.</summary>
    public const string Creator = "creator";
}

/// <summary>A webhook to be made.</summary>
/// <param name="Audience">Who is to be told: a word of <see cref="Audiences"/>.</param>
/// <param name="Url">Where to send to: an address of the public internet that begins with https.</param>
public sealed record WebhookToCreate(string Audience, string Url)
{
    /// <summary>
    /// The platform's client, the requester or the creator; null for the caller's own client or, for a creator, the one
    /// who signed in.
    /// </summary>
    public string? Owner { get; init; }

    /// <summary>
    /// Of which kinds to tell, words of <see cref="NotificationKinds"/>; null for every one, those that come later
    /// included.
    /// </summary>
    public IReadOnlyList<string>? Kinds { get; init; }
}

/// <summary>What a webhook is to be: all of it, for what is null is not kept.</summary>
/// <param name="Url">Where to send to.</param>
/// <param name="Kinds">Of which kinds to tell; null for every one.</param>
/// <param name="Enabled">Whether anything is sent.</param>
public sealed record WebhookUpdate(string Url, IReadOnlyList<string>? Kinds = null, bool Enabled = true);

/// <summary>A webhook.</summary>
/// <param name="WebhookId">Its id.</param>
/// <param name="Audience">Who is told.</param>
/// <param name="Owner">The platform's client, the requester or the creator.</param>
/// <param name="Url">Where the registry sends to.</param>
/// <param name="Kinds">Of which kinds it is told; null for every one.</param>
/// <param name="Enabled">Whether anything is sent.</param>
/// <param name="DisabledFor">
/// Why nothing is: <c>owner</c>, <c>gone</c> (the receiver answered 410) or <c>failing</c>; null of an enabled one.
/// </param>
/// <param name="FailingSince">Since when every attempt has failed; null if the last one succeeded.</param>
/// <param name="FormerSecretUntil">
/// Until when the secret before the newest goes on signing beside it; those before that end sooner.
/// </param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record Webhook(
    Guid WebhookId,
    string Audience,
    string Owner,
    string Url,
    IReadOnlyList<string>? Kinds,
    bool Enabled,
    string? DisabledFor,
    DateTimeOffset? FailingSince,
    DateTimeOffset? FormerSecretUntil,
    DateTimeOffset CreatedAt
);

/// <summary>A webhook with its new secret, which the registry shows this once.</summary>
/// <param name="Webhook">The webhook.</param>
/// <param name="Secret">
/// What its messages are signed with, as the libraries of Standard Webhooks take it. It belongs where passwords are
/// kept.
/// </param>
public sealed record NewWebhook(Webhook Webhook, string Secret)
{
    /// <summary>The webhook without its secret, which would end up in a log.</summary>
    public override string ToString() => $"{nameof(NewWebhook)} {{ {Webhook} }}";
}

/// <summary>What came of a ping.</summary>
/// <param name="Delivered">Whether the receiver took it.</param>
/// <param name="Status">What it answered; null if nothing.</param>
/// <param name="Error">Why it did not answer: <c>timedOut</c> or <c>unreachable</c>.</param>
public sealed record PingResult(bool Delivered, int? Status, string? Error);

/// <summary>One notification on its way to one receiver.</summary>
/// <param name="NotificationId">The notification: the <c>webhook-id</c> of each attempt.</param>
/// <param name="Kind">What happened: a word of <see cref="NotificationKinds"/>.</param>
/// <param name="CreatedAt">When it happened.</param>
/// <param name="State">How far it is: <c>pending</c>, <c>delivered</c> or <c>failed</c>.</param>
/// <param name="Attempts">Attempts since it was last asked for.</param>
/// <param name="NextAttemptAt">When it is tried next; null if it is not.</param>
/// <param name="TriedAt">When it was last tried.</param>
/// <param name="Status">What the receiver answered to that.</param>
/// <param name="Error">Why it did not answer.</param>
public sealed record Delivery(
    Guid NotificationId,
    string Kind,
    DateTimeOffset CreatedAt,
    string State,
    int Attempts,
    DateTimeOffset? NextAttemptAt,
    DateTimeOffset? TriedAt,
    int? Status,
    string? Error
);

/// <summary>
/// Makes and manages webhooks: a platform's with <c>changes:read</c>, a requester's with <c>consent:check</c>, a
/// creator's with <c>consent:manage</c>, everybody's with <c>consent:admin</c>. Somebody else's is status 403, whether
/// or not it exists.
/// </summary>
public sealed class WebhooksClient
{
    private readonly Wire wire;

    internal WebhooksClient(Wire wire) => this.wire = wire;

    /// <summary>
    /// Makes a webhook. Status 409 <c>webhookExists</c> where the owner has one of this address, 422 <c>tooMany</c>
    /// where they have ten.
    /// </summary>
    public Task<NewWebhook> CreateAsync(WebhookToCreate webhook, CancellationToken cancellation = default) =>
        wire.SendAsync<WebhookToCreate, NewWebhook>(HttpMethod.Post, Path(), webhook, cancellation);

    /// <summary>Lists the caller's webhooks, or those of one owner, page by page while it is enumerated.</summary>
    /// <param name="audience">Only those that tell these; goes with <paramref name="owner"/>.</param>
    /// <param name="owner">Only those of this owner; goes with <paramref name="audience"/>.</param>
    /// <param name="pageSize">Items of one request, 1 to 1,000; the registry's default (100) if null.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public PagedList<Webhook> ListAsync(
        string? audience = null,
        string? owner = null,
        int? pageSize = null,
        CancellationToken cancellation = default
    ) => wire.List<Webhook>(Path(), pageSize, [("audience", audience), ("owner", owner)], cancellation);

    /// <summary>Reads a webhook; not its secret.</summary>
    public Task<Webhook> GetAsync(Guid webhookId, CancellationToken cancellation = default) =>
        wire.GetAsync<Webhook>(Path($"{webhookId:D}"), cancellation);

    /// <summary>
    /// Replaces what a webhook is; its secret and its owner stay. Enabling one that was disabled begins anew.
    /// </summary>
    public Task<Webhook> UpdateAsync(Guid webhookId, WebhookUpdate update, CancellationToken cancellation = default) =>
        wire.SendAsync<WebhookUpdate, Webhook>(HttpMethod.Put, Path($"{webhookId:D}"), update, cancellation);

    /// <summary>Deletes a webhook.</summary>
    /// <returns>What it was.</returns>
    public Task<Webhook> DeleteAsync(Guid webhookId, CancellationToken cancellation = default) =>
        wire.SendAsync<Webhook>(HttpMethod.Delete, Path($"{webhookId:D}"), cancellation);

    /// <summary>Has a message of type <c>ping</c> sent, once and at once; the receiver has 15 s.</summary>
    public Task<PingResult> PingAsync(Guid webhookId, CancellationToken cancellation = default) =>
        wire.SendAsync<PingResult>(HttpMethod.Post, Path($"{webhookId:D}", "ping"), cancellation);

    /// <summary>
    /// Replaces the secret. For 24 hours messages are signed with the one before as well, each for its own; so a lost
    /// answer is made good by asking once more. After five within a day it is refused, <c>tooMany</c>.
    /// </summary>
    public Task<NewWebhook> RotateSecretAsync(Guid webhookId, CancellationToken cancellation = default) =>
        wire.SendAsync<NewWebhook>(HttpMethod.Post, Path($"{webhookId:D}", "secret"), cancellation);

    /// <summary>Lists what was sent to a webhook, newest first, page by page while it is enumerated.</summary>
    /// <param name="webhookId">The webhook.</param>
    /// <param name="pageSize">Items of one request, 1 to 1,000; the registry's default (100) if null.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public PagedList<Delivery> ListDeliveriesAsync(
        Guid webhookId,
        int? pageSize = null,
        CancellationToken cancellation = default
    ) => wire.List<Delivery>(Path($"{webhookId:D}", "deliveries"), pageSize, [], cancellation);

    /// <summary>
    /// Has a notification sent once more. Status 409 <c>webhookDisabled</c> of a disabled webhook, 404 where it was
    /// never told of it.
    /// </summary>
    public Task<Delivery> RedeliverAsync(
        Guid webhookId,
        Guid notificationId,
        CancellationToken cancellation = default
    ) =>
        wire.SendAsync<Delivery>(
            HttpMethod.Post,
            Path($"{webhookId:D}", "deliveries", $"{notificationId:D}"),
            cancellation
        );

    private static string Path(params string[] rest) => Wire.Path(["v1", "webhooks", .. rest]);
}
