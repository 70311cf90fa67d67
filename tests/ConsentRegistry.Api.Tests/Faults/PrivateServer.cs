using ConsentRegistry.Api.Startup;
using Microsoft.Extensions.Logging.Abstractions;

namespace ConsentRegistry.Api.Tests.Faults;

/// <summary>A service with a PostgreSQL server of its own, which tests may kill.</summary>
public sealed class PrivateServer : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("consent-faults-").FullName;
    private PrivatePostgres? _postgres;
    private RegistryApplication? _app;

    public RegistryApplication App => _app ?? throw new InvalidOperationException("The service has not been started.");

    public PrivatePostgres Postgres => _postgres ?? throw new InvalidOperationException("The server has not been started.");

    public async ValueTask InitializeAsync()
    {
        _postgres = await PrivatePostgres.StartAsync(_folder, NullLogger.Instance, TestContext.Current.CancellationToken);
        _app = await RegistryApplication.StartAsync(_postgres.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
        if (_postgres is not null)
        {
            await _postgres.DisposeAsync();
            if (Directory.Exists(_postgres.HomeFolder))
                Directory.Delete(_postgres.HomeFolder, recursive: true);
        }
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }
}
