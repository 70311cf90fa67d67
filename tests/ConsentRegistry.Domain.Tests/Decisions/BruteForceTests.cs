using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.TestSupport;

namespace ConsentRegistry.Domain.Tests.Decisions;

/// <summary>
/// Shortcuts that look at two keys only, compared with what their definitions say, over every pair of a small universe.
/// </summary>
public sealed class BruteForceTests
{
    private static readonly Instant Now = new(1_000);

    private static readonly string[] Purposes =
    [
        "remix",
        "remix.voice",
        "remix.voice.song",
        "remix.meme",
        "remixer",
        "training",
    ];

    private static readonly VideoKey[] Videos = [CaseRunner.Key("ana", "v1"), CaseRunner.Key("ana", "v2")];

    private static readonly Requester[] Requesters = [Requester.Parse("studio"), Requester.Parse("label")];

    private static readonly SettingKey[] Keys =
    [
        .. from video in Videos.Select(v => (VideoKey?)v).Prepend(null)
        from purpose in Purposes
        from requester in Requesters.Select(r => (Requester?)r).Prepend(null)
        select new SettingKey(video, Purpose.Parse(purpose), requester),
    ];

    [Fact]
    public void An_exception_is_an_unexpired_less_restrictive_setting_that_would_beat_the_new_one_in_some_check()
    {
        (Choice Choice, bool Expired)[] choices =
        [
            (Choice.Allow(Conditions.None, null, 1), false),
            (Choice.Allow(Conditions.Attribution, Now.Plus(TimeSpan.FromTicks(10)), 1), false),
            (Choice.Allow(Conditions.None, Now, 1), true),
            (Choice.Ask(Conditions.None, 1), false),
            (Choice.Deny(1), false),
        ];
        foreach (var (changed, standing) in Pairs())
        {
            foreach (var effect in new[] { Effect.Ask, Effect.Deny })
            {
                foreach (var (choice, expired) in choices)
                {
                    var lessRestrictive =
                        choice.Effect == Effect.Allow || (choice.Effect == Effect.Ask && effect == Effect.Deny);
                    Assert.Equal(
                        lessRestrictive && !expired && BeatsInSomeCheck(standing, changed),
                        Exceptions.Includes(changed, effect, standing, choice, Now)
                    );
                }
            }
        }
    }

    [Fact]
    public void A_default_is_an_exception_if_one_of_its_segments_is()
    {
        var changed = new SettingKey(null, Purpose.Parse("remix"), null);
        var standing = new SettingKey(null, Purpose.Parse("remix.voice"), null);
        var (expired, ask, allow) = (
            Choice.Allow(Conditions.None, Now, 1),
            Choice.Ask(Conditions.None, 1),
            Choice.Allow(Conditions.None, null, 1)
        );
        bool Is(Effect effect, params Choice[] choices) =>
            Exceptions.Includes(
                changed,
                effect,
                standing,
                new DefaultSetting([.. choices.Select((c, i) => new Segment(new Instant(i), c, default))]),
                Now
            );

        Assert.True(Is(Effect.Deny, expired, ask));
        Assert.True(Is(Effect.Deny, ask, expired));
        Assert.False(Is(Effect.Ask, ask, expired));
        Assert.True(Is(Effect.Ask, ask, allow));
        Assert.False(Is(Effect.Deny, expired, Choice.Deny(1)));
    }

    [Fact]
    public void A_deny_touches_a_grant_of_the_same_video_and_requester_for_a_purpose_equal_below_or_above()
    {
        foreach (var (deny, grant) in Pairs().Where(p => p.Two is { Video: not null, Requester: not null }))
        {
            var (one, other) = (deny.Purpose.Name.Split('.'), grant.Purpose.Name.Split('.'));
            var related = one.Take(other.Length).SequenceEqual(other.Take(one.Length));
            var sameVideo = deny.Video is null || deny.Video == grant.Video;
            var sameRequester = deny.Requester is null || deny.Requester == grant.Requester;
            Assert.Equal(related && sameVideo && sameRequester, Grant.IsTouchedBy(deny, grant));
        }
    }

    private static IEnumerable<(SettingKey One, SettingKey Two)> Pairs() =>
        Keys.SelectMany(one => Keys.Select(two => (one, two)));

    private static bool BeatsInSomeCheck(SettingKey one, SettingKey other) =>
        Videos.Any(video =>
            Requesters.Any(requester =>
                Purposes.Any(purpose =>
                    IsCandidate(one, video, requester, purpose)
                    && IsCandidate(other, video, requester, purpose)
                    && Specificity(one).Zip(Specificity(other)).All(s => s.First >= s.Second)
                    && Specificity(one).Zip(Specificity(other)).Any(s => s.First > s.Second)
                )
            )
        );

    private static bool IsCandidate(SettingKey key, VideoKey video, Requester requester, string purpose) =>
        (key.Video is null || key.Video == video)
        && (key.Requester is null || key.Requester == requester)
        && purpose.Split('.').Take(key.Purpose.Depth).SequenceEqual(key.Purpose.Name.Split('.'));

    private static int[] Specificity(SettingKey key) =>
        [key.Video is null ? 0 : 1, key.Requester is null ? 0 : 1, key.Purpose.Name.Split('.').Length];
}
