using System.Runtime.Versioning;
using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Api.Tests.Log;
using ConsentRegistry.Api.Tests.Servers;
using ConsentRegistry.Domain.Log.Verification;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ConsentRegistry.Api.Tests.Failover;

/// <summary>Recovery to a moment, as docs/how-to/restore.md has it: by a base backup and an archive of WAL.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class RecoveryTests
{
    private const string Page = "docs/how-to/restore.md";

    private const string Remix = "/v1/creators/mia/videos/v/consent/remix";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task Nodes_notice_a_recovery_to_a_moment_and_the_log_does_not_fork()
    {
        await OwnServer.SkipUnlessInstalledAsync();
        await using var server = await OwnServer.StartAsync(Cancellation);
        var archive = Path.Combine(server.Postgres.HomeFolder, "archive");
        await Sql.RunAsync(server.Administrator, $"COPY (SELECT) TO PROGRAM 'mkdir {archive}'");
        await Sql.RunAsync(server.Administrator, "ALTER SYSTEM SET archive_mode = on");
        await Sql.RunAsync(server.Administrator, $"ALTER SYSTEM SET archive_command = 'cp %p {archive}/%f'");
        await server.Postgres.KillAsync();
        await server.Postgres.RestartAsync(Cancellation);
        await using var router = new PoolRouter(new NpgsqlConnectionStringBuilder(server.Administrator).Host!);
        var data = Directory.CreateTempSubdirectory("consent-host-").FullName;
        var connection = new NpgsqlConnectionStringBuilder(server.Postgres.ConnectionString)
        {
            Host = "127.0.0.1",
            Port = router.Port,
            SslMode = SslMode.Disable,
        }.ConnectionString;
        var app = await RegistryApplication.StartInAsync(data, connection);
        (await app.Platform().PutAsync("/v1/creators/mia/videos/v", new { })).Is(200);
        (await app.Creator("mia").PutAsync(Remix, new { effect = "allow" })).Is(200);

        await using var copy = await CopiedServer.BackUpAsync(server, "backup");
        (await app.Creator("mia").PutAsync(Remix, new { effect = "ask" })).Is(200);
        var moment = (await app.NowAsync()).Replace("Z", "+00", StringComparison.Ordinal);
        (await app.Creator("mia").PutAsync(Remix, new { effect = "deny" })).Is(200);
        await Exports.CoveredAsync(app);
        var kept = await Exports.CheckpointAsync(app);
        var last = await Sql.ScalarAsync<string>(server.Administrator, "SELECT pg_walfile_name(pg_switch_wal())");
        await Eventually.HoldsAsync(
            "the archive has what was written",
            () =>
                Sql.ScalarAsync<bool>(
                    server.Administrator,
                    $"SELECT coalesce(last_archived_wal >= '{last}', false) FROM pg_stat_archiver"
                )
        );
        await server.Postgres.KillAsync();

        // The documented steps.
        (
            await Documented.RunAsync(
                Documented.Block(Page, "sh", "recovery_target_time"),
                data,
                [("DATA", copy.DataFolder), ("ARCHIVE", archive), ("MOMENT", moment)]
            )
        ).Succeeded();
        await copy.OwnAsync("recovery.signal");
        await copy.StartAsync();
        await Eventually.HoldsAsync(
            "the copy is a primary",
            async () => !await copy.ScalarAsync<bool>("SELECT pg_is_in_recovery()")
        );
        router.RouteTo(copy.SocketFolder);
        app.Database.Clear();

        await Eventually.HoldsAsync("the node answers as of that moment", async () => await EffectAsync(app) == "ask");
        Assert.Contains(
            app.Log.Lines,
            line => line.Contains("The database is another server", StringComparison.Ordinal)
        );
        await Eventually.HoldsAsync(
            "settings go on, and events wait for the log",
            async () => (await app.Creator("mia").PutAsync(Remix, new { effect = "deny" })).Status == 200
        );
        await Eventually.HoldsAsync(
            "the node does not extend the log that it knows to be longer",
            () =>
                Task.FromResult(
                    app.Log.Errors.Any(line => line.Contains("does not extend the log", StringComparison.Ordinal))
                )
        );

        // History is lost for good, and the operator says so.
        var checkpoint = app.Services.GetRequiredService<CheckpointFile>().Path;
        await app.StopAsync();
        File.Delete(checkpoint);
        await using var next = await RegistryApplication.StartInAsync(data, connection);
        await Exports.CoveredAsync(next);
        var verdict = Exports.Verify(
            await Exports.OfLogAsync(next),
            new() { KeptCheckpoints = [kept], PinnedSet = await Exports.KeysAsync(next) }
        );
        Assert.NotEqual(Verdict.Valid, verdict.Verdict);
        Assert.Empty(next.Log.Errors);
    }

    private static async Task<string?> EffectAsync(RegistryApplication app) =>
        await app.Platform()
            .PostAsync(
                "/v1/checks",
                new
                {
                    creatorId = "mia",
                    videoId = "v",
                    purpose = "remix",
                    requester = "acme",
                }
            )
            is { Status: 200 } answer
            ? (string?)answer["effect"]
            : null;
}
