using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConsentRegistry.Api.Features.Approvals;

/// <summary>Lists whom a creator keeps from asking. By requester.</summary>
internal static class ListBlocked
{
    public static async Task<Ok<Page<BlockedBody>>> Handle(
        CreatorId creatorId,
        int? limit,
        Cursor cursor,
        SnapshotReader reading,
        CancellationToken cancellation
    )
    {
        var size = limit ?? RequestShape.DefaultPage;
        await using var snapshot = await reading.OpenAsync(cancellation);
        var blocked = await ListQueries
            .Blocks(snapshot.Db, creatorId.Value, cursor.Part(0), size + 1)
            .Select(row => new BlockedBody(row.Requester, row.Version, row.ChangedAt))
            .ToListAsync(cancellation);
        return TypedResults.Ok(Page<BlockedBody>.Create(blocked, size, cursor, one => one, one => [one.Requester]));
    }
}
