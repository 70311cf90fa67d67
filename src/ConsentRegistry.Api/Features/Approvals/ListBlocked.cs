using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Features.Approvals;

/// <summary>Lists whom a creator keeps from asking. By requester.</summary>
internal static class ListBlocked
{
    public static async Task<IResult> Handle(CreatorId creatorId, int? limit, Cursor cursor, Database database, CancellationToken cancellation)
    {
        var size = limit ?? RequestShape.DefaultPage;
        await using var command = database.Reads.CreateCommand(
            "SELECT requester, version, changed_at FROM consent.asking_block WHERE creator = @creator AND requester > @after ORDER BY requester LIMIT @limit");
        command.Parameters.AddWithValue("creator", creatorId.Value);
        command.Parameters.AddWithValue("after", cursor.Part(0));
        command.Parameters.AddWithValue("limit", size + 1);
        var blocked = new List<BlockedBody>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            blocked.Add(new(reader.GetString(0), reader.GetInt64(1), Instant.From(reader.GetDateTime(2))));
        return Results.Ok(Page<BlockedBody>.Of(blocked, size, cursor, one => one, one => [one.Requester]));
    }
}
