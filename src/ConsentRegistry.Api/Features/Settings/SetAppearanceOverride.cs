using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Api.Features.Settings;

/// <summary>
/// Sets an override for somebody else's video. It holds as far as this creator decides, who has to be registered as a
/// participant; otherwise the answer is 403.
/// </summary>
internal static class SetAppearanceOverride
{
    public static Task<IResult> Handle(
        CreatorId creatorId,
        CreatorId ownerId,
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
                [body.Value.ToChange(SettingRequests.Key(new(ownerId, videoId), purpose, requester))],
                preconditions,
                body.Value.Reason
            )
        );
}
