using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Domain.Settings;

/// <summary>
/// How many settings of a creator may allow or ask. A change is refused only where it adds such settings to a group
/// that is full, or becomes too full by it. Denies, clearing, and altering what allows or asks already are never
/// refused, however much stands.
/// </summary>
internal static class SettingsLimits
{
    /// <summary>
    /// The refused changes of a request, the first <see cref="SettingsPlan.FailuresNamed"/>; none if all are within the
    /// limits.
    /// </summary>
    /// <param name="changes">The changes, which the refusals name by their place.</param>
    /// <param name="defaults">The defaults that they alter.</param>
    /// <param name="overrides">The overrides that they alter.</param>
    /// <param name="standing">All defaults that allow or ask; others among them do no harm.</param>
    /// <param name="namedOverrides">How many overrides of a video name a requester and allow or ask.</param>
    public static IEnumerable<Failure> Refuse(
        IReadOnlyList<SettingChange> changes,
        IReadOnlyCollection<Altered<DefaultKey, DefaultSetting>> defaults,
        IReadOnlyCollection<Altered<OverrideKey, OverrideSetting>> overrides,
        IReadOnlyDictionary<DefaultKey, DefaultSetting> standing,
        IReadOnlyDictionary<VideoKey, int> namedOverrides
    )
    {
        var all = new Group(
            $"The creator would have more than {Limits.DefaultsPerCreator} defaults that allow or ask; clear or deny "
                + "others first.",
            Limits.DefaultsPerCreator
        );
        var purposes = new Dictionary<Purpose, Group>();
        var videos = new Dictionary<VideoKey, Group>();
        foreach (var altered in defaults)
        {
            var (before, after) = (Opens(altered.Before), Opens(altered.After));
            all.Count(SettingKey.From(altered.Key), before, after);
            if (altered.Key.Requester is not null)
                GroupOf(purposes, altered.Key.Purpose, OfPurpose).Count(SettingKey.From(altered.Key), before, after);
        }
        foreach (var altered in overrides)
        {
            if (altered.Key.Requester is not null)
            {
                GroupOf(videos, altered.Key.Video, OfVideo)
                    .Count(SettingKey.From(altered.Key), Opens(altered.Before?.Choice), Opens(altered.After?.Choice));
            }
        }
        foreach (var (key, setting) in standing)
        {
            if (!Opens(setting))
                continue;
            all.Standing++;
            if (key.Requester is not null && purposes.TryGetValue(key.Purpose, out var group))
                group.Standing++;
        }
        foreach (var (video, group) in videos)
            group.Standing = namedOverrides.GetValueOrDefault(video);

        Group[] full = [.. purposes.Values.Concat(videos.Values).Append(all).Where(group => group.IsTooFull)];
        if (full.Length == 0)
            return [];
        return changes
            .Select(
                (change, at) =>
                    full.FirstOrDefault(group => group.Added.Contains(change.Key))?.Refusal.Inside($"changes[{at}]")
            )
            .OfType<Failure>()
            .Take(SettingsPlan.FailuresNamed);
    }

    private static Group OfPurpose() =>
        new(
            $"More than {Limits.NamedRequestersPerPurpose} named requesters would be allowed or asked for this "
                + "purpose; "
                + "clear or deny others first.",
            Limits.NamedRequestersPerPurpose
        );

    private static Group OfVideo() =>
        new(
            $"More than {Limits.NamedOverridesPerVideo} overrides for this video would allow or ask a named requester; "
                + "clear or deny others first.",
            Limits.NamedOverridesPerVideo
        );

    private static Group GroupOf<TKey>(Dictionary<TKey, Group> groups, TKey key, Func<Group> make)
        where TKey : notnull
    {
        if (!groups.TryGetValue(key, out var group))
            groups.Add(key, group = make());
        return group;
    }

    private static bool Opens(DefaultSetting? setting) =>
        setting is not null && setting.Segments.Any(segment => Opens(segment.Choice));

    private static bool Opens(Choice? choice) => choice is { Effect: not Effect.Deny };

    /// <summary>Settings that are counted together.</summary>
    private sealed class Group(string rule, int limit)
    {
        private int growth;

        /// <summary>What allows or asks after the change and did not before.</summary>
        public HashSet<SettingKey> Added { get; } = [];

        /// <summary>How many allowed or asked before the change.</summary>
        public int Standing { get; set; }

        /// <summary>Whether the change makes them more, and more than the limit.</summary>
        public bool IsTooFull => growth > 0 && Standing + growth > limit;

        public Failure Refusal => new(FailureCode.TooMany, rule, "requester");

        public void Count(SettingKey key, bool before, bool after)
        {
            growth += (after ? 1 : 0) - (before ? 1 : 0);
            if (after && !before)
                Added.Add(key);
        }
    }
}
