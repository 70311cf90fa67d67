using System.Data;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Api.Telemetry;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.History;
using Npgsql;

namespace ConsentRegistry.Api.Changes;

/// <summary>
/// The write path: one transaction for each request, in which the idempotency key, what is altered, its events and the
/// stored answer commit together; and then the wait until every node answers accordingly. A commit whose outcome is
/// unknown is answered so, and never retried here.
/// </summary>
internal sealed class ChangePipeline(
    Database database,
    IntegrityKeys keys,
    LogWatch log,
    ConsentReplica replica,
    WakeUpChannel wakeUps,
    Fence fence,
    ChangeMetrics metrics,
    TimeProvider clock
)
{
    private const string BeforeChange = "before_change";

    /// <summary>Makes a change, or repeats the answer that its idempotency key was given before.</summary>
    /// <param name="http">The request.</param>
    /// <param name="operation">
    /// Decides and writes; a refusal, or altering nothing, takes its locks' new versions back.
    /// </param>
    /// <param name="lockTimeout">How long to wait for the row lock.</param>
    /// <param name="stop">Where a stop is set: what the idempotency key means to it.</param>
    /// <param name="first">
    /// The stream that the operation locks before all others: it is locked in the round trip with which the transaction
    /// begins. Null where the operation does not know it yet.
    /// </param>
    public async Task<IResult> RunAsync(
        HttpContext http,
        Func<StreamTransaction, CancellationToken, Task<Result<ChangeResponse>>> operation,
        LockTimeout lockTimeout = LockTimeout.Standard,
        StopIdempotency? stop = null,
        StreamId? first = null
    )
    {
        if (!IdempotencyKey.TryRead(http, out var key, out var problem) && stop is null)
            return problem;
        if (log.IsOverfull && lockTimeout != LockTimeout.EmergencyStop)
            return new Problem(
                503,
                ProblemCode.Unavailable,
                "Too many changes wait for the history log, and only stops and erasures are taken now; repeat the "
                    + "request."
            );
        var (answer, refused) = await CommitAsync(http, key, operation, lockTimeout, stop, first);
        metrics.Count(KindOf(http), OutcomeOf(answer));
        return refused is not null ? refused : await AcknowledgeAsync(http, answer!);
    }

    private async Task<(StoredAnswer? Answer, Problem? Refused)> CommitAsync(
        HttpContext http,
        IdempotencyKey? key,
        Func<StreamTransaction, CancellationToken, Task<Result<ChangeResponse>>> operation,
        LockTimeout lockTimeout,
        StopIdempotency? stop,
        StreamId? first
    )
    {
        // The connection is given back before anybody waits for other nodes.
        await using var connection = await database.Changes.OpenConnectionAsync(http.RequestAborted);
        var outcome = await TransactAsync(connection, http, key, operation, lockTimeout, stop, first);
        // A stop is set as if there were no key where the key cannot be had.
        if (
            stop is not null
            && outcome.Refused is { Code: ProblemCode.IdempotencyKeyInFlight or ProblemCode.IdempotencyKeyReused }
        )
            outcome = await TransactAsync(connection, http, key: null, operation, lockTimeout, stop, first);
        return outcome;
    }

    /// <summary>The transaction.</summary>
    private async Task<(StoredAnswer? Answer, Problem? Refused)> TransactAsync(
        NpgsqlConnection connection,
        HttpContext http,
        IdempotencyKey? key,
        Func<StreamTransaction, CancellationToken, Task<Result<ChangeResponse>>> operation,
        LockTimeout lockTimeout,
        StopIdempotency? stop,
        StreamId? first
    )
    {
        var cancellation = http.RequestAborted;
        await using var transaction = await connection.BeginTransactionAsync(
            IsolationLevel.ReadCommitted,
            cancellation
        );
        var change = new StreamTransaction(connection, keys)
        {
            TakesUnsealed = lockTimeout == LockTimeout.EmergencyStop,
            RequiresStandby = database.RequiresStandby,
        };
        if (key is not null)
        {
            var claim = await key.ClaimAsync(connection, cancellation);
            if (claim.Problem is not null)
                return (null, claim.Problem);
            if (
                claim.Answer is { } stored
                && (
                    stop?.StillStands is not { } stillStands
                    || (stored.Status < 400 && await stillStands(change, cancellation))
                )
            )
            {
                var now = await StampStore.CompareAsync(connection, stored.Records, cancellation);
                await using (var confirm = change.Command(ConfirmedCommit.ConfirmReads))
                    await confirm.ExecuteNonQueryAsync(cancellation);
                var readOn = await PrepareAsync(change, [], first: null, cancellation);
                await ConfirmedCommit.CommitAsync(connection, [], database.RequiresStandby);
                return (stored with { Now = now, Server = readOn }, null);
            }
        }

        var begun = clock.GetTimestamp();
        var server = await PrepareAsync(
            change,
            [
                $"SET LOCAL lock_timeout = '{(lockTimeout == LockTimeout.EmergencyStop ? 10 : 2)}s'",
                $"SAVEPOINT {BeforeChange}",
            ],
            first,
            cancellation
        );
        var result = await PlanAsync(operation, change, cancellation);
        var planned = clock.GetElapsedTime(begun);
        var refusal = result.Succeeded(out var made, out var failure) ? null : Problem.From(failure);
        // What could not be done now is not the key's answer: the transaction is left without a commit, and a retry
        // finds the key free.
        if (refusal is { Status: >= 500 })
            return (null, refusal);
        // Read under the locks that undoing gives back: what the answer says of records is true of these versions.
        var records = key is not null && refusal is null ? await change.ReadRecordsAsync(cancellation) : [];
        var isUndone = refusal is not null || !change.HasAltered;
        if (isUndone)
        {
            await using var undo = change.Command($"ROLLBACK TO {BeforeChange}; {ConfirmedCommit.ConfirmReads}");
            await undo.ExecuteNonQueryAsync(cancellation);
        }
        var answer = refusal is null
            ? new StoredAnswer(made!.Status, made.ETag, made.Body.ToJson(), await change.ReadXidsAsync(cancellation))
            {
                Records = records,
                HasAltered = change.HasAltered,
                Server = server,
            }
            : StoredAnswer.From(refusal, http);
        var store = key?.Store(answer);
        begun = clock.GetTimestamp();
        if (isUndone)
            await ConfirmedCommit.CommitAsync(connection, store is null ? [] : [store], database.RequiresStandby);
        else
            await change.CommitAsync(store, cancellation);
        if (answer.HasAltered)
        {
            metrics.Took(KindOf(http), ChangePhase.Lock, change.LockTime);
            metrics.Took(KindOf(http), ChangePhase.Plan, planned - change.LockTime);
            metrics.Took(KindOf(http), ChangePhase.Commit, clock.GetElapsedTime(begun));
        }
        return (answer, null);
    }

    /// <summary>Runs statements that answer nothing, asks which server it is, and locks the first stream.</summary>
    /// <exception cref="ServerUnfitException">What the server commits would not count.</exception>
    private async Task<ServerIdentity> PrepareAsync(
        StreamTransaction change,
        IReadOnlyList<string> statements,
        StreamId? first,
        CancellationToken cancellation
    )
    {
        if (await AskAsync(statements, first) is { } known)
            return known;
        // It was promoted just now, and this is the first to write to it since.
        await using (var other = await database.Changes.OpenConnectionAsync(cancellation))
            await ServerIdentity.EnsureAsync(other, database.RequiresStandby, cancellation);
        return await AskAsync([], null) ?? throw new ServerUnfitException("The registry's database is being replaced");

        async Task<ServerIdentity?> AskAsync(IReadOnlyList<string> before, StreamId? locked)
        {
            await using var batch = change.Batch();
            foreach (var statement in before)
                batch.BatchCommands.Add(new(statement));
            batch.BatchCommands.Add(
                new($"SELECT {ServerIdentity.Column}, {ConfirmedCommit.HasStandby}, {ServerTimeline.Columns}")
            );
            if (locked is { } stream)
                change.AddFirstLock(batch, stream);
            await using var reader = await batch.ExecuteReaderAsync(cancellation);
            await reader.ReadAsync(cancellation);
            database.Followed.Require(ServerTimeline.Read(reader, 2));
            if (database.RequiresStandby && !reader.GetBoolean(1))
                throw new ServerUnfitException("The registry's database has no synchronous standby");
            var identity = ServerIdentity.Read(reader, 0);
            if (locked is { } awaited)
                await change.ReadFirstLockAsync(reader, awaited, cancellation);
            return identity;
        }
    }

    private static async Task<Result<ChangeResponse>> PlanAsync(
        Func<StreamTransaction, CancellationToken, Task<Result<ChangeResponse>>> operation,
        StreamTransaction change,
        CancellationToken cancellation
    )
    {
        using var span = Tracing.Begin("plan change");
        return await operation(change, cancellation);
    }

    // The operation's id in the contract.
    private static string KindOf(HttpContext http) =>
        http.GetEndpoint()?.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName ?? "none";

    private static ChangeOutcome OutcomeOf(StoredAnswer? answer) =>
        answer switch
        {
            null or { Status: >= 400 } => ChangeOutcome.Refused,
            { Now: not null } => ChangeOutcome.Replayed,
            { HasAltered: true } => ChangeOutcome.Made,
            _ => ChangeOutcome.Unchanged,
        };

    /// <summary>
    /// Answers a change when it is in force on every node, or at once if the caller would rather not wait. A change
    /// that already stood, and a repeated answer, wait like the change that they speak of. A change that was superseded
    /// is in force nowhere, and will not be.
    /// </summary>
    private async Task<IResult> AcknowledgeAsync(HttpContext http, StoredAnswer answer)
    {
        if (answer.Status >= 400)
            return answer;
        var committedAt = BootClock.Now;
        if (answer.HasAltered)
            wakeUps.TellCommitted();
        else
            replica.RequestPoll();
        var isSuperseded = answer.Now is { IsSuperseded: true };
        if (PreferHeader.Has(http, PreferHeader.RespondAsync))
            return answer with
            {
                IsEarly = true,
                InForce = new(
                    Everywhere: false,
                    By: isSuperseded ? null : await ByAsync(committedAt, http.RequestAborted)
                ),
            };
        var begun = clock.GetTimestamp();
        using (Tracing.Begin("wait for every node"))
            await fence.WaitAsync(
                isSuperseded ? [.. answer.Xids.Union(answer.Now!.Xids)] : answer.Xids,
                answer.Server,
                committedAt,
                http.RequestAborted
            );
        if (answer.HasAltered)
            metrics.Took(KindOf(http), ChangePhase.Fence, clock.GetElapsedTime(begun));
        return answer with { InForce = isSuperseded ? new(Everywhere: false, By: null) : InForce.Now };
    }

    private async Task<Instant> ByAsync(long committedAt, CancellationToken cancellation)
    {
        var bound = await fence.BoundAsync(committedAt, cancellation);
        return Instant.From(clock.GetUtcNow()).Plus(bound);
    }
}
