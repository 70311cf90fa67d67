using ConsentRegistry.Api.Diagnostics;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;

namespace ConsentRegistry.Api.Startup;

/// <summary>
/// Deletes idempotency keys and traces that have grown too old. A key is refused no service by staying longer: its row
/// is simply replaced.
/// </summary>
internal sealed partial class IdempotencyCleaner(Database database, ILogger<IdempotencyCleaner> logger) : BackgroundService
{
    /// <summary>How often to look.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(10);

    /// <summary>Rows of one statement, so that none holds locks for long.</summary>
    private const int RowsPerStatement = 1_000;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Recurring.RunAsync(
        Pause,
        async () =>
        {
            await Recurring.DrainAsync(RowsPerStatement, () => DeleteAsync(stoppingToken));
            await Recurring.DrainAsync(RowsPerStatement, () => TraceStore.CleanAsync(database.Background, RowsPerStatement, stoppingToken));
        },
        LogPostponed,
        stoppingToken);

    private async Task<int> DeleteAsync(CancellationToken cancellation)
    {
        await using var command = database.Background.CreateCommand(
            """
            DELETE FROM consent.idempotency_key WHERE (caller, key) IN (
                SELECT caller, key FROM consent.idempotency_key WHERE created_at <= now() - $1 LIMIT $2 FOR UPDATE SKIP LOCKED)
            """);
        command.Parameters.Add(new() { Value = IdempotencyKey.KeptFor });
        command.Parameters.Add(new() { Value = RowsPerStatement });
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    [LoggerMessage(
        LogEvents.IdempotencyKeysKept, LogLevel.Warning,
        "Old idempotency keys and traces could not be deleted now: {Kind}; look at PostgreSQL if this goes on",
        EventName = nameof(LogEvents.IdempotencyKeysKept))]
    private partial void LogPostponed(string kind);
}
