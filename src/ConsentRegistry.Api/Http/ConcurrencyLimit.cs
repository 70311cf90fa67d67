using System.Globalization;
using System.Threading.RateLimiting;

namespace ConsentRegistry.Api.Http;

/// <summary>
/// A limit on what one node does at the same time: for all callers together, and for each of them, so that no caller
/// takes it all.
/// </summary>
internal sealed class ConcurrencyLimit : IDisposable
{
    private readonly PartitionedRateLimiter<string> limiter;

    /// <param name="of">What is limited, as a plural noun.</param>
    /// <param name="all">For all callers together.</param>
    /// <param name="each">For one caller.</param>
    /// <param name="holder">What has a share, where that is no caller.</param>
    public ConcurrencyLimit(string of, int all, int each, string holder = "caller")
    {
        (Of, All, Each, Holder) = (of, all, each, holder);
        limiter = PartitionedRateLimiter.CreateChained(
            new KeyedConcurrencyLimiter<string>(caller => caller, each),
            new KeyedConcurrencyLimiter<string>(_ => "", all)
        );
    }

    /// <summary>What is limited.</summary>
    public string Of { get; }

    /// <summary>How much of it all callers may have together.</summary>
    public int All { get; }

    /// <summary>How much of it one caller may have.</summary>
    public int Each { get; }

    /// <summary>What has a share.</summary>
    public string Holder { get; }

    /// <summary>What a caller is told for whom nothing is left.</summary>
    public Problem Refusal =>
        new(
            503,
            ProblemCode.Unavailable,
            string.Create(
                CultureInfo.InvariantCulture,
                $"A node has {All:N0} {Of} at the same time, {Each:N0} of them for one {Holder}. Nothing is left for this request now; repeat it later."
            )
        );

    /// <summary>
    /// Takes a part of the limit until it is disposed; null if too little is left for this caller, or for all.
    /// </summary>
    public RateLimitLease? TryAcquire(string caller, int permits = 1)
    {
        var lease = limiter.AttemptAcquire(caller, permits);
        if (lease.IsAcquired)
            return lease;
        lease.Dispose();
        return null;
    }

    public void Dispose() => limiter.Dispose();
}

/// <summary>
/// What a node does at the same time, at most. Each of these takes long or holds memory;
/// docs/reference/configuration.md lists them.
/// </summary>
internal sealed class ConcurrencyLimits : IDisposable
{
    /// <summary>
    /// Memory for the bodies of requests beyond the first 16 KiB of each: room for 16 of the largest, and for 4 of one
    /// caller.
    /// </summary>
    public ConcurrencyLimit BodyBytes { get; } =
        new("bytes of request bodies", 16 * BodyLimit.Bulk.Bytes, 4 * BodyLimit.Bulk.Bytes);

    /// <summary>Exports of a history or of the log.</summary>
    public ConcurrencyLimit Exports { get; } = new("exports", 8, 2);

    /// <summary>Streams of checks: each is a connection that may be silent.</summary>
    public ConcurrencyLimit CheckStreams { get; } = new("check streams", 1_000, 100);

    /// <summary>Streams of everybody's changes.</summary>
    public ConcurrencyLimit ChangeStreams { get; } = new("streams of changes", 200, 20);

    /// <summary>Streams of inboxes. An agency follows many creators.</summary>
    public ConcurrencyLimit InboxStreams { get; } = new("streams of inboxes", 1_000, 200);

    /// <summary>Of those, of one creator's inbox: some devices of theirs and of who acts for them.</summary>
    public ConcurrencyLimit StreamsOfOneInbox { get; } = new("streams of inboxes", 1_000, 10, "inbox");

    /// <summary>Pings of webhooks: each waits for a receiver.</summary>
    public ConcurrencyLimit Pings { get; } = new("pings of webhooks", 16, 4);

    /// <summary>All of them.</summary>
    public IReadOnlyList<ConcurrencyLimit> All =>
        [BodyBytes, Exports, CheckStreams, ChangeStreams, InboxStreams, StreamsOfOneInbox, Pings];

    public void Dispose()
    {
        foreach (var limit in All)
            limit.Dispose();
    }
}
