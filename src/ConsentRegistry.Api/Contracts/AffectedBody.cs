using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain.History;

namespace ConsentRegistry.Api.Contracts;

/// <summary>
/// The checks that a change may have given another answer: what to ask again, and to drop from a cache. It may name more
/// checks than those that changed, and never fewer.
/// </summary>
/// <param name="CreatorId">On whose word they rest; null for everybody's.</param>
/// <param name="Video">
/// Only checks of this video and of videos that were made from it; null for all that rest on the creator's word.
/// </param>
/// <param name="Purposes">Only checks for these purposes, and for those below or above them; null for all.</param>
/// <param name="Requester">Only checks for this requester; null for all.</param>
[SchemaName("AffectedChecks")]
public sealed record AffectedBody(
    [property: Id] string? CreatorId,
    VideoName? Video,
    [property: Purposes(1)] IReadOnlyList<string>? Purposes,
    [property: Id] string? Requester
)
{
    internal static AffectedBody? From(AffectedChecks? affected) =>
        affected is null
            ? null
            : new(
                affected.Creator?.Value,
                affected.Video is { } video ? VideoName.From(video) : null,
                affected.Purposes is { } purposes ? [.. purposes.Select(purpose => purpose.Name)] : null,
                affected.Requester?.Value
            );
}
