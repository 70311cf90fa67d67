using ConsentRegistry.Api.Diagnostics;
using ConsentRegistry.Api.Persistence;

namespace ConsentRegistry.Api.Notifications;

/// <summary>Empties the outbox into inboxes and deliveries. Each node tries; one at a time does it.</summary>
internal sealed partial class OutboxRelay(Database database, CommitSignal commits, ILogger<OutboxRelay> logger)
    : BackgroundService
{
    /// <summary>How often to look: about so long an inbox lags behind a change.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>How often at least while nothing is committed.</summary>
    private static readonly TimeSpan QuietPause = TimeSpan.FromSeconds(5);

    /// <summary>After so long without a look something is wrong.</summary>
    private static readonly TimeSpan AlarmingAge = TimeSpan.FromSeconds(10);

    private long lookedAt;

    /// <summary>How long ago this node last looked, and handed on what there was; null if it never did.</summary>
    public TimeSpan? Age =>
        Volatile.Read(ref lookedAt) is not 0 and var at ? TimeProvider.System.GetElapsedTime(at) : null;

    /// <summary>Whether it did lately.</summary>
    public bool IsWell => Age < AlarmingAge;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicWork.RunAsync(
            commits,
            Pause,
            QuietPause,
            async () =>
            {
                await PeriodicWork.DrainAsync(DeliveryStore.BatchSize, () => RelayAsync(stoppingToken));
                Volatile.Write(ref lookedAt, TimeProvider.System.GetTimestamp());
            },
            LogPostponed,
            stoppingToken
        );

    // What is handed on is there to be delivered.
    private async Task<int> RelayAsync(CancellationToken cancellation)
    {
        var relayed = await DeliveryStore.RelayAsync(database.Notifications, cancellation);
        if (relayed > 0)
            commits.Raise();
        return relayed;
    }

    [LoggerMessage(
        LogEvents.NotificationsNotHandedOn,
        LogLevel.Warning,
        "Notifications could not be handed on now: {Kind}; look at PostgreSQL if this goes on",
        EventName = nameof(LogEvents.NotificationsNotHandedOn)
    )]
    private partial void LogPostponed(string kind);
}
