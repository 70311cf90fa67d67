using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Usages;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConsentRegistry.Api.Features.Usages;

/// <summary>Lists the caller's own uses. Newest first, each with all its videos.</summary>
internal static class ListOwnUses
{
    public static async Task<Results<Ok<Page<UseBody>>, Problem>> Handle(
        int? limit,
        Cursor cursor,
        Database database,
        HttpContext http,
        CancellationToken cancellation
    )
    {
        if (Caller.From(http).OwnRequester is not { } requester)
            return RequesterAuthorization.NoRequester;
        if (!cursor.TryReadId(out var before))
            return Cursor.NotOfThisList;
        var size = limit ?? RequestShape.DefaultPage;
        await using var command = database.Reads.CreateCommand(
            """
            SELECT u.id, u.purpose, u.made_owner, u.made_video, u.training_run, u.used_at, u.recorded_at, v.owner,
                v.video, v.reason, v.status, v.spent, v.decided_at, v.receipt, v.decision
            FROM (SELECT * FROM consent.usage WHERE requester = @requester AND id < @before ORDER BY id DESC
                LIMIT @limit) AS u
            JOIN consent.used_video v ON v.usage = u.id ORDER BY u.id DESC, v.place
            """
        );
        command.Parameters.AddWithValue("requester", requester.Value);
        command.Parameters.AddWithValue("before", before);
        command.Parameters.AddWithValue("limit", size + 1);
        var uses = new List<(UseBody Use, List<UsedVideoBody> Videos)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var id = reader.GetGuid(0);
            if (uses.Count == 0 || uses[^1].Use.Id != id)
            {
                uses.Add(
                    (
                        new(
                            id,
                            requester.Value,
                            reader.GetString(1),
                            MadeColumns.Read(reader, 2),
                            default,
                            default,
                            [],
                            Instant.From(reader.GetDateTime(5)),
                            Instant.From(reader.GetDateTime(6))
                        ),
                        []
                    )
                );
            }
            uses[^1]
                .Videos.Add(
                    new(
                        new(reader.GetString(7), reader.GetString(8)),
                        Wording.Parse<UseStatus>(reader.GetString(10)),
                        Wording.Parse<UseReason>(reader.GetString(9)),
                        reader.GetFieldValue<Guid[]>(11),
                        ReliedOnColumns.Read(reader, 12)
                    )
                );
        }
        return TypedResults.Ok(
            Page<UseBody>.Create(uses, size, cursor, one => Whole(one.Use, one.Videos), one => [one.Use.Id.ToString()])
        );
    }

    private static UseBody Whole(UseBody use, List<UsedVideoBody> videos)
    {
        var deciding = videos.Find(video => video.Status == UseStatus.Unconsented) ?? videos[0];
        return use with { Videos = videos, Status = deciding.Status, Reason = deciding.Reason };
    }
}
