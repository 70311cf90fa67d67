using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Features.Webhooks;

/// <summary>Whose webhooks a caller may make and manage: those of whom they speak for; the administrator everybody's.</summary>
internal static class WebhookAccess
{
    /// <summary>Whether the caller speaks for the owner.</summary>
    public static bool MayManage(this Caller caller, WebhookOwner owner) => caller.Has(Scopes.Admin) || owner.Audience switch
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

    /// <summary>The webhook of a request, if the caller may manage it. Whether somebody else's exists is nobody else's business.</summary>
    public static async Task<(WebhookRow? Webhook, IResult? Refused)> FindAsync(Database database, Guid id, HttpContext http)
    {
        var caller = Caller.Of(http);
        var webhook = await WebhookStore.FindAsync(database, id, http.RequestAborted);
        if (webhook is not null && caller.MayManage(webhook.Owner))
            return (webhook, null);
        return (null, (caller.Has(Scopes.Admin) ? Problem.NotFound : Problem.Forbidden).AsResult());
    }
}
