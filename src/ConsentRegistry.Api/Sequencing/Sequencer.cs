using ConsentRegistry.Api.Diagnostics;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Log;
using Npgsql;

namespace ConsentRegistry.Api.Sequencing;

/// <summary>
/// The log is not what this node knows it to have been, or cannot be appended to without a fork: an alarm, and the end
/// of sequencing here.
/// </summary>
internal sealed class LogIntegrityException(string message) : Exception(message);

/// <summary>
/// Moves events from the inbox to the log, and signs checkpoints over it: one node at a time, fenced by an epoch. A
/// node takes over where nothing has moved for <see cref="TakeoverAfter"/> although there is work. No request waits for any
/// of this.
/// </summary>
internal sealed partial class Sequencer(
    Database database,
    CommitSignal commits,
    LogWatch watch,
    LogSigner signer,
    IntegrityKeys keys,
    CheckpointFile file,
    Witnessing witnessing,
    TimeProvider clock,
    ILogger<Sequencer> logger
) : BackgroundService
{
    /// <summary>For how long nothing moves before this node takes over.</summary>
    public static readonly TimeSpan TakeoverAfter = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Between two checkpoints while the log grows: half of what an event may wait for being covered by one.
    /// </summary>
    public static readonly TimeSpan BetweenCheckpoints = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Between two batches that were not full: fewer and larger transactions leave more of the disk to the requests.
    /// </summary>
    private static readonly TimeSpan BetweenBatches = TimeSpan.FromMilliseconds(50);

    /// <summary>Between two looks for events while nothing is committed.</summary>
    private static readonly TimeSpan BetweenQuietLooks = TimeSpan.FromSeconds(5);

    // By what two looks at the log are apart at most, and some more: whoever asks is not replaced for being late.
    private static readonly TimeSpan LookSlack = TimeSpan.FromSeconds(4);

    /// <summary>After something went wrong.</summary>
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(500);

    private long leading;

    /// <summary>Whether this node does not extend the log any more, because it is not what this node knows.</summary>
    public bool HasStopped { get; private set; }

    /// <summary>
    /// The epoch in which this node sequences; null if it does not. Another node may have begun a later one.
    /// </summary>
    public long? Epoch => Volatile.Read(ref leading) is not 0 and var epoch ? epoch : null;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await WaitUntilNeededAsync(stoppingToken);
                await LeadAsync(stoppingToken);
            }
            catch (Exception e) when (e is LogIntegrityException or InvalidDataException)
            {
                HasStopped = true;
                LogAlarm(e.Message);
                return;
            }
            // A broken connection or a paused server: whoever takes over goes on from what is committed.
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogInterrupted(ExceptionSummary.Summarize(e), (e as PostgresException)?.SqlState);
                await Task.Delay(BetweenTries, clock, stoppingToken);
            }
            finally
            {
                Volatile.Write(ref leading, 0);
            }
        }
    }

    private async Task WaitUntilNeededAsync(CancellationToken cancellation)
    {
        var (seen, since) = (watch.State?.Progress, clock.GetTimestamp());
        while (true)
        {
            var state = await watch.NextAsync(cancellation);
            if ((!state.HasWork && !LacksAsker(state)) || state.Progress != seen)
                (seen, since) = (state.Progress, clock.GetTimestamp());
            else if (clock.GetElapsedTime(since) >= TakeoverAfter)
                return;
        }
    }

    // Whoever sequences asks the witnesses, also while there is nothing to sequence: soon again where too few have
    // cosigned the newest checkpoint.
    private bool LacksAsker(LogState state) =>
        witnessing.Policy is not null
        && state.Head is { } head
        && state.Unasked
            > WitnessClient.Limit
                + LookSlack
                + (
                    state.Cosigned?.Size == head.Size || witnessing.Interval < CosignatureCollector.AfterFailure
                        ? witnessing.Interval
                        : CosignatureCollector.AfterFailure
                );

    /// <summary>Sequences until another node takes over.</summary>
    private async Task LeadAsync(CancellationToken cancellation)
    {
        await using var connection = await database.Sequencer.OpenConnectionAsync(cancellation);
        var epoch = await LogStore.TakeOverAsync(connection, cancellation);
        if (await LoadAsync(connection, epoch, cancellation) is not var (log, covered))
            return;
        LogTakenOver(epoch, log.Tree.Size);
        Volatile.Write(ref leading, epoch);
        var signedAt = 0L;
        while (true)
        {
            var isBehind = false;
            if (await LogStore.IsAnythingWaitingAsync(connection, cancellation))
            {
                if (await AppendAsync(connection, epoch, log, cancellation) is not { } longer)
                    break;
                isBehind = longer.Tree.Size - log.Tree.Size >= LogStore.EventsPerBatch;
                // For those on this node who follow the log, and for the checkpoint that is due.
                commits.Raise();
                log = longer;
            }
            if (log.Tree.Size > covered && (signedAt == 0 || clock.GetElapsedTime(signedAt) >= BetweenCheckpoints))
            {
                if (!await SignAsync(connection, epoch, log, cancellation))
                    break;
                (covered, signedAt) = (log.Tree.Size, clock.GetTimestamp());
            }
            // While there is nothing to append, nothing else tells that another node has taken over.
            if (watch.State?.Epoch > epoch)
                break;
            if (!isBehind)
                await commits.WaitAsync(
                    BetweenBatches,
                    log.Tree.Size > covered ? BetweenBatches : BetweenQuietLooks,
                    cancellation
                );
        }
        LogHandedOver(epoch);
    }

    /// <summary>Appends one batch.</summary>
    /// <returns>The log with it; null if somebody else has taken over.</returns>
    private async Task<SequencedLog?> AppendAsync(
        NpgsqlConnection connection,
        long epoch,
        SequencedLog log,
        CancellationToken cancellation
    )
    {
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            if (!await LogStore.TryLockAsync(connection, epoch, cancellation))
                return null;
            var (longer, digest) = (log.Tree.Copy(), log.Digest);
            var tiles = new List<Tile>();
            foreach (var moved in await LogStore.MoveAsync(connection, cancellation))
            {
                if (moved.Seq != longer.Size)
                    throw new LogIntegrityException(
                        $"The log goes on at {moved.Seq}, and not at {longer.Size}, where this node left it."
                    );
                if (!keys.IsAuthentic(moved))
                    throw new LogIntegrityException(
                        $"An event of version {moved.Version} that waits for the log was written by no node."
                    );
                longer.Append(MerkleTree.LeafHash(moved.Leaf), tiles);
                digest =
                    digest.With(moved)
                    ?? throw new LogIntegrityException(
                        $"An event of version {moved.Version} that waits for the log does not say on what it follows."
                    );
                if (moved.Type == EventType.CreatorErased)
                    await LogStore.EraseAsync(connection, moved, cancellation);
            }
            await LogStore.WriteAsync(connection, tiles, cancellation);
            // Only what the standby has is signed: a signature over what a failover takes back would be a fork.
            await ConfirmedCommit.CommitAsync(transaction, database.RequiresStandby);
            return new(longer, digest);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            throw new LogIntegrityException($"What is to be appended conflicts with the log: {e.ConstraintName}.");
        }
    }

    /// <summary>
    /// Signs the tree as it is: first into this node's file, then into the database, from where it is served.
    /// </summary>
    /// <returns>False if somebody else has taken over.</returns>
    private async Task<bool> SignAsync(
        NpgsqlConnection connection,
        long epoch,
        SequencedLog log,
        CancellationToken cancellation
    )
    {
        var (tree, root) = (log.Tree, log.Tree.Root());
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (!await LogStore.TryLockAsync(connection, epoch, cancellation))
            return false;
        var note = signer.Sign(tree.Size, root).ToString();
        file.Write(note);
        if (!await LogStore.TryWriteAsync(connection, new(tree.Size, root, note), cancellation))
            throw new LogIntegrityException($"There is a checkpoint of {tree.Size} leaves with another root.");
        await log.Digest.WriteAsync(connection, cancellation);
        await ConfirmedCommit.CommitAsync(transaction, database.RequiresStandby);
        return true;
    }

    /// <summary>
    /// The log as the database has it, which must go on from all that was ever signed. Read under the lock: nobody
    /// moves it meanwhile.
    /// </summary>
    /// <returns>The log, and how much of it checkpoints cover; null if somebody else has taken over.</returns>
    private async Task<(SequencedLog Log, long Covered)?> LoadAsync(
        NpgsqlConnection connection,
        long epoch,
        CancellationToken cancellation
    )
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (!await LogStore.TryLockAsync(connection, epoch, cancellation))
            return null;
        var size = await LogStore.ReadSizeAsync(connection, cancellation);
        var head = await LogStore.ReadHeadAsync(connection, cancellation);
        if (head is not null)
            await RequireAsync(
                connection,
                size,
                head.Size,
                head.Root,
                "the newest checkpoint of the database",
                cancellation
            );
        if (file.Read(signer) is { } last)
            await RequireAsync(
                connection,
                size,
                last.Size,
                last.Root,
                $"the checkpoint that this node signed last ({file.Path})",
                cancellation
            );
        var log = await SequencedLog.ResumeAsync(connection, keys, head, size, cancellation);
        // Whoever appended the last leaves may not have learned whether the standby has them: it has to before they are
        // signed.
        await using (var confirm = new NpgsqlCommand(ConfirmedCommit.ConfirmReads, connection))
            await confirm.ExecuteNonQueryAsync(cancellation);
        await ConfirmedCommit.CommitAsync(transaction, database.RequiresStandby);
        return (log, head?.Size ?? 0);
    }

    private static async Task RequireAsync(
        NpgsqlConnection connection,
        long leaves,
        long size,
        byte[] root,
        string what,
        CancellationToken cancellation
    )
    {
        if (size > leaves)
            throw new LogIntegrityException(
                $"The log has {leaves} leaves, fewer than {what}, which covers {size}: history was lost or taken "
                    + "back."
            );
        if (!(await TileStore.ReadRootAsync(connection, size, cancellation)).AsSpan().SequenceEqual(root))
            throw new LogIntegrityException(
                $"The first {size} leaves of the log are not those of {what}: history was rewritten."
            );
    }

    [LoggerMessage(
        LogEvents.SequencingBegun,
        LogLevel.Information,
        "Sequencing in epoch {Epoch}, from leaf {Size} on",
        EventName = nameof(LogEvents.SequencingBegun)
    )]
    private partial void LogTakenOver(long epoch, long size);

    [LoggerMessage(
        LogEvents.SequencingHandedOver,
        LogLevel.Information,
        "Another node sequences now; epoch {Epoch} is over",
        EventName = nameof(LogEvents.SequencingHandedOver)
    )]
    private partial void LogHandedOver(long epoch);

    [LoggerMessage(
        LogEvents.SequencingInterrupted,
        LogLevel.Warning,
        "Sequencing was interrupted: {Kind} {SqlState}; look at PostgreSQL if this goes on",
        EventName = nameof(LogEvents.SequencingInterrupted)
    )]
    private partial void LogInterrupted(string kind, string? sqlState);

    [LoggerMessage(
        LogEvents.SequencingStopped,
        LogLevel.Critical,
        "This node does not extend the log any more; compare the log with your backups as "
            + "docs/how-to/respond-to-alarms.md says: {Problem}",
        EventName = nameof(LogEvents.SequencingStopped)
    )]
    private partial void LogAlarm(string problem);
}
