using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Diagnostics;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Api.Telemetry;
using Npgsql;

namespace ConsentRegistry.Api.Auditing;

/// <summary>
/// Audits the database again and again while nodes work: one node at a time, in small steps, within a share of its time.
/// What differs is an alarm. Rows are named by the command <c>audit</c> alone, for the node's log names nobody.
/// </summary>
internal sealed partial class BackgroundAudit(
    Database database,
    IntegrityKeys keys,
    LogSigner signer,
    LogIdentity identity,
    AuditOptions options,
    AuditMetrics metrics,
    IntegrityMetrics integrity,
    TimeProvider clock,
    ILogger<BackgroundAudit> logger
) : BackgroundService
{
    /// <summary>What the node that audits holds: any number that nothing else in this database locks by.</summary>
    public const long AuditLock = 0x4155444954;

    /// <summary>Between two tries to be the node that audits, and after something went wrong.</summary>
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMinutes(1);

    /// <summary>How long a node that begins to audit waits: a start has enough to do.</summary>
    private static readonly TimeSpan FirstAfter = TimeSpan.FromMinutes(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.EveryHours == 0)
            return;
        while (true)
        {
            try
            {
                await using var connection = await database.Background.OpenConnectionAsync(stoppingToken);
                if (await TryLockAsync(connection, stoppingToken))
                    await AuditAgainAndAgainAsync(connection, stoppingToken);
            }
            // Whatever it is, an audit that cannot be made stops no node.
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogInterrupted(ExceptionSummary.Summarize(e), (e as PostgresException)?.SqlState);
            }
            await Task.Delay(BetweenTries, clock, stoppingToken);
        }
    }

    /// <summary>Audits once.</summary>
    /// <param name="connection">A connection, outside a transaction.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<AuditReport> RunAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var started = clock.GetTimestamp();
        var report = await DatabaseAudit.RunAsync(
            connection,
            keys,
            signer,
            identity,
            AuditSizes.Usual,
            AuditPace.InSteps(connection, options.SharePercent, clock),
            cancellation
        );
        metrics.Finished();
        foreach (var ((code, table), count) in report.Findings.Counts)
        {
            LogFound(code, table, count);
            integrity.Found(IntegrityMetrics.Row, (int)Math.Min(count, int.MaxValue));
        }
        LogFinished(
            report.Leaves,
            report.Creators,
            report.Findings.Count,
            (long)clock.GetElapsedTime(started).TotalSeconds
        );
        return report;
    }

    private async Task AuditAgainAndAgainAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        metrics.Begin();
        try
        {
            await Task.Delay(FirstAfter, clock, cancellation);
            while (true)
            {
                await RunAsync(connection, cancellation);
                await Task.Delay(TimeSpan.FromHours(options.EveryHours), clock, cancellation);
            }
        }
        finally
        {
            metrics.End();
            await UnlockAsync(connection);
        }
    }

    private static async Task<bool> TryLockAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT pg_try_advisory_lock($1)", connection)
        {
            Parameters = { new() { Value = AuditLock } },
        };
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    // A connection that is broken has lost the lock already.
    private static async Task UnlockAsync(NpgsqlConnection connection)
    {
        try
        {
            await using var command = new NpgsqlCommand("SELECT pg_advisory_unlock($1)", connection)
            {
                Parameters = { new() { Value = AuditLock } },
            };
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException)
        {
            await connection.CloseAsync();
        }
    }

    [LoggerMessage(
        LogEvents.AuditFound,
        LogLevel.Critical,
        "An audit found {Code} {Count} times in the table {Table}; run the host's `audit` command, which names the rows, and "
            + "find out who writes to the database",
        EventName = nameof(LogEvents.AuditFound)
    )]
    private partial void LogFound(FindingCode code, string table, long count);

    [LoggerMessage(
        LogEvents.AuditFinished,
        LogLevel.Information,
        "The database was audited: {Leaves} leaves and {Creators} creators, {Findings} findings, in {Seconds} s",
        EventName = nameof(LogEvents.AuditFinished)
    )]
    private partial void LogFinished(long leaves, long creators, long findings, long seconds);

    [LoggerMessage(
        LogEvents.AuditInterrupted,
        LogLevel.Warning,
        "An audit of the database was interrupted: {Kind} {SqlState}; it begins anew, look at PostgreSQL if this goes on",
        EventName = nameof(LogEvents.AuditInterrupted)
    )]
    private partial void LogInterrupted(string kind, string? sqlState);
}
