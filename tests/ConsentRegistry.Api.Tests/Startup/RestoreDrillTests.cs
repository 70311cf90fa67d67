using System.Net;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Startup;
using ConsentRegistry.Api.Tests.Log;
using ConsentRegistry.Api.Tests.Servers;
using ConsentRegistry.Domain.Log.Verification;
using Npgsql;

namespace ConsentRegistry.Api.Tests.Startup;

/// <summary>
/// Backup and restore as docs/how-to/restore.md has it, line by line, with PostgreSQL's own tools and on another
/// server.
/// </summary>
public sealed class RestoreDrillTests(PostgresFixture postgres) : IDisposable
{
    private const string Restoring = "docs/how-to/restore.md";

    private const string SettingUp = "docs/how-to/run-in-production.md";

    private const string Password = "pass'word";

    private static readonly string[] Production = ["environment=Production", "Tokens:Authority=https://issuer.example"];

    private readonly string folder = Directory.CreateTempSubdirectory("consent-drill-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task A_dump_is_restored_on_a_new_server_by_the_documented_steps_and_the_service_goes_on_with_it()
    {
        await OwnServer.SkipUnlessInstalledAsync();
        // Both of the version that PostgreSQL's own tools here have.
        var servers = await Task.WhenAll(OwnServer.StartAsync(Cancellation), OwnServer.StartAsync(Cancellation));
        await using var old = servers[0];
        await using var server = servers[1];
        // The old server, set up as documented.
        var first = old.Administrator;
        foreach (
            var statement in Documented
                .Block(SettingUp, "sql", "CREATE DATABASE")
                .Replace("'…'", "'pass''word'", StringComparison.Ordinal)
                .Split(";", StringSplitOptions.TrimEntries)
        )
        {
            if (statement.Split('\n').Any(line => line.Length > 0 && !line.StartsWith("--", StringComparison.Ordinal)))
                await ExecuteAsync(first, statement);
        }
        var (oldOwner, oldService) = (As(first, "registry_owner"), As(first, "registry_service"));
        await RegistryApplication.MigrateAsync(oldOwner, new("registry.test/log", IsDevelopment: false));
        await ExecuteAsync(first, Documented.Block(SettingUp, "sql", "GRANT consent_application"));
        var app = await RegistryApplication.StartAsAsync(
            oldOwner,
            Directory.CreateTempSubdirectory("consent-host-").FullName,
            oldService,
            Production
        );
        (await app.Platform().PutAsync("/v1/creators/mia/videos/v", new { })).Is(200);
        (
            await app.Creator("mia")
                .PutAsync(
                    "/v1/creators/mia/consent/defaults/remix",
                    new { effect = "allow", appliesTo = "all" },
                    "Idempotency-Key: one"
                )
        ).Is(200);
        (await app.Creator("ben").PutAsync("/v1/creators/ben/lockdown", null)).Is(200);
        await Exports.CoveredAsync(app);
        var kept = await Exports.CheckpointAsync(app);
        await app.StopAsync();

        // What goes wrong without the roles is said, and what to do about it.
        // The new one as an operator gets it: without any role of the registry.
        var admin = server.Administrator;
        var careless = server.Postgres.ConnectionString;
        await ExecuteAsync(
            admin,
            "DROP ROLE consent_application; DROP ROLE consent_sequencer; DROP ROLE consent_auditor"
        );
        await Documented.RunAsync(
            "pg_dump --no-owner --dbname=\"$OLD\" | psql --quiet --dbname=\"$NEW\"",
            folder,
            [("OLD", Uri(oldOwner)), ("NEW", Uri(careless))]
        );
        var lost = await HostAsync("migrate", careless, app.DataFolder);
        Assert.StartsWith(
            "The server lacks the roles that the database gives rights to (consent_application, consent_sequencer, "
                + "consent_auditor)",
            Assert.Single(lost.ErrorLines),
            StringComparison.Ordinal
        );

        // The documented steps.
        var newOwner = As(admin, "registry_owner");
        (
            await Documented.RunAsync(
                $"cd '{folder}'\n{Documented.Block(Restoring, "sh", "pg_dump").Replace("ConsentRegistry.Api.dll", $"'{HostProcess.Folder}/ConsentRegistry.Api.dll'", StringComparison.Ordinal)}",
                HostProcess.Folder,
                [
                    ("OLD", Uri(oldOwner)),
                    ("NEW", Uri(newOwner)),
                    ("ADMIN", Uri(admin)),
                    ("OWNER_PASSWORD", "pass''word"),
                    ("SERVICE_PASSWORD", "pass''word"),
                    .. HostProcess.Production(
                        newOwner,
                        folder,
                        Path.Combine(app.DataFolder, "mounted-keys.json"),
                        "registry.test/log"
                    ),
                ]
            )
        ).Succeeded();

        Assert.Contains(
            "have no rights in the database",
            Assert.Single((await HostAsync("migrate", careless, app.DataFolder)).ErrorLines),
            StringComparison.Ordinal
        );
        await using var restored = await RegistryApplication.StartAsAsync(
            newOwner,
            app.DataFolder,
            As(admin, "registry_service"),
            Production
        );
        Assert.True(
            (bool)
                (
                    await restored
                        .Platform()
                        .PostAsync(
                            "/v1/checks",
                            new
                            {
                                creatorId = "mia",
                                videoId = "v",
                                purpose = "remix",
                            }
                        )
                ).Is(200)["allowed"]!
        );
        Assert.False(
            (bool)
                (
                    await restored
                        .Platform()
                        .PostAsync(
                            "/v1/checks",
                            new
                            {
                                creatorId = "ben",
                                videoId = "v",
                                purpose = "remix",
                            }
                        )
                ).Is(200)["allowed"]!
        );
        (await restored.Creator("mia").PutAsync("/v1/creators/mia/consent/defaults/remix", new { effect = "deny" })).Is(
            200
        );
        Assert.False(
            (bool)
                (
                    await restored
                        .Platform()
                        .PostAsync(
                            "/v1/checks",
                            new
                            {
                                creatorId = "mia",
                                videoId = "v",
                                purpose = "remix",
                            }
                        )
                ).Is(200)["allowed"]!
        );
        await Exports.CoveredAsync(restored);
        // The same log goes on: an auditor who kept a checkpoint of the old server finds nothing wrong.
        var verdict = Exports.Verify(
            await Exports.OfLogAsync(restored),
            new() { KeptCheckpoints = [kept], PinnedSet = await Exports.KeysAsync(restored) }
        );
        Assert.Equal((Verdict.Valid, null), (verdict.Verdict, verdict.Failure?.What));
        Assert.Empty(restored.Log.Errors);
    }

    [Fact]
    public async Task A_login_that_may_not_take_the_roles_is_told_so_and_not_that_the_database_is_not_migrated()
    {
        var database = await postgres.CreateEmptyDatabaseAsync();
        await using (var app = await RegistryApplication.StartAsync(database, Production))
            await Exports.CoveredAsync(app);
        var login = $"login_{Guid.NewGuid():N}";
        var admin = postgres.AsAdministrator(database);
        await ExecuteAsync(admin, $"CREATE ROLE {login} LOGIN PASSWORD 'pass''word'");

        var refusal = (
            await Assert.ThrowsAsync<StartupException>(() =>
                RegistryApplication.StartAsAsync(
                    database,
                    Directory.CreateTempSubdirectory("consent-host-").FullName,
                    As(database, login),
                    Production
                )
            )
        ).Message;
        await ExecuteAsync(admin, $"DROP ROLE {login}");
        Assert.Equal(
            $"The login '{login}' may not take the role consent_application. As its owner: GRANT consent_application, consent_sequencer TO \"{login}\";",
            refusal
        );
    }

    private static Task<CommandOutput> HostAsync(string command, string connectionString, string data) =>
        HostProcess.RunHereAsync(
            command,
            HostProcess.Production(connectionString, data, Path.Combine(data, "mounted-keys.json"), "registry.test/log")
        );

    private static string As(string connectionString, string login) =>
        new NpgsqlConnectionStringBuilder(connectionString)
        {
            Username = login,
            Password = Password,
            Database = login.StartsWith("registry_", StringComparison.Ordinal)
                ? "registry"
                : new NpgsqlConnectionStringBuilder(connectionString).Database,
            Pooling = true,
        }.ConnectionString;

    private static string Uri(string connectionString)
    {
        var parts = new NpgsqlConnectionStringBuilder(connectionString);
        return $"postgresql://{parts.Username}:{WebUtility.UrlEncode(parts.Password)}@/{parts.Database}?host={WebUtility.UrlEncode(parts.Host)}&port={parts.Port}";
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
