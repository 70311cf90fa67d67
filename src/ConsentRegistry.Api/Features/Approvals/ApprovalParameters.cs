using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain.Approvals;

namespace ConsentRegistry.Api.Features.Approvals;

/// <summary>The query parameters of approvals.</summary>
internal static class ApprovalParameters
{
    public static readonly QueryParameter State = new(
        "state",
        "ApprovalState",
        ParameterKind.Words,
        "Only requests that stand so.",
        typeof(ApprovalStatus)
    );
}
