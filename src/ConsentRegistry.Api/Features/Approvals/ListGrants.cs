using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConsentRegistry.Api.Features.Approvals;

/// <summary>Lists a creator's grants. Newest first, those that do not stand any more among them.</summary>
internal static class ListGrants
{
    public static async Task<Results<Ok<Page<GrantBody>>, Problem>> Handle(
        CreatorId creatorId,
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
        await using var command = database.Reads.CreateCommand(
            $"SELECT {GrantColumns.All} FROM consent.consent_grant WHERE creator = @creator AND id < @before "
                + "ORDER BY id DESC LIMIT @limit"
        );
        command.Parameters.AddWithValue("creator", creatorId.Value);
        command.Parameters.AddWithValue("before", before);
        command.Parameters.AddWithValue("limit", size + 1);
        var grants = await GrantStore.ReadAsync(command, cancellation);
        return TypedResults.Ok(
            Page<GrantBody>.Create(
                grants,
                size,
                cursor,
                grant => GrantBody.From(grant, now),
                grant => [grant.Id.ToString()]
            )
        );
    }
}
