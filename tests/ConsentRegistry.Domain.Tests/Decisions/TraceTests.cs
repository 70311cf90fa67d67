using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.TestSupport;

namespace ConsentRegistry.Domain.Tests.Decisions;

/// <summary>The trace says of every setting why it took part or did not, and which one beat it.</summary>
public sealed class TraceTests
{
    private static readonly VideoName Clip = new("mia", "clip");

    [Fact]
    public void Every_standing_is_told_and_a_beaten_setting_names_its_beater()
    {
        var (world, trace) = Trace(
            "remix.voice.choir",
            Default("remix", "allow", "all"),
            new("registerPurpose", Purpose: "remix.voice.choir"),
            new("registerVideo", "mia", "clip", "now"),
            Default("remix.voice", "ask"),
            Default("remix.voice", "deny", requester: "memeshop"),
            Default("mining", "allow", "all"),
            Default("remix.voice.choir", "allow", "future"),
            new("setOverride", "mia", Video: Clip, Purpose: "remix.voice", Effect: "allow", ExpiresInSeconds: 30),
            new("setOverride", "mia", Video: Clip, Purpose: "remix", Requester: "dubber", Effect: "allow"),
            new("setOverride", "mia", Video: Clip, Purpose: "remix.voice.choir", Requester: "dubber", Effect: "ask")
        );

        Assert.Equal(
            [
                "default mining: OtherPurpose",
                "default remix.voice for SomebodyElse: OtherRequester",
                "default remix.voice.choir: PublishedBeforeConsent",
                "default remix.voice: Beaten by override remix.voice.choir for Requester",
                "default remix: PurposeNewerThanConsent",
                "override remix for Requester: Beaten by override remix.voice.choir for Requester",
                "override remix.voice.choir for Requester: Unbeaten",
                "override remix.voice: Expired",
            ],
            InWords(world, trace)
        );
    }

    [Fact]
    public void Of_several_beaters_the_one_that_a_decision_would_name_first_is_told()
    {
        var (world, trace) = Trace(
            "remix.voice",
            new("registerVideo", "mia", "clip", "now"),
            Default("remix", "deny"),
            Default("remix.voice", "allow", "all"),
            Default("remix", "ask", requester: "dubber"),
            new("setOverride", "mia", Video: Clip, Purpose: "remix", Effect: "ask")
        );

        Assert.Equal(
            [
                "default remix for Requester: Unbeaten",
                "default remix.voice: Unbeaten",
                "default remix: Beaten by override remix",
                "override remix: Unbeaten",
            ],
            InWords(world, trace)
        );
    }

    [Fact]
    public void Below_the_purpose_only_a_setting_for_the_same_purpose_beats()
    {
        var (world, trace) = Trace(
            "remix",
            new("registerVideo", "mia", "clip", "now"),
            Default("remix", "allow", "all"),
            Default("remix.voice", "deny"),
            Default("remix.meme", "ask"),
            new("setOverride", "mia", Video: Clip, Purpose: "remix.voice", Effect: "allow")
        );

        Assert.Equal(
            [
                "default remix.meme: Unbeaten",
                "default remix.voice: Beaten by override remix.voice",
                "default remix: Unbeaten",
                "override remix.voice: Unbeaten",
            ],
            InWords(world, trace)
        );
    }

    [Fact]
    public void Where_nothing_speaks_a_setting_below_has_nothing_to_restrict()
    {
        var (world, trace) = Trace("remix", new("registerVideo", "mia", "clip", "now"), Default("remix.voice", "deny"));
        Assert.Equal(["default remix.voice: NothingToRestrict"], InWords(world, trace));
    }

    [Fact]
    public void Every_grant_is_told_and_whether_it_answers_and_none_where_nobody_asked()
    {
        Operation Grant(string purpose, int? uses = null) =>
            new("grant", "mia", Video: Clip, Purpose: purpose, Requester: "dubber", Uses: uses);
        Operation[] operations =
        [
            new("registerVideo", "mia", "clip", "now"),
            Default("remix", "ask"),
            Grant("remix"),
            Grant("remix.voice"),
            Grant("remix.meme"),
            Grant("remix", uses: 0),
        ];

        var (world, asked) = Trace("remix.voice", operations);
        Assert.Equal(
            [("remix", true), ("remix.voice", true), ("remix.meme", false), ("remix", false)],
            asked.Grants.Select(g => (world.Vocabulary[g.Grant.Purpose].Purpose.Name, g.Answers))
        );
        Assert.Equal(Reason.Grant, Assert.Single(asked.Answers).Reason);

        var (_, denied) = Trace("remix.voice", [.. operations, Default("remix.voice", "deny")]);
        Assert.Empty(denied.Grants);
    }

    private static Operation Default(
        string purpose,
        string effect,
        string? appliesTo = null,
        string? requester = null
    ) => new("setDefault", "mia", Purpose: purpose, Effect: effect, AppliesTo: appliesTo, Requester: requester);

    private static (World World, TraceRecorder Trace) Trace(string purpose, params Operation[] operations)
    {
        var world = CaseRunner.Play(operations);
        var trace = new TraceRecorder();
        world.Decide(
            CaseRunner.Key("mia", "clip"),
            Purpose.Parse(purpose),
            Requester.Parse("dubber"),
            ref trace,
            out _
        );
        return (world, trace);
    }

    private static IEnumerable<string> InWords(World world, TraceRecorder trace)
    {
        return trace
            .Weighed.Select(w => $"{Name(w.Setting)}: {w.Standing}{(w.BeatenBy is { } by ? $" by {Name(by)}" : "")}")
            .Order(StringComparer.Ordinal);

        string Name(Setting setting) =>
            $"{(setting.Scope == Scope.Override ? "override" : "default")} {world.Vocabulary[setting.Purpose].Purpose}"
            + (setting.Audience == Audience.Anybody ? "" : $" for {setting.Audience}");
    }
}
