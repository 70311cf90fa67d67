using System.Reflection;
using System.Text.Json.Nodes;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Usages;

namespace ConsentRegistry.Domain.Tests.History;

/// <summary>How events of requesters' streams name creators, and what they keep of what was said.</summary>
public sealed class PseudonymTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, Pseudonym.KeyLength).Select(i => (byte)i)];

    private static readonly Stamp Stamp = new(3, new(1_795_447_793_000_000));

    [Fact]
    public void A_pseudonym_has_the_grammar_of_an_id_and_depends_on_id_and_key()
    {
        var name = Pseudonym.Derive("ana", Key);
        Assert.True(CreatorId.TryParse(name, out _));
        Assert.True(CreatorId.TryParse(Pseudonym.Erased, out _));
        Assert.Equal(name, Pseudonym.Derive("ana", Key));
        Assert.NotEqual(name, Pseudonym.Derive("ben", Key));
        Assert.NotEqual(name, Pseudonym.Derive("ana", new byte[Pseudonym.KeyLength]));
    }

    [Fact]
    public void Every_creator_that_a_use_or_a_recall_names_is_found_and_renamed_and_the_record_is_read_again()
    {
        VideoKey ana = new(CreatorId.Parse("ana"), VideoId.Parse("clip")),
            ben = new(CreatorId.Parse("ben"), VideoId.Parse("mix"));
        var requester = Requester.Parse("acme");
        var use = Records.UseRecorded(
            Guid.Empty,
            new UseRecord(
                requester,
                Purpose.Parse("remix"),
                new(ben, null),
                [new(ana, UseReason.CreatorDefault, [], null)],
                Stamp.At,
                Stamp
            )
        );
        var recall = Records.RecallChanged(
            Guid.Empty,
            new RecallRecord(
                requester,
                ana,
                Purpose.Parse("remix"),
                CreatorId.Parse("cleo"),
                Reason.Hold,
                Stamp.At,
                RecallState.Open,
                null,
                Stamp
            ),
            new RecallRecord(
                requester,
                ana,
                Purpose.Parse("remix"),
                CreatorId.Parse("cleo"),
                Reason.Hold,
                Stamp.At,
                RecallState.Disputed,
                Statement.Seal("No.", Key),
                Stamp
            )
        );
        var by = new Authorship("dora", "tool", null, null);

        Assert.Equal(["ana", "ben", "dora"], Pseudonym.NamesIn(use, by).Order(StringComparer.Ordinal));
        Assert.Equal(["ana", "cleo", "dora"], Pseudonym.NamesIn(recall, by).Order(StringComparer.Ordinal));
        foreach (var change in new[] { use, recall })
        {
            var hidden = Pseudonym.Rename(change, name => Pseudonym.Derive(name, Key));
            Assert.All(
                Pseudonym.NamesIn(hidden, Authorship.Registry).Where(name => name != "consent-registry"),
                name => Assert.StartsWith("~pseudonym:", name, StringComparison.Ordinal)
            );
            Assert.DoesNotContain("ana", hidden.After!.ToJsonString(), StringComparison.Ordinal);
            var body = new EventBody(
                StreamId.OfRequester(requester),
                null,
                Pseudonym.Rename(by, name => Pseudonym.Derive(name, Key)),
                hidden
            ).Encode();
            Assert.True(EventBody.TryParse(change.Type, body, out var read));
            RecordedChange.Read(read.Change);
        }
    }

    [Fact]
    public void An_event_holds_a_digest_of_what_was_said_and_an_older_one_the_words()
    {
        var said = Statement.Seal("Ana Example has told us otherwise.", Key);
        RecallRecord With(Statement? statement) =>
            new(
                Requester.Parse("acme"),
                new(CreatorId.Parse("ana"), VideoId.Parse("clip")),
                Purpose.Parse("remix"),
                null,
                Reason.Hold,
                Stamp.At,
                RecallState.Disputed,
                statement,
                Stamp
            );

        var written = Records.RecallChanged(Guid.Empty, null, With(said));
        Assert.DoesNotContain("Example", written.After!.ToJsonString(), StringComparison.Ordinal);
        var read = Assert.IsType<RecordedChange.OfRecall>(RecordedChange.Read(written)).After.Statement!;
        Assert.Equal((null, said.Digest), (read.Text, read.Digest));

        written.After["statement"] = JsonValue.Create("Words.");
        Assert.Equal(
            "Words.",
            Assert.IsType<RecordedChange.OfRecall>(RecordedChange.Read(written)).After.Statement!.Text
        );
        written.After["statement"] = new JsonObject { ["hmac"] = "x", ["more"] = 1 };
        Assert.Throws<FormatException>(() => RecordedChange.Read(written));
    }

    [Fact]
    public void Every_type_of_event_is_in_the_list_of_all() =>
        Assert.Equal(
            typeof(EventType)
                .GetFields(BindingFlags.Public | BindingFlags.Static)
                .Where(field => field.IsLiteral)
                .Select(field => (string)field.GetRawConstantValue()!)
                .Order(StringComparer.Ordinal),
            EventType.All.Order(StringComparer.Ordinal)
        );
}
