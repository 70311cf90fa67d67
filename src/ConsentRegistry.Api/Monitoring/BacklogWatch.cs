using ConsentRegistry.Api.Diagnostics;
using ConsentRegistry.Api.Persistence;

namespace ConsentRegistry.Api.Monitoring;

/// <summary>
/// Looks now and then at what waits in the database, for whoever reads the metrics. Without such readers it does not
/// run.
/// </summary>
internal sealed partial class BacklogWatch(Database database, ILogger<BacklogWatch> logger) : BackgroundService
{
    /// <summary>How often to look.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>What the last look saw; null before the first.</summary>
    public Backlog? Seen { get; private set; }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicWork.RunAsync(
            Pause,
            async () => Seen = await BacklogStore.ReadAsync(database.Background, stoppingToken),
            LogPostponed,
            stoppingToken
        );

    [LoggerMessage(
        LogEvents.BacklogUnseen,
        LogLevel.Warning,
        "What waits could not be looked at now: {Kind}; look at PostgreSQL if this goes on",
        EventName = nameof(LogEvents.BacklogUnseen)
    )]
    private partial void LogPostponed(string kind);
}
