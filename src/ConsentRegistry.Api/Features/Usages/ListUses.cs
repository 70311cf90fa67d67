using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Usages;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConsentRegistry.Api.Features.Usages;

/// <summary>
/// Lists the uses that concern a creator. Newest first: of their own videos, of those that they appear in, and of what
/// was made from these.
/// </summary>
internal static class ListUses
{
    public static async Task<Results<Ok<Page<UsedVideoItem>>, Problem>> Handle(
        CreatorId creatorId,
        string? videoId,
        string? ownerId,
        Purpose? purpose,
        Requester? requester,
        TimeRange range,
        int? limit,
        Cursor cursor,
        Database database,
        CancellationToken cancellation
    )
    {
        if (!TryReadPlace(cursor, out var before, out var place))
            return Cursor.NotOfThisList;
        var size = limit ?? RequestShape.DefaultPage;
        var filter = new UseFilter(creatorId, videoId, ownerId, purpose, requester, range);
        await using var command = database.Reads.CreateCommand(
            $"""
            SELECT u.id, v.place, v.owner, v.video, u.requester, u.purpose, u.made_owner, u.made_video, u.training_run,
                v.status, v.reason, v.spent, u.used_at, u.recorded_at,
                v.decided_at, v.receipt, v.decision
            FROM (SELECT c.usage, c.place {filter.Sql} AND (c.usage, c.place) < (@before, @place)
                ORDER BY c.usage DESC, c.place DESC LIMIT @limit) AS c
            JOIN consent.usage u ON u.id = c.usage JOIN consent.used_video v ON v.usage = c.usage AND v.place = c.place
            ORDER BY c.usage DESC, c.place DESC
            """
        );
        filter.Bind(command.Parameters);
        command.Parameters.AddWithValue("before", before);
        command.Parameters.AddWithValue("place", place);
        command.Parameters.AddWithValue("limit", size + 1);
        var rows = new List<(int Place, UsedVideoItem Item)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(
                (
                    reader.GetInt32(1),
                    new(
                        reader.GetGuid(0),
                        new(reader.GetString(2), reader.GetString(3)),
                        reader.GetString(4),
                        reader.GetString(5),
                        MadeColumns.Read(reader, 6),
                        Wording.Parse<UseStatus>(reader.GetString(9)),
                        Wording.Parse<UseReason>(reader.GetString(10)),
                        reader.GetFieldValue<Guid[]>(11),
                        ReliedOnColumns.Read(reader, 14),
                        Instant.From(reader.GetDateTime(12)),
                        Instant.From(reader.GetDateTime(13))
                    )
                )
            );
        }
        return TypedResults.Ok(
            Page<UsedVideoItem>.Create(
                rows,
                size,
                cursor,
                row => row.Item,
                row => [row.Item.UseId.ToString(), $"{row.Place}"]
            )
        );
    }

    private static bool TryReadPlace(Cursor cursor, out Guid before, out int place)
    {
        (before, place) = (Guid.AllBitsSet, int.MaxValue);
        return cursor.IsStart
            || (
                cursor.Key.Count == 2
                && Guid.TryParseExact(cursor.Key[0], "D", out before)
                && int.TryParse(cursor.Key[1], out place)
            );
    }
}

/// <summary>The three columns that say what was made.</summary>
internal static class MadeColumns
{
    public static MadeBody? Read(Npgsql.NpgsqlDataReader reader, int at) =>
        !reader.IsDBNull(at) ? new(new VideoName(reader.GetString(at), reader.GetString(at + 1)), null)
        : !reader.IsDBNull(at + 2) ? new(null, reader.GetString(at + 2))
        : null;
}

/// <summary>The three columns that say what was relied on.</summary>
internal static class ReliedOnColumns
{
    public static ReliedOnBody? Read(Npgsql.NpgsqlDataReader reader, int at) =>
        reader.IsDBNull(at)
            ? null
            : new(
                Instant.From(reader.GetDateTime(at)),
                reader.GetBoolean(at + 1),
                reader.IsDBNull(at + 2) ? null : reader.GetGuid(at + 2)
            );
}
