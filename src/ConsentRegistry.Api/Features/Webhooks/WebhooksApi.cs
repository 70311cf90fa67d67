using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Features.Webhooks;

/// <summary>
/// Where the registry tells platforms, requesters and creators' agents what happened, by the Standard Webhooks
/// specification.
/// </summary>
internal static class WebhooksApi
{
    public static readonly RouteTable Table = new("Webhooks", typeof(WebhooksApi));

    // Whose webhook it is decides; these are whom one can belong to, and the administrator.
    private static readonly AccessPath[] Owners =
    [
        Access.Scope(Scopes.ReadChanges),
        Access.Scope(Scopes.Check),
        Access.Scope(Scopes.Manage),
        Access.Scope(Scopes.Admin),
    ];

    public static void Map(IEndpointRouteBuilder app)
    {
        var webhooks = app.MapContract("/v1/webhooks", Table);

        webhooks
            .MapGet("", ListWebhooks.Handle)
            .Named("listWebhooks", WebhookParameters.Audience, WebhookParameters.Owner, Paging.Limit, Paging.Cursor)
            .Allow(Owners);
        webhooks
            .MapPost("", CreateWebhook.Handle)
            .Named("createWebhook")
            .Allow(Owners)
            .Produces<NewWebhookBody>(201)
            .Refuses(ProblemCode.WebhookExists, FailureCode.TooMany);
        webhooks
            .MapGet("/{webhookId}", GetWebhook.Handle)
            .Named("getWebhook")
            .Allow(Owners)
            .Refuses(FailureCode.NotFound);
        webhooks
            .MapPut("/{webhookId}", UpdateWebhook.Handle)
            .Named("updateWebhook")
            .Allow(Owners)
            .Refuses(FailureCode.NotFound, ProblemCode.WebhookExists, FailureCode.TooMany);
        webhooks
            .MapDelete("/{webhookId}", DeleteWebhook.Handle)
            .Named("deleteWebhook")
            .Allow(Owners)
            .Refuses(FailureCode.NotFound);
        webhooks
            .MapPost("/{webhookId}/ping", PingWebhook.Handle)
            .Named("pingWebhook")
            .Allow(Owners)
            .Refuses(FailureCode.NotFound);
        webhooks
            .MapPost("/{webhookId}/secret", RotateSecret.Handle)
            .Named("rotateWebhookSecret")
            .Allow(Owners)
            .Refuses(FailureCode.NotFound);
        webhooks
            .MapGet("/{webhookId}/deliveries", ListDeliveries.Handle)
            .Named("listDeliveries", Paging.Limit, Paging.Cursor)
            .Allow(Owners)
            .Refuses(FailureCode.NotFound);
        webhooks
            .MapPost("/{webhookId}/deliveries/{notificationId}", Redeliver.Handle)
            .Named("redeliver")
            .Allow(Owners)
            .Refuses(FailureCode.NotFound, ProblemCode.WebhookDisabled);
    }
}
