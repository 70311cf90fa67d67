using System.Data;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Domain;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace ConsentRegistry.Api.Http;

/// <summary>What a change answers with.</summary>
/// <param name="Body">The answer's body.</param>
/// <param name="ETag">The settings version for the <c>ETag</c> header, if the answer has one.</param>
/// <param name="Status">The HTTP status.</param>
public sealed record Answer(ChangeAnswer Body, long? ETag = null, int Status = 200);

/// <summary>How long a change waits for the creator's row, which another change of the same creator holds.</summary>
public enum Patience
{
    /// <summary>Two seconds.</summary>
    Usual,

    /// <summary>Ten seconds: an emergency stop gives up last.</summary>
    Stop,
}

/// <summary>
/// The write path: one transaction for each request, in which the idempotency key, what is altered, its events and the stored answer commit
/// together; and then the wait until every node answers accordingly. A commit whose outcome is unknown is answered so, and never retried here.
/// </summary>
internal sealed class ChangePipeline(RegistryContext db, LogWatch log, ConsentReplica replica, Fence fence, TimeProvider clock)
{
    private const string BeforeChange = "before_change";

    /// <summary>Makes a change, or replays the answer that its idempotency key was given before.</summary>
    /// <param name="http">The request.</param>
    /// <param name="operation">Decides and writes; a refusal, or altering nothing, takes its locks' new versions back.</param>
    /// <param name="patience">How long to wait for the row lock.</param>
    public async Task<IResult> RunAsync(
        HttpContext http, Func<Change, CancellationToken, Task<Result<Answer>>> operation, Patience patience = Patience.Usual)
    {
        if (!IdempotencyKey.TryRead(http, out var key, out var problem))
            return problem.AsResult();
        if (log.IsOverfull && patience != Patience.Stop)
            return new Problem(503, ProblemCode.Unavailable, "Too many changes wait for the history log, and only stops are taken now; repeat the request.").AsResult();
        var (answer, refused) = await CommitAsync(http, key, operation, patience);
        return refused is not null ? refused.AsResult() : await AcknowledgeAsync(http, answer!);
    }

    /// <summary>The transaction. The connection is given back before anybody waits for other nodes.</summary>
    private async Task<(StoredAnswer? Answer, Problem? Refused)> CommitAsync(
        HttpContext http, IdempotencyKey? key, Func<Change, CancellationToken, Task<Result<Answer>>> operation, Patience patience)
    {
        var cancellation = http.RequestAborted;
        await db.Database.OpenConnectionAsync(cancellation);
        try
        {
            await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellation);
            var connection = (NpgsqlConnection)db.Database.GetDbConnection();
            if (key is not null && await key.ClaimAsync(connection, cancellation) is var claim && (claim.Answer is not null || claim.Problem is not null))
                return (claim.Answer, claim.Problem);

            var change = new Change(db, connection);
            await using (var prepare = change.Command($"SET LOCAL lock_timeout = '{(patience == Patience.Stop ? 10 : 2)}s'; SAVEPOINT {BeforeChange}"))
                await prepare.ExecuteNonQueryAsync(cancellation);
            var result = await operation(change, cancellation);
            var refusal = result.Succeeded(out var made, out var failure) ? null : Problem.Of(failure);
            // What could not be done now is not the key's answer: the transaction is left without a commit, and a retry finds the key free.
            if (refusal is { Status: >= 500 })
                return (null, refusal);
            if (refusal is not null || !change.HasAltered)
            {
                await using var undo = change.Command($"ROLLBACK TO {BeforeChange}");
                await undo.ExecuteNonQueryAsync(cancellation);
            }
            else
            {
                await change.FinishAsync(cancellation);
            }
            var answer = refusal is null
                ? new StoredAnswer(made!.Status, made.ETag, made.Body.ToJson(), await change.ReadXidsAsync(cancellation))
                : StoredAnswer.Of(refusal, http);
            if (key is not null)
                await key.StoreAsync(connection, answer, cancellation);
            await CommitAsync(transaction);
            return (answer, null);
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    /// <summary>
    /// Answers a change when it is in force on every node, or at once if the caller would rather not wait. A change that already stood, and a
    /// replay, wait like the change that they speak of.
    /// </summary>
    private async Task<IResult> AcknowledgeAsync(HttpContext http, StoredAnswer answer)
    {
        if (answer.Status >= 400)
            return answer;
        var committedAt = Elapsed.Now;
        replica.Hurry();
        if (Prefer.Has(http, Prefer.RespondAsync))
            return answer with { InForce = new(Everywhere: false, By: fence.BoundFrom(Instant.From(clock.GetUtcNow()))) };
        await fence.WaitAsync(answer.Xids, committedAt, http.RequestAborted);
        return answer with { InForce = InForce.Now };
    }

    private static async Task CommitAsync(IDbContextTransaction transaction)
    {
        try
        {
            // From here on the caller's patience is no reason to leave: the change may stand.
            await transaction.CommitAsync(CancellationToken.None);
        }
        catch (Exception e) when (Unexpected.MeansUnavailable(e))
        {
            throw new OutcomeUnknownException(e);
        }
    }
}

/// <summary>An answer as its idempotency key keeps it.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="ETag">The settings version.</param>
/// <param name="Body">The body, without what each answer says anew: whether the change is in force.</param>
/// <param name="Xids">The transactions that last changed what the answer speaks of.</param>
internal sealed record StoredAnswer(int Status, long? ETag, byte[] Body, ulong[] Xids) : IResult
{
    /// <summary>Whether the change is in force on every node; null for a refusal.</summary>
    public InForce? InForce { get; init; }

    public static StoredAnswer Of(Problem problem, HttpContext http) => new(problem.Status, null, problem.ToJson(http), []);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = InForce is { Everywhere: false } ? 202 : Status;
        response.ContentType = Status < 400 ? "application/json; charset=utf-8" : Problem.MediaType;
        if (ETag is { } version)
            response.Headers.ETag = $"\"{version}\"";
        if (InForce is { Everywhere: false })
            response.Headers[Prefer.AppliedHeader] = Prefer.RespondAsync;
        await response.Body.WriteAsync(InForce is { } known ? ChangeAnswer.Complete(Body, known) : Body, httpContext.RequestAborted);
    }
}
