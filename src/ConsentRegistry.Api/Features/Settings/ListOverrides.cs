using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConsentRegistry.Api.Features.Settings;

/// <summary>
/// Lists a creator's overrides. Those for their own videos and for others' in which they appear, by owner, video and
/// purpose.
/// </summary>
internal static class ListOverrides
{
    public static async Task<Ok<Page<SettingBody>>> Handle(
        CreatorId creatorId,
        int? limit,
        Cursor cursor,
        SnapshotReader reading,
        CancellationToken cancellation
    )
    {
        var size = limit ?? RequestShape.DefaultPage;
        var (owner, video, purpose, requester) = (cursor.Part(0), cursor.Part(1), cursor.Part(2), cursor.Part(3));
        await using var snapshot = await reading.OpenAsync(cancellation);
        var rows = await ListQueries
            .Overrides(snapshot.Db, creatorId.Value, owner, video, purpose, requester, size + 1)
            .ToListAsync(cancellation);
        return TypedResults.Ok(
            Page<SettingBody>.Create(
                rows,
                size,
                cursor,
                row =>
                {
                    var (key, setting) = SettingsStore.ReadOverride(row);
                    return SettingBody.From(key, setting);
                },
                row => [row.Owner, row.Video, row.Purpose, row.Requester]
            )
        );
    }
}
