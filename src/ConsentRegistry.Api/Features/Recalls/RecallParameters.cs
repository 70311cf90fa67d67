using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.Features.Recalls;

/// <summary>The query parameters of recalls.</summary>
internal static class RecallParameters
{
    public static readonly QueryParameter Requester = new(
        "requester",
        "RelyingRequester",
        ParameterKind.Id,
        "Whom the recall tells to stop; the token's own client without it. Another takes `consent:check:any`."
    );

    public static readonly QueryParameter State = new(
        "state",
        "RecallState",
        ParameterKind.Words,
        "Only recalls that stand so.",
        typeof(RecallStatus)
    );
}
