using System.Collections.Immutable;
using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Domain.Settings;

/// <summary>A record that a change alters.</summary>
/// <param name="Key">Which one.</param>
/// <param name="Before">What stood; null if nothing did.</param>
/// <param name="After">What stands now; null if nothing does.</param>
public readonly record struct Altered<TKey, TSetting>(TKey Key, TSetting? Before, TSetting? After)
    where TSetting : class;

/// <summary>A setting that stands beside a new ask or deny and answers less restrictively.</summary>
/// <param name="Key">Where it applies.</param>
/// <param name="Effect">Its least restrictive effect.</param>
public readonly record struct MilderSetting(SettingKey Key, Effect Effect);

/// <summary>
/// What one atomic change of a creator's settings alters: made of the wanted changes and what stands, with nothing read
/// or written.
/// </summary>
/// <remarks>
/// Make it with all defaults of the creator and the overrides that the changes name; then let it consider every other
/// override that could be an exception. A change to what already stands alters nothing.
/// </remarks>
public sealed class SettingsPlan
{
    /// <summary>Exceptions that are named in full; all are counted.</summary>
    public const int ExceptionsNamed = 100;

    /// <summary>Exceptions that one change can clear; a lockdown reaches any number.</summary>
    public const int ExceptionsCleared = 100_000;

    /// <summary>Refused items of one change that are named; a change is refused as a whole anyway.</summary>
    public const int FailuresNamed = 100;

    private readonly Stamp stamp;
    private readonly Dictionary<SettingKey, SetSetting> restrictions = [];
    private readonly HashSet<SettingKey> named = [];
    private readonly List<Altered<DefaultKey, DefaultSetting>> defaults = [];
    private readonly List<Altered<OverrideKey, OverrideSetting>> overrides = [];
    private readonly List<MilderSetting> exceptions = [];

    private SettingsPlan(Stamp stamp) => this.stamp = stamp;

    /// <summary>The defaults that are altered.</summary>
    public IReadOnlyList<Altered<DefaultKey, DefaultSetting>> Defaults => defaults;

    /// <summary>The overrides that are altered.</summary>
    public IReadOnlyList<Altered<OverrideKey, OverrideSetting>> Overrides => overrides;

    /// <summary>How many records are altered.</summary>
    public int Count => defaults.Count + overrides.Count;

    /// <summary>How many exceptions stand after the change.</summary>
    public int ExceptionCount { get; private set; }

    /// <summary>
    /// The first <see cref="ExceptionsNamed"/> of them: defaults, then overrides, in the order in which they were
    /// considered.
    /// </summary>
    public IReadOnlyList<MilderSetting> FirstExceptions => exceptions;

    /// <summary>
    /// The asks and denies of the change: an override at or below the purpose of one can be an exception to it.
    /// </summary>
    public IReadOnlyCollection<SetSetting> Restrictions => restrictions.Values;

    /// <summary>Plans a change.</summary>
    /// <param name="changes">What the creator wants; no two have one key.</param>
    /// <param name="defaults">All defaults of the creator.</param>
    /// <param name="overrides">Those of the creator's overrides that the changes name.</param>
    /// <param name="vocabulary">The current vocabulary.</param>
    /// <param name="stamp">The change's version and time.</param>
    /// <param name="namedOverrides">
    /// Of each video for which the changes allow or ask a named requester, how many such overrides stand; a video that
    /// is not listed has none.
    /// </param>
    /// <returns>
    /// The plan; or every refused item (the first <see cref="FailuresNamed"/>), its field inside <c>changes[i]</c>:
    /// <see cref="FailureCode.UnknownPurpose"/>, <see cref="FailureCode.Invalid"/> (an expiry in the past, two changes
    /// of one key), <see cref="FailureCode.TooMany"/>.
    /// </returns>
    public static Result<SettingsPlan> Make(
        IReadOnlyList<SettingChange> changes,
        IReadOnlyDictionary<DefaultKey, DefaultSetting> defaults,
        IReadOnlyDictionary<OverrideKey, OverrideSetting> overrides,
        Vocabulary vocabulary,
        Stamp stamp,
        IReadOnlyDictionary<VideoKey, int>? namedOverrides = null
    )
    {
        var plan = new SettingsPlan(stamp);
        var failures = new List<Failure>();
        for (var i = 0; i < changes.Count && failures.Count < FailuresNamed; i++)
        {
            var failure = plan.named.Add(changes[i].Key)
                ? plan.Add(changes[i], defaults, overrides, vocabulary)
                : new Failure(
                    FailureCode.Invalid,
                    "The request changes one setting twice, and does not say which is meant; send one change of it."
                );
            if (failure is not null)
                failures.Add(failure.Inside($"changes[{i}]"));
        }
        if (failures.Count == 0)
        {
            failures.AddRange(
                SettingsLimits.Refuse(
                    changes,
                    plan.defaults,
                    plan.overrides,
                    defaults,
                    namedOverrides ?? ImmutableDictionary<VideoKey, int>.Empty
                )
            );
        }
        if (failures.Count > 0)
            return failures[0] with { Further = failures[1..] };
        if (plan.restrictions.Count > 0)
            plan.ConsiderWhatWasRead(defaults, overrides);
        return plan;
    }

    /// <summary>
    /// Takes note of an override that stands and that the changes do not name; clears it if it is an exception that is
    /// to be cleared.
    /// </summary>
    public void Consider(OverrideKey key, OverrideSetting standing)
    {
        if (!named.Contains(SettingKey.From(key)) && ToBeCleared(key, standing))
            overrides.Add(new(key, standing, null));
    }

    // What the creator sets in the same change is their word: it may be an exception, but is never cleared.
    private void ConsiderWhatWasRead(
        IReadOnlyDictionary<DefaultKey, DefaultSetting> defaultsBefore,
        IReadOnlyDictionary<OverrideKey, OverrideSetting> overridesBefore
    )
    {
        var defaultsAfter = new Dictionary<DefaultKey, DefaultSetting?>(
            defaultsBefore.Select(d => new KeyValuePair<DefaultKey, DefaultSetting?>(d.Key, d.Value))
        );
        foreach (var altered in defaults)
            defaultsAfter[altered.Key] = altered.After;
        foreach (
            var (key, standing) in defaultsAfter
                .OrderBy(d => d.Key.Purpose)
                .ThenBy(d => d.Key.Requester?.Value, StringComparer.Ordinal)
        )
        {
            if (standing is not null && ToBeCleared(key, standing))
                defaults.Add(new(key, standing, null));
        }

        var overridesAfter = new Dictionary<OverrideKey, OverrideSetting?>(
            overridesBefore.Select(o => new KeyValuePair<OverrideKey, OverrideSetting?>(o.Key, o.Value))
        );
        foreach (var altered in overrides)
            overridesAfter[altered.Key] = altered.After;
        foreach (var (key, standing) in overridesAfter)
        {
            if (standing is not null)
                ToBeCleared(key, standing);
        }
    }

    private bool ToBeCleared(DefaultKey key, DefaultSetting standing)
    {
        var place = SettingKey.From(key);
        var mildest = standing
            .Segments.Where(segment => !segment.Choice.IsExpired(stamp.At))
            .Select(segment => segment.Choice.Effect)
            .DefaultIfEmpty(Effect.Deny)
            .Min();
        return ToBeCleared(
            place,
            mildest,
            restriction => Exceptions.Includes(restriction.Key, restriction.Effect, place, standing, stamp.At)
        );
    }

    private bool ToBeCleared(OverrideKey key, OverrideSetting standing)
    {
        var place = SettingKey.From(key);
        return ToBeCleared(
            place,
            standing.Choice.Effect,
            restriction => Exceptions.Includes(restriction.Key, restriction.Effect, place, standing.Choice, stamp.At)
        );
    }

    private bool ToBeCleared(SettingKey place, Effect effect, Func<SetSetting, bool> includes)
    {
        var isException = false;
        foreach (var broader in place.Broader())
        {
            if (!restrictions.TryGetValue(broader, out var restriction) || !includes(restriction))
                continue;
            if (restriction.ClearExceptions && !named.Contains(place))
                return true;
            isException = true;
        }
        if (isException)
        {
            ExceptionCount++;
            if (exceptions.Count < ExceptionsNamed)
                exceptions.Add(new(place, effect));
        }
        return false;
    }

    private Failure? Add(
        SettingChange change,
        IReadOnlyDictionary<DefaultKey, DefaultSetting> defaultsBefore,
        IReadOnlyDictionary<OverrideKey, OverrideSetting> overridesBefore,
        Vocabulary vocabulary
    )
    {
        if (!vocabulary.TryFind(change.Key.Purpose, out _))
            return new(
                FailureCode.UnknownPurpose,
                $"purpose is '{change.Key.Purpose}', which the vocabulary does not know; send a purpose that GET "
                    + "/v1/purposes lists.",
                "purpose"
            );
        var set = change as SetSetting;
        if (set?.ExpiresAt <= stamp.At)
            return new(FailureCode.Invalid, "expiresAt is in the past; send a moment that is not.", "expiresAt");
        var choice = set is null
            ? null
            : Choice.Create(
                set.Effect,
                set.Conditions,
                set.ExpiresAt,
                Math.Min(set.VocabularyVersion ?? vocabulary.Version, vocabulary.Version)
            );
        if (set is { Effect: not Effect.Allow })
            restrictions.Add(set.Key, set);
        return change.Key.Video is null
            ? AddDefault(change.Key.ToDefault(), choice, set?.AppliesTo ?? default, defaultsBefore)
            : AddOverride(change.Key.ToOverride(), choice, overridesBefore);
    }

    private Failure? AddDefault(
        DefaultKey key,
        Choice? choice,
        AppliesTo appliesTo,
        IReadOnlyDictionary<DefaultKey, DefaultSetting> defaultsBefore
    )
    {
        var before = defaultsBefore.GetValueOrDefault(key);
        DefaultSetting? after = null;
        if (
            choice is not null
            && !DefaultSetting.Set(before, choice, appliesTo, stamp).Succeeded(out after, out var failure)
        )
            return failure;
        if (!ReferenceEquals(before, after))
            defaults.Add(new(key, before, after));
        return null;
    }

    private Failure? AddOverride(
        OverrideKey key,
        Choice? choice,
        IReadOnlyDictionary<OverrideKey, OverrideSetting> overridesBefore
    )
    {
        var before = overridesBefore.GetValueOrDefault(key);
        if (before?.Choice != choice)
            overrides.Add(new(key, before, choice is null ? null : new(choice, stamp)));
        return null;
    }
}
