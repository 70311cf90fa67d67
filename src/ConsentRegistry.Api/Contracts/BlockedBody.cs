using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Contracts;

/// <summary>A requester whom a creator keeps from asking.</summary>
/// <param name="Requester">The requester.</param>
/// <param name="Version">The version of the creator's stream that blocked them.</param>
/// <param name="ChangedAt">When they were blocked.</param>
public sealed record BlockedBody(
    [property: Id] string Requester,
    [property: AtLeast(0)] long Version,
    Instant ChangedAt
);
