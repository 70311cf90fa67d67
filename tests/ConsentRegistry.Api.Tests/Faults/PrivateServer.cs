using System.Diagnostics;
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
        var server = (await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken))[0];
        // The first one first: it makes the others.
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -{signal} {server}; kill -{signal} $(pgrep -P {server})"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
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
