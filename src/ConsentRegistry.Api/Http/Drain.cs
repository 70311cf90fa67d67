using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Diagnostics;

namespace ConsentRegistry.Api.Http;

/// <summary>
/// The time between the order to stop and the end of listening. The node answers as ever, but it says that it is not
/// ready, and each answer closes its connection: proxies and clients go elsewhere by themselves, and no request is lost
/// with a connection that is cut.
/// </summary>
internal sealed partial class Drain(
    DrainOptions options,
    IHostApplicationLifetime lifetime,
    TimeProvider clock,
    ILogger<Drain> logger
) : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource over = new();

    /// <summary>Whether the node has been told to stop.</summary>
    public bool HasBegun => lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>Ends what would go on for as long as its caller likes. Nobody listens any more.</summary>
    public CancellationToken Over => over.Token;

    /// <summary>Has an answer close its connection, once the node is told to stop.</summary>
    public Task CloseAsync(HttpContext http, RequestDelegate next)
    {
        // As the answer starts: an answer that is replaced, as by an error, has it too. HTTP/2 and later have words of
        // their own, which the server says.
        if (HasBegun && !HttpProtocol.IsHttp2(http.Request.Protocol) && !HttpProtocol.IsHttp3(http.Request.Protocol))
        {
            http.Response.OnStarting(
                static response =>
                {
                    ((HttpResponse)response).Headers.Connection = "close";
                    return Task.CompletedTask;
                },
                http.Response
            );
        }
        return next(http);
    }

    /// <summary>Before anything of the host is stopped.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        // Whoever stops the host without a signal has not said so yet.
        lifetime.StopApplication();
        if (options.Time > TimeSpan.Zero)
        {
            LogBegun((long)options.Time.TotalSeconds);
            await Task.Delay(options.Time, clock, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await over.CancelAsync();
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => over.Dispose();

    [LoggerMessage(
        LogEvents.DrainBegun,
        LogLevel.Information,
        "This node is being stopped: it answers for {Seconds} s more, and is not ready",
        EventName = nameof(LogEvents.DrainBegun)
    )]
    private partial void LogBegun(long seconds);
}
