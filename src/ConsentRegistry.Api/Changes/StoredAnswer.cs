using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Replica;

namespace ConsentRegistry.Api.Changes;

/// <summary>An answer as its idempotency key keeps it.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="ETag">The settings version.</param>
/// <param name="Body">
/// The body, without what each answer says anew: whether the change is in force, and whether the answer is repeated.
/// </param>
/// <param name="Xids">The transactions that last changed what the answer speaks of.</param>
internal sealed record StoredAnswer(int Status, long? ETag, byte[] Body, ulong[] Xids) : IResult
{
    /// <summary>Says that an answer was given before, under the same idempotency key.</summary>
    public const string ReplayedHeader = "Idempotent-Replayed";

    /// <summary>The records that the answer speaks of.</summary>
    public IReadOnlyList<StampedRecord> Records { get; init; } = [];

    /// <summary>
    /// Of an answer that is repeated: what became of these records since; null for one that is given for the first
    /// time.
    /// </summary>
    public StampedNow? Now { get; init; }

    /// <summary>
    /// The server that committed the change, or that the repeated answer was read on; no part of a stored answer.
    /// </summary>
    public ServerIdentity Server { get; init; }

    /// <summary>Whether this request has altered something.</summary>
    public bool HasAltered { get; init; }

    /// <summary>Whether the answer is given without waiting.</summary>
    public bool IsEarly { get; init; }

    /// <summary>Whether the change is in force on every node; null for a refusal.</summary>
    public InForce? InForce { get; init; }

    public static StoredAnswer From(Problem problem, HttpContext http) =>
        new(problem.Status, null, problem.ToJson(http), []);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = IsEarly ? 202 : Status;
        response.ContentType = Status < 400 ? "application/json; charset=utf-8" : Problem.MediaType;
        if (Status >= 400)
            Problem.Note(httpContext, Problem.CodeIn(Body), Status);
        if (ETag is { } version)
            response.Headers.ETag = $"\"{version}\"";
        if (IsEarly)
            response.Headers[PreferHeader.AppliedHeader] = PreferHeader.RespondAsync;
        if (Now is not null)
            response.Headers[ReplayedHeader] = "true";
        await response.Body.WriteAsync(
            InForce is { } known ? ChangeAnswer.Complete(Body, known, Now) : Body,
            httpContext.RequestAborted
        );
    }
}
