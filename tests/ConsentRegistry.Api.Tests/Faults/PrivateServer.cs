using ConsentRegistry.Api.Startup;
using Microsoft.Extensions.Logging.Abstractions;

namespace ConsentRegistry.Api.Tests.Faults;

/// <summary>A service with a PostgreSQL server of its own, which tests may kill.</summary>
public sealed class PrivateServer : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("consent-faults-").FullName;
    private PrivatePostgres? postgres;
    private RegistryApplication? app;

    public RegistryApplication App => app ?? throw new InvalidOperationException("The service has not been started.");

    public PrivatePostgres Postgres => postgres ?? throw new InvalidOperationException("The server has not been started.");

    public async ValueTask InitializeAsync()
    {
        postgres = await PrivatePostgres.StartAsync(folder, NullLogger.Instance, TestContext.Current.CancellationToken);
        app = await RegistryApplication.StartAsync(postgres.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        if (app is not null)
            await app.DisposeAsync();
        if (postgres is not null)
        {
            await postgres.DisposeAsync();
            if (Directory.Exists(postgres.HomeFolder))
                Directory.Delete(postgres.HomeFolder, recursive: true);
        }
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
