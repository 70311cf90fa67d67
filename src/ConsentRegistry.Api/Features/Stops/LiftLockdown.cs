using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Features.Stops;

/// <summary>
/// Lifts the emergency stop. Exactly the settings that stood before stand again; lifting what does not stand changes
/// nothing.
/// </summary>
internal static class LiftLockdown
{
    public static Task<IResult> Handle(
        CreatorId creatorId,
        Preconditions preconditions,
        NoBody noBody,
        StopWriter stops,
        HttpContext http
    ) => stops.LiftAsync(http, creatorId, StopKind.Lockdown, preconditions);
}
