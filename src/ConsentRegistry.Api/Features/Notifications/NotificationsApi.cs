using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Features.Notifications;

/// <summary>A creator's inbox: what happened that concerns them, for an app to show.</summary>
internal static class NotificationsApi
{
    public static readonly RouteTable Table = new("Notifications", typeof(NotificationsApi));

    public static void Map(IEndpointRouteBuilder app)
    {
        var inbox = app.MapContract("/v1/creators/{creatorId}/notifications", Table);

        inbox
            .MapGet("", ListNotifications.Handle)
            .Named("listNotifications", InboxParameters.Kind, InboxParameters.Unread, Paging.Limit, Paging.Cursor)
            .Allow(Access.TheCreator)
            .Produces<NotificationsPage>()
            .Produces<string>(200, EventStreams.MediaType);
        inbox
            .MapPost("/read", MarkRead.Handle)
            .Named("markNotificationsRead")
            .Allow(Access.TheCreator)
            .Refuses(FailureCode.TooMany);
    }
}
