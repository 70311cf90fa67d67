using ConsentRegistry.Api.Diagnostics;
using ConsentRegistry.Api.Persistence;

namespace ConsentRegistry.Api.Changes;

/// <summary>
/// Deletes idempotency keys and traces that have grown too old. A key is refused no service by staying longer: its row
/// is simply replaced.
/// </summary>
internal sealed partial class RetentionCleaner(Database database, ILogger<RetentionCleaner> logger) : BackgroundService
{
    /// <summary>How often to look.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(10);

    /// <summary>Rows of one statement, so that none holds locks for long.</summary>
    private const int RowsPerStatement = 1_000;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicWork.RunAsync(
            Pause,
            async () =>
            {
                await PeriodicWork.DrainAsync(RowsPerStatement, () => DeleteAsync(stoppingToken));
                await PeriodicWork.DrainAsync(
                    RowsPerStatement,
                    () => TraceStore.CleanAsync(database.Background, RowsPerStatement, stoppingToken)
                );
            },
            LogPostponed,
            stoppingToken
        );

    /// <summary>Deletes some of the keys that are too old.</summary>
    /// <returns>How many.</returns>
    internal Task<int> DeleteAsync(CancellationToken cancellation) =>
        RowRetention.DeleteAsync(
            database.Background,
            "consent.idempotency_key",
            "caller, key",
            IdempotencyKey.KeptFor,
            RowsPerStatement,
            cancellation
        );

    [LoggerMessage(
        LogEvents.IdempotencyKeysKept,
        LogLevel.Warning,
        "Old idempotency keys and traces could not be deleted now: {Kind}; look at PostgreSQL if this goes on",
        EventName = nameof(LogEvents.IdempotencyKeysKept)
    )]
    private partial void LogPostponed(string kind);
}
