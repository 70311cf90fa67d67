using System.Threading.RateLimiting;
using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.Previews;

/// <summary>
/// How many previews a node makes at once. Each keeps a processor busy for as long as seconds, so half of them stay
/// free for everything else. Each caller has one preview at a time, and others wait for their turn in the order in
/// which they came.
/// </summary>
internal sealed class PreviewLimiter : IDisposable
{
    /// <summary>Previews of one caller that wait for the one before them.</summary>
    private const int WaitingOfEach = 4;

    /// <summary>Previews of different callers that wait for a processor.</summary>
    private const int Waiting = 32;

    /// <summary>How long one waits for its turn.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    private readonly PartitionedRateLimiter<string> limiter = PartitionedRateLimiter.CreateChained(
        new KeyedConcurrencyLimiter<string>(caller => caller, permits: 1, queue: WaitingOfEach),
        new KeyedConcurrencyLimiter<string>(_ => "", AtOnce, Waiting)
    );

    /// <summary>What a caller is told whose turn does not come.</summary>
    public static readonly Problem Refused = new(
        429,
        ProblemCode.RateLimited,
        "Too many previews of this caller, or of all callers, wait for their turn; repeat the request after "
            + "Retry-After."
    );

    /// <summary>Previews of all callers at once.</summary>
    public static int AtOnce => Math.Max(1, Environment.ProcessorCount / 2);

    /// <summary>Waits for the caller's turn, which lasts until the lease is disposed.</summary>
    /// <returns>The lease; it is not acquired where too many wait already, or the turn did not come in time.</returns>
    public async ValueTask<RateLimitLease> AcquireAsync(Caller caller, CancellationToken cancellation)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        waiting.CancelAfter(LongestWait);
        try
        {
            return await limiter.AcquireAsync(caller.Identity, permitCount: 1, waiting.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return NotAcquired.Lease;
        }
    }

    public void Dispose() => limiter.Dispose();

    private sealed class NotAcquired : RateLimitLease
    {
        public static readonly NotAcquired Lease = new();

        public override bool IsAcquired => false;

        public override IEnumerable<string> MetadataNames => [];

        public override bool TryGetMetadata(string metadataName, out object? metadata)
        {
            metadata = null;
            return false;
        }
    }
}
