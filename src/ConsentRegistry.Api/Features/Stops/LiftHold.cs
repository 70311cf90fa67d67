using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Features.Stops;

/// <summary>
/// Lifts the operator's stop. Exactly the settings that stood before stand again; lifting what does not stand changes
/// nothing.
/// </summary>
internal static class LiftHold
{
    public static Task<IResult> Handle(
        CreatorId creatorId,
        Preconditions preconditions,
        NoBody noBody,
        StopWriter stops,
        HttpContext http
    ) => stops.LiftAsync(http, creatorId, StopKind.Hold, preconditions);
}
