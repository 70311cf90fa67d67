using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain.Notifications;

namespace ConsentRegistry.Api.Features.Notifications;

/// <summary>The query parameters of an inbox.</summary>
internal static class InboxParameters
{
    public static readonly QueryParameter Kind = new(
        "kind",
        "NotificationKind",
        ParameterKind.Words,
        "Only notifications of this kind.",
        typeof(NotificationKind)
    );

    public static readonly QueryParameter Unread = new(
        "unread",
        "Unread",
        ParameterKind.Boolean,
        "Only notifications that are unread, or only those that are read."
    );
}
