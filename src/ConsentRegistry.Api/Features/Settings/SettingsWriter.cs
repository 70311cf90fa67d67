using ConsentRegistry.Api.Changes;
using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Features.Settings;

/// <summary>Changes settings: lock, load, plan, write.</summary>
internal sealed class SettingsWriter(ChangePipeline pipeline)
{
    public Task<IResult> ApplyAsync(HttpContext http, SettingsRequest request) =>
        pipeline.RunAsync(http, (change, cancellation) => ApplyAsync(change, request, Caller.From(http), cancellation));

    private static async Task<Result<ChangeResponse>> ApplyAsync(
        StreamTransaction change,
        SettingsRequest request,
        Caller caller,
        CancellationToken cancellation
    )
    {
        if (
            !(await change.LockAsync(StreamId.OfCreator(request.Creator), cancellation)).Succeeded(
                out var stream,
                out var erased
            )
        )
            return erased;
        if (request.Preconditions.Exclude(stream.SettingsVersion, out var stale))
            return stale;
        var planned = await SettingsPlanner.PlanAsync(change, request, stream.Stamp, cancellation);
        if (!planned.Succeeded(out var made, out var refused))
            return refused;

        var (plan, _, defaults, overrides) = made;
        // A deny revokes what it touches, also one that stands already (R6).
        var touched = await GrantStore.ReadTouchedAsync(
            change,
            request.Creator,
            request.Denies,
            stream.Tx,
            toAlter: true,
            cancellation
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
            await change.AppendAsync(
                stream,
                records,
                caller.Author(request.Creator, request.Reason),
                altersSettings: plan.Count > 0,
                cancellation
            );
            change.Notify(NotificationFactory.SettingsChanged(stream, request.Creator, plan, revoked));
            foreach (var notice in NotificationFactory.Revoked(stream, request.Creator, plan, revoked))
                change.Notify(notice);
        }
        return AnswerOf(
            request,
            plan,
            touched.Count,
            stream,
            request.IsBulk ? null : SettingOf(request.Changes[0], plan, defaults, overrides)
        );
    }

    private static ChangeResponse AnswerOf(
        SettingsRequest request,
        SettingsPlan plan,
        int revoked,
        LockedStream stream,
        SettingBody? setting
    ) =>
        ChangeBody.AnswerOf(
            stream,
            request.Creator,
            plan.Count,
            revoked,
            setting,
            stop: null,
            ExceptionsBody.From(plan)
        );

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

    private static SettingBody? SettingOf(
        SettingChange change,
        SettingsPlan plan,
        Dictionary<DefaultKey, DefaultSetting> defaults,
        Dictionary<OverrideKey, OverrideSetting> overrides
    )
    {
        if (change is ClearSetting)
            return null;
        if (change.Key.Video is not null)
        {
            var key = change.Key.ToOverride();
            var altered = plan.Overrides.FirstOrDefault(o => o.Key == key).After;
            return SettingBody.From(key, altered ?? overrides[key]);
        }
        var place = change.Key.ToDefault();
        return SettingBody.From(place, plan.Defaults.FirstOrDefault(d => d.Key == place).After ?? defaults[place]);
    }
}
