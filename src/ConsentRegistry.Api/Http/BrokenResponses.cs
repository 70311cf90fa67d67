using ConsentRegistry.Api.Diagnostics;
using ConsentRegistry.Api.Persistence;

namespace ConsentRegistry.Api.Http;

/// <summary>
/// Cuts off an answer that fails after it has begun: it cannot become a problem any more, and the caller must see that
/// it is not whole. The server would log the exception with its message, which may name people; here only its kind is
/// logged.
/// </summary>
internal sealed partial class BrokenResponses(RequestDelegate next, ILogger<BrokenResponses> logger)
{
    public async Task InvokeAsync(HttpContext http)
    {
        try
        {
            await next(http);
        }
        catch (Exception e) when (http.Response.HasStarted)
        {
            var hasLeft = http.RequestAborted.IsCancellationRequested;
            http.Abort();
            if (hasLeft)
                return;
            if (DatabaseErrors.MeansUnavailable(e))
                LogBroken(e.GetType().Name);
            else
                LogBug(ProblemExceptionHandler.WithoutMessages(e));
        }
    }

    [LoggerMessage(
        LogEvents.AnswerCutOff,
        LogLevel.Warning,
        "An answer was cut off, as PostgreSQL or the connection failed: {Kind}; look at PostgreSQL if "
            + "this goes on",
        EventName = nameof(LogEvents.AnswerCutOff)
    )]
    private partial void LogBroken(string kind);

    [LoggerMessage(
        LogEvents.AnswerFailed,
        LogLevel.Error,
        "An answer was cut off by a bug; report it with what follows: {Causes}",
        EventName = nameof(LogEvents.AnswerFailed)
    )]
    private partial void LogBug(string causes);
}
