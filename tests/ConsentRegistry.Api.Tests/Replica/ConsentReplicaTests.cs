using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Api.Replica.Facts;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Tests.Replica;

/// <summary>
/// The moment that expiries are compared with goes on and never back, unless the database's clock was wrong.
/// </summary>
public sealed class ConsentReplicaTests : IDisposable
{
    private static readonly Instant Noon = Instant.From(new DateTime(2030, 1, 1, 12, 0, 0, DateTimeKind.Utc));

    private readonly ConsentReplica replica = new(new() { DeltaMs = ReplicaOptions.LargestDeltaMs });
    private readonly FactMemory memory = new();
    private readonly long start = BootClock.Now;

    [Fact]
    public void A_poll_that_was_quicker_than_the_one_before_takes_no_time_back()
    {
        var before = NowAfterPoll(Noon.Plus(TimeSpan.FromMilliseconds(300)));
        var after = NowAfterPoll(Noon);
        Assert.True(after >= before, $"{before} {after}");
        // And goes on where the database's time has come there.
        Assert.True(
            NowAfterPoll(Noon.Plus(TimeSpan.FromMilliseconds(900))) >= Noon.Plus(TimeSpan.FromMilliseconds(900))
        );
    }

    [Fact]
    public void Nor_does_a_node_that_joins_again()
    {
        var before = NowAfterPoll(Noon.Plus(TimeSpan.FromMilliseconds(300)));
        replica.StopAnswering();
        Assert.True(NowAfterPoll(Noon) >= before);
    }

    [Fact]
    public void A_clock_that_was_far_ahead_and_is_set_right_is_followed()
    {
        NowAfterPoll(Noon.Plus(TimeSpan.FromHours(1)));
        Assert.True(NowAfterPoll(Noon) < Noon.Plus(TimeSpan.FromMinutes(30)));
    }

    public void Dispose() => replica.Dispose();

    private Instant NowAfterPoll(Instant databaseTime)
    {
        replica.Publish(new(memory, databaseTime, start));
        replica.NoteBeat(BootClock.Now);
        Assert.True(replica.TryBegin(out var permit));
        return permit.Now;
    }
}
