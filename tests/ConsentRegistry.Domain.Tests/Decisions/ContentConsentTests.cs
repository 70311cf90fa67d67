using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.TestSupport;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Domain.Tests.Decisions;

/// <summary>R10: a check that names content is decided by every video that carries it.</summary>
public sealed class ContentConsentTests
{
    private static readonly Purpose Remix = Purpose.Parse("remix");
    private static readonly Requester Studio = Requester.Parse("studio");
    private static readonly Stamp Changed = new(3, new(7));

    private readonly FactSet facts = new(Vocabulary.Initial, new(9));
    private readonly List<VideoKey> videos = [];

    [Theory]
    // The strictest decides.
    [InlineData("a allow", "b ask", "c deny", "deny creatorDefault c/v")]
    [InlineData("a allow", "b ask", "c allow", "ask creatorDefault b/v")]
    [InlineData("a allow", "b allow", "c allow", "allow creatorDefault a/v")]
    // Of equals the first by owner.
    [InlineData("a allow", "b deny", "c deny", "deny creatorDefault b/v")]
    [InlineData("a silent", "b deny", "c deny", "deny noConsent a/v")]
    [InlineData("a deny", "b silent", "c deny", "deny creatorDefault a/v")]
    [InlineData("a ask", "b ask", "c allow", "ask creatorDefault a/v")]
    public void The_strictest_answer_decides_and_of_equals_the_first(
        string first,
        string second,
        string third,
        string expected
    )
    {
        foreach (var said in new[] { first, second, third })
            Say(said);

        Assert.Equal(expected, Words(Decide()));
    }

    [Fact]
    public void Nobody_is_named_where_no_video_carries_the_content()
    {
        var decided = Decide();

        Assert.Equal("deny noConsent videoNotRegistered", Words(decided));
        Assert.Null(decided.Decision.DecidedBy);
        Assert.Null(decided.DecidingVideo);
        Assert.False(decided.Decision.IsAllowed);
    }

    [Theory]
    [InlineData("a allow")]
    [InlineData("a deny")]
    [InlineData("")]
    public void What_an_erased_video_carried_denies_whatever_others_say(string said)
    {
        if (said.Length > 0)
            Say(said);

        var decided = Decide(isErased: true);

        Assert.Equal("deny noConsent erased", Words(decided));
        Assert.Null(decided.Decision.DecidedBy);
    }

    [Fact]
    public void An_allow_has_what_every_video_attaches()
    {
        Say("a allow", Conditions.Attribution);
        Say("b allow", Conditions.NonCommercial);
        Say("c allow");
        // A purpose below, of which only one owner has said nothing yet.
        facts.Add(
            CreatorId.Parse("d"),
            new DefaultKey(Remix, null),
            Default(Choice.Allow(Conditions.None, new Instant(100), 1))
        );
        Register("d");

        var decided = Decide();

        Assert.Equal("allow creatorDefault a/v", Words(decided));
        Assert.Equal(Conditions.Attribution | Conditions.NonCommercial, decided.Decision.Obligations);
        Assert.Equal(new Instant(100), decided.Decision.HoldsUntil);
        Assert.Equal(4, decided.Answers.Count);
    }

    [Fact]
    public void A_deny_attaches_nothing()
    {
        Say("a allow", Conditions.Attribution);
        Say("b deny");

        Assert.Equal(Conditions.None, Decide().Decision.Obligations);
    }

    [Fact]
    public void The_limit_counts_the_sources_of_all_videos_and_goes_before_everything_else()
    {
        Say("a allow");
        Say("b allow");
        // Each with 31 sources: 64 videos together.
        foreach (var owner in new[] { "a", "b" })
            Register(owner, [.. Enumerable.Range(0, 31).Select(i => CaseRunner.Key("sources", $"{owner}{i}"))]);
        facts.Add(
            CreatorId.Parse("sources"),
            new DefaultKey(Remix, null),
            Default(Choice.Allow(Conditions.None, null, 1))
        );
        Assert.Equal("allow creatorDefault a/v", Words(Decide()));

        Say("c allow");

        Assert.Equal("deny indeterminate", Words(Decide()));
        Assert.Equal("deny indeterminate", Words(Decide(isErased: true)));
    }

    [Fact]
    public void Sixty_five_videos_are_too_many_and_sixty_four_are_not()
    {
        for (var i = 0; i < Limits.VideosPerCheck; i++)
            Say($"a{i:00} allow");
        Assert.Equal("allow creatorDefault a00/v", Words(Decide()));

        Say("b allow");

        Assert.Equal("deny indeterminate", Words(Decide()));
    }

    [Fact]
    public void A_video_that_cannot_be_read_is_never_skipped()
    {
        Say("a allow");
        videos.Add(CaseRunner.Key("unread", "v"));

        Assert.Equal("deny indeterminate", Words(Decide()));
    }

    private ContentDecision Decide(bool isErased = false) =>
        ContentConsent.Decide(
            facts,
            new([.. videos.Order()], isErased),
            video => facts.Decide(video, facts.Vocabulary.Find(Remix), Studio)
        );

    // "a allow": a video of owner a, who allows; or who is silent.
    private void Say(string said, Conditions conditions = Conditions.None)
    {
        var (owner, word) = (said.Split(' ')[0], said.Split(' ')[1]);
        Register(owner);
        videos.Add(CaseRunner.Key(owner, "v"));
        if (word == "silent")
            return;
        var choice = word switch
        {
            "allow" => Choice.Allow(conditions, null, 1),
            "ask" => Choice.Create(Effect.Ask, conditions, null, 1),
            _ => Choice.Deny(1),
        };
        facts.Add(CreatorId.Parse(owner), new DefaultKey(Remix, null), Default(choice));
    }

    private void Register(string owner, params VideoKey[] sources)
    {
        facts.Add(CaseRunner.Key(owner, "v"), new VideoRecord(null, [], sources));
        foreach (var source in sources)
            facts.Add(source, new VideoRecord(null, [], []));
        if (owner == "d")
            videos.Add(CaseRunner.Key(owner, "v"));
    }

    private static DefaultSetting Default(Choice choice) => new([new(null, choice, Changed)]);

    private static string Words(ContentDecision decided) =>
        string.Join(
            ' ',
            new object?[]
            {
                decided.Decision.Effect.Word(),
                decided.Decision.Reason.Word(),
                decided.Decision.DecidedBy is null && decided.Decision.Detail != Detail.None
                    ? decided.Decision.Detail.Word()
                    : null,
                decided.DecidingVideo,
            }.Where(part => part is not null)
        );
}
