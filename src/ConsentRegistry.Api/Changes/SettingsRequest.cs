using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Changes;

/// <summary>A change of one creator's settings, whichever operation asked for it.</summary>
/// <param name="Creator">Whose settings.</param>
/// <param name="Changes">What to set and clear, as one version.</param>
/// <param name="Preconditions">The conditions on which they are changed.</param>
/// <param name="Reason">Why, for the history.</param>
internal sealed record SettingsRequest(
    CreatorId Creator,
    IReadOnlyList<SettingChange> Changes,
    Preconditions Preconditions,
    string? Reason
)
{
    /// <summary>Whether the request has several items, so that a refusal names the item.</summary>
    public bool IsBulk { get; init; }

    /// <summary>Where the request denies: what grants are touched by (R6).</summary>
    public IReadOnlyList<SettingKey> Denies =>
        [.. Changes.OfType<SetSetting>().Where(change => change.Effect == Effect.Deny).Select(change => change.Key)];
}
