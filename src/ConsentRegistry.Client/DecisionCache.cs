using Microsoft.Extensions.Caching.Memory;

namespace ConsentRegistry.Client;

/// <summary>
/// Answers checks again that were answered before. Denies, and asks, for as long as the registry permits. Allows only
/// with <see cref="DecisionCacheOptions.MaxStaleness"/>, and only while the live feed of changes is followed without
/// delay and has told no change that may alter the answer.
/// </summary>
/// <remarks>
/// <para>
/// It follows <c>GET /v1/changes</c>, for which the token needs <c>changes:read</c>. Without it, and while the registry
/// cannot be reached or the feed is behind, no allow is answered from the cache: the registry is asked. In its first 10
/// seconds it keeps no allow.
/// </para>
/// <para>
/// Checks with options that a kept answer cannot meet go to the registry: <see cref="Check.MinVersions"/>,
/// <see cref="Consistency.Strong"/>, <see cref="Check.Explain"/>, <see cref="Check.Receipt"/> and
/// <see cref="Check.DecisionId"/>. So do batches.
/// </para>
/// </remarks>
public sealed class DecisionCache : IConsentChecker, IAsyncDisposable
{
    private readonly ConsentRegistryClient registry;
    private readonly DecisionCacheOptions options;
    private readonly TimeProvider clock;
    private readonly ChangeFeed feed;
    private readonly MemoryCache kept;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task following;

    /// <summary>A cache over a client. It begins to follow changes at once where allows may be kept.</summary>
    /// <param name="registry">The client, which stays the caller's.</param>
    /// <param name="options">What may be kept.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public DecisionCache(ConsentRegistryClient registry, DecisionCacheOptions options)
        : this(registry, options, ChangeFeed.LongestDelta, TimeProvider.System) { }

    internal DecisionCache(
        ConsentRegistryClient registry,
        DecisionCacheOptions options,
        TimeSpan longestDelta,
        TimeProvider clock
    )
    {
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentNullException.ThrowIfNull(options);
        Validate(options);
        (this.registry, this.options, this.clock) = (registry, options, clock);
        feed = new(registry, options.MaxFeedLag, options.MaxStaleness, longestDelta, clock);
        kept = new(new MemoryCacheOptions { SizeLimit = options.MaxEntries });
        following = KeepsAllows ? Task.Run(() => feed.RunAsync(stopping.Token)) : Task.CompletedTask;
    }

    /// <summary>Whether an allow may be answered from the cache now.</summary>
    public bool IsCurrent => KeepsAllows && feed.IsCurrent;

    private bool KeepsAllows => options.MaxStaleness > TimeSpan.Zero;

    /// <inheritdoc/>
    public async Task<Decision> CheckAsync(Check check, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(check);
        if (!CanBeKept(check))
            return await registry.Checks.CheckAsync(check, cancellation);
        var key = new Key(check.CreatorId!, check.VideoId!, check.Purpose!, check.Requester);
        if (kept.TryGetValue<Kept>(key, out var found) && IsGood(found!, check))
        {
            ClientTelemetry.CountCached(isHit: true);
            return found!.Decision;
        }
        ClientTelemetry.CountCached(isHit: false);
        // Before the question is sent: what is forgotten meanwhile takes the answer with it.
        var (epoch, askedAt) = (feed.Changes.Epoch, clock.GetTimestamp());
        var decision = await registry.Checks.CheckAsync(
            KeepsAllows ? check with { Versions = true, MaxStaleness = options.MaxStaleness } : check,
            cancellation
        );
        Keep(key, decision, epoch, askedAt);
        return decision;
    }

    /// <inheritdoc/>
    public Task<BatchDecision> CheckBatchAsync(
        IReadOnlyList<Check> checks,
        BatchDefaults? defaults = null,
        CancellationToken cancellation = default
    ) => registry.Checks.CheckBatchAsync(checks, defaults, cancellation);

    /// <summary>Stops following, and forgets everything.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await following;
        stopping.Dispose();
        kept.Dispose();
    }

    private static void Validate(DecisionCacheOptions options)
    {
        if (options.MaxStaleness < TimeSpan.Zero || options.MaxStaleness > DecisionCacheOptions.LongestStaleness)
            throw new ArgumentOutOfRangeException(nameof(options), "MaxStaleness is 0 to 5 minutes.");
        if (options.MaxFeedLag < DecisionCacheOptions.ShortestFeedLag)
            throw new ArgumentOutOfRangeException(nameof(options), "MaxFeedLag is at least 1 second.");
        if (options.MaxEntries < 1)
            throw new ArgumentOutOfRangeException(nameof(options), "MaxEntries is at least 1.");
    }

    private static bool CanBeKept(Check check) =>
        check
            is {
                CreatorId: not null,
                VideoId: not null,
                Content: null,
                Purpose: not null,
                MinVersions: null,
                Consistency: null or Consistency.Fast,
                MaxStaleness: null,
                Explain: null or false,
                Receipt: null or false,
                DecisionId: null or false,
                Versions: null or false,
            };

    private void Keep(Key key, Decision decision, long epoch, long askedAt)
    {
        if (decision.FreshAt is { } freshAt)
            feed.Saw(freshAt);
        var lasts = decision.Allowed && decision.MaxAge > options.MaxStaleness ? options.MaxStaleness : decision.MaxAge;
        if (lasts <= TimeSpan.Zero)
            return;
        if (decision.Allowed && (decision.Versions is null || !feed.TellsWhatLacks(askedAt)))
            return;
        kept.Set(
            key,
            new Kept(decision, epoch, askedAt, lasts),
            new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = lasts }
        );
    }

    private bool IsGood(Kept answer, Check check)
    {
        var decision = answer.Decision;
        // By a clock that only goes forward; the expiry of the cache is by the time of day, and only makes room.
        if (clock.GetElapsedTime(answer.AskedAt) >= answer.Lasts)
            return false;
        return !decision.Allowed
            || (
                answer.Epoch == feed.Changes.Epoch
                && feed.IsCurrent
                && !feed.Changes.MayAlter(decision.Versions!, check.Purpose!, check.Requester, isAllow: true)
            );
    }

    private readonly record struct Key(string Creator, string Video, string Purpose, string? Requester);

    /// <param name="Decision">The answer.</param>
    /// <param name="Epoch">Of what the feed had told when it was asked for.</param>
    /// <param name="AskedAt">When the question was sent.</param>
    /// <param name="Lasts">For how long after that it may be answered again.</param>
    private sealed record Kept(Decision Decision, long Epoch, long AskedAt, TimeSpan Lasts);
}
