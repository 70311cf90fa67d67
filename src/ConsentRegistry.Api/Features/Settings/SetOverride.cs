using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Api.Features.Settings;

/// <summary>
/// Sets an override for an own video. It holds for this video in place of the default, whether or not the video is
/// registered yet.
/// </summary>
internal static class SetOverride
{
    public static Task<IResult> Handle(
        CreatorId creatorId,
        VideoId videoId,
        Purpose purpose,
        Requester? requester,
        Preconditions preconditions,
        Body<SetOverrideRequest> body,
        SettingsWriter settings,
        HttpContext http
    ) =>
        settings.ApplyAsync(
            http,
            new(
                creatorId,
                [body.Value.ToChange(SettingRequests.Key(new(creatorId, videoId), purpose, requester))],
                preconditions,
                body.Value.Reason
            )
        );
}
