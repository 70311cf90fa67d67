using ConsentRegistry.Api.Diagnostics;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;

namespace ConsentRegistry.Api.Notifying;

/// <summary>Empties the outbox into inboxes and deliveries. Each node tries; one at a time does it.</summary>
internal sealed partial class HandOn(Database database, ILogger<HandOn> logger) : BackgroundService
{
    /// <summary>How often to look: about so long an inbox lags behind a change.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Recurring.RunAsync(
        Pause,
        () => Recurring.DrainAsync(DeliveryStore.BatchSize, () => DeliveryStore.HandOnAsync(database.Notifications, stoppingToken)),
        LogPostponed,
        stoppingToken);

    [LoggerMessage(
        LogEvents.NotificationsNotHandedOn, LogLevel.Warning,
        "Notifications could not be handed on now: {Kind}; look at PostgreSQL if this goes on",
        EventName = nameof(LogEvents.NotificationsNotHandedOn))]
    private partial void LogPostponed(string kind);
}
