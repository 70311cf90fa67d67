using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Api.Features.Settings;

/// <summary>
/// Clears a default. That is an explicit act and reaches every video; clearing what is not set changes nothing.
/// </summary>
internal static class ClearDefault
{
    public static Task<IResult> Handle(
        CreatorId creatorId,
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
                [SettingRequests.ToClear(SettingRequests.Key(purpose, requester))],
                preconditions,
                Reason: null
            )
        );
}
