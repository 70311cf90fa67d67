using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Domain.Tests.Settings;

/// <summary>What one atomic change of settings alters, refuses and leaves standing.</summary>
public sealed class SettingsPlanTests
{
    private static readonly Instant Now = new(1_800_000_000_000_000);
    private static readonly Stamp Stamp = new(8, Now);
    private static readonly Stamp Earlier = new(3, new(1_700_000_000_000_000));
    private static readonly VideoKey Video = new(CreatorId.Parse("ana"), VideoId.Parse("v1"));

    private readonly Dictionary<DefaultKey, DefaultSetting> defaults = [];
    private readonly Dictionary<OverrideKey, OverrideSetting> overrides = [];

    [Fact]
    public void Setting_what_already_stands_alters_nothing()
    {
        Stands("remix", null, Choice.Deny(1));
        Stands(Video, "training", null, Choice.Allow(Conditions.Attribution, null, 1));

        var plan = Plan(
            Set("remix", Effect.Deny),
            Set(Video, "training", Effect.Allow) with
            {
                Conditions = Conditions.Attribution,
            }
        );

        Assert.Equal(0, plan.Count);
    }

    [Fact]
    public void Clearing_what_is_not_set_alters_nothing() =>
        Assert.Equal(0, Plan(Clear("remix"), Clear(Video, "remix")).Count);

    [Fact]
    public void The_lower_of_the_seen_and_the_current_vocabulary_is_stored()
    {
        Assert.Equal(
            1,
            Plan(Set("remix", Effect.Allow) with { VocabularyVersion = 99 })
                .Defaults[0]
                .After!.Segments[0]
                .Choice.VocabularyVersion
        );
        Assert.Equal(
            1,
            Plan(Set(Video, "remix", Effect.Allow) with { VocabularyVersion = 1 })
                .Overrides[0]
                .After!.Choice.VocabularyVersion
        );
    }

    [Fact]
    public void A_deny_names_the_more_specific_settings_that_are_milder_and_leaves_them_standing()
    {
        Stands("remix.voice", null, Choice.Allow(Conditions.None, null, 1));
        Stands("remix", "labA", Choice.Ask(Conditions.None, 1));
        Stands("training", null, Choice.Allow(Conditions.None, null, 1));
        Stands("remix.meme", null, Choice.Deny(1));
        Stands("remix.likeness", null, Choice.Allow(Conditions.None, Now, 1));

        var plan = Plan(Set("remix", Effect.Deny));
        plan.Consider(Key(Video, "remix.meme", "labB"), Override(Choice.Allow(Conditions.None, null, 1)));
        plan.Consider(Key(Video, "training", null), Override(Choice.Allow(Conditions.None, null, 1)));

        Assert.Equal(1, plan.Count);
        Assert.Equal(3, plan.ExceptionCount);
        Assert.Equal(
            ["remix/labA Ask", "remix.voice/ Allow", "ana/v1 remix.meme/labB Allow"],
            plan.FirstExceptions.Select(e =>
                $"{(e.Key.Video is { } video ? $"{video} " : "")}{e.Key.Purpose}/{e.Key.Requester} {e.Effect}"
            )
        );
    }

    [Fact]
    public void Exceptions_are_cleared_in_the_same_change_where_the_creator_says_so()
    {
        Stands("remix.voice", null, Choice.Allow(Conditions.None, null, 1));

        var plan = Plan(Set("remix", Effect.Deny) with { ClearExceptions = true });
        plan.Consider(Key(Video, "remix", null), Override(Choice.Allow(Conditions.None, null, 1)));

        Assert.Equal(0, plan.ExceptionCount);
        Assert.Equal(["remix", "remix.voice"], plan.Defaults.Select(altered => altered.Key.Purpose.Name));
        Assert.Null(plan.Defaults[1].After);
        Assert.Null(plan.Overrides.Single().After);
    }

    [Fact]
    public void What_the_creator_sets_in_the_same_change_is_their_word_and_is_named_but_not_cleared()
    {
        Stands(Video, "remix", null, Choice.Deny(1));

        var plan = Plan(
            Set("remix", Effect.Deny) with
            {
                ClearExceptions = true,
            },
            Set(Video, "remix", Effect.Allow),
            Set("remix.voice", Effect.Allow)
        );
        plan.Consider(Key(Video, "remix", null), Override(Choice.Deny(1)));

        Assert.All(plan.Overrides, altered => Assert.NotNull(altered.After));
        Assert.Equal(3, plan.Count);
        Assert.Equal(2, plan.ExceptionCount);
    }

    [Fact]
    public void An_ask_for_a_named_requester_has_no_exception_for_another()
    {
        Stands("remix", "labB", Choice.Allow(Conditions.None, null, 1));
        Stands("remix.voice", null, Choice.Allow(Conditions.None, null, 1));
        Stands("remix.voice", "labA", Choice.Allow(Conditions.None, null, 1));

        var plan = Plan(Set("remix", Effect.Ask, "labA"));

        Assert.Equal(["remix.voice/labA"], plan.FirstExceptions.Select(e => $"{e.Key.Purpose}/{e.Key.Requester}"));
    }

    [Fact]
    public void Every_refused_item_is_named_with_its_place_and_its_code()
    {
        var failure = SettingsPlan
            .Make(
                [
                    Set("remix", Effect.Allow),
                    Set("zoo", Effect.Allow),
                    Set("training", Effect.Allow) with
                    {
                        ExpiresAt = Now,
                    },
                    Set("remix", Effect.Deny),
                    Clear("zoo.lion"),
                ],
                defaults,
                overrides,
                Vocabulary.Initial,
                Stamp
            )
            .Failure!;

        Assert.Equal(
            [
                ("changes[1].purpose", FailureCode.UnknownPurpose),
                ("changes[2].expiresAt", FailureCode.Invalid),
                ("changes[3]", FailureCode.Invalid),
                ("changes[4].purpose", FailureCode.UnknownPurpose),
            ],
            new[] { failure }.Concat(failure.Further).Select(f => (f.Field!, f.Code))
        );
    }

    [Fact]
    public void No_more_refused_items_are_named_than_the_limit()
    {
        var changes = Enumerable.Range(0, 300).Select(i => (SettingChange)Set($"zoo{i}", Effect.Allow)).ToList();

        var failure = SettingsPlan.Make(changes, defaults, overrides, Vocabulary.Initial, Stamp).Failure!;

        Assert.Equal(SettingsPlan.FailuresNamed, failure.Further.Count + 1);
    }

    [Fact]
    public void A_creator_allows_or_asks_in_no_more_defaults_than_the_limit()
    {
        for (var i = 0; i < Limits.DefaultsPerCreator; i++)
        {
            var purpose = Vocabulary.Initial.Purposes[i % 10].Purpose;
            Stands(purpose.Name, $"lab{i}", Choice.Ask(Conditions.None, 1));
        }

        Assert.Equal((FailureCode.TooMany, "changes[0].requester"), RefusalOf(Set("mining", Effect.Allow)));
        Assert.Null(RefusalOf(Set("mining", Effect.Allow), Clear("remix", "lab0")));
        Assert.Null(RefusalOf(Set("mining", Effect.Deny)));
    }

    [Theory]
    [InlineData(Effect.Allow)]
    [InlineData(Effect.Ask)]
    public void A_full_purpose_refuses_new_named_allows_and_asks_and_nothing_else(Effect effect)
    {
        for (var i = 0; i < Limits.NamedRequestersPerPurpose; i++)
            Stands("remix", $"lab{i}", Choice.Allow(Conditions.None, null, 1));
        for (var i = 0; i < 2_000; i++)
            Stands("remix", $"rival{i}", Choice.Deny(1));

        Assert.Equal(
            (FailureCode.TooMany, "changes[1].requester"),
            RefusalOf(Set("remix", Effect.Deny), Set("remix", effect, "new"))
        );
        // Nor is there a way by a deny first.
        Assert.Equal((FailureCode.TooMany, "changes[0].requester"), RefusalOf(Set("remix", effect, "rival7")));
        Assert.Null(RefusalOf(Set("remix", Effect.Deny, "new")));
        Assert.Null(RefusalOf(Set("remix", Effect.Deny, "lab7")));
        Assert.Null(RefusalOf(Clear("remix", "lab7")));
        Assert.Null(RefusalOf(Set("remix", effect)));
        Assert.Null(RefusalOf(Set("remix.voice", effect, "new")));
        Assert.Null(RefusalOf(Set("remix", effect, "lab7")));
        Assert.Null(RefusalOf(Set("remix", effect, "new"), Clear("remix", "lab7")));
    }

    [Fact]
    public void What_stands_above_the_limit_can_be_changed_and_made_fewer()
    {
        for (var i = 0; i < 3 * Limits.NamedRequestersPerPurpose; i++)
            Stands("remix", $"lab{i}", Choice.Allow(Conditions.None, null, 1));

        Assert.Null(
            RefusalOf(Set("remix", Effect.Ask, "lab7"), Set("remix", Effect.Deny, "lab8"), Clear("remix", "lab9"))
        );
        Assert.Null(RefusalOf(Clear("remix", "lab7"), Set("remix", Effect.Allow, "new")));
        Assert.Equal((FailureCode.TooMany, "changes[0].requester"), RefusalOf(Set("remix", Effect.Allow, "new")));
    }

    [Fact]
    public void A_full_video_refuses_new_named_allows_and_asks_and_nothing_else()
    {
        var full = new Dictionary<VideoKey, int> { [Video] = Limits.NamedOverridesPerVideo };
        Stands(Video, "remix", "lab0", Choice.Allow(Conditions.None, null, 1));
        SettingKey Place(string requester) => new(Video, Purpose.Parse("remix"), Requester.Parse(requester));
        SettingChange Named(Effect effect, string requester) => Set("remix", effect) with { Key = Place(requester) };

        Assert.Equal((FailureCode.TooMany, "changes[0].requester"), RefusalOf(full, Named(Effect.Allow, "new")));
        Assert.Null(RefusalOf(full, Named(Effect.Deny, "new")));
        Assert.Null(RefusalOf(full, Named(Effect.Ask, "lab0")));
        Assert.Null(RefusalOf(full, new ClearSetting(Place("lab0")), Named(Effect.Allow, "new")));
        Assert.Null(RefusalOf(full, Set(Video, "remix", Effect.Allow)));
        Assert.Null(RefusalOf([], Named(Effect.Allow, "new")));
    }

    private (string Code, string? Field)? RefusalOf(params SettingChange[] changes) => RefusalOf([], changes);

    private (string Code, string? Field)? RefusalOf(Dictionary<VideoKey, int> named, params SettingChange[] changes)
    {
        var failure = SettingsPlan.Make(changes, defaults, overrides, Vocabulary.Initial, Stamp, named).Failure;
        return failure is null ? null : (failure.Code, failure.Field);
    }

    [Fact]
    public void The_places_that_a_setting_beats_are_exactly_those_it_lists()
    {
        var keys = (
            from video in new VideoKey?[] { null, Video, new(CreatorId.Parse("ana"), VideoId.Parse("v2")) }
            from purpose in "remix remix.voice remix.voice.song training".Split(' ')
            from requester in new string?[] { null, "labA", "labB" }
            select new SettingKey(video, Purpose.Parse(purpose), Named(requester))
        ).ToList();

        foreach (var one in keys)
            Assert.Equal(keys.Where(one.Beats).ToHashSet(), one.Broader().Where(keys.Contains).ToHashSet());
    }

    private SettingsPlan Plan(params SettingChange[] changes) =>
        SettingsPlan.Make(changes, defaults, overrides, Vocabulary.Initial, Stamp).Value;

    private void Stands(string purpose, string? requester, Choice choice) =>
        defaults.Add(new(Purpose.Parse(purpose), Named(requester)), new([new(null, choice, Earlier)]));

    private void Stands(VideoKey video, string purpose, string? requester, Choice choice) =>
        overrides.Add(Key(video, purpose, requester), Override(choice));

    private static SetSetting Set(string purpose, Effect effect, string? requester = null) =>
        new(
            new(null, Purpose.Parse(purpose), Named(requester)),
            effect,
            Conditions.None,
            null,
            null,
            AppliesTo.All,
            ClearExceptions: false
        );

    private static SetSetting Set(VideoKey video, string purpose, Effect effect) =>
        Set(purpose, effect) with
        {
            Key = new(video, Purpose.Parse(purpose), null),
        };

    private static ClearSetting Clear(string purpose, string? requester = null) =>
        new(new SettingKey(null, Purpose.Parse(purpose), Named(requester)));

    private static ClearSetting Clear(VideoKey video, string purpose) =>
        new(new SettingKey(video, Purpose.Parse(purpose), null));

    private static OverrideKey Key(VideoKey video, string purpose, string? requester) =>
        new(video, Purpose.Parse(purpose), Named(requester));

    private static OverrideSetting Override(Choice choice) => new(choice, Earlier);

    private static Requester? Named(string? requester) => requester is null ? null : Requester.Parse(requester);
}
