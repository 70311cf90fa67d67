namespace ConsentRegistry.Api.Http;

/// <summary>
/// Cuts off an answer that fails after it has begun: it cannot become a problem any more, and the caller must see that it is not whole. The server
/// would log the exception with its message, which may name people; here only its kind is logged.
/// </summary>
internal sealed partial class BrokenAnswers(RequestDelegate next, ILogger<BrokenAnswers> logger)
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
            if (Unexpected.MeansUnavailable(e))
                LogBroken(e.GetType().Name);
            else
                LogBug(Unexpected.WithoutMessages(e));
        }
    }

    [LoggerMessage(3, LogLevel.Warning, "An answer was cut off, as PostgreSQL or the connection failed: {Kind}")]
    private partial void LogBroken(string kind);

    [LoggerMessage(4, LogLevel.Error, "An answer was cut off by a bug: {Causes}")]
    private partial void LogBug(string causes);
}
