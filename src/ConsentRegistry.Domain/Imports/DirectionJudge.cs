using System.Runtime.InteropServices;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Domain.Imports;

/// <summary>
/// Judges changes by the answers of the evaluator before and after. A change restricts only where no answer becomes
/// looser; what cannot be shown, and what takes too long to show, widens.
/// </summary>
/// <remarks>
/// The answers are those of the one creator: the strictest of all who are concerned decides (R9), so what restricts
/// theirs restricts everybody's. Stops are left out, for they are lifted one day. Grants are not looked at, but one is
/// imagined for each check, for an ask is granted one day: what the ask attaches counts.
/// </remarks>
/// <param name="standing">What stands; changes that are accepted are added.</param>
/// <param name="vocabulary">The vocabulary.</param>
/// <param name="stamp">The version and time that the changes would have.</param>
internal sealed class DirectionJudge(StandingSettings standing, Vocabulary vocabulary, Stamp stamp)
{
    private int left = ImportPlan.MaxComparisons;

    /// <summary>Judges a change, and accepts it if it is wanted.</summary>
    /// <param name="change">The change, for a purpose that the vocabulary knows.</param>
    /// <param name="wanted">Whether a change of this direction is made: later ones are judged with it.</param>
    public Result<Judgement> Judge(SetSetting change, Predicate<Direction> wanted)
    {
        var choice = Choice.Create(change.Effect, change.Conditions, change.ExpiresAt, vocabulary.Version);
        if (change.Key.Video is not null)
        {
            var key = change.Key.ToOverride();
            var before = standing.Find(key);
            if (before?.Choice == choice)
                return Judgement.StandsAlready;
            var after = new OverrideSetting(choice, stamp);
            var direction = DirectionOf(change, new(null, after));
            if (wanted(direction))
                standing.Add(key, after);
            return new Judgement(direction, Stands: false);
        }
        var place = change.Key.ToDefault();
        var stands = standing.Find(place);
        if (!DefaultSetting.Set(stands, choice, change.AppliesTo, stamp).Succeeded(out var made, out var failure))
            return failure;
        if (ReferenceEquals(made, stands))
            return Judgement.StandsAlready;
        var judged = DirectionOf(change, new(made, null));
        if (wanted(judged))
            standing.Add(place, made);
        return new Judgement(judged, Stands: false);
    }

    private Direction DirectionOf(SetSetting change, Replacement made)
    {
        // A deny beats only what denies less, and takes its place (R4). It needs no look at anything else, so that
        // any number of them is judged at once.
        if (change.Effect == Effect.Deny)
            return Direction.Restricts;
        if (!standing.IsWhole)
            return Direction.Widens;
        var contexts = ContextsOf(change.Key).ToList();
        return !contexts.TrueForAll(videos => NeverLooser(change.Key, null, made, videos)) ? Direction.Widens
            : contexts.TrueForAll(videos => NeverLooser(change.Key, made, null, videos)) ? Direction.Unchanged
            : Direction.Restricts;
    }

    // The videos that a change bears on, those with the same overrides as one.
    private IEnumerable<Videos> ContextsOf(SettingKey key)
    {
        if (key.Video is { } video)
        {
            var record = standing.RecordOf(video);
            yield return new(
                [.. standing.OverridesOf(video)],
                // A date stays as it is. One that nobody registered yet may be any.
                record is null
                    ? null
                    : record.PublishedAt ?? Instant.Beginning
            );
            yield break;
        }
        yield return new([], PublishedAt: null);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var ofVideo in standing.OverridesByVideo)
        {
            var related = ofVideo.Where(one => InSameTree(one.Key.Purpose, key.Purpose)).ToArray();
            if (related.Length > 0 && seen.Add(PatternOf(related)))
                yield return new(related, PublishedAt: null);
        }
    }

    private static string PatternOf(IEnumerable<KeyValuePair<OverrideKey, OverrideSetting>> overrides) =>
        string.Join(
            '\n',
            overrides
                .Select(one => $"{one.Key.Purpose} {one.Key.Requester} {one.Value.Choice}")
                .Order(StringComparer.Ordinal)
        );

    private bool NeverLooser(SettingKey key, Replacement? earlier, Replacement? later, Videos videos)
    {
        var defaults = standing.Defaults.Where(one => InSameTree(one.Key.Purpose, key.Purpose)).ToArray();
        IEnumerable<Requester?> audiences = key.Requester is { } named
            ? [named]
            :
            [
                null,
                .. defaults
                    .Select(one => one.Key.Requester)
                    .Concat(videos.Overrides.Select(one => one.Key.Requester))
                    .OfType<Requester>()
                    .Distinct(),
            ];
        return audiences.All(audience =>
        {
            var before = Collect(defaults, videos, audience, key, earlier);
            var after = Collect(defaults, videos, audience, key, later);
            return NeverLooser(key, before, after, videos.PublishedAt);
        });
    }

    private bool NeverLooser(SettingKey key, List<Setting> before, List<Setting> after, Instant? publishedAt)
    {
        var all = before.Concat(after).ToList();
        // Answers change only when something ends, and between videos only where a segment starts.
        var moments = all.Select(setting => setting.ExpiresAt)
            .Where(end => end > stamp.At && end < Instant.Never)
            .Prepend(stamp.At)
            .Distinct()
            .ToList();
        IReadOnlyList<Instant> dates = publishedAt is { } date
            ? [date]
            : [.. all.Select(setting => setting.From).Prepend(Instant.Beginning).Distinct()];
        var purpose = vocabulary.Find(key.Purpose);
        foreach (var checkedPurpose in vocabulary.Related(purpose))
        {
            foreach (var now in moments)
            {
                foreach (var published in dates)
                {
                    if (
                        left-- <= 0
                        || IsLooser(
                            new(checkedPurpose, now, published, before),
                            new(checkedPurpose, now, published, after)
                        )
                    )
                        return false;
                }
            }
        }
        return IsNeverLooserBelow(purpose, before, after);
    }

    // A purpose that is registered later: of what stands above it only asks and denies reach it (R3). Where nothing
    // does, an ask widens nothing: no purpose is used without approval (R3).
    private bool IsNeverLooserBelow(PurposeIndex purpose, List<Setting> before, List<Setting> after)
    {
        foreach (var parent in vocabulary.Below(purpose).With(purpose))
        {
            if (vocabulary.Depth(parent) == Limits.PurposeDepth)
                continue;
            var above = vocabulary.AtOrAbove(parent);
            List<Setting> Reaching(List<Setting> settings) =>
                settings.FindAll(setting => setting.Effect != Effect.Allow && above.Contains(setting.Purpose));
            var reaching = Reaching(before);
            if (
                left-- <= 0
                || (
                    reaching.Count > 0
                    && IsLooser(
                        new(parent, stamp.At, Instant.Beginning, reaching),
                        new(parent, stamp.At, Instant.Beginning, Reaching(after))
                    )
                )
            )
                return false;
        }
        return true;
    }

    private bool IsLooser(Question before, Question after)
    {
        var (was, becomes) = (Ask(before, isGranted: false), Ask(after, isGranted: false));
        if (becomes.Effect < was.Effect)
            return true;
        if (becomes.Effect == Effect.Deny)
            return false;
        (was, becomes) = (Ask(before, isGranted: true), Ask(after, isGranted: true));
        return (was.Obligations & ~becomes.Obligations) != Conditions.None
            || (was.Excludes | becomes.Excludes) != becomes.Excludes;
    }

    private Decision Ask(Question question, bool isGranted)
    {
        Grant[] granted = isGranted
            ?
            [
                new()
                {
                    Purpose = question.Purpose,
                    VocabularyVersion = vocabulary.Version,
                    ExpiresAt = Instant.Never,
                },
            ]
            : [];
        var facts = new OwnVideo(question, granted);
        return Evaluator.Decide(new Check(default, question.Purpose, question.Now), ref facts, vocabulary);
    }

    private List<Setting> Collect(
        KeyValuePair<DefaultKey, DefaultSetting>[] defaults,
        Videos videos,
        Requester? audience,
        SettingKey key,
        Replacement? replaced
    )
    {
        var settings = new List<Setting>();
        foreach (var (place, setting) in defaults)
        {
            if (Hears(place.Requester, audience) && (replaced?.Default is null || SettingKey.From(place) != key))
                Setting.Add(settings, setting, vocabulary.Find(place.Purpose), AudienceOf(place.Requester));
        }
        foreach (var (place, setting) in videos.Overrides)
        {
            if (Hears(place.Requester, audience) && (replaced?.Override is null || SettingKey.From(place) != key))
                settings.Add(Setting.Create(setting, vocabulary.Find(place.Purpose), AudienceOf(place.Requester)));
        }
        if (replaced?.Default is { } newDefault)
            Setting.Add(settings, newDefault, vocabulary.Find(key.Purpose), AudienceOf(key.Requester));
        if (replaced?.Override is { } newOverride)
            settings.Add(Setting.Create(newOverride, vocabulary.Find(key.Purpose), AudienceOf(key.Requester)));
        return settings;
    }

    private static bool Hears(Requester? named, Requester? audience) => named is null || named == audience;

    private static Audience AudienceOf(Requester? named) => named is null ? Audience.Anybody : Audience.Requester;

    // Only purposes with one root can bear on the same check.
    private static bool InSameTree(Purpose one, Purpose other) => RootOf(one).SequenceEqual(RootOf(other));

    private static ReadOnlySpan<char> RootOf(Purpose purpose)
    {
        var name = purpose.Name.AsSpan();
        return name.IndexOf('.') is >= 0 and var dot ? name[..dot] : name;
    }

    /// <summary>Videos with the same overrides.</summary>
    /// <param name="Overrides">The overrides.</param>
    /// <param name="PublishedAt">When they were published; null for any time.</param>
    private sealed record Videos(KeyValuePair<OverrideKey, OverrideSetting>[] Overrides, Instant? PublishedAt);

    /// <summary>What takes the place of a setting: one of the two.</summary>
    private sealed record Replacement(DefaultSetting? Default, OverrideSetting? Override);

    /// <summary>A check, and what the creator says that may bear on it.</summary>
    private sealed record Question(PurposeIndex Purpose, Instant Now, Instant PublishedAt, List<Setting> Settings);

    /// <summary>A registered video in which nobody but its owner is concerned.</summary>
    private readonly struct OwnVideo(Question question, Grant[] grants) : IFacts
    {
        public bool TryRead(VideoHandle video, out VideoFacts facts)
        {
            facts = new()
            {
                Owner = default,
                IsRegistered = true,
                PublishedAt = question.PublishedAt,
            };
            return true;
        }

        public bool TryRead(CreatorHandle creator, VideoHandle video, VideoHandle usedIn, out CreatorFacts facts)
        {
            facts = new() { Settings = CollectionsMarshal.AsSpan(question.Settings), Grants = grants };
            return true;
        }
    }
}

/// <summary>What a change does.</summary>
/// <param name="Direction">What it does to the creator's answers.</param>
/// <param name="Stands">Whether it stands already, so that it alters no setting.</param>
internal readonly record struct Judgement(Direction Direction, bool Stands)
{
    public static readonly Judgement StandsAlready = new(Direction.Unchanged, Stands: true);
}
