using System.Text.Json;
using ConsentRegistry.Client;

namespace ConsentRegistry.Api.Tests.Client;

/// <summary>Which answers the changes that were told may alter.</summary>
public sealed class RecentChangesTests
{
    private readonly RecentChanges changes = new(TimeSpan.FromHours(1), TimeProvider.System);

    [Theory]
    [InlineData("remix", null, 4, true)]
    [InlineData("remix", null, 5, false)]
    [InlineData("remix", null, 6, false)]
    [InlineData("remix.voice", null, 4, true)]
    [InlineData("remixes", null, 4, false)]
    [InlineData("training", null, 4, false)]
    [InlineData("remix", "acme", 4, true)]
    public void A_change_alters_answers_of_older_versions_for_its_purpose_and_those_below_and_above(
        string purpose,
        string? requester,
        long version,
        bool alters
    )
    {
        changes.Add(Changed("ana", 5, new("ana", null, ["remix"], null)));
        Assert.Equal(alters, MayAlter("ana", version, purpose, requester));
        Assert.False(MayAlter("ben", 1, purpose, requester));
    }

    [Theory]
    [InlineData("acme", true)]
    [InlineData("beta", false)]
    [InlineData(null, true)]
    public void One_for_a_requester_alters_answers_to_them_and_to_who_is_not_known(string? requester, bool alters)
    {
        changes.Add(Changed("ana", 5, new("ana", null, null, "acme")));
        Assert.Equal(alters, MayAlter("ana", 4, "remix", requester));
    }

    [Fact]
    public void More_than_are_kept_apart_count_for_every_check()
    {
        for (var version = 1; version <= RecentChanges.PerStream + 2; version++)
            changes.Add(Changed("ana", version, new("ana", null, ["mining"], null)));
        Assert.True(MayAlter("ana", 1, "remix", "acme"));
        Assert.False(MayAlter("ana", 2, "remix", "acme"));
        Assert.True(MayAlter("ana", RecentChanges.PerStream + 1, "mining", "acme"));
    }

    [Theory]
    [InlineData("useRecorded", false)]
    [InlineData("approvalChanged", false)]
    [InlineData("somethingNew", true)]
    public void A_kind_that_is_not_known_and_does_not_say_what_it_affects_alters_everything(string kind, bool alters)
    {
        changes.Add(Changed("ana", 5, null) with { Kind = kind });
        Assert.Equal(alters, MayAlter("ana", 4, "remix", "acme"));
    }

    [Fact]
    public void The_first_registration_of_a_video_alters_no_allow_and_a_later_one_does()
    {
        var first = Changed("ana", 5, new("ana", new("ana", "v"), null, null)) with { Kind = "videoRegistered" };
        changes.Add(first);
        Assert.False(MayAlter("ana", 4, "remix", "acme"));
        Assert.True(changes.MayAlter(new Dictionary<string, long> { ["ana"] = 4 }, "remix", "acme", isAllow: false));
        changes.Add(first with { Version = 6, Before = JsonDocument.Parse("{}").RootElement });
        Assert.True(MayAlter("ana", 5, "remix", "acme"));
    }

    [Fact]
    public void What_was_told_long_ago_makes_room()
    {
        var passing = new RecentChanges(TimeSpan.FromTicks(-1), TimeProvider.System);
        for (var number = 0; number < 1_000; number++)
            passing.Add(Changed($"c{number}", 5, new($"c{number}", null, null, null)));
        Assert.False(passing.MayAlter(new Dictionary<string, long> { ["c7"] = 4 }, "remix", null, isAllow: true));
        Assert.False(passing.IsFull);
    }

    [Fact]
    public void A_stream_that_changed_again_is_kept_for_the_later_change()
    {
        changes.Add(Changed("ana", 5, new("ana", null, null, null)));
        changes.Add(Changed("ana", 6, new("ana", null, null, null)));
        Assert.True(MayAlter("ana", 5, "remix", "acme"));
    }

    [Fact]
    public void What_is_forgotten_is_of_another_epoch()
    {
        var epoch = changes.Epoch;
        changes.Add(Changed("ana", 5, new("ana", null, null, null)));
        changes.Forget();
        Assert.False(MayAlter("ana", 4, "remix", "acme"));
        Assert.NotEqual(epoch, changes.Epoch);
    }

    private bool MayAlter(string stream, long version, string purpose, string? requester) =>
        changes.MayAlter(new Dictionary<string, long> { [stream] = version }, purpose, requester, isAllow: true);

    private static ChangeEvent Changed(string stream, long version, AffectedChecks? affects) =>
        new(
            Guid.NewGuid(),
            version,
            stream,
            version,
            1,
            1,
            "defaultChanged",
            DateTimeOffset.UtcNow,
            false,
            Affects: affects
        );
}
