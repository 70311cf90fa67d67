using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConsentRegistry.Api.Features.Approvals;

/// <summary>Reads an approval request. Its requester can, and an auditor.</summary>
internal static class GetApprovalRequest
{
    public static async Task<Results<Ok<ApprovalRequestBody>, Problem>> Handle(
        Guid requestId,
        SnapshotReader reading,
        TimeProvider clock,
        HttpContext http,
        CancellationToken cancellation
    )
    {
        var caller = Caller.From(http);
        await using var snapshot = await reading.OpenAsync(cancellation);
        var change = snapshot.OpenTransaction();
        if (
            await ApprovalStore.FindAsync(change, requestId, cancellation) is not var (request, parts)
            || (request.Wanted.Requester != caller.OwnRequester && !caller.Has(Scopes.Audit))
        )
        {
            return Problem.NotFound("approval request", "the id of one that GET /v1/approval-requests lists");
        }
        return TypedResults.Ok(ApprovalRequestBody.From(request, parts, Instant.From(clock.GetUtcNow())));
    }
}
