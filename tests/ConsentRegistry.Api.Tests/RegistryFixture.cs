namespace ConsentRegistry.Api.Tests;

/// <summary>One running service for the tests of a class. They share it but never rows: each uses creators of its own.</summary>
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
        // Whatever a test looked at: a request that failed by a bug is one.
        var bugs = _app.Log.Errors;
        await _app.DisposeAsync();
        Assert.Empty(bugs);
    }
}
