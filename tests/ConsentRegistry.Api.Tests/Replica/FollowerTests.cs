using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Api.Replica.Facts;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using Microsoft.Extensions.Logging.Abstractions;

namespace ConsentRegistry.Api.Tests.Replica;

/// <summary>Polls are applied whole, in order and once; where history is another, memory is lost.</summary>
public sealed class FollowerTests
{
    private static readonly ServerIdentity Server = new(Guid.NewGuid());
    private static readonly CreatorId Ana = CreatorId.Parse("ana");
    private static readonly CreatorId Ben = CreatorId.Parse("ben");

    private readonly FactMemory memory = new();
    private readonly Follower follower;

    public FollowerTests()
    {
        memory.Load(Vocabulary.Initial);
        follower = new(memory, Server, -1, default, [], [], [], NullLogger.Instance);
    }

    [Fact]
    public void What_waits_is_applied_and_is_known_when_the_log_brings_it()
    {
        var (one, two) = (Event(Ana, 1), Event(Ana, 2));
        Assert.True(follower.Apply(Poll(follower, [], [two, one])).BroughtEvents);
        Assert.Equal(2, memory.VersionOf("ana"));
        Assert.False(follower.Apply(Poll(follower, [At(one, 0)], [two])).BroughtEvents);
        Assert.False(follower.Apply(Poll(follower, [At(one, 0), At(two, 1)], [])).BroughtEvents);
        Assert.Equal((2, 1), (memory.VersionOf("ana"), follower.From));
        Assert.True(follower.Apply(Poll(follower, [At(two, 1), At(Event(Ben, 1), 2)], [])).BroughtEvents);
        Assert.Equal(1, memory.VersionOf("ben"));
    }

    [Fact]
    public void A_gap_puts_the_creator_in_doubt_and_nobody_else()
    {
        follower.Apply(Poll(follower, [], [Event(Ana, 2), Event(Ben, 1)]));
        Assert.Equal([Ana], follower.Doubted);
        Assert.Equal((0, 1), (memory.VersionOf("ana"), memory.VersionOf("ben")));
    }

    [Fact]
    public void A_version_that_is_not_whole_puts_the_creator_in_doubt()
    {
        follower.Apply(Poll(follower, [], [Event(Ana, 1, ordinal: 1, count: 2)]));
        Assert.Equal([Ana], follower.Doubted);
        Assert.Equal(0, memory.VersionOf("ana"));
    }

    [Fact]
    public void A_body_that_cannot_be_read_puts_the_creator_in_doubt()
    {
        follower.Apply(Poll(follower, [], [Event(Ana, 1) with { Body = "{}"u8.ToArray() }]));
        Assert.Equal([Ana], follower.Doubted);
    }

    [Fact]
    public void A_body_that_was_erased_makes_no_doubt()
    {
        var erasure = new FeedEvent(
            1,
            StreamId.OfCreator(Ana),
            2,
            1,
            1,
            Guid.NewGuid(),
            EventType.CreatorErased,
            Body(Ana, Records.CreatorErased(new(5), new Erasure([], []))),
            IsAuthentic: true
        );
        follower.Apply(Poll(follower, [At(Event(Ana, 1) with { Body = null }, 0), erasure], []));
        Assert.Empty(follower.Doubted);
        Assert.True(FactsOf(Ana)!.StateOf(Ana).IsErased);
    }

    [Fact]
    public void A_body_that_is_gone_leaves_nothing_to_answer_until_the_erasure_comes_that_took_it()
    {
        var (gone, other) = (At(Event(Ana, 1) with { Body = null }, 0), At(Event(Ben, 1), 1));
        var erasure = At(
            new FeedEvent(
                1,
                StreamId.OfCreator(Ana),
                2,
                1,
                1,
                Guid.NewGuid(),
                EventType.CreatorErased,
                Body(Ana, Records.CreatorErased(new(5), new Erasure([], []))),
                IsAuthentic: true
            ),
            2
        );
        follower.Apply(Poll(follower, [gone, other], []) with { IsCut = true });
        Assert.Null(FactsOf(Ana));
        Assert.NotNull(FactsOf(Ben));
        Assert.Empty(follower.Doubted);
        follower.Apply(Poll(follower, [other, erasure], []));
        Assert.True(FactsOf(Ana)!.StateOf(Ana).IsErased);
        Assert.Empty(follower.Doubted);
    }

    [Fact]
    public void A_body_that_no_erasure_took_puts_the_creator_in_doubt()
    {
        var gone = At(Event(Ana, 1) with { Body = null }, 0);
        follower.Apply(Poll(follower, [gone], []));
        Assert.Equal([Ana], follower.Doubted);
        Assert.Null(FactsOf(Ana));
        follower.Apply(Poll(follower, [gone], []) with { Reloaded = [Reloaded(Ana, 1)] });
        Assert.Empty(follower.Doubted);
        Assert.NotNull(FactsOf(Ana));
    }

    [Fact]
    public void What_no_node_wrote_is_not_applied_and_nothing_is_answered_about_its_creator_any_more()
    {
        var (forged, two, other) = (Event(Ana, 1) with { IsAuthentic = false }, Event(Ana, 2), Event(Ben, 1));
        Assert.Equal(1, follower.Apply(Poll(follower, [], [forged, other])).Forged);
        Assert.Equal((0, 1), (memory.VersionOf("ana"), memory.VersionOf("ben")));
        Assert.Null(FactsOf(Ana));
        Assert.NotNull(FactsOf(Ben));
        Assert.Equal(1, follower.DistrustedCount);
        Assert.DoesNotContain(forged.EventId, follower.Waiting);
        // It is told once. Tables that the same hand may have written do not end it, nor does what nodes write later.
        follower.Doubt(Ana);
        Assert.Empty(follower.Doubted);
        var again = Poll(follower, [], [forged, two, other]) with { Reloaded = [Reloaded(Ana, 2)] };
        Assert.Equal(0, follower.Apply(again).Forged);
        Assert.Null(FactsOf(Ana));
        // What it is said to have become in the log is not believed either, nor is its absence.
        Assert.Equal(0, follower.Apply(Poll(follower, [At(forged, 0)], [two, other])).Forged);
        Assert.Null(FactsOf(Ana));
    }

    [Fact]
    public void A_purpose_that_no_node_registered_is_not_in_the_vocabulary()
    {
        Assert.Equal(1, follower.Apply(Poll(follower, [], [Dubbing() with { IsAuthentic = false }])).Forged);
        Assert.Equal(1, memory.VersionOf("$vocabulary"));
    }

    [Fact]
    public void A_purpose_without_a_body_loses_memory() =>
        Assert.Throws<MemoryLostException>(() =>
            follower.Apply(Poll(follower, [At(Dubbing() with { Body = null }, 0)], []))
        );

    [Fact]
    public void Who_is_read_anew_is_answered_from_again_as_the_tables_say()
    {
        var two = Event(Ana, 2);
        follower.Apply(Poll(follower, [], [two]));
        Assert.Equal([Ana], follower.Doubted);
        // What the snapshot brings besides is in what was read anew.
        follower.Apply(Poll(follower, [], [two, Event(Ana, 3)]) with { Reloaded = [Reloaded(Ana, 3)] });
        Assert.Empty(follower.Doubted);
        Assert.Equal((3, 3), (memory.VersionOf("ana"), FactsOf(Ana)!.StateOf(Ana).Version));
    }

    [Fact]
    public void Who_is_read_anew_may_have_spoken_of_a_purpose_that_the_same_poll_brings()
    {
        follower.Doubt(Ana);
        follower.Apply(Poll(follower, [At(Dubbing(), 0)], []) with { Reloaded = [Reloaded(Ana, 1, "remix.dub")] });
        Assert.Empty(follower.Doubted);
        Assert.Equal((1, 2), (memory.VersionOf("ana"), memory.VersionOf("$vocabulary")));
    }

    [Fact]
    public void Who_is_read_anew_by_a_poll_that_is_cut_is_read_once_more_by_the_next()
    {
        follower.Doubt(Ana);
        var one = At(Event(Ben, 1), 0);
        follower.Apply(Poll(follower, [one], []) with { IsCut = true, Reloaded = [Reloaded(Ana, 1, "remix.dub")] });
        Assert.Equal([Ana], follower.Doubted);
        Assert.Null(FactsOf(Ana));
        follower.Apply(Poll(follower, [one, At(Dubbing(), 1)], []) with { Reloaded = [Reloaded(Ana, 1, "remix.dub")] });
        Assert.Empty(follower.Doubted);
        Assert.NotNull(FactsOf(Ana));
    }

    [Fact]
    public void A_version_larger_than_a_poll_is_read_by_larger_polls()
    {
        var limit = follower.Limit;
        var part = Enumerable.Range(1, 3).Select(ordinal => At(Event(Ana, 1, ordinal, 4), ordinal - 1)).ToList();
        Assert.False(follower.Apply(Poll(follower, part, []) with { IsCut = true }).IsComplete);
        Assert.Equal((0, 0), (memory.VersionOf("ana"), follower.From));
        Assert.Equal(2 * limit, follower.Limit);
        Assert.True(follower.Apply(Poll(follower, [.. part, At(Event(Ana, 1, 4, 4), 3)], [])).IsComplete);
        Assert.Equal(1, memory.VersionOf("ana"));
    }

    [Fact]
    public void Records_may_come_before_the_purpose_that_they_are_for()
    {
        follower.Apply(Poll(follower, [At(Event(Ana, 1, purpose: "remix.dub"), 0), At(Dubbing(), 1)], []));
        Assert.Equal((1, 2), (memory.VersionOf("ana"), memory.VersionOf("$vocabulary")));
    }

    public static TheoryData<string> OtherHistories => ["anchor gone", "anchor another", "gap", "change gone"];

    [Theory]
    [MemberData(nameof(OtherHistories))]
    public void Another_history_loses_memory(string how)
    {
        var (one, two) = (At(Event(Ana, 1), 0), Event(Ana, 2));
        follower.Apply(Poll(follower, [one], [two]));
        var poll = how switch
        {
            "anchor gone" => Poll(follower, [], [two]),
            "anchor another" => Poll(follower, [one with { EventId = Guid.NewGuid() }], [two]),
            "gap" => Poll(follower, [one, At(two, 2)], []),
            _ => Poll(follower, [one], []),
        };
        Assert.Throws<MemoryLostException>(() => follower.Apply(poll));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Another_server_and_one_that_was_promoted_since_are_not_followed(bool isKnown)
    {
        var one = At(Event(Ana, 1), 0);
        follower.Apply(Poll(follower, [one], []));
        var poll = Poll(follower, [one], []) with { Server = isKnown ? new ServerIdentity(Guid.NewGuid()) : null };
        Assert.Throws<ServerReplacedException>(() => follower.Apply(poll));
    }

    // As the feed tells it: what waits and is not known to, and what does not wait any more.
    private static Poll Poll(Follower follower, IReadOnlyList<FeedEvent> history, IReadOnlyList<FeedEvent> inbox) =>
        new(
            1,
            new(1),
            "1:1:",
            Server,
            HasStandby: false,
            Nodes: [],
            history,
            IsCut: false,
            [.. inbox.Where(one => !follower.Waiting.Contains(one.EventId))],
            [.. follower.Waiting.Except(inbox.Select(one => one.EventId))],
            []
        );

    private FactSet? FactsOf(CreatorId creator) =>
        memory.Extract(
            [new(creator, VideoId.Parse("v"))],
            [],
            new(9),
            Deadline.In(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken)
        );

    private static CreatorRecords Reloaded(CreatorId creator, long version, string purpose = "remix") =>
        new(creator)
        {
            Version = version,
            IsSealed = true,
            Overrides =
            {
                (
                    new(new(creator, VideoId.Parse("v")), Purpose.Parse(purpose), null),
                    new(Choice.Deny(1), new(version, new(version)))
                ),
            },
        };

    private static FeedEvent Dubbing()
    {
        var dub = new PurposeDefinition(Purpose.Parse("remix.dub"), false, "Dubbing.", 2);
        return new(
            null,
            StreamId.Vocabulary,
            2,
            1,
            1,
            Guid.NewGuid(),
            EventType.PurposeRegistered,
            new EventBody(StreamId.Vocabulary, null, Authorship.Registry, Records.PurposeRegistered(dub)).Encode(),
            IsAuthentic: true
        );
    }

    private static FeedEvent At(FeedEvent one, long seq) => one with { Seq = seq };

    private static FeedEvent Event(
        CreatorId creator,
        long version,
        int ordinal = 1,
        int count = 1,
        string purpose = "remix"
    )
    {
        var key = new OverrideKey(new(creator, VideoId.Parse($"v{ordinal}")), Purpose.Parse(purpose), null);
        var setting = new OverrideSetting(Choice.Deny(1), new(version, new(version)));
        return new(
            null,
            StreamId.OfCreator(creator),
            version,
            ordinal,
            count,
            Guid.NewGuid(),
            EventType.OverrideChanged,
            Body(creator, Records.OverrideChanged(key, null, setting)),
            IsAuthentic: true
        );
    }

    private static byte[] Body(CreatorId creator, RecordChange change) =>
        new EventBody(StreamId.OfCreator(creator), null, Authorship.Registry, change).Encode();
}
