using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Api.Persistence;

namespace ConsentRegistry.Api.Features.Webhooks;

/// <summary>
/// Whose webhooks a caller may make and manage: those of whom they speak for; the administrator everybody's.
/// </summary>
internal static class WebhookAccess
{
    /// <summary>The refusal of a webhook, or a delivery of it, that is not there.</summary>
    public static readonly Problem NotThere = Problem.NotFound(
        "webhook or delivery",
        "the id of one that GET /v1/webhooks or its deliveries list"
    );

    /// <summary>The refusal of a caller who does not speak for the owner.</summary>
    public static readonly Problem NotTheirs = Problem.Forbidden(
        $"the scope {Scopes.Admin}, or, for an owner of their own: {Scopes.ReadChanges} and the platform as client_id, "
            + $"{Scopes.Check} and the requester as client_id, "
            + $"or {Scopes.Manage} and the creator as sub or in {Caller.CreatorsClaim}"
    );

    /// <summary>Whether the caller speaks for the owner.</summary>
    public static bool MayManage(this Caller caller, WebhookOwner owner) =>
        caller.Has(Scopes.Admin)
        || owner.Audience switch
        {
            WebhookAudience.Platform => caller.Has(Scopes.ReadChanges) && caller.Client == owner.Name,
            WebhookAudience.Requester => caller.Has(Scopes.Check) && caller.OwnRequester?.Value == owner.Name,
            WebhookAudience.Creator => caller.Manages(owner.Name),
            _ => false,
        };

    /// <summary>Whom the caller speaks for, by their token; null for everybody.</summary>
    public static IReadOnlyCollection<WebhookOwner>? OwnersOf(this Caller caller)
    {
        if (caller.Has(Scopes.Admin))
            return null;
        var owners = new List<WebhookOwner>();
        if (caller.Client is { } client)
            owners.AddRange([new(WebhookAudience.Platform, client), new(WebhookAudience.Requester, client)]);
        owners.AddRange(caller.Creators.Select(creator => new WebhookOwner(WebhookAudience.Creator, creator)));
        return [.. owners.Where(caller.MayManage)];
    }

    /// <summary>
    /// The webhook of a request, if the caller may manage it. Whether somebody else's exists is nobody else's business.
    /// </summary>
    public static async Task<(WebhookRow? Webhook, Problem? Refused)> FindAsync(
        Database database,
        Guid id,
        HttpContext http
    )
    {
        var caller = Caller.From(http);
        var webhook = await WebhookStore.FindAsync(database, id, http.RequestAborted);
        if (webhook is not null && caller.MayManage(webhook.Owner))
            return (webhook, null);
        return (null, (caller.Has(Scopes.Admin) ? NotThere : NotTheirs));
    }
}
