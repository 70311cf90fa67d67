using Microsoft.Extensions.Logging.Console;

namespace ConsentRegistry.Api.Startup;

/// <summary>The host's own PostgreSQL, where no other is configured: started before anything needs it, stopped after everything else.</summary>
internal static class PrivateDatabase
{
    public static async Task<PrivatePostgres?> StartIfNeededAsync(RegistryOptions options, CancellationToken cancellation)
    {
        if (options.ConnectionString is not null)
            return null;
        using var logging = LoggerFactory.Create(builder => builder.AddSimpleConsole(console => console.SingleLine = true)
            .AddFilter<ConsoleLoggerProvider>(null, LogLevel.Information));
        return await PrivatePostgres.StartAsync(options.DataFolder, logging.CreateLogger<PrivatePostgres>(), cancellation);
    }
}

/// <summary>Starts the host's own PostgreSQL again when it has ended by itself, as after being killed: with its data, at the same address.</summary>
internal sealed partial class PrivateDatabaseKeeper(PrivatePostgres postgres, ILogger<PrivateDatabaseKeeper> logger) : BackgroundService
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

    [LoggerMessage(110, LogLevel.Warning, "The private PostgreSQL has ended; it is started again")]
    private partial void LogEnded();

    [LoggerMessage(111, LogLevel.Information, "The private PostgreSQL runs again, with its data")]
    private partial void LogStarted();

    [LoggerMessage(112, LogLevel.Error, "The private PostgreSQL could not be started again: {Problem}")]
    private partial void LogFailed(string problem);
}
