using System.Data.Common;
using System.Net.Sockets;
using System.Text;
using ConsentRegistry.Api.Diagnostics;
using Microsoft.AspNetCore.Diagnostics;
using Npgsql;

namespace ConsentRegistry.Api.Http;

/// <summary>Turns what was thrown into an answer: 503 where PostgreSQL is out of reach, and a bare 500 for a bug.</summary>
internal sealed partial class Unexpected(ILogger<Unexpected> logger) : IExceptionHandler
{
    /// <summary>The refusal of a request that the server itself found too large.</summary>
    public static readonly Problem TooLarge = new(413, ProblemCode.TooLarge, "The request is larger than the server takes; send less at once.");

    /// <summary>Whether the exception says that PostgreSQL cannot serve now, and not that a statement is wrong.</summary>
    public static bool MeansUnavailable(Exception exception) => exception switch
    {
        PostgresException postgres => postgres.SqlState is
            PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.QueryCanceled
            or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
            or PostgresErrorCodes.TooManyConnections
            or PostgresErrorCodes.DiskFull or PostgresErrorCodes.OutOfMemory or PostgresErrorCodes.ReadOnlySqlTransaction
            || postgres.SqlState.StartsWith("08", StringComparison.Ordinal)
            // A password that was changed under a running host: its operator's to mend, and no bug.
            || postgres.SqlState is PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification,
        DbException or TimeoutException or SocketException => true,
        // A pooled connection whose server died answers some calls with an I/O error, and a context wraps what its connection threw.
        IOException => true,
        InvalidOperationException { InnerException: { } inner } => MeansUnavailable(inner),
        _ => false,
    };

    /// <summary>Whether the exception comes from PostgreSQL or the way to it.</summary>
    public static bool IsOfDatabase(Exception exception) =>
        exception is DbException || (exception.InnerException is { } inner && IsOfDatabase(inner));

    /// <summary>Why PostgreSQL cannot serve now, in words for a caller, without a full stop. It claims no more than the exception shows.</summary>
    /// <param name="exception">One that <see cref="MeansUnavailable"/> is true of.</param>
    public static string WhyUnavailable(Exception exception) => exception switch
    {
        PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected } =>
            "Other changes hold what this one needs, and went on for too long",
        PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } => "The registry's database did not answer in time",
        PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } => "The registry's database has no connection to spare",
        PostgresException { SqlState: PostgresErrorCodes.DiskFull or PostgresErrorCodes.OutOfMemory } => "The registry's database has no room left",
        PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } => "The registry's database takes no changes: it is a standby, or read-only",
        PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } =>
            "The registry's database refuses this host",
        PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow } =>
            "The registry's database is starting or ending",
        TimeoutException or NpgsqlException { InnerException: TimeoutException } => "The registry's database did not answer in time",
        { InnerException: { } inner } when exception is not NpgsqlException && MeansUnavailable(inner) => WhyUnavailable(inner),
        _ => "The registry's database cannot be reached now",
    };

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
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
            OutcomeUnknownException => new Problem(503, ProblemCode.OutcomeUnknown, "The connection broke while the change was made, so whether it was is not known; repeat it with the same Idempotency-Key."),
            BadHttpRequestException { StatusCode: 408 or 413 } bad => BodyBuffer.ProblemOf(bad)!,
            BadHttpRequestException bad => new Problem(bad.StatusCode, ProblemCode.MalformedRequest, "The request is no well-formed HTTP; send it once more, as RFC 9112 has it."),
            _ when MeansUnavailable(exception) => new Problem(503, ProblemCode.Unavailable, $"{WhyUnavailable(exception)}; repeat the request."),
            _ => new Problem(500, ProblemCode.InternalError, "A bug of the registry kept it from answering; give traceId to its operator, who finds it in the log."),
        };
        if (problem.Status == 500)
            LogBug(new Causes(exception));
        else if (problem.Status == 503)
            LogUnavailable(Cause.Of(exception), (exception as PostgresException)?.SqlState);
        await problem.WriteAsync(httpContext);
        return true;
    }

    // A message may quote what the request said, and so name people; types and places are enough to find a bug.
    public static string WithoutMessages(Exception exception)
    {
        var text = new StringBuilder();
        for (var cause = exception; cause is not null; cause = cause.InnerException)
            text.Append(cause.GetType().FullName).Append(' ').Append((cause as PostgresException)?.SqlState).AppendLine().AppendLine(cause.StackTrace);
        return text.ToString();
    }

    /// <summary>
    /// What went wrong, for the log: as an exception, since the lines of a value are written as one.
    /// </summary>
    internal sealed class Causes(Exception exception) : Exception
    {
        public override string ToString() => WithoutMessages(exception);
    }

    [LoggerMessage(
        LogEvents.RequestFailed, LogLevel.Error,
        "A request failed by a bug; report it with what follows",
        EventName = nameof(LogEvents.RequestFailed))]
    private partial void LogBug(Exception causes);

    [LoggerMessage(
        LogEvents.RequestUnavailable, LogLevel.Warning,
        "PostgreSQL could not serve a request: {Kind} {SqlState}; look at PostgreSQL if this goes on",
        EventName = nameof(LogEvents.RequestUnavailable))]
    private partial void LogUnavailable(string kind, string? sqlState);
}

/// <summary>The connection broke while a transaction was being committed.</summary>
public sealed class OutcomeUnknownException(Exception cause) : Exception("The outcome of a commit is unknown.", cause);
