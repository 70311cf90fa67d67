using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Features.Stops;

/// <summary>Lifts the operator's stop; the settings stand as before.</summary>
internal static class LiftHold
{
    public static Task<IResult> Handle(CreatorId creatorId, IfMatch ifMatch, NoBody noBody, StopWriter stops, HttpContext http) =>
        stops.LiftAsync(http, creatorId, StopKind.Hold, ifMatch);
}
