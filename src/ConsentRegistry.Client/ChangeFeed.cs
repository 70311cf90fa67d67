namespace ConsentRegistry.Client;

/// <summary>
/// Follows the registry's changes for as long as it is run, and knows whether it is behind.
/// </summary>
/// <param name="registry">Whom to follow.</param>
/// <param name="maxLag">How far the feed may be behind while it counts as current.</param>
/// <param name="maxStaleness">For how long an answer is used at most.</param>
/// <param name="longestDelta">
/// For how long a node of the registry may answer from older facts. For so long, an answer may lack a change that was
/// told before the feed began, or that was forgotten.
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

    /// <summary>The changes that it told.</summary>
    // An answer that may lack a change is asked for within Δ after it, and used no longer than the staleness. The
    // minute is for a thread that stands still between two comparisons.
    public RecentChanges Changes { get; } = new(longestDelta + maxStaleness + TimeSpan.FromMinutes(1), clock);

    /// <summary>
    /// Whether the feed has told all changes but those of the last moment. False while that is not known.
    /// </summary>
    public bool IsCurrent
    {
        get
        {
            var reached = Volatile.Read(ref position);
            // Two measures. By this clock: how long ago a heartbeat brought a later time. By the registry's clock: how
            // much newer the newest answer is.
            return reached != Nowhere
                && clock.GetElapsedTime(reached.ReceivedAt) <= maxLag
                && Volatile.Read(ref newestSeen) - reached.At.UtcTicks <= maxLag.Ticks;
        }
    }

    /// <summary>
    /// Whether the feed tells each change that an answer may lack. The answer is to a question that was sent at
    /// <paramref name="askedAt"/>.
    /// </summary>
    public bool TellsWhatLacks(long askedAt) =>
        Volatile.Read(ref knowsSince) is not 0 and var since && clock.GetElapsedTime(since, askedAt) >= longestDelta;

    /// <summary>Takes note of how new an answer is, by the registry's clock.</summary>
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
                // The registry has another log than the one that was followed. No answer of before is used any more.
                isStarted = false;
                Forget();
            }
            catch (Exception e)
                when (e is ConsentRegistryException or HttpRequestException or OperationCanceledException)
            {
                // The registry cannot be reached, or does not serve the feed. Until it does, the feed is not current.
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

    // The feed knows only changes from now on, as when it began.
    private void Forget()
    {
        Volatile.Write(ref knowsSince, clock.GetTimestamp());
        Changes.Forget();
    }

    /// <param name="At">The registry's time. All changes that were acknowledged before it are told.</param>
    /// <param name="ReceivedAt">When the heartbeat arrived, by this clock.</param>
    private sealed record Position(DateTimeOffset At, long ReceivedAt);
}
