using System.Diagnostics;
using ConsentRegistry.Api.Startup;
using ConsentRegistry.Api.Tests.Servers;

namespace ConsentRegistry.Api.Tests.Faults;

/// <summary>A service with a PostgreSQL server of its own, which tests may kill. Where its programs are missing, they are skipped.</summary>
public sealed class PrivateServer : IAsyncLifetime
{
    private OwnServer? server;
    private RegistryApplication? app;

    public RegistryApplication App => app ?? throw new InvalidOperationException("The service has not been started.");

    public PrivatePostgres Postgres => server?.Postgres ?? throw new InvalidOperationException("The server has not been started.");

    public async ValueTask InitializeAsync()
    {
        // A fixture skips nothing: its tests do.
        if (!await OwnServer.AreInstalledAsync())
            return;
        server = await OwnServer.StartAsync(TestContext.Current.CancellationToken);
        app = await RegistryApplication.StartAsync(Postgres.ConnectionString);
    }

    /// <summary>Starts the server again after it was killed. Of the tests' own connections none outlived that; the service's are its own affair.</summary>
    public async Task RestartAsync()
    {
        await Postgres.RestartAsync(TestContext.Current.CancellationToken);
        App.Database.Clear();
    }

    /// <summary>Stops every process of the server where it is, as a machine that hangs: connections stay, and nothing answers.</summary>
    public Task PauseAsync() => SignalAsync("STOP");

    /// <summary>Lets all of them go on.</summary>
    public Task ResumeAsync() => SignalAsync("CONT");

    private async Task SignalAsync(string signal)
    {
        var file = Directory.EnumerateFiles(Postgres.HomeFolder, "postmaster.pid", SearchOption.AllDirectories).Single();
        var main = (await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken))[0];
        // The first one first: it makes the others.
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -{signal} {main}; kill -{signal} $(pgrep -P {main})"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (app is not null)
            await app.DisposeAsync();
        if (server is not null)
            await server.DisposeAsync();
    }
}
