using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.Features.Webhooks;

/// <summary>Where the registry tells platforms, requesters and creators' agents what happened, by the Standard Webhooks specification.</summary>
internal static class WebhooksApi
{
    public const string Tag = "Webhooks";

    // Whose webhook it is decides; these are whom one can belong to, and the administrator.
    private static readonly Grantor[] Owners =
        [Access.Scope(Scopes.ReadChanges), Access.Scope(Scopes.Check), Access.Scope(Scopes.Manage), Access.Scope(Scopes.Admin)];

    public static void Map(IEndpointRouteBuilder app)
    {
        var webhooks = app.MapContract("/v1/webhooks", Tag);

        webhooks.MapGet("", ListWebhooks.Handle).Named("listWebhooks", "audience", "owner", "limit", "cursor").Allow(Owners).Produces<Page<WebhookBody>>().Refuses(422);
        webhooks.MapPost("", CreateWebhook.Handle).Named("createWebhook").Allow(Owners).Produces<NewWebhookBody>(201).Refuses(400, 409, 422);
        webhooks.MapGet("/{webhookId}", GetWebhook.Handle).Named("getWebhook").Allow(Owners).Produces<WebhookBody>().Refuses(404, 422);
        webhooks.MapPut("/{webhookId}", UpdateWebhook.Handle).Named("updateWebhook").Allow(Owners).Produces<WebhookBody>().Refuses(400, 404, 409, 422);
        webhooks.MapDelete("/{webhookId}", DeleteWebhook.Handle).Named("deleteWebhook").Allow(Owners).Produces<WebhookBody>().Refuses(404, 422);
        webhooks.MapPost("/{webhookId}/ping", PingWebhook.Handle).Named("pingWebhook").Allow(Owners).Produces<PingBody>().Refuses(404, 422, 503);
        webhooks.MapPost("/{webhookId}/secret", RotateSecret.Handle).Named("rotateWebhookSecret").Allow(Owners).Produces<NewWebhookBody>().Refuses(404, 422);
        webhooks.MapGet("/{webhookId}/deliveries", ListDeliveries.Handle).Named("listDeliveries", "limit", "cursor").Allow(Owners)
            .Produces<Page<DeliveryBody>>().Refuses(404, 422);
        webhooks.MapPost("/{webhookId}/deliveries/{notificationId}", Redeliver.Handle).Named("redeliver").Allow(Owners)
            .Produces<DeliveryBody>().Refuses(404, 409, 422);
    }
}
