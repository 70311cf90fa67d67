using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Diagnostics;
using ConsentRegistry.Api.Persistence;

namespace ConsentRegistry.Api.Notifications;

/// <summary>Deletes notifications that have grown too old, with their deliveries.</summary>
internal sealed partial class NotificationCleaner(
    Database database,
    NotificationOptions options,
    ILogger<NotificationCleaner> logger
) : BackgroundService
{
    /// <summary>How often to look.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(10);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicWork.RunAsync(
            Pause,
            () =>
                PeriodicWork.DrainAsync(
                    DeliveryStore.RowsCleaned,
                    () => DeliveryStore.CleanAsync(database.Notifications, options.KeepFor, stoppingToken)
                ),
            LogPostponed,
            stoppingToken
        );

    [LoggerMessage(
        LogEvents.NotificationsKept,
        LogLevel.Warning,
        "Old notifications could not be deleted now: {Kind}; look at PostgreSQL if this goes on",
        EventName = nameof(LogEvents.NotificationsKept)
    )]
    private partial void LogPostponed(string kind);
}
