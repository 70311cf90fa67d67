namespace ConsentRegistry.Client;

/// <summary>
/// Follows the registry's changes for as long as it is run, and knows whether it is behind.
/// </summary>
/// <param name="registry">Whom to follow.</param>
/// <param name="maxLag">How far it may be behind and count as current.</param>
/// <param name="maxStaleness">For how long an answer is used at most.</param>
/// <param name="longestDelta">
/// For how long a node of the registry may answer from what it knew: what was told before the feed began, or forgotten,
/// may be missing from an answer for so long.
/// </param>
/// <param name="clock">A clock.</param>
internal sealed class ChangeFeed(
    ConsentRegistryClient registry,
    TimeSpan maxLag,
    TimeSpan maxStaleness,
    TimeSpan longestDelta,
    TimeProvider clock
)
{
    /// <summary>The largest Δ that a registry can be set to.</summary>
    public static readonly TimeSpan LongestDelta = TimeSpan.FromSeconds(10);

    /// <summary>How long a feed that broke off waits until it connects again.</summary>
    private static readonly TimeSpan ReconnectPause = TimeSpan.FromMilliseconds(500);

    private static readonly Position Nowhere = new(DateTimeOffset.MinValue, 0);

    private Position position = Nowhere;
    private long? after;
    private long newestSeen;
    private long knowsSince;

    /// <summary>What it told.</summary>
    // An answer that was asked for so long after a change knows it; the rest is for a thread that was held up.
    public RecentChanges Changes { get; } = new(longestDelta + maxStaleness + TimeSpan.FromMinutes(1), clock);

    /// <summary>
    /// Whether everything is told that was acknowledged until a moment ago. False while that is not known.
    /// </summary>
    public bool IsCurrent
    {
        get
        {
            var reached = Volatile.Read(ref position);
            // By this clock, how long ago its time last went on; by the registry's, whether answers are newer than it.
            return reached != Nowhere
                && clock.GetElapsedTime(reached.ReceivedAt) <= maxLag
                && Volatile.Read(ref newestSeen) - reached.At.UtcTicks <= maxLag.Ticks;
        }
    }

    /// <summary>
    /// Whether every change that an answer may lack is told, now or later: of an answer whose question was sent then.
    /// </summary>
    public bool TellsWhatLacks(long askedAt) =>
        Volatile.Read(ref knowsSince) is not 0 and var since && clock.GetElapsedTime(since, askedAt) >= longestDelta;

    /// <summary>An answer was seen that is as new as this, by the registry's clock.</summary>
    public void Saw(DateTimeOffset freshAt)
    {
        var ticks = freshAt.UtcTicks;
        for (var seen = Volatile.Read(ref newestSeen); seen < ticks; )
        {
            var found = Interlocked.CompareExchange(ref newestSeen, ticks, seen);
            if (found == seen)
                return;
            seen = found;
        }
    }

    /// <summary>Follows until it is told to stop, whatever happens.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var isStarted = false;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                if (!isStarted)
                {
                    after = await registry.Changes.FindEndAsync(stopping);
                    Volatile.Write(ref knowsSince, clock.GetTimestamp());
                    isStarted = true;
                }
                await foreach (var item in registry.Changes.FollowWithPositionsAsync(after, stopping))
                    Take(item);
            }
            catch (ConsentRegistryException e) when (e.Status == System.Net.HttpStatusCode.UnprocessableEntity)
            {
                // Another log than the one that was followed: nothing that was kept is worth anything.
                isStarted = false;
                Forget();
            }
            catch (Exception e)
                when (e is ConsentRegistryException or HttpRequestException or OperationCanceledException)
            {
                // The registry is away or does not serve this now. Meanwhile nothing is current.
            }
            Volatile.Write(ref position, Nowhere);
            await ((Task)Task.Delay(ReconnectPause, clock, stopping)).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing
            );
        }
    }

    private void Take(FeedItem item)
    {
        if (item.Change is { } change)
        {
            if (Changes.IsFull)
                Forget();
            Changes.Add(change);
            after = change.Seq;
        }
        else if (item.Position?.At is { } at && at > Volatile.Read(ref position).At)
        {
            Volatile.Write(ref position, new(at, clock.GetTimestamp()));
        }
    }

    // From now on, as at the beginning.
    private void Forget()
    {
        Volatile.Write(ref knowsSince, clock.GetTimestamp());
        Changes.Forget();
    }

    /// <param name="At">The registry's time before which everything is told.</param>
    /// <param name="ReceivedAt">When that was heard, by this clock.</param>
    private sealed record Position(DateTimeOffset At, long ReceivedAt);
}
