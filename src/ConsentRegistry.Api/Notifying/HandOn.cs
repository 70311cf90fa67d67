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

    [LoggerMessage(60, LogLevel.Warning, "Notifications could not be handed on now: {Kind}")]
    private partial void LogPostponed(string kind);
}
