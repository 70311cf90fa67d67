using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.Features.Notifications;

/// <summary>A creator's inbox: what happened that concerns them, for an app to show.</summary>
internal static class NotificationsApi
{
    public const string Tag = "Notifications";

    public static void Map(IEndpointRouteBuilder app)
    {
        var inbox = app.MapContract("/v1/creators/{creatorId}/notifications", Tag);

        inbox.MapGet("", ListNotifications.Handle).Named("listNotifications", "kind", "unread", "limit", "cursor").Allow(Access.TheCreator)
            .Produces<NotificationsPage>().Produces<string>(200, "text/event-stream").Refuses(400, 422, 503);
        inbox.MapPost("/read", MarkRead.Handle).Named("markNotificationsRead").Allow(Access.TheCreator).Produces<MarkedBody>().Refuses(400, 422);
    }
}
