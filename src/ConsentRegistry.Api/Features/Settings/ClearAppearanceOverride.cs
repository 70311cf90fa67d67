using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Api.Features.Settings;

/// <summary>
/// Clears an override for somebody else's video. The creator has to be registered as a participant; otherwise the
/// answer is 403.
/// </summary>
internal static class ClearAppearanceOverride
{
    public static Task<IResult> Handle(
        CreatorId creatorId,
        CreatorId ownerId,
        VideoId videoId,
        Purpose purpose,
        Requester? requester,
        Preconditions preconditions,
        NoBody noBody,
        SettingsWriter settings,
        HttpContext http
    ) =>
        settings.ApplyAsync(
            http,
            new(
                creatorId,
                [SettingRequests.ToClear(SettingRequests.Key(new(ownerId, videoId), purpose, requester))],
                preconditions,
                Reason: null
            )
        );
}
