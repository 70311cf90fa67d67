using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Features.Stops;

/// <summary>
/// Sets the emergency stop. It denies everything, or some purposes, at once, whatever the settings say and however many
/// videos there are.
/// </summary>
/// <remarks>
/// Without a body, or with an empty one or JSON <c>null</c>, it stops everything. A second one adds to the one that
/// stands; only lifting narrows.
/// <para>
/// It has a rate limit of its own, and a reason that is too long is cut. An <c>Idempotency-Key</c> never refuses it:
/// one that is malformed, in flight or used for another request is passed over. If the key was used for this request,
/// and the stop was lifted since, the stop is set anew. Its conditions are evaluated again, and the new answer replaces
/// the stored one.
/// </para>
/// </remarks>
internal static class SetLockdown
{
    public static Task<IResult> Handle(
        CreatorId creatorId,
        Preconditions preconditions,
        Body<LockdownRequest> body,
        StopWriter stops,
        HttpContext http
    ) => stops.SetAsync(http, creatorId, StopKind.Lockdown, body.Value, preconditions);
}
