using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Diagnostics;
using Microsoft.Extensions.Logging.Console;

namespace ConsentRegistry.Api.DevelopmentServer;

/// <summary>
/// The host's own PostgreSQL, where no other is configured: started before anything needs it, stopped after everything
/// else.
/// </summary>
internal static class PrivateDatabase
{
    public static async Task<PrivatePostgres?> StartIfNeededAsync(
        RegistryOptions options,
        CancellationToken cancellation
    )
    {
        if (options.ConnectionString is not null)
            return null;
        using var logging = LoggerFactory.Create(builder =>
            builder
                .AddSimpleConsole(console => console.SingleLine = true)
                .AddFilter<ConsoleLoggerProvider>(null, LogLevel.Information)
        );
        return await PrivatePostgres.StartAsync(
            options.DataFolder,
            logging.CreateLogger<PrivatePostgres>(),
            cancellation
        );
    }
}

/// <summary>
/// Starts the host's own PostgreSQL again when it has ended by itself, as after being killed: with its data, at the
/// same address.
/// </summary>
internal sealed partial class PrivateDatabaseKeeper(PrivatePostgres postgres, ILogger<PrivateDatabaseKeeper> logger)
    : BackgroundService
{
    /// <summary>Between two tries, so that a server which cannot start does not keep the machine busy.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await postgres.WaitForExitAsync(stoppingToken);
            LogEnded();
            try
            {
                await postgres.RestartAsync(stoppingToken);
                LogStarted();
            }
            catch (PrivatePostgresException e)
            {
                LogFailed(e.Message);
                await Task.Delay(Pause, stoppingToken);
            }
        }
    }

    [LoggerMessage(
        LogEvents.PrivatePostgresEnded,
        LogLevel.Warning,
        "The private PostgreSQL has ended and is started again; if this goes on, read its own log",
        EventName = nameof(LogEvents.PrivatePostgresEnded)
    )]
    private partial void LogEnded();

    [LoggerMessage(
        LogEvents.PrivatePostgresRecovered,
        LogLevel.Information,
        "The private PostgreSQL runs again, with its data",
        EventName = nameof(LogEvents.PrivatePostgresRecovered)
    )]
    private partial void LogStarted();

    [LoggerMessage(
        LogEvents.PrivatePostgresNotStarted,
        LogLevel.Error,
        "The private PostgreSQL could not be started again; mend what it names: {Problem}",
        EventName = nameof(LogEvents.PrivatePostgresNotStarted)
    )]
    private partial void LogFailed(string problem);
}
