using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Features.Stops;

/// <summary>
/// Sets the operator's stop. By legal order or for a minor, it beats the creator's settings and is named before their
/// lockdown.
/// </summary>
/// <remarks>
/// Without <c>purposes</c> it stops everything. A second one adds to the one that stands; only lifting narrows. A
/// reason that is too long is cut. An <c>Idempotency-Key</c> never refuses it: one that is malformed, in flight or used
/// for another request is passed over.
/// </remarks>
internal static class SetHold
{
    public static Task<IResult> Handle(
        CreatorId creatorId,
        Preconditions preconditions,
        Body<HoldRequest> body,
        StopWriter stops,
        HttpContext http
    ) => stops.SetAsync(http, creatorId, StopKind.Hold, body.Value, preconditions);
}
