using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Features.Stops;

/// <summary>Sets the emergency stop. It denies everything, or some purposes, at once, whatever the settings say and however many videos there are.</summary>
/// <remarks>
/// Without a body it stops everything. A second one adds to the one that stands; only lifting narrows.
/// </remarks>
internal static class SetLockdown
{
    public static Task<IResult> Handle(CreatorId creatorId, IfMatch ifMatch, Body<LockdownRequest> body, StopWriter stops, HttpContext http) =>
        stops.SetAsync(http, creatorId, StopKind.Lockdown, body.Value, ifMatch);
}
