using System.Diagnostics;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Diagnostics;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Replica.Facts;
using ConsentRegistry.Api.Telemetry;
using ConsentRegistry.Domain;
using Npgsql;

namespace ConsentRegistry.Api.Replica;

/// <summary>
/// The one writer of this node's memory: loads it, catches up, joins the nodes, and then polls and beats. Whatever goes
/// wrong, memory stops answering by itself, by the time of its last poll and its last beat.
/// </summary>
/// <remarks>
/// It has a thread of its own and blocks it. Polls that took turns with requests in the thread pool would be late where
/// many requests wait, and then no check of theirs could be answered.
/// </remarks>
internal sealed partial class Applier(
    Database database,
    ConsentReplica replica,
    CommitSignal commits,
    WakeUpChannel wakeUps,
    Bootstrap bootstrap,
    IntegrityKeys keys,
    ReplicaOptions options,
    ReplicaMetrics metrics,
    IntegrityMetrics integrity,
    TimeProvider clock,
    ILogger<Applier> logger
) : BackgroundService
{
    /// <summary>
    /// Between two polls while there are requests or commits, where nothing calls for one sooner.
    /// </summary>
    public static readonly TimeSpan BetweenPolls = TimeSpan.FromMilliseconds(40);

    /// <summary>
    /// Between two polls after a time without any: what a lost wake-up costs. Shorter where Δ/4 is, for four polls fit
    /// into Δ.
    /// </summary>
    public static readonly TimeSpan BetweenQuietPolls = TimeSpan.FromMilliseconds(333);

    /// <summary>After loading that came to nothing: it reads much.</summary>
    private static readonly TimeSpan BetweenLoads = TimeSpan.FromSeconds(2);

    /// <summary>After something went wrong.</summary>
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// A poll says what the nodes' Δ are for so long: a node that joined since then may have a larger one.
    /// </summary>
    private static readonly TimeSpan NodesKnownFor = 5 * BetweenPolls;

    /// <summary>How long taking this node's row away may take.</summary>
    private static readonly TimeSpan ShutdownGrace = TimeSpan.FromSeconds(3);

    private readonly TimeSpan betweenQuietPolls =
        options.Delta / 4 < BetweenQuietPolls ? options.Delta / 4 : BetweenQuietPolls;

    private readonly Membership membership = new(options);
    private FactMemory? memory;
    private Follower? follower;
    private (TimeSpan Delta, long SentAt)? largest;
    private readonly Lock guard = new();

    /// <summary>The largest Δ of the nodes, this one included; null if no poll has said so lately.</summary>
    public TimeSpan? LargestDelta
    {
        get
        {
            lock (guard)
                return largest is { } seen && BootClock.Since(seen.SentAt) <= NodesKnownFor ? seen.Delta : null;
        }
    }

    /// <summary>
    /// Has everything about a creator read again by the next poll; until then nothing is answered about them.
    /// </summary>
    public void Doubt(CreatorId creator)
    {
        lock (doubts)
            doubts.Add(creator);
        replica.RequestPoll();
    }

    private readonly HashSet<CreatorId> doubts = [];

    private bool reconnectRequested;

    /// <summary>
    /// Has the database polled by a new connection: changes are committed on another server than the one that is polled.
    /// Where the new connection leads to another one, memory is loaded anew.
    /// </summary>
    public void RequestReconnect()
    {
        Volatile.Write(ref reconnectRequested, true);
        replica.RequestPoll();
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        replica.StopAnswering();
        await base.StopAsync(cancellationToken);
        // What the last poll brought may have been published since: before the row goes, nobody answers any more.
        replica.Close();
        // Requests that took all of the host's time to end must not take this too: every change waits for a row that
        // stays.
        using var farewell = new CancellationTokenSource(ShutdownGrace);
        try
        {
            await membership.LeaveAsync(database, farewell.Token);
        }
        catch (Exception e) when (DatabaseErrors.MeansUnavailable(e) || e is OperationCanceledException)
        {
            // Somebody else will take the row away.
            LogInterrupted(ExceptionSummary.Summarize(e), null);
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.Factory.StartNew(
            () => Run(stoppingToken),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );

    private void Run(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (follower is null)
                    (memory, follower) = WaitFor(bootstrap.LoadAsync(stoppingToken));
                using var connection = database.Replica.OpenConnection();
                Follow(connection, stoppingToken);
            }
            catch (ServerReplacedException)
            {
                LogReplaced();
                Drop();
                LeaveQuietly(stoppingToken);
            }
            catch (ServerOutdatedException e)
            {
                LogOutdated(e.Timeline, e.Latest);
                metrics.Lost();
                // What is open leads to this server.
                database.ClearPools();
                Sleep(BetweenTries, stoppingToken);
            }
            catch (Exception e) when (e is MemoryLostException or InvalidDataException or FormatException)
            {
                var wasLoading = follower is null;
                LogLost(e.Message);
                metrics.Lost();
                Drop();
                LeaveQuietly(stoppingToken);
                // What cannot be loaded now can be when somebody has mended it.
                if (wasLoading)
                    Sleep(BetweenLoads, stoppingToken);
            }
            catch (OutcomeUnknownException e) when (e.InnerException is null)
            {
                // As below: without a confirmed beat memory stops answering.
                LogUnconfirmed(e.Message);
                metrics.Unconfirmed();
                membership.LoseSight();
                Sleep(BetweenTries, stoppingToken);
            }
            catch (Exception e) when (DatabaseErrors.MeansUnavailable(e))
            {
                // Memory stays, and goes on from where it is: it stops answering by itself.
                LogInterrupted(ExceptionSummary.Summarize(e), (e as PostgresException)?.SqlState);
                membership.LoseSight();
                Sleep(BetweenTries, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogBug(e.GetType().Name, e.StackTrace);
                Drop();
                Sleep(BetweenTries, stoppingToken);
            }
        }
    }

    private void Follow(NpgsqlConnection connection, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            if (Interlocked.Exchange(ref reconnectRequested, false))
            {
                database.Replica.Clear();
                return;
            }
            var poll = Poll(connection, out var isBeatDue);
            // Whatever this server confirms, it confirms alone.
            if (database.RequiresStandby && !poll.HasStandby)
                throw new OutcomeUnknownException("synchronous_standby_names is empty.");
            var took = BootClock.Since(poll.SentAt);
            lock (guard)
                largest = (poll.Nodes.Select(node => node.Delta).Append(options.Delta).Max(), poll.SentAt);
            wakeUps.HasOthers = !membership.IsAlone(poll);
            metrics.Polled(took);
            if (isBeatDue)
            {
                if (membership.Beat(connection, poll))
                    replica.NoteBeat(poll.SentAt);
                else
                    NoteEvicted();
            }
            var asked = BootClock.Since(poll.SentAt);
            if (cancellation.IsCancellationRequested)
                return;
            var applied = follower!.Apply(poll);
            metrics.Applied(applied.New.Count);
            metrics.Doubted(applied.Doubts);
            integrity.Found(IntegrityMetrics.Event, applied.Forged);
            integrity.Found(IntegrityMetrics.Stream, applied.Unsealed);
            integrity.Deny(follower.DistrustedCount);
            if (applied.BroughtEvents)
                commits.Raise();
            if (applied.IsComplete)
            {
                if (!membership.HasJoined)
                {
                    replica.StopAnswering();
                    replica.NoteBeat(WaitFor(membership.JoinAsync(connection, poll, cancellation)));
                    LogJoined();
                    // This poll was sent before the row was there: the next is the first to answer from.
                    continue;
                }
                replica.Publish(
                    new(memory!, poll.DatabaseTime, poll.SentAt)
                    {
                        HasStandby = poll.HasStandby,
                        IsConfirmed = !poll.HasStandby || isBeatDue,
                    }
                );
                if (membership.IsAlone(poll))
                    PublishedAlone?.Invoke(poll.SentAt, poll.Server!.Value);
                if (applied.BroughtEvents)
                {
                    if (!membership.TellSeen(connection, poll.Snapshot))
                    {
                        NoteEvicted();
                        continue;
                    }
                    Beaten?.Invoke();
                    wakeUps.TellConfirmed();
                    if (Tracing.IsOn)
                        Trace(connection, applied.New);
                }
                if (membership.Evict(connection, poll) is > 0 and var evicted)
                {
                    LogEvicting(evicted);
                    metrics.EvictedOthers(evicted);
                }
            }
            if (applied.IsComplete && follower.Doubted.Count == 0)
                PauseBeforeNext(poll.SentAt, asked, cancellation);
        }
    }

    private void NoteEvicted()
    {
        replica.StopAnswering();
        LogEvicted();
        metrics.WasEvicted();
    }

    // Says in the trace of each change when this node had it and had said so. Nobody waits for this.
    private void Trace(NpgsqlConnection connection, IReadOnlyList<Guid> events)
    {
        var (now, polledFor) = (clock.GetUtcNow(), replica.Age ?? TimeSpan.Zero);
        foreach (var traceparent in TraceStore.Read(connection, events))
            Tracing.GoOn("apply change", ActivityKind.Consumer, traceparent, now - polledFor)?.Dispose();
    }

    /// <summary>Told after each beat: what waits on this node for all nodes may be over.</summary>
    public Action? Beaten { get; set; }

    /// <summary>
    /// Told when memory has what a poll saw, and no other node had a row then. It gets the time at which the poll was
    /// sent, and the server: what was committed there before is in force everywhere, for a node that joins later polls
    /// after it joined.
    /// </summary>
    public Action<long, ServerIdentity>? PublishedAlone { get; set; }

    private TimeSpan Pause => replica.IsQuiet(commits) ? betweenQuietPolls : BetweenPolls;

    private Poll Poll(NpgsqlConnection connection, out bool isBeatDue)
    {
        CreatorId[] doubtful;
        lock (doubts)
        {
            doubtful = [.. doubts];
            doubts.Clear();
        }
        foreach (var creator in doubtful)
            follower!.Doubt(creator);
        metrics.Doubted(doubtful.Length);
        // Who asks for what is confirmed asks for a poll that is sent from now on.
        isBeatDue = membership.IsBeatDue(Pause, replica.TakeConfirmationRequest());
        return Feed.Poll(connection, keys, follower!, follower!.TakeToRead(BootClock.Now));
    }

    // Not sooner than twice what the last poll and its beat took: a slow database is not asked more often.
    private void PauseBeforeNext(long sentAt, TimeSpan took, CancellationToken cancellation)
    {
        replica.WaitForPollRequest(
            TimeSpan.FromTicks(Math.Max(0, (Pause - BootClock.Since(sentAt)).Ticks)),
            cancellation
        );
        var rest = (2 * took) - BootClock.Since(sentAt);
        if (rest > TimeSpan.FromMilliseconds(1))
            Sleep(rest, cancellation);
    }

    private static void Sleep(TimeSpan time, CancellationToken cancellation) => cancellation.WaitHandle.WaitOne(time);

    // For what is rare: this thread has nothing else to do.
    private static T WaitFor<T>(Task<T> task) => task.GetAwaiter().GetResult();

    private void Drop()
    {
        replica.StopAnswering();
        (memory, follower) = (null, null);
    }

    private void LeaveQuietly(CancellationToken cancellation)
    {
        try
        {
            membership.LeaveAsync(database, cancellation).GetAwaiter().GetResult();
        }
        catch (Exception e) when (DatabaseErrors.MeansUnavailable(e))
        {
            LogInterrupted(ExceptionSummary.Summarize(e), (e as PostgresException)?.SqlState);
        }
    }

    [LoggerMessage(
        LogEvents.NodeJoined,
        LogLevel.Information,
        "This node has joined, and answers from memory",
        EventName = nameof(LogEvents.NodeJoined)
    )]
    private partial void LogJoined();

    [LoggerMessage(
        LogEvents.NodeEvicted,
        LogLevel.Warning,
        "This node's row is gone: it joins again; if this goes on, see whether it lacks processor time "
            + "or its way to PostgreSQL is slow",
        EventName = nameof(LogEvents.NodeEvicted)
    )]
    private partial void LogEvicted();

    [LoggerMessage(
        LogEvents.NodesEvicted,
        LogLevel.Warning,
        "{Count} nodes were taken away whose beat stood still; see whether they run, and stop those that " + "hang",
        EventName = nameof(LogEvents.NodesEvicted)
    )]
    private partial void LogEvicting(int count);

    [LoggerMessage(
        LogEvents.MemoryLost,
        LogLevel.Critical,
        "Memory is lost and loaded anew; find out whether the database was restored or altered by hand: " + "{Problem}",
        EventName = nameof(LogEvents.MemoryLost)
    )]
    private partial void LogLost(string problem);

    [LoggerMessage(
        LogEvents.ServerReplaced,
        LogLevel.Warning,
        "The database is another server than before, or was promoted or restored: memory is loaded anew; see whether a "
            + "failover or a restore was meant",
        EventName = nameof(LogEvents.ServerReplaced)
    )]
    private partial void LogReplaced();

    [LoggerMessage(
        LogEvents.ServerOutdated,
        LogLevel.Critical,
        "The database is a server on timeline {Timeline}, though this node has followed timeline {Latest}: it answers "
            + "nothing. Find out which server has everything that was acknowledged; restart the node to follow this one",
        EventName = nameof(LogEvents.ServerOutdated)
    )]
    private partial void LogOutdated(uint timeline, uint latest);

    [LoggerMessage(
        LogEvents.BeatUnconfirmed,
        LogLevel.Warning,
        "No standby confirms what this node writes, so its memory stops answering; see which server is the primary, and "
            + "whether its synchronous standby runs: {Reason}",
        EventName = nameof(LogEvents.BeatUnconfirmed)
    )]
    private partial void LogUnconfirmed(string reason);

    [LoggerMessage(
        LogEvents.FollowingInterrupted,
        LogLevel.Warning,
        "Following the database was interrupted: {Kind} {SqlState}; look at PostgreSQL if this goes on",
        EventName = nameof(LogEvents.FollowingInterrupted)
    )]
    private partial void LogInterrupted(string kind, string? sqlState);

    [LoggerMessage(
        LogEvents.FollowingFailed,
        LogLevel.Error,
        "Following the database failed by a bug; report it with what follows: {Kind} {Trace}",
        EventName = nameof(LogEvents.FollowingFailed)
    )]
    private partial void LogBug(string kind, string? trace);
}
