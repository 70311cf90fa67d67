using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Changes;

/// <summary>A plan, and what stood when it was made; grants only where something is denied.</summary>
internal sealed record PlannedSettings(
    SettingsPlan Plan,
    Vocabulary Vocabulary,
    Dictionary<DefaultKey, DefaultSetting> Defaults,
    Dictionary<OverrideKey, OverrideSetting> Overrides,
    IReadOnlyList<StoredGrant> Grants
);

/// <summary>
/// Plans changes of settings from what stands, for those who make a change and for those who only show it.
/// </summary>
internal static class SettingsPlanner
{
    /// <summary>Plans a change from what stands, with the stamp that it would have.</summary>
    public static async Task<Result<PlannedSettings>> PlanAsync(
        StreamTransaction change,
        SettingsRequest request,
        Stamp stamp,
        CancellationToken cancellation
    )
    {
        if (await FindForeignAsync(change, request, cancellation) is { } foreign)
            return foreign;
        var (defaults, overrides, vocabulary, named, grants) = await SettingsStore.ReadKnownAsync(
            change,
            request.Creator,
            request.Changes,
            request.Denies.Count > 0 ? stamp.At : null,
            cancellation
        );
        if (
            request.Preconditions.Exclude(
                request.Changes.Any(wanted => IsSet(wanted.Key, defaults, overrides)),
                out var excluded
            )
        )
            return excluded;
        var made = SettingsPlan.Make(request.Changes, defaults, overrides, vocabulary, stamp, named);
        if (!made.Succeeded(out var plan, out var refused))
            return request.IsBulk ? refused : WithoutIndex(refused);
        if (plan.Restrictions.Count > 0)
            await SettingsStore.ConsiderOverridesAsync(change, request.Creator, plan, vocabulary, cancellation);
        if (plan.Count > request.Changes.Count + SettingsPlan.ExceptionsCleared)
            return new Failure(
                FailureCode.TooMany,
                $"More than {SettingsPlan.ExceptionsCleared} exceptions would be cleared; send it without "
                    + "clearExceptions, or set a lockdown, which reaches any number.",
                "clearExceptions"
            );
        return new PlannedSettings(plan, vocabulary, defaults, overrides, grants);
    }

    private static bool IsSet(
        SettingKey key,
        Dictionary<DefaultKey, DefaultSetting> defaults,
        Dictionary<OverrideKey, OverrideSetting> overrides
    ) => key.Video is null ? defaults.ContainsKey(key.ToDefault()) : overrides.ContainsKey(key.ToOverride());

    // Settings for somebody else's video are for those whom its platform registered as concerned; whether it exists is
    // nobody else's business.
    private static async Task<Failure?> FindForeignAsync(
        StreamTransaction change,
        SettingsRequest request,
        CancellationToken cancellation
    )
    {
        var foreign = request
            .Changes.Select(change => change.Key.Video)
            .OfType<VideoKey>()
            .Where(video => video.Creator != request.Creator)
            .Distinct()
            .ToList();
        if (foreign.Count == 0)
            return null;
        var concerned = await VideoStore.ReadAppearancesAsync(change, request.Creator, foreign, cancellation);
        return foreign.TrueForAll(concerned.Contains)
            ? null
            : new Failure(
                FailureCode.Forbidden,
                "The creator takes part in no registered video of this name; send only videos that GET "
                    + "/v1/creators/{creatorId}/appearances lists."
            );
    }

    // A single change is not an item of a list for its caller.
    private static Failure WithoutIndex(Failure failure) =>
        failure with
        {
            Field = failure.Field?.Replace("changes[0].", "", StringComparison.Ordinal),
        };
}
