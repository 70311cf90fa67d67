using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Api.Features.Settings;

/// <summary>
/// Clears an override for an own video. What the default says holds again; clearing what is not set changes nothing.
/// </summary>
internal static class ClearOverride
{
    public static Task<IResult> Handle(
        CreatorId creatorId,
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
                [SettingRequests.ToClear(SettingRequests.Key(new(creatorId, videoId), purpose, requester))],
                preconditions,
                Reason: null
            )
        );
}
