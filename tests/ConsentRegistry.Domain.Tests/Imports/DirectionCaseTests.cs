using ConsentRegistry.Domain.Imports;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.TestSupport;

namespace ConsentRegistry.Domain.Tests.Imports;

/// <summary>What single rows do to the answers of a creator.</summary>
public sealed class DirectionCaseTests
{
    private static readonly CreatorId Ana = CreatorId.Parse("ana");

    private static readonly VideoName Video = new("ana", "v");

    private static readonly Operation Registered = new("registerVideo", "ana", "v", "now");

    public static readonly TheoryData<string, Operation[], Proposal, Direction> Rows = new()
    {
        { "A deny where nothing is set", [], Row("remix", Effect.Deny), Direction.Restricts },
        { "A deny that stands", [Default("remix", "deny")], Row("remix", Effect.Deny), Direction.Unchanged },
        { "An ask where an allow stands", [Default("remix", "allow")], Row("remix", Effect.Ask), Direction.Restricts },
        { "An ask where nothing is set", [], Row("remix", Effect.Ask), Direction.Widens },
        { "A narrower ask beats a deny", [Default("remix", "deny")], Row("remix.voice", Effect.Ask), Direction.Widens },
        {
            "An ask for one requester beats a deny for everybody",
            [Default("remix", "deny")],
            Row("remix", Effect.Ask, requester: "studio"),
            Direction.Widens
        },
        {
            "An ask for one video, where the default denies",
            [Registered, Default("remix", "deny")],
            Row("remix", Effect.Ask, Video),
            Direction.Widens
        },
        {
            "A narrower ask below an allow",
            [Default("remix", "allow")],
            Row("remix.voice", Effect.Ask),
            Direction.Restricts
        },
        {
            "An allow for one video, where the default allows: it would only outlast the default",
            [Registered, Default("remix", "allow")],
            Row("remix", Effect.Allow, Video),
            Direction.Unchanged
        },
        {
            "An ask for everybody, where one requester is denied",
            [Default("remix", "allow"), Default("remix", "deny", requester: "studio")],
            Row("remix", Effect.Ask),
            Direction.Restricts
        },
        {
            "A narrower ask for everybody, where one requester is denied above: it joins the deny and does not beat it",
            [Default("remix", "allow"), Default("remix", "deny", requester: "studio")],
            Row("remix.voice", Effect.Ask),
            Direction.Restricts
        },
        {
            "An ask in place of an allow for videos from then on: older ones were silent",
            [Default("remix", "allow", appliesTo: "future")],
            Row("remix", Effect.Ask),
            Direction.Widens
        },
        {
            "An ask for a video that an allow reaches by its date",
            [Default("remix", "allow", appliesTo: "future"), Registered],
            Row("remix", Effect.Ask, Video),
            Direction.Restricts
        },
        {
            "An ask for a video that nobody registered, and that may be older than the allow",
            [Default("remix", "allow", appliesTo: "future")],
            Row("remix", Effect.Ask, Video),
            Direction.Widens
        },
        {
            "An ask in place of an allow that ends: afterwards there would be silence",
            [Default("remix", "allow", seconds: 3600)],
            Row("remix", Effect.Ask),
            Direction.Widens
        },
        {
            "An allow with an end in place of one without",
            [Default("remix", "allow")],
            Row("remix", Effect.Allow, expiresIn: 3600, appliesTo: AppliesTo.All),
            Direction.Restricts
        },
        {
            "An allow with a later end",
            [Default("remix", "allow", seconds: 3600)],
            Row("remix", Effect.Allow, expiresIn: 7200, appliesTo: AppliesTo.All),
            Direction.Widens
        },
        {
            "An allow that names no end keeps the one that stands",
            [Default("remix", "allow", seconds: 3600)],
            Row("remix", Effect.Allow, appliesTo: AppliesTo.All),
            Direction.Unchanged
        },
        {
            "An end on an allow with an obligation, above which is one without: the obligation would end",
            [Default("remix", "allow"), Default("remix.voice", "allow", conditions: ["attribution"])],
            Row("remix.voice", Effect.Allow, expiresIn: 3600, appliesTo: AppliesTo.All),
            Direction.Widens
        },
        {
            "A further obligation",
            [Default("remix", "allow")],
            Row("remix", Effect.Allow, conditions: Conditions.Attribution, appliesTo: AppliesTo.All),
            Direction.Restricts
        },
        {
            "An obligation is dropped",
            [Default("remix", "allow", conditions: ["attribution"])],
            Row("remix", Effect.Allow, conditions: Conditions.None, appliesTo: AppliesTo.All),
            Direction.Widens
        },
        {
            "A row that says nothing of obligations keeps them",
            [Default("remix", "allow", conditions: ["attribution"])],
            Row("remix", Effect.Ask),
            Direction.Restricts
        },
        {
            "An ask for a video drops what the default attaches",
            [Registered, Default("remix", "allow", conditions: ["attribution"])],
            Row("remix", Effect.Ask, Video),
            Direction.Widens
        },
        {
            "An ask would reach a purpose that is newer than the allow",
            [Default("remix", "allow"), new("registerPurpose", Purpose: "remix.dub")],
            Row("remix", Effect.Ask),
            Direction.Widens
        },
        {
            "The same allow with today's vocabulary reaches a newer purpose",
            [Default("remix", "allow"), new("registerPurpose", Purpose: "remix.dub")],
            Row("remix", Effect.Allow, appliesTo: AppliesTo.All),
            Direction.Widens
        },
        {
            "A default allow is beaten for all purposes that exist, and would reach later ones through a deny's gap",
            [Registered, Default("remix", "deny"), Override("remix", "allow")],
            Row("remix", Effect.Ask, Video),
            Direction.Widens
        },
        {
            "A default ask where an override lifts what denies below",
            [Default("remix.voice", "deny"), Default("remix.background", "deny"), Override("remix.voice", "allow")],
            Row("remix", Effect.Ask),
            Direction.Widens
        },
        {
            "A lockdown hides nothing: it is lifted one day",
            [new("lockdown", "ana")],
            Row("remix", Effect.Allow, appliesTo: AppliesTo.All),
            Direction.Widens
        },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_row_is_judged_by_the_answers(string sentence, Operation[] stands, Proposal row, Direction direction)
    {
        var world = CaseRunner.Play(stands);
        // An end is so many seconds after the last operation.
        var proposal = row.ExpiresAt is { } end
            ? new(
                row.Key,
                row.Effect,
                row.Conditions,
                world.Now.Plus(TimeSpan.FromSeconds(end.Microseconds)),
                row.AppliesTo
            )
            : row;
        var judged = Assert.Single(ImportWorld.Plan(world, Ana, [proposal]).Proposals);
        Assert.Null(judged.Failure);
        Assert.True(direction == judged.Direction, $"{sentence}: {judged.Direction}");
        Assert.Equal(direction == Direction.Restricts || row.Effect == Effect.Deny, judged.IsTaken);
        // What is confirmed is made, unless it stands.
        Assert.Equal(
            !judged.Stands || row.Effect == Effect.Deny,
            Assert.Single(ImportWorld.Plan(world, Ana, [proposal], takesWidening: true).Proposals).IsTaken
        );
    }

    [Fact]
    public void What_is_not_known_as_a_whole_is_restricted_by_denies_alone()
    {
        var world = CaseRunner.Play([Default("remix", "allow")]);
        var standing = new StandingSettings(isWhole: false);
        foreach (var (key, setting) in world[Ana].Defaults)
            standing.Add(key, setting);
        var plan = ImportPlan.Make(
            [Row("remix", Effect.Ask), Row("remix.voice", Effect.Deny)],
            standing,
            world.Vocabulary,
            world[Ana].NextStamp(world.Now),
            takesWidening: false
        );
        Assert.Equal([Direction.Widens, Direction.Restricts], plan.Proposals.Select(one => one.Direction!.Value));
    }

    [Fact]
    public void What_takes_too_long_to_show_widens()
    {
        var requesters = ImportPlan.MaxComparisons / 5;
        var standing = new StandingSettings(isWhole: true);
        var stamp = new Stamp(1, new(1));
        var remix = Purpose.Parse("remix");
        standing.Add(new(remix, null), new DefaultSetting([new(null, Choice.Allow(default, null, 1), stamp)]));
        for (var i = 0; i < requesters; i++)
            standing.Add(
                new(remix, Requester.Parse($"r{i}")),
                new DefaultSetting([new(null, Choice.Allow(default, null, 1), stamp)])
            );
        var plan = ImportPlan.Make(
            [Row("remix", Effect.Ask)],
            standing,
            Vocabulary.Initial,
            new(2, new(2)),
            takesWidening: false
        );
        Assert.Equal(Direction.Widens, Assert.Single(plan.Proposals).Direction);
    }

    [Fact]
    public void Rows_that_contradict_each_other_are_refused_and_repeated_ones_made_once()
    {
        var world = CaseRunner.Play([]);
        var plan = ImportWorld.Plan(
            world,
            Ana,
            [
                Row("remix", Effect.Deny),
                Row("remix", Effect.Ask),
                Row("mining", Effect.Deny),
                Row("mining", Effect.Deny),
                Row("dancing", Effect.Deny),
            ]
        );
        Assert.Equal(
            [FailureCode.Invalid, FailureCode.Invalid, null, null, FailureCode.UnknownPurpose],
            plan.Proposals.Select(one => one.Failure?.Code)
        );
        Assert.Equal("mining", Assert.Single(plan.Changes).Key.Purpose.Name);
    }

    private static Proposal Row(
        string purpose,
        Effect effect,
        VideoName? video = null,
        string? requester = null,
        Conditions? conditions = null,
        int? expiresIn = null,
        AppliesTo appliesTo = AppliesTo.Future
    ) =>
        new(
            new(
                video is null ? null : CaseRunner.Key(video.CreatorId, video.VideoId),
                Purpose.Parse(purpose),
                requester is null ? null : Requester.Parse(requester)
            ),
            effect,
            conditions,
            expiresIn is { } seconds ? new Instant(seconds) : null,
            appliesTo
        );

    private static Operation Default(
        string purpose,
        string effect,
        string? requester = null,
        string[]? conditions = null,
        string appliesTo = "all",
        int? seconds = null
    ) =>
        new(
            "setDefault",
            "ana",
            Purpose: purpose,
            Effect: effect,
            Requester: requester,
            Conditions: conditions,
            AppliesTo: effect == "allow" ? appliesTo : null,
            ExpiresInSeconds: seconds
        );

    private static Operation Override(string purpose, string effect) =>
        new("setOverride", "ana", Purpose: purpose, Effect: effect, Video: Video);
}
