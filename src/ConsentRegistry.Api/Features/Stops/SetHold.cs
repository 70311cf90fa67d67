using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Features.Stops;

/// <summary>The operator's stop, by legal order or for a minor: beats the creator's settings and is named before their lockdown.</summary>
internal static class SetHold
{
    public static Task<IResult> Handle(CreatorId creatorId, IfMatch ifMatch, Body<HoldRequest> body, StopWriter stops, HttpContext http) =>
        stops.SetAsync(http, creatorId, StopKind.Hold, body.Value, ifMatch);
}
