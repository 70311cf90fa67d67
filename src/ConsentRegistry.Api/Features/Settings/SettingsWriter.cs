using ConsentRegistry.Api.Features.Notifications;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Features.Settings;

/// <summary>A change of one creator's settings, whichever operation asked for it.</summary>
/// <param name="Creator">Whose settings.</param>
/// <param name="Changes">What to set and clear, as one version.</param>
/// <param name="Preconditions">The conditions on which they are changed.</param>
/// <param name="Reason">Why, for the history.</param>
internal sealed record SettingsRequest(CreatorId Creator, IReadOnlyList<SettingChange> Changes, Preconditions Preconditions, string? Reason)
{
    /// <summary>Whether the request has several items, so that a refusal names the item.</summary>
    public bool IsBulk { get; init; }

    /// <summary>Where the request denies: what grants are touched by (R6).</summary>
    public IReadOnlyList<SettingKey> Denies => [.. Changes.OfType<SetSetting>().Where(change => change.Effect == Effect.Deny).Select(change => change.Key)];
}

/// <summary>A plan, and what stood when it was made.</summary>
internal sealed record Planned(
    SettingsPlan Plan, Vocabulary Vocabulary, Dictionary<DefaultKey, DefaultSetting> Defaults, Dictionary<OverrideKey, OverrideSetting> Overrides);

/// <summary>Changes settings: lock, load, plan, write.</summary>
internal sealed class SettingsWriter(ChangePipeline pipeline)
{
    public Task<IResult> ApplyAsync(HttpContext http, SettingsRequest request) =>
        pipeline.RunAsync(http, (change, cancellation) => ApplyAsync(change, request, Caller.Of(http), cancellation));

    private static async Task<Result<Answer>> ApplyAsync(Change change, SettingsRequest request, Caller caller, CancellationToken cancellation)
    {
        if (!(await change.LockAsync(StreamId.Of(request.Creator), cancellation)).Succeeded(out var stream, out var erased))
            return erased;
        if (request.Preconditions.Exclude(stream.SettingsVersion, out var stale))
            return stale;
        var planned = await PlanAsync(change, request, stream.Stamp, cancellation);
        if (!planned.Succeeded(out var made, out var refused))
            return refused;

        var (plan, _, defaults, overrides) = made;
        // A deny revokes what it touches, also one that stands already (R6).
        var touched = await GrantStore.ReadTouchedAsync(change, request.Creator, request.Denies, stream.Tx, toAlter: true, cancellation);
        Confirm(change, stream.Id, request, plan);
        if (plan.Count + touched.Count > 0)
        {
            var revoked = touched.ConvertAll(grant => grant with { Grant = grant.Grant.Revoked(stream.Stamp) });
            await SettingsStore.WriteAsync(change, request.Creator, plan, cancellation);
            await GrantStore.UpdateStateAsync(change, revoked, cancellation);
            RecordChange[] records =
            [
                .. plan.Defaults.Select(altered => Records.Of(altered.Key, altered.Before, altered.After)),
                .. plan.Overrides.Select(altered => Records.Of(altered.Key, altered.Before, altered.After)),
                .. touched.Zip(revoked, (before, after) => Records.Of(before.Id, before.Grant, after.Grant)),
            ];
            await change.AppendAsync(stream, records, caller.Author(request.Creator, request.Reason), altersSettings: plan.Count > 0, cancellation);
            change.Notify(Notices.Of(stream, request.Creator, plan, revoked.Count));
            foreach (var notice in Notices.Revoked(stream, request.Creator, plan, revoked))
                change.Notify(notice);
        }
        return AnswerOf(request, plan, touched.Count, stream, request.IsBulk ? null : SettingOf(request.Changes[0], plan, defaults, overrides));
    }

    /// <summary>Plans a change from what stands, with the stamp that it would have.</summary>
    public static async Task<Result<Planned>> PlanAsync(Change change, SettingsRequest request, Stamp stamp, CancellationToken cancellation)
    {
        if (await FindForeignAsync(change, request, cancellation) is { } foreign)
            return foreign;
        var defaults = await SettingsStore.ReadDefaultsAsync(change, request.Creator, request.Changes, cancellation);
        var overrides = await SettingsStore.ReadOverridesAsync(change, request.Creator, request.Changes, cancellation);
        if (request.Preconditions.Exclude(request.Changes.Any(wanted => IsSet(wanted.Key, defaults, overrides)), out var excluded))
            return excluded;
        var vocabulary = await VocabularyStore.ReadAsync(change, cancellation);
        var named = await SettingsStore.CountNamedOverridesAsync(change, request.Creator, request.Changes, cancellation);
        var made = SettingsPlan.Make(request.Changes, defaults, overrides, vocabulary, stamp, named);
        if (!made.Succeeded(out var plan, out var refused))
            return request.IsBulk ? refused : WithoutIndex(refused);
        if (plan.Restrictions.Count > 0)
            await SettingsStore.ConsiderOverridesAsync(change, request.Creator, plan, vocabulary, cancellation);
        if (plan.Count > request.Changes.Count + SettingsPlan.ExceptionsCleared)
            return new Failure(FailureCode.TooMany, $"More than {SettingsPlan.ExceptionsCleared} exceptions would be cleared; send it without clearExceptions, or set a lockdown, which reaches any number.", "clearExceptions");
        return new Planned(plan, vocabulary, defaults, overrides);
    }

    /// <summary>The answer to a change of a locked stream.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="creator">The creator.</param>
    /// <param name="changes">How many settings and stops were altered.</param>
    /// <param name="revoked">How many grants were revoked: no part of the settings, but of the stream.</param>
    /// <param name="setting">The setting as stored.</param>
    /// <param name="stop">The stop that stands.</param>
    /// <param name="exceptions">What a new ask or deny did not reach.</param>
    public static Answer AnswerOf(
        LockedStream stream, CreatorId creator, int changes, int revoked, SettingBody? setting, StopBody? stop, ExceptionsBody exceptions)
    {
        var settingsVersion = stream.SettingsVersion + (changes > 0 ? 1 : 0);
        var version = stream.Version - (changes + revoked > 0 ? 0 : 1);
        return new(
            new ChangeBody(creator.Value, version, settingsVersion, changes + revoked, setting, stop, exceptions) { RevokedGrants = revoked > 0 ? revoked : null },
            settingsVersion);
    }

    private static Answer AnswerOf(SettingsRequest request, SettingsPlan plan, int revoked, LockedStream stream, SettingBody? setting) =>
        AnswerOf(stream, request.Creator, plan.Count, revoked, setting, stop: null, ExceptionsBody.Of(plan));

    // What the request asks for and does not alter stands already, and the answer says so.
    private static void Confirm(Change change, StreamId stream, SettingsRequest request, SettingsPlan plan)
    {
        var altered = plan.Defaults.Select(one => SettingKey.Of(one.Key)).Concat(plan.Overrides.Select(one => SettingKey.Of(one.Key))).ToHashSet();
        foreach (var key in request.Changes.Select(wanted => wanted.Key).Where(key => !altered.Contains(key)))
            change.Confirm(stream, key.Video is null ? Records.Of(DefaultKeyOf(key), null, null) : Records.Of(OverrideKeyOf(key), null, null));
    }

    private static bool IsSet(SettingKey key, Dictionary<DefaultKey, DefaultSetting> defaults, Dictionary<OverrideKey, OverrideSetting> overrides) =>
        key.Video is null ? defaults.ContainsKey(DefaultKeyOf(key)) : overrides.ContainsKey(OverrideKeyOf(key));

    private static DefaultKey DefaultKeyOf(SettingKey key) => new(key.Purpose, key.Requester);

    private static OverrideKey OverrideKeyOf(SettingKey key) => new(key.Video!.Value, key.Purpose, key.Requester);

    // Settings for somebody else's video are for those whom its platform registered as concerned; whether it exists is nobody else's business.
    private static async Task<Failure?> FindForeignAsync(Change change, SettingsRequest request, CancellationToken cancellation)
    {
        var foreign = request.Changes
            .Select(change => change.Key.Video)
            .OfType<VideoKey>()
            .Where(video => video.Creator != request.Creator)
            .Distinct()
            .ToList();
        if (foreign.Count == 0)
            return null;
        var concerned = await VideoStore.ReadAppearancesAsync(change, request.Creator, foreign, cancellation);
        return foreign.TrueForAll(concerned.Contains)
            ? null
            : new Failure(FailureCode.Forbidden, "The creator takes part in no registered video of this name; send only videos that GET /v1/creators/{creatorId}/appearances lists.");
    }

    private static SettingBody? SettingOf(
        SettingChange change,
        SettingsPlan plan,
        Dictionary<DefaultKey, DefaultSetting> defaults,
        Dictionary<OverrideKey, OverrideSetting> overrides)
    {
        if (change is ClearSetting)
            return null;
        if (change.Key.Video is not null)
        {
            var key = OverrideKeyOf(change.Key);
            var altered = plan.Overrides.FirstOrDefault(o => o.Key == key).After;
            return SettingBody.Of(key, altered ?? overrides[key]);
        }
        var place = DefaultKeyOf(change.Key);
        return SettingBody.Of(place, plan.Defaults.FirstOrDefault(d => d.Key == place).After ?? defaults[place]);
    }

    // A single change is not an item of a list for its caller.
    private static Failure WithoutIndex(Failure failure) => failure with { Field = failure.Field?.Replace("changes[0].", "", StringComparison.Ordinal) };
}
