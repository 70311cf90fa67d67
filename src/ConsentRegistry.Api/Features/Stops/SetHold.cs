using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Features.Stops;

/// <summary>Sets the operator's stop. By legal order or for a minor, it beats the creator's settings and is named before their lockdown.</summary>
/// <remarks>
/// Without <c>purposes</c> it stops everything. A second one adds to the one that stands; only lifting narrows.
/// </remarks>
internal static class SetHold
{
    public static Task<IResult> Handle(CreatorId creatorId, IfMatch ifMatch, Body<HoldRequest> body, StopWriter stops, HttpContext http) =>
        stops.SetAsync(http, creatorId, StopKind.Hold, body.Value, ifMatch);
}
