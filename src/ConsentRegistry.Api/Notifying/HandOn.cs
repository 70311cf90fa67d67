using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;

namespace ConsentRegistry.Api.Notifying;

/// <summary>Empties the outbox into inboxes and deliveries. Each node tries; one at a time does it.</summary>
internal sealed partial class HandOn(Database database, ILogger<HandOn> logger) : BackgroundService
{
    /// <summary>How often to look: about so long an inbox lags behind a change.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                while (await DeliveryStore.HandOnAsync(database.Notifications, stoppingToken) == DeliveryStore.BatchSize)
                {
                }
            }
            catch (Exception e) when (Unexpected.MeansUnavailable(e))
            {
                LogPostponed(e.GetType().Name);
            }
        }
    }

    [LoggerMessage(60, LogLevel.Warning, "Notifications could not be handed on now: {Kind}")]
    private partial void LogPostponed(string kind);
}
