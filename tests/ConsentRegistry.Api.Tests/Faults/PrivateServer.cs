using System.Diagnostics;
using ConsentRegistry.Api.DevelopmentServer;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ConsentRegistry.Api.Tests.Faults;

/// <summary>
/// A service with a PostgreSQL server of its own, which tests may kill. Where its programs are missing, they are
/// skipped.
/// </summary>
public sealed class PrivateServer : IAsyncLifetime
{
    private OwnServer? server;
    private RegistryApplication? app;

    public RegistryApplication App => app ?? throw new InvalidOperationException("The service has not been started.");

    public PrivatePostgres Postgres =>
        server?.Postgres ?? throw new InvalidOperationException("The server has not been started.");

    public async ValueTask InitializeAsync()
    {
        // A fixture skips nothing: its tests do.
        if (!await OwnServer.AreInstalledAsync())
            return;
        server = await OwnServer.StartAsync(TestContext.Current.CancellationToken);
        app = await RegistryApplication.StartAsync(Postgres.ConnectionString);
    }

    /// <summary>
    /// Starts the server again after it was killed. Of the tests' own connections none outlived that; the service's are
    /// its own affair.
    /// </summary>
    public async Task RestartAsync()
    {
        await Postgres.RestartAsync(TestContext.Current.CancellationToken);
        App.Database.Clear();
    }

    /// <summary>
    /// Waits until the service is as if nothing had happened. A test begins with it, since the one before may have
    /// ended the server: that test is about the service's broken connections, and the next one is not.
    /// </summary>
    public async Task RecoverAsync()
    {
        var creator = RegistryApplication.NewId();
        var (changes, checks) = (App.Creator(creator), App.Platform());
        var check = new
        {
            creatorId = creator,
            videoId = "v",
            purpose = "remix",
            requester = "acme",
            explain = true,
        };
        var database = App.Services.GetRequiredService<Database>();
        database.ClearPools();
        await Eventually.HoldsAsync(
            "the service has recovered",
            async () =>
                (
                    await changes.PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "deny" })
                ).Status == 200
                && (await checks.PostAsync("/v1/checks", check)).Status == 200
        );
    }

    /// <summary>
    /// Stops every process of the server where it is, as a machine that hangs: connections stay, and nothing answers.
    /// </summary>
    public Task PauseAsync() => SignalAsync("STOP");

    /// <summary>Lets all of them go on.</summary>
    public Task ResumeAsync() => SignalAsync("CONT");

    private async Task SignalAsync(string signal)
    {
        var file = Directory
            .EnumerateFiles(Postgres.HomeFolder, "postmaster.pid", SearchOption.AllDirectories)
            .Single();
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
