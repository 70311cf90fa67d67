using System.Threading.RateLimiting;
using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.Tests.Http;

/// <summary>Permits by key, and keys that are forgotten when nobody has any.</summary>
public sealed class KeyedConcurrencyLimiterTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Each_key_has_its_permits_and_a_returned_one_is_there_again()
    {
        using var limiter = new KeyedConcurrencyLimiter<string>(key => key, permits: 2);
        var first = limiter.AttemptAcquire("a");
        using var second = limiter.AttemptAcquire("a");
        using var third = limiter.AttemptAcquire("a");
        using var other = limiter.AttemptAcquire("b", 2);
        Assert.Equal([true, true, false, true], Of(first, second, third, other));
        Assert.Equal(0, limiter.GetStatistics("a")!.CurrentAvailablePermits);
        first.Dispose();
        // A second time returns nothing.
        first.Dispose();
        Assert.Equal(1, limiter.GetStatistics("a")!.CurrentAvailablePermits);
        using var again = limiter.AttemptAcquire("a");
        using var tooMany = limiter.AttemptAcquire("a");
        Assert.Equal([true, false], Of(again, tooMany));
    }

    [Fact]
    public void A_key_that_nobody_uses_is_forgotten_and_one_that_is_refused_is_not_kept()
    {
        using var limiter = new KeyedConcurrencyLimiter<string>(key => key, permits: 1);
        limiter.AttemptAcquire("a").Dispose();
        limiter.AttemptAcquire("a").Dispose();
        Assert.Equal(0, limiter.Count);
        using (limiter.AttemptAcquire("a"))
        {
            using var refused = limiter.AttemptAcquire("a");
            Assert.False(refused.IsAcquired);
            Assert.Equal(1, limiter.Count);
        }
        Assert.Equal(0, limiter.Count);
    }

    [Fact]
    public void Who_has_no_key_is_not_limited()
    {
        using var limiter = new KeyedConcurrencyLimiter<string?>(key => key, permits: 1);
        using var one = limiter.AttemptAcquire(null);
        using var two = limiter.AttemptAcquire(null, 5);
        Assert.Equal([true, true], Of(one, two));
        Assert.Equal(0, limiter.Count);
    }

    [Fact]
    public async Task Those_who_wait_come_in_their_order_and_who_gives_up_leaves_nothing_behind()
    {
        using var limiter = new KeyedConcurrencyLimiter<string>(key => key, permits: 1, queue: 2);
        var held = await limiter.AcquireAsync("a", 1, Cancellation);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var impatient = limiter.AcquireAsync("a", 1, patience.Token).AsTask();
        var next = limiter.AcquireAsync("a", 1, Cancellation).AsTask();
        using var tooMany = await limiter.AcquireAsync("a", 1, Cancellation);
        Assert.False(tooMany.IsAcquired);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        Assert.False(next.IsCompleted);
        held.Dispose();
        (await next).Dispose();
        Assert.Equal(0, limiter.Count);
    }

    [Fact]
    public async Task Many_at_once_never_have_more_than_there_is()
    {
        using var limiter = new KeyedConcurrencyLimiter<string>(key => key, permits: 3);
        var (now, most) = (0, 0);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 20_000),
            new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Cancellation },
            async (i, _) =>
            {
                using var lease = limiter.AttemptAcquire("a");
                if (!lease.IsAcquired)
                    return;
                var having = Interlocked.Increment(ref now);
                InterlockedMax(ref most, having);
                if (i % 7 == 0)
                    await Task.Yield();
                Interlocked.Decrement(ref now);
            }
        );
        Assert.InRange(most, 1, 3);
        Assert.Equal(0, limiter.Count);
    }

    private static IEnumerable<bool> Of(params RateLimitLease[] leases) => leases.Select(lease => lease.IsAcquired);

    private static void InterlockedMax(ref int most, int value)
    {
        for (
            var before = Volatile.Read(ref most);
            value > before && Interlocked.CompareExchange(ref most, value, before) != before;
            before = Volatile.Read(ref most)
        ) { }
    }
}
