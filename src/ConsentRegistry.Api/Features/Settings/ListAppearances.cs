using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConsentRegistry.Api.Features.Settings;

/// <summary>A video of somebody else in which a creator is registered as a participant.</summary>
/// <param name="Video">The video.</param>
/// <param name="PublishedAt">When it was published; null if that is unknown.</param>
/// <param name="Roles">How the creator is concerned: <c>coCreator</c>, <c>depicted</c> or both.</param>
public sealed record AppearanceBody(
    VideoName Video,
    Instant? PublishedAt,
    [property: Words<ParticipantRole>] [property: WordList(1)] IReadOnlyList<string> Roles
);

/// <summary>
/// Lists the videos of others in which a creator appears. Those are the videos for which the platform registered them
/// as a participant.
/// </summary>
internal static class ListAppearances
{
    public static async Task<Ok<Page<AppearanceBody>>> Handle(
        CreatorId creatorId,
        int? limit,
        Cursor cursor,
        SnapshotReader reading,
        CancellationToken cancellation
    )
    {
        var size = limit ?? RequestShape.DefaultPage;
        var (owner, video) = (cursor.Part(0), cursor.Part(1));
        await using var snapshot = await reading.OpenAsync(cancellation);
        var rows = await snapshot
            .Db.Videos.FromSql(
                $"""
                SELECT * FROM consent.video
                WHERE (co_creators || depicted) @> ARRAY[{creatorId.Value}] AND cardinality(co_creators || depicted) > 0
                  AND (owner, video) > ({owner}, {video})
                ORDER BY owner, video LIMIT {size + 1}
                """
            )
            .ToListAsync(cancellation);
        return TypedResults.Ok(
            Page<AppearanceBody>.Create(
                rows,
                size,
                cursor,
                row =>
                    new(
                        VideoName.From(VideoStore.KeyOf(row)),
                        row.PublishedAt,
                        [
                            .. VideoStore
                                .RecordOf(row)
                                .Participants.Where(participant => participant.Creator == creatorId)
                                .Select(participant => participant.Role.Word()),
                        ]
                    ),
                row => [row.Owner, row.Video]
            )
        );
    }
}
