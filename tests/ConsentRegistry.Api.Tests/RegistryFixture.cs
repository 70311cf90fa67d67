using ConsentRegistry.Api.Tests.History;

namespace ConsentRegistry.Api.Tests;

/// <summary>
/// One running service for the tests of a class. They share it but never rows: each uses creators of its own. After the last one the events
/// must tell exactly what the tables hold, whatever the tests did.
/// </summary>
public sealed class RegistryFixture(PostgresFixture postgres) : IAsyncLifetime
{
    private RegistryApplication? _app;

    /// <summary>The service.</summary>
    public RegistryApplication App => _app ?? throw new InvalidOperationException("The service has not been started.");

    public async ValueTask InitializeAsync() => _app = await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync());

    public async ValueTask DisposeAsync()
    {
        if (_app is null)
            return;
        await using var app = _app;
        await Ledger.VerifyAsync(app);
        // Whatever a test looked at: a request that failed by a bug is one.
        Assert.True(app.Log.Errors.Count == 0, string.Join('\n', app.Log.Errors));
    }
}
