using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using Microsoft.EntityFrameworkCore;

namespace ConsentRegistry.Api.Features.Settings;

/// <summary>Lists a creator's overrides. Those for their own videos and for others' in which they appear, by owner, video and purpose.</summary>
internal static class ListOverrides
{
    public static async Task<IResult> Handle(CreatorId creatorId, int? limit, Cursor cursor, Reading reading, CancellationToken cancellation)
    {
        var size = limit ?? RequestShape.DefaultPage;
        var (owner, video, purpose, requester) = (cursor.Part(0), cursor.Part(1), cursor.Part(2), cursor.Part(3));
        await using var snapshot = await reading.OpenAsync(cancellation);
        var rows = await snapshot.Db.Overrides
            .FromSql($"""
                SELECT * FROM consent.video_override
                WHERE creator = {creatorId.Value} AND (owner, video, purpose, requester) > ({owner}, {video}, {purpose}, {requester})
                ORDER BY owner, video, purpose, requester LIMIT {size + 1}
                """)
            .ToListAsync(cancellation);
        return Results.Ok(Page<SettingBody>.Of(
            rows,
            size,
            cursor,
            row =>
            {
                var (key, setting) = SettingsStore.Of(row);
                return SettingBody.Of(key, setting);
            },
            row => [row.Owner, row.Video, row.Purpose, row.Requester]));
    }
}
