using System.Text;
using ConsentRegistry.Api.Diagnostics;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Telemetry;
using Microsoft.AspNetCore.Diagnostics;
using Npgsql;

namespace ConsentRegistry.Api.Http;

/// <summary>
/// Turns what was thrown into an answer: 503 where PostgreSQL is out of reach, and a bare 500 for a bug.
/// </summary>
internal sealed partial class ProblemExceptionHandler(
    IntegrityMetrics integrity,
    ILogger<ProblemExceptionHandler> logger
) : IExceptionHandler
{
    /// <summary>The refusal of a request that the server itself found too large.</summary>
    public static readonly Problem TooLarge = new(
        413,
        ProblemCode.TooLarge,
        "The request is larger than the server takes; send less at once."
    );

    public async ValueTask<bool> TryHandleAsync(
        HttpContext httpContext,
        Exception exception,
        CancellationToken cancellationToken
    )
    {
        if (httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }
        // Of a check that was answered before requests are logged there is none yet.
        using var trace = RequestTrace.Begin(httpContext);
        var problem = exception switch
        {
            OutcomeUnknownException => new Problem(
                503,
                ProblemCode.OutcomeUnknown,
                "Whether the change was made is not known, for the database went away or no standby confirmed it; repeat "
                    + "it with the same Idempotency-Key."
            ),
            BadHttpRequestException { StatusCode: 408 or 413 } bad => BodyBuffer.ProblemOf(bad)!,
            BadHttpRequestException bad => new Problem(
                bad.StatusCode,
                ProblemCode.MalformedRequest,
                "The request is no well-formed HTTP; send it once more, as RFC 9112 has it."
            ),
            IntegrityException => new Problem(
                503,
                ProblemCode.Unavailable,
                "What the answer rests on was altered in the database, so there is none; tell the registry's operator."
            ),
            _ when DatabaseErrors.MeansUnavailable(exception) => new Problem(
                503,
                ProblemCode.Unavailable,
                $"{DatabaseErrors.WhyUnavailable(exception)}; repeat the request."
            ),
            _ => new Problem(
                500,
                ProblemCode.InternalError,
                "A bug of the registry kept it from answering; give traceId to its operator, who finds it in the log."
            ),
        };
        if (problem.Status == 500)
            LogBug(new RedactedException(exception));
        else if (exception is IntegrityException)
        {
            LogUntold(exception.Message);
            integrity.Found(IntegrityMetrics.Answer);
        }
        else if (problem.Status == 503)
            LogUnavailable(ExceptionSummary.Summarize(exception), (exception as PostgresException)?.SqlState);
        await problem.ExecuteAsync(httpContext);
        return true;
    }

    // A message may quote what the request said, and so name people; types and places are enough to find a bug.
    public static string WithoutMessages(Exception exception)
    {
        var text = new StringBuilder();
        for (var cause = exception; cause is not null; cause = cause.InnerException)
            text.Append(cause.GetType().FullName)
                .Append(' ')
                .Append((cause as PostgresException)?.SqlState)
                .AppendLine()
                .AppendLine(cause.StackTrace);
        return text.ToString();
    }

    /// <summary>
    /// What went wrong, for the log: as an exception, since the lines of a value are written as one.
    /// </summary>
    internal sealed class RedactedException(Exception exception) : Exception
    {
        public override string ToString() => WithoutMessages(exception);
    }

    [LoggerMessage(
        LogEvents.RequestFailed,
        LogLevel.Error,
        "A request failed by a bug; report it with what follows",
        EventName = nameof(LogEvents.RequestFailed)
    )]
    private partial void LogBug(Exception causes);

    [LoggerMessage(
        LogEvents.RecordsUntold,
        LogLevel.Critical,
        "An answer was refused, for the database does not hold what nodes wrote; find out who writes to it: {Problem}",
        EventName = nameof(LogEvents.RecordsUntold)
    )]
    private partial void LogUntold(string problem);

    [LoggerMessage(
        LogEvents.RequestUnavailable,
        LogLevel.Warning,
        "PostgreSQL could not serve a request: {Kind} {SqlState}; look at PostgreSQL if this goes on",
        EventName = nameof(LogEvents.RequestUnavailable)
    )]
    private partial void LogUnavailable(string kind, string? sqlState);
}
