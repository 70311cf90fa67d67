using System.Diagnostics.CodeAnalysis;
using System.Threading.RateLimiting;

namespace ConsentRegistry.Api.Http;

/// <summary>
/// A token bucket that a request for more tokens than it holds may overdraw: it is admitted when the bucket is full,
/// which then runs into debt, and nothing is admitted until the debt is paid back. The library's own bucket refuses
/// such a request always.
/// </summary>
/// <param name="tokensPerSecond">
/// Tokens that come back each second, and that the bucket holds at most; at least 1.
/// </param>
/// <param name="clock">Measures the time that has passed.</param>
internal sealed class OverdraftBucket(int tokensPerSecond, TimeProvider clock) : RateLimiter
{
    private readonly Lock gate = new();
    private double tokens = tokensPerSecond;
    private long countedAt = clock.GetTimestamp();
    private long successful;
    private long failed;

    /// <summary>Since when the bucket is full, so that it can be forgotten; null while something is owed.</summary>
    public override TimeSpan? IdleDuration
    {
        get
        {
            lock (gate)
            {
                var missing = tokensPerSecond - tokens;
                var since = clock.GetElapsedTime(countedAt) - TimeSpan.FromSeconds(missing / tokensPerSecond);
                return since < TimeSpan.Zero ? null : since;
            }
        }
    }

    public override RateLimiterStatistics GetStatistics()
    {
        lock (gate)
        {
            Refill();
            return new()
            {
                CurrentAvailablePermits = (long)Math.Floor(tokens),
                TotalSuccessfulLeases = successful,
                TotalFailedLeases = failed,
            };
        }
    }

    /// <summary>Takes tokens. To take none asks whether there is one.</summary>
    protected override RateLimitLease AttemptAcquireCore(int permitCount)
    {
        lock (gate)
        {
            Refill();
            var needed = Math.Clamp(permitCount, 1, tokensPerSecond);
            if (tokens < needed)
            {
                failed++;
                return new Lease(TimeSpan.FromSeconds((needed - tokens) / tokensPerSecond));
            }
            tokens -= permitCount;
            successful++;
            return Lease.Acquired;
        }
    }

    // Nobody waits in line: a caller is told when to come back.
    protected override ValueTask<RateLimitLease> AcquireAsyncCore(
        int permitCount,
        CancellationToken cancellationToken
    ) => new(AttemptAcquireCore(permitCount));

    private void Refill()
    {
        var now = clock.GetTimestamp();
        var passed = clock.GetElapsedTime(countedAt, now);
        if (passed <= TimeSpan.Zero)
            return;
        tokens = Math.Min(tokensPerSecond, tokens + (passed.TotalSeconds * tokensPerSecond));
        countedAt = now;
    }

    private sealed class Lease(TimeSpan? retryAfter) : RateLimitLease
    {
        public static readonly Lease Acquired = new(null);

        public override bool IsAcquired => retryAfter is null;

        public override IEnumerable<string> MetadataNames => retryAfter is null ? [] : [MetadataName.RetryAfter.Name];

        public override bool TryGetMetadata(string metadataName, [NotNullWhen(true)] out object? metadata)
        {
            metadata = metadataName == MetadataName.RetryAfter.Name ? retryAfter : null;
            return metadata is not null;
        }
    }
}
