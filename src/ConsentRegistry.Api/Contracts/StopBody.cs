using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Contracts;

/// <summary>A stop that stands.</summary>
/// <param name="Purposes">What it stops, with everything above and below; null for everything.</param>
/// <param name="Version">The version of the creator's stream that last altered it.</param>
/// <param name="ChangedAt">When it was last altered.</param>
public sealed record StopBody(
    [property: Purposes(1)] IReadOnlyList<string>? Purposes,
    [property: AtLeast(0)] long Version,
    Instant ChangedAt
)
{
    public static StopBody? From(Stop? stop) =>
        stop is null
            ? null
            : new(stop.Purposes?.Select(purpose => purpose.Name).ToArray(), stop.Stamp.Version, stop.Stamp.At);
}
