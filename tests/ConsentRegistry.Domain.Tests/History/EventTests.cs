using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Domain.Tests.History;

/// <summary>The bytes of events, whose format the history log rests on.</summary>
public sealed class EventTests
{
    private static readonly Instant Tx = new(1_795_447_793_000_000);
    private static readonly Guid EventId = Guid.Parse("019ab0c4-0000-7000-8000-000000000001");
    private static readonly byte[] Salt = [.. Enumerable.Range(0, Event.SaltLength).Select(i => (byte)i)];

    [Fact]
    public void A_leaf_is_canonical_json_that_names_nobody()
    {
        var sealedEvent = Seal(head: null, Lockdown())[0];

        Assert.Equal(
            $$"""{"commit":"{{Base64Url.EncodeToString(HMACSHA256.HashData(Salt, sealedEvent.Body))}}","eid":"019ab0c4-0000-7000-8000-000000000001","n":1,"of":1,"tx":1795447793000000,"type":"lockdownChanged","v":1,"ver":7}""",
            Encoding.UTF8.GetString(sealedEvent.Leaf)
        );
    }

    [Fact]
    public void A_body_holds_the_stream_its_predecessor_the_author_and_the_complete_records()
    {
        var head = SHA256.HashData("the newest leaf"u8);

        var body = Encoding.UTF8.GetString(Seal(head, Lockdown())[0].Body);

        Assert.Equal(
            $$$"""{"after":{"changedAt":"2026-11-23T15:29:53.000000Z","purposes":null,"version":7},"before":null,"by":{"client":null,"onBehalfOf":"ana","reason":"travelling","subject":"agency"},"key":{},"prev":"{{{Base64Url.EncodeToString(head)}}}","stream":"ana"}""",
            body
        );
    }

    [Fact]
    public void The_events_of_one_version_are_numbered_from_one_and_chained()
    {
        var events = Seal(head: null, Lockdown(), Lockdown(), Lockdown());

        Assert.Equal([(1, 3), (2, 3), (3, 3)], events.Select(e => (e.Ordinal, e.Count)));
        Assert.Null(PrevOf(events[0]));
        Assert.Equal(Base64Url.EncodeToString(SHA256.HashData(events[0].Leaf)), PrevOf(events[1]));
        Assert.Equal(Base64Url.EncodeToString(SHA256.HashData(events[1].Leaf)), PrevOf(events[2]));
    }

    [Fact]
    public void A_default_is_recorded_with_all_its_segments()
    {
        var early = Choice.Ask(Conditions.Attribution | Conditions.NonCommercial, 1);
        var late = Choice.Allow(Conditions.None, new Instant(Tx.Microseconds + 1), 2);
        var setting = new DefaultSetting([new(null, early, new(1, Tx)), new(Tx, late, new(2, Tx))]);

        var change = Records.DefaultChanged(
            new DefaultKey(Purpose.Parse("remix"), Requester.Parse("labA")),
            null,
            setting
        );

        Assert.Equal(
            """{"purpose":"remix","requester":"labA"}""",
            Encoding.UTF8.GetString(CanonicalJson.Encode(change.Key))
        );
        Assert.Equal(
            """{"segments":[{"changedAt":"2026-11-23T15:29:53.000000Z","conditions":["attribution","nonCommercial"],"effect":"ask","expiresAt":null,"from":null,"version":1,"vocabularyVersion":1},{"changedAt":"2026-11-23T15:29:53.000000Z","conditions":[],"effect":"allow","expiresAt":"2026-11-23T15:29:53.000001Z","from":"2026-11-23T15:29:53.000000Z","version":2,"vocabularyVersion":2}]}""",
            Encoding.UTF8.GetString(CanonicalJson.Encode(change.After))
        );
    }

    [Fact]
    public void No_creator_can_have_the_name_of_the_vocabularys_stream() =>
        Assert.False(CreatorId.TryParse(StreamId.Vocabulary.Name, out _));

    private static RecordChange Lockdown() =>
        Records.StopChanged(StopKind.Lockdown, null, Stop.Create(null, new(7, Tx)));

    private static IReadOnlyList<Event> Seal(byte[]? head, params RecordChange[] changes) =>
        Event.Seal(
            StreamId.OfCreator(CreatorId.Parse("ana")),
            7,
            Tx,
            head,
            changes,
            new("agency", null, CreatorId.Parse("ana"), "travelling"),
            () => new(EventId, Salt)
        );

    private static string? PrevOf(Event sealedEvent) => JsonNode.Parse(sealedEvent.Body)!["prev"]?.GetValue<string>();
}
