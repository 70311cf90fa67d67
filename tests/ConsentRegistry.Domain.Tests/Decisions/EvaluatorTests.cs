using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Domain.Tests.Decisions;

/// <summary>
/// What no sequence of operations leads to, but facts could say: the evaluator follows the rules there as well, and
/// fails closed.
/// </summary>
public sealed class EvaluatorTests
{
    private static readonly Instant Now = new(1_000);
    private static readonly PurposeIndex Remix = Vocabulary.Initial.Find(Purpose.Parse("remix"));
    private static readonly PurposeIndex Voice = Vocabulary.Initial.Find(Purpose.Parse("remix.voice"));

    private static readonly Setting Allow = new()
    {
        Purpose = Remix,
        Effect = Effect.Allow,
        VocabularyVersion = 1,
        From = Instant.Beginning,
        ExpiresAt = Instant.Never,
        Stamp = new(1, Now),
    };

    private static readonly Grant Approval = new()
    {
        Purpose = Remix,
        VocabularyVersion = 1,
        ExpiresAt = Instant.Never,
        Stamp = new(2, Now),
    };

    [Fact]
    public void R3_The_vocabulary_rule_is_for_purposes_above_and_not_for_the_purpose_itself()
    {
        var facts = new Facts { Settings = [Allow with { VocabularyVersion = 0 }] };
        Assert.True(Decide(facts, Remix).IsAllowed);
        Assert.Equal(Detail.PurposeNewerThanConsent, Decide(facts, Voice).Detail);
    }

    [Fact]
    public void R6_The_vocabulary_rule_is_for_grants_above_and_not_for_the_purpose_itself()
    {
        var facts = new Facts
        {
            Settings = [Allow with { Effect = Effect.Ask }],
            Grants = [Approval with { VocabularyVersion = 0 }],
        };
        Assert.Equal(Reason.Grant, Decide(facts, Remix).Reason);
        Assert.Equal(Effect.Ask, Decide(facts, Voice).Effect);
    }

    [Fact]
    public void R5_The_date_of_a_video_that_is_not_registered_means_nothing()
    {
        var facts = new Facts
        {
            IsRegistered = false,
            PublishedAt = Now,
            Settings = [Allow with { From = new(1) }],
        };
        Assert.Equal(Detail.PublishedBeforeConsent, Decide(facts, Remix).Detail);
    }

    [Fact]
    public void R9_More_sources_than_a_video_can_have_make_it_indeterminate()
    {
        VideoHandle[] sources = [.. Enumerable.Repeat(new VideoHandle(0), Limits.SourcesPerVideo + 1)];
        Assert.Equal(Decision.Indeterminate, Decide(new Facts { Settings = [Allow], Sources = sources }, Remix));
        Assert.True(Decide(new Facts { Settings = [Allow], Sources = sources[1..] }, Remix).IsAllowed);
    }

    [Fact]
    public void Indeterminate_is_a_deny_that_names_nobody()
    {
        Assert.Equal(Effect.Deny, Decision.Indeterminate.Effect);
        Assert.Equal(Reason.Indeterminate, Decision.Indeterminate.Reason);
        Assert.Null(Decision.Indeterminate.DecidedBy);
        Assert.False(Decision.Indeterminate.IsAllowed);
        Assert.False(default(Decision).IsAllowed);
    }

    [Fact]
    public void R9_Only_an_allow_has_an_end_and_rests_on_counted_grants()
    {
        var facts = new Facts
        {
            Settings =
            [
                Allow with
                {
                    ExpiresAt = new(3_000),
                },
                Allow with
                {
                    Scope = Scope.Override,
                    Purpose = Voice,
                    Effect = Effect.Ask,
                },
            ],
            Grants = [Approval with { UsesLeft = 1, ExpiresAt = new(2_000) }],
        };
        var granted = Decide(facts, Remix);
        Assert.Equal((new Instant(2_000), true), (granted.HoldsUntil, granted.RestsOnCountedGrant));

        var asked = Decide(facts with { Grants = [] }, Remix);
        Assert.Equal((Effect.Ask, Instant.Never, false), (asked.Effect, asked.HoldsUntil, asked.RestsOnCountedGrant));

        var allowed = Decide(facts with { Settings = facts.Settings[..1] }, Remix);
        Assert.Equal((new Instant(3_000), false), (allowed.HoldsUntil, allowed.RestsOnCountedGrant));
    }

    [Fact]
    public void R9_A_deny_beside_an_answered_ask_keeps_nothing_of_the_grant()
    {
        var facts = new Facts
        {
            Settings = [Allow with { Effect = Effect.Ask }],
            Grants = [Approval with { UsesLeft = 1, ExpiresAt = new(2_000), Conditions = Conditions.Attribution }],
            Participants = [new(new(1), Role.CoCreator)],
        };
        var denied = Decide(facts, Remix);
        Assert.Equal(
            (Effect.Deny, Detail.NeverSet, new CreatorHandle(1)),
            (denied.Effect, denied.Detail, denied.DecidedBy!.Value.Creator)
        );
        Assert.Equal(
            (Conditions.None, Instant.Never, false),
            (denied.Obligations, denied.HoldsUntil, denied.RestsOnCountedGrant)
        );
    }

    private static Decision Decide(Facts facts, PurposeIndex purpose) =>
        Evaluator.Decide(new Domain.Decisions.Check(new(0), purpose, Now), ref facts, Vocabulary.Initial);

    /// <summary>One video of creator 0, who has said all there is.</summary>
    private sealed record Facts : IFacts
    {
        public bool IsRegistered { get; init; } = true;

        public Instant? PublishedAt { get; init; }

        public Setting[] Settings { get; init; } = [];

        public Grant[] Grants { get; init; } = [];

        public Participant[] Participants { get; init; } = [];

        public VideoHandle[] Sources { get; init; } = [];

        public bool TryRead(VideoHandle video, out VideoFacts facts)
        {
            facts = new()
            {
                Owner = new(0),
                IsRegistered = IsRegistered,
                PublishedAt = PublishedAt,
                Participants = Participants,
                Sources = Sources,
            };
            return true;
        }

        public bool TryRead(CreatorHandle creator, VideoHandle video, VideoHandle usedIn, out CreatorFacts facts)
        {
            facts = creator.Value == 0 ? new() { Settings = Settings, Grants = Grants } : default;
            return true;
        }
    }
}
