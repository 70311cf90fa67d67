using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConsentRegistry.Api.Features.Approvals;

/// <summary>
/// Lists the caller's own approval requests. Newest first, each with everybody who is asked and what they granted.
/// </summary>
internal static class ListApprovalRequests
{
    public static async Task<Results<Ok<Page<ApprovalRequestBody>>, Problem>> Handle(
        int? limit,
        Cursor cursor,
        Database database,
        TimeProvider clock,
        HttpContext http,
        CancellationToken cancellation
    )
    {
        if (Caller.From(http).OwnRequester is not { } requester)
            return RequesterAuthorization.NoRequester;
        if (!cursor.TryReadId(out var before))
            return Cursor.NotOfThisList;
        var size = limit ?? RequestShape.DefaultPage;
        var now = Instant.From(clock.GetUtcNow());
        var found = await ApprovalStore.ListOfAsync(database.Reads, requester, before, size + 1, cancellation);
        return TypedResults.Ok(
            Page<ApprovalRequestBody>.Create(
                found,
                size,
                cursor,
                one => ApprovalRequestBody.From(one.Request, one.Parts, now),
                one => [one.Request.Id.ToString()]
            )
        );
    }
}
