using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Features.Stops;

/// <summary>The emergency stop: denies everything, or some purposes, at once, whatever the settings say.</summary>
internal static class SetLockdown
{
    public static Task<IResult> Handle(CreatorId creatorId, IfMatch ifMatch, Body<LockdownRequest> body, StopWriter stops, HttpContext http) =>
        stops.SetAsync(http, creatorId, StopKind.Lockdown, body.Value, ifMatch);
}
