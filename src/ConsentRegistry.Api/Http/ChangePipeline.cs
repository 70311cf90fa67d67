using System.Data;
using System.Text.Json;
using ConsentRegistry.Api.Persistence;
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
public sealed record Answer(object Body, long? ETag = null, int Status = 200);

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
/// together. A commit whose outcome is unknown is answered so, and never retried here.
/// </summary>
internal sealed class ChangePipeline(RegistryContext db, LogWatch log)
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
            return new Problem(503, ProblemCode.Unavailable, "Too many changes wait for the history log; only stops are taken now.").AsResult();
        var cancellation = http.RequestAborted;
        await db.Database.OpenConnectionAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellation);
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();

        if (key is not null)
        {
            var claim = await key.ClaimAsync(connection, cancellation);
            if (claim.Problem is not null)
                return claim.Problem.AsResult();
            if (claim.Answer is not null)
                return claim.Answer;
        }

        var change = new Change(db, connection);
        await using (var prepare = change.Command($"SET LOCAL lock_timeout = '{(patience == Patience.Stop ? 10 : 2)}s'; SAVEPOINT {BeforeChange}"))
            await prepare.ExecuteNonQueryAsync(cancellation);
        var result = await operation(change, cancellation);
        var refusal = result.Succeeded(out var made, out var failure) ? null : Problem.Of(failure);
        // What could not be done now is not the key's answer: the transaction is left without a commit, and a retry finds the key free.
        if (refusal is { Status: >= 500 })
            return refusal.AsResult();
        var answer = refusal is null
            ? new StoredAnswer(made!.Status, made.ETag, JsonSerializer.SerializeToUtf8Bytes(made.Body, made.Body.GetType(), Json.Options))
            : StoredAnswer.Of(refusal, http);
        if (refusal is not null || !change.HasAltered)
        {
            await using var undo = change.Command($"ROLLBACK TO {BeforeChange}");
            await undo.ExecuteNonQueryAsync(cancellation);
        }
        if (key is not null)
            await key.StoreAsync(connection, answer, cancellation);
        await CommitAsync(transaction);
        return answer;
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
internal sealed record StoredAnswer(int Status, long? ETag, byte[] Body) : IResult
{
    public static StoredAnswer Of(Problem problem, HttpContext http) => new(problem.Status, null, problem.ToJson(http));

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = Status;
        httpContext.Response.ContentType = Status < 400 ? "application/json; charset=utf-8" : Problem.MediaType;
        if (ETag is { } version)
            httpContext.Response.Headers.ETag = $"\"{version}\"";
        await httpContext.Response.Body.WriteAsync(Body, httpContext.RequestAborted);
    }
}
