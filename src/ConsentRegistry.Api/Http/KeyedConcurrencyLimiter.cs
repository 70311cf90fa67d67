using System.Threading.RateLimiting;

namespace ConsentRegistry.Api.Http;

/// <summary>
/// A <see cref="ConcurrencyLimiter"/> for each key, for as long as somebody has or awaits a permit of it. The limiters
/// of <see cref="PartitionedRateLimiter.Create"/> forget keys by a timer, each ten times a second: that wakes a node
/// which nobody asks.
/// </summary>
/// <param name="keyOf">The key that a resource counts for; null where it is not limited.</param>
/// <param name="permits">Permits of each key.</param>
/// <param name="queue">Permits of each key that may be waited for.</param>
internal sealed class KeyedConcurrencyLimiter<TResource>(Func<TResource, string?> keyOf, int permits, int queue = 0)
    : PartitionedRateLimiter<TResource>
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Entry> entries = new(StringComparer.Ordinal);

    /// <summary>Keys that somebody uses.</summary>
    public int Count
    {
        get
        {
            lock (gate)
                return entries.Count;
        }
    }

    /// <inheritdoc/>
    public override RateLimiterStatistics? GetStatistics(TResource resource)
    {
        lock (gate)
            return keyOf(resource) is { } key && entries.TryGetValue(key, out var entry)
                ? entry.Limiter.GetStatistics()
                : new() { CurrentAvailablePermits = permits };
    }

    /// <inheritdoc/>
    protected override RateLimitLease AttemptAcquireCore(TResource resource, int permitCount)
    {
        if (keyOf(resource) is not { } key)
            return Unlimited.Lease;
        var entry = Enter(key);
        return Leave(key, entry, entry.Limiter.AttemptAcquire(permitCount));
    }

    /// <inheritdoc/>
    protected override async ValueTask<RateLimitLease> AcquireAsyncCore(
        TResource resource,
        int permitCount,
        CancellationToken cancellationToken
    )
    {
        if (keyOf(resource) is not { } key)
            return Unlimited.Lease;
        var entry = Enter(key);
        try
        {
            return Leave(key, entry, await entry.Limiter.AcquireAsync(permitCount, cancellationToken));
        }
        catch
        {
            Leave(key, entry);
            throw;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        lock (gate)
        {
            foreach (var entry in entries.Values)
                entry.Limiter.Dispose();
            entries.Clear();
        }
        base.Dispose(disposing);
    }

    private Entry Enter(string key)
    {
        lock (gate)
        {
            if (!entries.TryGetValue(key, out var entry))
                entries[key] = entry = new(new(new() { PermitLimit = permits, QueueLimit = queue }));
            entry.Users++;
            return entry;
        }
    }

    // Who got no permit uses the key no more.
    private RateLimitLease Leave(string key, Entry entry, RateLimitLease lease)
    {
        if (lease.IsAcquired)
            return new Lease(this, key, entry, lease);
        Leave(key, entry);
        return lease;
    }

    private void Leave(string key, Entry entry)
    {
        lock (gate)
        {
            if (--entry.Users > 0)
                return;
            entry.Limiter.Dispose();
            // None is left after this limiter itself was disposed.
            if (entries.TryGetValue(key, out var current) && current == entry)
                entries.Remove(key);
        }
    }

    private sealed class Entry(ConcurrencyLimiter limiter)
    {
        public ConcurrencyLimiter Limiter { get; } = limiter;

        /// <summary>Who has permits, or waits for some.</summary>
        public int Users { get; set; }
    }

    private sealed class Lease(KeyedConcurrencyLimiter<TResource> owner, string key, Entry entry, RateLimitLease inner)
        : RateLimitLease
    {
        private int isReturned;

        public override bool IsAcquired => true;

        public override IEnumerable<string> MetadataNames => inner.MetadataNames;

        public override bool TryGetMetadata(string metadataName, out object? metadata) =>
            inner.TryGetMetadata(metadataName, out metadata);

        protected override void Dispose(bool disposing)
        {
            if (Interlocked.Exchange(ref isReturned, 1) == 0)
            {
                inner.Dispose();
                owner.Leave(key, entry);
            }
            base.Dispose(disposing);
        }
    }

    private sealed class Unlimited : RateLimitLease
    {
        public static readonly Unlimited Lease = new();

        public override bool IsAcquired => true;

        public override IEnumerable<string> MetadataNames => [];

        public override bool TryGetMetadata(string metadataName, out object? metadata)
        {
            metadata = null;
            return false;
        }
    }
}
