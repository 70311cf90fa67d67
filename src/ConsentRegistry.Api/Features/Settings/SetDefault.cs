using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Api.Features.Settings;

/// <summary>Sets what holds for all of a creator's videos, for one purpose and one requester or anybody.</summary>
internal static class SetDefault
{
    public static Task<IResult> Handle(
        CreatorId creatorId, Purpose purpose, Requester? requester, IfMatch ifMatch, Body<SetDefaultRequest> body, SettingsWriter settings, HttpContext http)
    {
        var request = body.Value;
        var change = request.ToChange(SettingRequests.Key(purpose, requester), request.AppliesTo, request.ClearExceptions);
        return settings.ApplyAsync(http, new(creatorId, [change], ifMatch, request.Reason));
    }
}
