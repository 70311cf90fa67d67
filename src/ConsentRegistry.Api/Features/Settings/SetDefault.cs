using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Api.Features.Settings;

/// <summary>
/// Sets a default. It holds for all of a creator's videos, for one purpose and one requester or anybody.
/// </summary>
/// <remarks>
/// An ask or deny reaches every video at once. An allow reaches videos published from now on, or with <c>appliesTo:
/// all</c> those that stand as well. More specific settings stay; an ask or deny names those that answer less
/// restrictively as <c>exceptions</c>, and clears them with <c>clearExceptions</c>.
/// </remarks>
internal static class SetDefault
{
    public static Task<IResult> Handle(
        CreatorId creatorId,
        Purpose purpose,
        Requester? requester,
        Preconditions preconditions,
        Body<SetDefaultRequest> body,
        SettingsWriter settings,
        HttpContext http
    )
    {
        var request = body.Value;
        var change = request.ToChange(
            SettingRequests.Key(purpose, requester),
            request.AppliesTo,
            request.ClearExceptions
        );
        return settings.ApplyAsync(http, new(creatorId, [change], preconditions, request.Reason));
    }
}
