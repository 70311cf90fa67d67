namespace ConsentRegistry.Console.Sessions;

/// <summary>Deletes sessions that have ended, now and then.</summary>
internal sealed partial class EndedSessions(SessionStore store, TimeProvider clock, ILogger<EndedSessions> log)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, clock);
        do
        {
            try
            {
                await store.DeleteEndedAsync(stoppingToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                NotDeleted(e.GetType().Name);
            }
        } while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(2, LogLevel.Warning, "Sessions that have ended could not be deleted ({Error}); tried again later")]
    private partial void NotDeleted(string error);
}
