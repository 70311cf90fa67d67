using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Notifications;

namespace ConsentRegistry.Api.Features.Webhooks;

/// <summary>The query parameters of webhooks.</summary>
internal static class WebhookParameters
{
    public static readonly QueryParameter Audience = new(
        "audience",
        "Audience",
        ParameterKind.Words,
        "Only webhooks that tell these; goes with `owner`.",
        typeof(WebhookAudience)
    );

    public static readonly QueryParameter Owner = new(
        "owner",
        "Owner",
        ParameterKind.Id,
        "Only webhooks of this platform's client, requester or creator; goes with `audience`."
    );
}
