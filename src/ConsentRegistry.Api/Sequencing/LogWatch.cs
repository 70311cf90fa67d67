using ConsentRegistry.Api.Diagnostics;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using Npgsql;

namespace ConsentRegistry.Api.Sequencing;

/// <summary>How far the log is.</summary>
/// <param name="Size">Leaves that it has.</param>
/// <param name="Head">Its newest checkpoint; null if there is none yet.</param>
/// <param name="Waiting">Events in the inbox, counted up to one beyond <see cref="LogWatch.MaxWaiting"/>.</param>
/// <param name="Lag">For how long the oldest of them has waited.</param>
/// <param name="Epoch">The epoch of whoever sequences.</param>
/// <param name="CompleteUntil">
/// The database's time up to which the log is complete: it has every change that was acknowledged before.
/// </param>
/// <param name="Cosigned">Its newest checkpoint with lines of witnesses; null if there is none.</param>
/// <param name="Unasked">For how long no node has begun to ask the witnesses.</param>
public sealed record LogState(
    long Size,
    TreeHead? Head,
    int Waiting,
    TimeSpan Lag,
    long Epoch,
    Instant CompleteUntil,
    TreeHead? Cosigned,
    TimeSpan Unasked
)
{
    /// <summary>Whether a sequencer has something to do.</summary>
    public bool HasWork => Waiting > 0 || Size > (Head?.Size ?? 0);

    /// <summary>What tells whether a sequencer is at work: both only grow.</summary>
    public (long Size, long Covered) Progress => (Size, Head?.Size ?? 0);
}

/// <summary>
/// Looks at the log for everybody in this process: the sequencer, followers of changes, receipts, and changes that must
/// wait.
/// </summary>
internal sealed partial class LogWatch(Database database, CommitSignal commits, ILogger<LogWatch> logger)
    : BackgroundService
{
    /// <summary>
    /// Events that may wait for the log: with more, changes other than stops and erasures are refused.
    /// </summary>
    public const int MaxWaiting = 50_000;

    /// <summary>How often to look.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>How often at least while nothing is committed, and nothing waits for the log.</summary>
    private static readonly TimeSpan QuietPause = TimeSpan.FromSeconds(1);

    /// <summary>An event that has waited so long is an alarm: nobody sequences.</summary>
    private static readonly TimeSpan AlarmingLag = TimeSpan.FromSeconds(10);

    /// <summary>How often an alarm is repeated.</summary>
    private static readonly TimeSpan BetweenAlarms = TimeSpan.FromSeconds(30);

    private TaskCompletionSource<LogState> next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long alarmedAt;
    private long lookedAt;
    private long signedAt;

    /// <summary>What the last look saw; null before the first.</summary>
    public LogState? State { get; private set; }

    /// <summary>How long ago the log was last looked at; null if it never was.</summary>
    public TimeSpan? Age =>
        Volatile.Read(ref lookedAt) is not 0 and var at ? TimeProvider.System.GetElapsedTime(at) : null;

    /// <summary>How long ago this node first saw the newest checkpoint; null if it never looked.</summary>
    public TimeSpan? CheckpointAge =>
        Volatile.Read(ref signedAt) is not 0 and var at ? TimeProvider.System.GetElapsedTime(at) : null;

    /// <summary>Whether the log was looked at lately, and somebody sequences what waits for it.</summary>
    public bool IsWell => Age < AlarmingLag && State?.Lag < AlarmingLag;

    /// <summary>Whether so much waits for the log that nothing but stops may be added.</summary>
    public bool IsOverfull => State?.Waiting > MaxWaiting;

    /// <summary>What the next look sees.</summary>
    public Task<LogState> NextAsync(CancellationToken cancellation) =>
        Volatile.Read(ref next).Task.WaitAsync(cancellation);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                Publish(await LookAsync(stoppingToken));
            }
            catch (Exception e) when (DatabaseErrors.MeansUnavailable(e))
            {
                LogUnseen(ExceptionSummary.Summarize(e));
            }
            await commits.WaitAsync(Pause, State is { HasWork: false } ? QuietPause : Pause, stoppingToken);
        }
    }

    private void Publish(LogState state)
    {
        if (State is null || State.Head?.Size != state.Head?.Size)
            Volatile.Write(ref signedAt, TimeProvider.System.GetTimestamp());
        State = state;
        Volatile.Write(ref lookedAt, TimeProvider.System.GetTimestamp());
        Interlocked.Exchange(ref next, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult(state);
        if (
            state.Lag < AlarmingLag
            || (alarmedAt != 0 && TimeProvider.System.GetElapsedTime(alarmedAt) < BetweenAlarms)
        )
            return;
        alarmedAt = TimeProvider.System.GetTimestamp();
        LogLag((long)state.Lag.TotalSeconds, state.Waiting);
    }

    /// <summary>
    /// Looks, and has the synchronous standby confirm that this server was the primary still when it was asked: up to
    /// which time the log is complete, a server that was replaced does not know.
    /// </summary>
    private async Task<LogState> LookAsync(CancellationToken cancellation)
    {
        await using var connection = await database.Background.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var state = await ReadAsync(connection, cancellation);
        await using (var confirm = new NpgsqlCommand(ConfirmedCommit.ConfirmReads, connection))
            await confirm.ExecuteNonQueryAsync(cancellation);
        await ConfirmedCommit.CommitAsync(transaction, database.RequiresStandby);
        return state;
    }

    private static async Task<LogState> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            $"""
            SELECT (SELECT coalesce(max(seq) + 1, 0) FROM consent.history),
                h.size, h.root, h.note,
                (SELECT count(*) FROM (SELECT FROM consent.inbox LIMIT $1) AS counted)::int,
                clock_timestamp(),
                (SELECT tx FROM consent.inbox WHERE ordinal = 1 ORDER BY tx LIMIT 1),
                (SELECT epoch FROM consent.sequencer),
                statement_timestamp(),
                w.size, w.root, w.note,
                clock_timestamp() - (SELECT asked_at FROM consent.witness_round)
            FROM (VALUES (1)) AS one LEFT JOIN (SELECT size, root, note FROM consent.tree_head ORDER BY size DESC
                LIMIT 1) AS h ON true LEFT JOIN ({CosignedHeadStore.Newest}) AS w ON true
            """,
            connection
        );
        command.Parameters.Add(new() { Value = MaxWaiting + 1 });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        // A change has its time before it is acknowledged, and the statement its own before its snapshot. So what was
        // acknowledged before both is in the snapshot, and waits no more.
        Instant? oldestWaiting = reader.IsDBNull(6) ? null : new(reader.GetInt64(6));
        var asked = Instant.From(reader.GetDateTime(8));
        return new(
            reader.GetInt64(0),
            reader.IsDBNull(1) ? null : new(reader.GetInt64(1), reader.GetFieldValue<byte[]>(2), reader.GetString(3)),
            reader.GetInt32(4),
            oldestWaiting is { } oldest ? Instant.From(reader.GetDateTime(5)).Since(oldest) : TimeSpan.Zero,
            reader.GetInt64(7),
            oldestWaiting < asked ? oldestWaiting.Value : asked,
            reader.IsDBNull(9) ? null : new(reader.GetInt64(9), reader.GetFieldValue<byte[]>(10), reader.GetString(11)),
            reader.GetTimeSpan(12)
        );
    }

    [LoggerMessage(
        LogEvents.LogUnseen,
        LogLevel.Warning,
        "The log could not be looked at: {Kind}; look at PostgreSQL if this goes on",
        EventName = nameof(LogEvents.LogUnseen)
    )]
    private partial void LogUnseen(string kind);

    [LoggerMessage(
        LogEvents.LogLags,
        LogLevel.Warning,
        "Events have waited for the log for {Seconds} s, {Waiting} of them: no sequencer makes progress; "
            + "look for Fatal lines of every node, and at PostgreSQL",
        EventName = nameof(LogEvents.LogLags)
    )]
    private partial void LogLag(long seconds, int waiting);
}
