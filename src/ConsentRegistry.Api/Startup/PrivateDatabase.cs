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
