using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Changes;

/// <summary>A change of settings that was made, and the grants that its denies revoked.</summary>
internal sealed record MadeSettings(PlannedSettings Planned, IReadOnlyList<StoredGrant> Revoked)
{
    /// <summary>How many records were altered.</summary>
    public int Count => Planned.Plan.Count + Revoked.Count;
}

/// <summary>
/// Makes a change of settings in a locked stream: settings, grants that a deny revokes, events, and what is told.
/// </summary>
internal static class SettingsMaker
{
    public static async Task<Result<MadeSettings>> MakeAsync(
        StreamTransaction change,
        LockedStream stream,
        SettingsRequest request,
        Authorship by,
        CancellationToken cancellation
    )
    {
        var planned = await SettingsPlanner.PlanAsync(change, request, stream.Stamp, cancellation);
        if (!planned.Succeeded(out var made, out var refused))
            return refused;
        var plan = made.Plan;
        // A deny revokes what it touches, also one that stands already (R6).
        var touched = await GrantStore.ReadTouchedAsync(
            change,
            request.Creator,
            request.Denies,
            stream.Tx,
            toAlter: true,
            cancellation,
            made.Grants
        );
        Confirm(change, stream.Id, request, plan);
        if (plan.Count + touched.Count > 0)
        {
            var revoked = touched.ConvertAll(grant => grant with { Grant = grant.Grant.Revoked(stream.Stamp) });
            SettingsStore.Write(change, request.Creator, plan);
            await GrantStore.UpdateStateAsync(change, revoked, cancellation);
            RecordChange[] records =
            [
                .. plan.Defaults.Select(altered => Records.DefaultChanged(altered.Key, altered.Before, altered.After)),
                .. plan.Overrides.Select(altered =>
                    Records.OverrideChanged(altered.Key, altered.Before, altered.After)
                ),
                .. touched.Zip(revoked, (before, after) => Records.GrantChanged(before.Id, before.Grant, after.Grant)),
            ];
            await change.AppendAsync(stream, records, by, altersSettings: plan.Count > 0, cancellation);
            change.Notify(NotificationFactory.SettingsChanged(stream, request.Creator, plan, revoked));
            foreach (var notice in NotificationFactory.Revoked(stream, request.Creator, plan, revoked))
                change.Notify(notice);
        }
        return new MadeSettings(made, touched);
    }

    // What the request asks for and does not alter stands already, and the answer says so.
    private static void Confirm(StreamTransaction change, StreamId stream, SettingsRequest request, SettingsPlan plan)
    {
        var altered = plan
            .Defaults.Select(one => SettingKey.From(one.Key))
            .Concat(plan.Overrides.Select(one => SettingKey.From(one.Key)))
            .ToHashSet();
        foreach (var key in request.Changes.Select(wanted => wanted.Key).Where(key => !altered.Contains(key)))
            change.Confirm(
                stream,
                key.Video is null
                    ? Records.DefaultChanged(key.ToDefault(), null, null)
                    : Records.OverrideChanged(key.ToOverride(), null, null)
            );
    }
}
