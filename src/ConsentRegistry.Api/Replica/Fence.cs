using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Diagnostics;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Telemetry;
using ConsentRegistry.Domain;
using NpgsqlTypes;

namespace ConsentRegistry.Api.Replica;

/// <summary>Whether a change is in force on every node, or by when it will be.</summary>
/// <param name="Everywhere">
/// Whether every check that starts from now on, on any node, is answered with the change.
/// </param>
/// <param name="By">The moment by which it will be; null if it is.</param>
internal readonly record struct InForce(bool Everywhere, Instant? By)
{
    public static readonly InForce Now = new(true, null);
}

/// <summary>
/// Waits until changes are in force on every node: until each node says that its memory has them, or until so much time
/// has passed that whatever a node cannot know of has expired. One loop reads the nodes for all who wait, and nobody
/// who waits holds a connection. Each who waits has a clock of their own: a database that hangs makes nobody wait
/// longer.
/// </summary>
internal sealed partial class Fence(
    Database database,
    ReplicaOptions options,
    Applier applier,
    ConsentReplica replica,
    WakeUpChannel wakeUps,
    ChangeMetrics metrics,
    ILogger<Fence> logger
) : BackgroundService
{
    /// <summary>
    /// Between two looks at the nodes while somebody waits and no node says that it has something: what a lost wake-up
    /// costs.
    /// </summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);

    /// <summary>Between two warnings that the nodes cannot be looked at, while that goes on.</summary>
    private static readonly TimeSpan BetweenWarnings = TimeSpan.FromSeconds(1);

    /// <summary>How long an early answer waits to learn the largest Δ.</summary>
    private static readonly TimeSpan BoundTime = TimeSpan.FromMilliseconds(100);

    /// <summary>The bound that holds whatever the other nodes' Δ is, where they cannot be asked.</summary>
    private static readonly TimeSpan LargestDelta = TimeSpan.FromMilliseconds(ReplicaOptions.LargestDeltaMs);

    private readonly AsyncAutoResetEvent signal = new();
    private readonly Lock guard = new();
    private readonly HashSet<Waiter> waiters = [];

    // When the last poll was sent that saw no other node, and of which server.
    private long aloneAt;
    private ServerIdentity aloneOn;

    /// <summary>By when a change is in force everywhere that was committed before.</summary>
    /// <param name="committedAt">This node's time after the commit.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<TimeSpan> BoundAsync(long committedAt, CancellationToken cancellation)
    {
        if (applier.LargestDelta is null)
            await replica.BeginAsync(new(null, PolledAfter: committedAt), BoundTime, cancellation);
        return ReplicaOptions.LongestWait(applier.LargestDelta ?? LargestDelta);
    }

    /// <summary>Waits until the changes of these transactions are in force on every node.</summary>
    /// <param name="xids">The transactions, committed.</param>
    /// <param name="server">The server that committed, or read, the last of them.</param>
    /// <param name="committedAt">This node's time after the last of them was known to be committed.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="OutcomeUnknownException">
    /// The nodes are told of another server than the one that committed: one of the two is not the primary, and which
    /// one is not known here.
    /// </exception>
    public async Task WaitAsync(
        IReadOnlyCollection<ulong> xids,
        ServerIdentity server,
        long committedAt,
        CancellationToken cancellation
    )
    {
        if (!options.HasFence || xids.Count == 0)
            return;
        using var waiter = new Waiter([.. xids], server, committedAt);
        lock (guard)
        {
            waiters.Add(waiter);
            waiter.NoteAlone(aloneAt, aloneOn);
        }
        try
        {
            signal.Set();
            await waiter.Done.WaitAsync(cancellation);
            if (waiter.IsElsewhere)
            {
                applier.RequestReconnect();
                throw new OutcomeUnknownException("The server that committed is not the one that the nodes follow.");
            }
            metrics.Waited(BootClock.Since(committedAt), waiter.IsEverywhere);
        }
        finally
        {
            lock (guard)
                waiters.Remove(waiter);
        }
    }

    public override void Dispose()
    {
        signal.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        applier.Beaten = signal.Set;
        applier.PublishedAlone = NoteAlone;
        wakeUps.OtherConfirmed = signal.Set;
        var warnedAt = (long?)null;
        while (true)
        {
            if (Waiting().Length == 0)
            {
                await signal.WaitAsync(stoppingToken);
                continue;
            }
            await signal.WaitAsync(BetweenLooks, stoppingToken);
            if (Waiting() is not { Length: > 0 } waiting)
                continue;
            try
            {
                await LookAsync(waiting, stoppingToken);
            }
            catch (Exception e) when (DatabaseErrors.MeansUnavailable(e))
            {
                if (warnedAt is not { } at || BootClock.Since(at) >= BetweenWarnings)
                {
                    LogUnseen(ExceptionSummary.Summarize(e));
                    warnedAt = BootClock.Now;
                }
            }
        }
    }

    private Waiter[] Waiting()
    {
        lock (guard)
            return [.. waiters.Where(waiter => !waiter.Done.IsCompleted)];
    }

    // The memory of this node is all that there is to wait for.
    private void NoteAlone(long polledAt, ServerIdentity server)
    {
        lock (guard)
        {
            (aloneAt, aloneOn) = (polledAt, server);
            foreach (var waiter in waiters)
                waiter.NoteAlone(polledAt, server);
        }
    }

    private async Task LookAsync(Waiter[] waiting, CancellationToken cancellation)
    {
        // Sent now: after the commits of all who wait already.
        await using var batch = database.Replica.CreateBatch();
        batch.BatchCommands.Add(new($"SELECT coalesce(max(delta_ms), 0), {ServerIdentity.Column} FROM consent.node"));
        batch.BatchCommands.Add(
            new(
                """
                SELECT x FROM unnest($1) AS wanted(x) WHERE NOT EXISTS (SELECT FROM consent.node
                    WHERE NOT pg_visible_in_snapshot(x, seen))
                """
            )
            {
                Parameters =
                {
                    new()
                    {
                        Value = waiting.SelectMany(waiter => waiter.Left).Distinct().ToArray(),
                        NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Xid8,
                    },
                },
            }
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var largest = TimeSpan.FromMilliseconds(Math.Max(reader.GetInt32(0), (int)options.Delta.TotalMilliseconds));
        var server = ServerIdentity.Read(reader, 1);
        await reader.NextResultAsync(cancellation);
        var everywhere = new HashSet<ulong>();
        while (await reader.ReadAsync(cancellation))
            everywhere.Add(reader.GetFieldValue<ulong>(0));
        foreach (var waiter in waiting)
            waiter.Note(server, everywhere, largest);
    }

    [LoggerMessage(
        LogEvents.NodesUnseen,
        LogLevel.Warning,
        "The nodes could not be looked at: {Kind}; look at PostgreSQL if this goes on",
        EventName = nameof(LogEvents.NodesUnseen)
    )]
    private partial void LogUnseen(string kind);

    private sealed class Waiter : IDisposable
    {
        private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Lock guard = new();
        private readonly ServerIdentity server;
        private readonly long committedAt;
        private readonly Timer timer;
        private TimeSpan? largestDelta;

        public Waiter(HashSet<ulong> left, ServerIdentity server, long committedAt)
        {
            (Left, this.server, this.committedAt) = (left, server, committedAt);
            timer = new(_ => Look());
            Look();
        }

        /// <summary>The transactions that some node does not have yet. The loop's own.</summary>
        public HashSet<ulong> Left { get; }

        /// <summary>Ends when every node has them, or has had to stop answering.</summary>
        public Task Done => done.Task;

        /// <summary>Whether every node said that it has them; if not, the wait ended by its bound.</summary>
        public bool IsEverywhere { get; private set; }

        /// <summary>Whether the nodes follow another server than the one that committed.</summary>
        public bool IsElsewhere { get; private set; }

        /// <summary>Notes what a look that was sent after the commit found.</summary>
        public void Note(ServerIdentity? seen, HashSet<ulong> everywhere, TimeSpan largest)
        {
            if (seen != server)
            {
                // Numbers of transactions mean something on their own server only.
                NoteElsewhere();
                return;
            }
            Left.ExceptWith(everywhere);
            if (Left.Count == 0)
            {
                IsEverywhere = !Done.IsCompleted;
                done.TrySetResult();
            }
            lock (guard)
                largestDelta = largestDelta is { } before && before > largest ? before : largest;
            Look();
        }

        /// <summary>Notes that memory has what a poll saw, and that there was no other node then.</summary>
        /// <param name="polledAt">When the poll was sent.</param>
        /// <param name="seen">The server that was polled.</param>
        public void NoteAlone(long polledAt, ServerIdentity seen)
        {
            if (polledAt < committedAt)
                return;
            if (seen != server)
            {
                NoteElsewhere();
                return;
            }
            IsEverywhere |= !Done.IsCompleted;
            done.TrySetResult();
        }

        public void Dispose()
        {
            lock (guard)
            {
                done.TrySetResult();
                timer.Dispose();
            }
        }

        private void NoteElsewhere()
        {
            IsElsewhere |= !Done.IsCompleted;
            done.TrySetResult();
        }

        // A timer may be early; the bound is by the clock that goes on in sleep.
        private void Look()
        {
            lock (guard)
            {
                if (Done.IsCompleted)
                    return;
                var left = ReplicaOptions.LongestWait(largestDelta ?? LargestDelta) - BootClock.Since(committedAt);
                if (left <= TimeSpan.Zero)
                    done.TrySetResult();
                else
                    timer.Change(left + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
            }
        }
    }
}
