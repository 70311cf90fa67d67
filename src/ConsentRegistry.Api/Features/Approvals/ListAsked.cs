using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Approvals;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConsentRegistry.Api.Features.Approvals;

/// <summary>Lists what a creator is or was asked. Newest first; with <c>state</c>, those that stand so.</summary>
internal static class ListAsked
{
    public static async Task<Results<Ok<Page<AskedBody>>, Problem>> Handle(
        CreatorId creatorId,
        WordFilter<ApprovalStatus> state,
        int? limit,
        Cursor cursor,
        Database database,
        TimeProvider clock,
        CancellationToken cancellation
    )
    {
        if (!cursor.TryReadId(out var before))
            return Cursor.NotOfThisList;
        var size = limit ?? RequestShape.DefaultPage;
        var now = Instant.From(clock.GetUtcNow());
        var found = await ApprovalStore.ListAskedAsync(
            database.Reads,
            creatorId,
            state.Value,
            before,
            size + 1,
            cancellation
        );
        return TypedResults.Ok(
            Page<AskedBody>.Create(
                found,
                size,
                cursor,
                one => AskedBody.From(one.Request, one.Part, now),
                one => [one.Request.Id.ToString()]
            )
        );
    }
}
