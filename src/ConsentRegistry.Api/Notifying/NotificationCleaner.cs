using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;

namespace ConsentRegistry.Api.Notifying;

/// <summary>Deletes notifications that have grown too old, with their deliveries.</summary>
internal sealed partial class NotificationCleaner(Database database, NotifyingOptions options, ILogger<NotificationCleaner> logger) : BackgroundService
{
    /// <summary>How often to look.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                while (await DeliveryStore.CleanAsync(database.Notifications, options.KeepFor, stoppingToken) == DeliveryStore.RowsCleaned)
                {
                }
            }
            catch (Exception e) when (Unexpected.MeansUnavailable(e))
            {
                LogPostponed(e.GetType().Name);
            }
        }
    }

    [LoggerMessage(65, LogLevel.Warning, "Old notifications could not be deleted now: {Kind}")]
    private partial void LogPostponed(string kind);
}
