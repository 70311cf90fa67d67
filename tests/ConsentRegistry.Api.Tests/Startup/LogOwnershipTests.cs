using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Api.Startup;
using ConsentRegistry.Api.Tests.Log;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.Domain.Log.Verification;
using ConsentRegistry.Domain.Purposes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Npgsql;

namespace ConsentRegistry.Api.Tests.Startup;

/// <summary>A database belongs to one history log: no host of another one starts with it, and none alters it.</summary>
public sealed class LogOwnershipTests(PostgresFixture postgres)
{
    private const string Origin = "registry.test/log";

    private const string AddWebhook =
        "INSERT INTO consent.webhook (id, audience, owner, url, host, secret) "
        + "VALUES (gen_random_uuid(), 'platform', 'p', 'https://p.example/', 'p.example:443', sha256('s')) "
        + "RETURNING id";

    private static readonly string[] Production = ["environment=Production", "Tokens:Authority=https://issuer.example"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Development_does_not_start_with_a_database_of_production_until_an_operator_declares_a_copy()
    {
        var database = await postgres.CreateEmptyDatabaseAsync();
        await using (var production = await RegistryApplication.StartAsync(database, Production))
        {
            await Exports.CoveredAsync(production);
            await production.QueryAsync<Guid>(AddWebhook);
            Assert.Contains(
                "A node uses this database",
                await RefusalAsync(() => RegistryApplication.DeclareCopyAsync(database, Development)),
                StringComparison.Ordinal
            );
        }
        var before = await StateAsync(database);

        var refusal = await RefusalAsync(() => RegistryApplication.StartAsync(database));
        Assert.StartsWith(
            "A production host has used this database, for the history log 'registry.test/log'.",
            refusal,
            StringComparison.Ordinal
        );
        Assert.Contains("`declare-copy`", refusal, StringComparison.Ordinal);
        Assert.Equal(before, await StateAsync(database));

        var since = await RegistryApplication.DeclareCopyAsync(database, Development);
        Assert.Equal(Vocabulary.Initial.Purposes.Length, since);
        await using (var copy = await RegistryApplication.StartAsync(database))
        {
            (await copy.Admin().PutAsync("/v1/creators/mia/lockdown", null)).Is(200);
            await Exports.CoveredAsync(copy);
            Assert.StartsWith(
                RegistryOptions.DevelopmentOrigin,
                await Exports.CheckpointAsync(copy),
                StringComparison.Ordinal
            );
            Assert.False(await copy.ScalarAsync<bool>("SELECT enabled FROM consent.webhook"));
            // The other way round it is the same.
            Assert.Equal(Development, await OwnerAsync(database));
        }
        Assert.StartsWith(
            "A Development host has used this database",
            await RefusalAsync(() => RegistryApplication.StartAsync(database, Production)),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Production_does_not_start_with_a_database_of_Development_nor_migrates_it()
    {
        var database = await postgres.CreateEmptyDatabaseAsync();
        await using (var development = await RegistryApplication.StartAsync(database))
            await Exports.CoveredAsync(development);
        var before = await StateAsync(database);

        foreach (var command in new[] { "", "migrate" })
        {
            var keys = KeyFile(LogKeys.Create(Exports.Ed25519));
            var output = await HostProcess.RunHereAsync(
                command,
                HostProcess.Production(database, Path.GetDirectoryName(keys)!, keys, Origin)
            );
            Assert.Equal(1, output.ExitCode);
            Assert.StartsWith(
                "A Development host has used this database, for the history log "
                    + $"'{RegistryOptions.DevelopmentOrigin}'.",
                Assert.Single(output.ErrorLines),
                StringComparison.Ordinal
            );
        }
        Assert.Equal(before, await StateAsync(database));
    }

    [Fact]
    public async Task Another_origin_is_another_log()
    {
        var database = await postgres.CreateEmptyDatabaseAsync();
        await using (var production = await RegistryApplication.StartAsync(database, Production))
            await Exports.CoveredAsync(production);

        var refusal = await RefusalAsync(() =>
            RegistryApplication.StartAsync(database, [.. Production, "Log:Origin=other.test/log"])
        );
        Assert.StartsWith(
            "This database belongs to the history log 'registry.test/log', and Log:Origin is 'other.test/log'.",
            refusal,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Keys_that_were_rotated_are_known_and_others_are_not_until_a_copy_is_declared()
    {
        var database = await postgres.CreateEmptyDatabaseAsync();
        var old = LogKeys.Create(Exports.Ed25519);
        var rotated = old.Rotate(LogKeys.Create(Exports.Ed25519)).Value;
        var retired = rotated.Retire();
        await ServeAsync(old);
        await ServeAsync(rotated);
        // Who has not got the new file yet: both keys sign.
        await ServeAsync(old);
        var export = await ServeAsync(retired);
        // An auditor who has the old keys alone goes on.
        var verdict = Exports.Verify(export, new() { PinnedSet = old });
        Assert.Equal((Verdict.Valid, null), (verdict.Verdict, verdict.Failure?.What));

        Assert.Contains(
            "signed with a key that this host's key file does not have",
            await RefusalAsync(() => ServeAsync(old)),
            StringComparison.Ordinal
        );
        var stranger = LogKeys.Create(Exports.Ed25519);
        Assert.Contains("`declare-copy`", await RefusalAsync(() => ServeAsync(stranger)), StringComparison.Ordinal);
        await ServeAsync(retired);

        await RegistryApplication.DeclareCopyAsync(database, new(Origin, IsDevelopment: false));
        await ServeAsync(stranger);
        Assert.Contains("signed with a key", await RefusalAsync(() => ServeAsync(retired)), StringComparison.Ordinal);

        // Each signs a checkpoint over something new.
        async Task<byte[]> ServeAsync(KeySet keys)
        {
            await using var app = await RegistryApplication.StartAsync(
                database,
                [.. Production, $"Log:KeyFile={KeyFile(keys)}"]
            );
            (await app.Creator("mia").PutAsync("/v1/creators/mia/lockdown", null)).Is(200);
            (await app.Creator("mia").DeleteAsync("/v1/creators/mia/lockdown")).Is(200);
            await Exports.CoveredAsync(app);
            return await Exports.OfLogAsync(app);
        }
    }

    [Theory]
    [InlineData("registry.test/log", false)]
    [InlineData("registry.test/log development.invalid/consent-registry", false)]
    [InlineData("development.invalid/consent-registry registry.test/log development.invalid/consent-registry", false)]
    [InlineData("development.invalid/consent-registry", true)]
    public async Task A_database_of_an_older_version_is_marked_by_its_checkpoints_and_refused_before_it_is_migrated(
        string origins,
        bool isDevelopment
    )
    {
        var database = await postgres.CreateEmptyDatabaseAsync();
        await RegistryApplication.MigrateAsync(database, Development);
        await using (var source = NpgsqlDataSource.Create(database))
        {
            // As it was before databases were marked.
            await using (
                var back = source.CreateCommand(
                    "DROP TABLE consent.log_identity; DELETE FROM consent.migration "
                        + "WHERE \"MigrationId\" = '20261123000013_identity'"
                )
            )
                await back.ExecuteNonQueryAsync(Cancellation);
            foreach (var (origin, at) in origins.Split(' ').Select((origin, at) => (origin, at + 1)))
            {
                await using var command = source.CreateCommand(
                    $"INSERT INTO consent.tree_head VALUES ({at}, sha256('r'), E'{origin}\n{at}\n…\n')"
                );
                await command.ExecuteNonQueryAsync(Cancellation);
            }
        }
        var before = await StateAsync(database);
        LogIdentity production = new(Origin, IsDevelopment: false);
        var (fit, unfit) = isDevelopment ? (Development, production) : (production, Development);

        Assert.Contains(
            "has used this database",
            await RefusalAsync(() => RegistryApplication.MigrateAsync(database, unfit)),
            StringComparison.Ordinal
        );
        Assert.Equal(before, await StateAsync(database));
        await RegistryApplication.MigrateAsync(database, fit);
        Assert.Equal(fit, await OwnerAsync(database));
    }

    [Fact]
    public async Task A_checkpoint_that_a_stray_host_signed_in_the_past_is_an_alarm()
    {
        var database = await postgres.CreateEmptyDatabaseAsync();
        await using (var production = await RegistryApplication.StartAsync(database, Production))
        {
            await Exports.CoveredAsync(production);
            await production.QueryAsync<long>(
                "INSERT INTO consent.tree_head SELECT size + 1, root, replace(note, 'registry.test/log', "
                    + "'development.invalid/consent-registry') FROM consent.tree_head ORDER BY size DESC LIMIT 1 "
                    + "RETURNING size"
            );
        }
        // Of the leaf that the stray checkpoint covers nothing is left: the log raises its own alarm, too.
        await using var again = await RegistryApplication.StartAsync(database, Production);
        Assert.Contains(
            again.Log.Errors,
            line => line.Contains("is signed for another history log", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task The_host_s_own_database_goes_on_when_the_folder_with_its_keys_was_deleted()
    {
        var database = await postgres.CreateEmptyDatabaseAsync();
        await using (var first = await RegistryApplication.StartAsync(database))
            await Exports.CoveredAsync(first);
        var folder = Directory.CreateTempSubdirectory("consent-host-").FullName;
        var fresh = KeyFile(LogKeys.Create(Exports.Ed25519));
        Assert.Contains(
            "signed with a key",
            await RefusalAsync(() => RegistryApplication.StartAsync(database, $"Log:KeyFile={fresh}")),
            StringComparison.Ordinal
        );

        await LogOwnership.KeepPrivateAsync(database, OptionsIn(folder), Cancellation);
        await using var second = await RegistryApplication.StartInAsync(folder, database, $"Log:KeyFile={fresh}");
        (await second.Admin().PutAsync("/v1/creators/mia/lockdown", null)).Is(200);
        await Exports.CoveredAsync(second);
    }

    [Fact]
    public async Task The_host_s_own_database_is_declared_anew_only_where_it_is_of_this_log_and_its_keys_are_gone()
    {
        var database = await postgres.CreateEmptyDatabaseAsync();
        await using (var first = await RegistryApplication.StartAsync(database))
        {
            await Exports.CoveredAsync(first);
            await first.QueryAsync<Guid>(AddWebhook);
        }
        var (withKeys, without) = (
            Directory.CreateTempSubdirectory("consent-host-").FullName,
            Directory.CreateTempSubdirectory("consent-host-").FullName
        );
        var keys = KeyFile(LogKeys.Create(Exports.Ed25519));
        File.Copy(keys, LogServices.KeyFileIn(withKeys));

        await KeepAsync(withKeys);
        await KeepAsync(without, ("Log:KeyFile", keys));
        await KeepAsync(without, ("Log:Origin", "other.test/log"));
        Assert.Equal(
            (Development, 0),
            (await OwnerAsync(database), await AskAsync<long>("SELECT since FROM consent.log_identity"))
        );

        await KeepAsync(without);
        Assert.Equal(
            (Development, (long)Vocabulary.Initial.Purposes.Length),
            (await OwnerAsync(database), await AskAsync<long>("SELECT since FROM consent.log_identity"))
        );
        // Its receivers are the developer's own, as before.
        Assert.True(await AskAsync<bool>("SELECT enabled FROM consent.webhook"));

        Task KeepAsync(string folder, params (string Key, string? Value)[] settings) =>
            LogOwnership.KeepPrivateAsync(database, OptionsIn(folder, settings), Cancellation);

        async Task<T> AskAsync<T>(string sql)
        {
            await using var source = NpgsqlDataSource.Create(database);
            await using var command = source.CreateCommand(sql);
            return (T)(await command.ExecuteScalarAsync(Cancellation))!;
        }
    }

    private static RegistryOptions OptionsIn(string folder, params (string Key, string? Value)[] settings) =>
        RegistryOptions.From(
            new ConfigurationBuilder()
                .AddInMemoryCollection([
                    new(RegistryOptions.DataVariable, folder),
                    .. settings.Select(one => KeyValuePair.Create(one.Key, one.Value)),
                ])
                .Build(),
            new HostingEnvironment { EnvironmentName = Environments.Development, ContentRootPath = folder }
        );

    private static LogIdentity Development { get; } = new(RegistryOptions.DevelopmentOrigin, IsDevelopment: true);

    private static async Task<string> RefusalAsync(Func<Task> start) =>
        (await Assert.ThrowsAsync<StartupException>(start)).Message;

    private static string KeyFile(KeySet keys)
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("consent-keys-").FullName, "log-keys.json");
        File.WriteAllText(path, keys.ToJson(includePrivate: true));
        return path;
    }

    private static async Task<LogIdentity?> OwnerAsync(string database)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(Cancellation);
        return await LogIdentityStore.ReadAsync(connection, Cancellation);
    }

    /// <summary>
    /// Migrations, nodes, the sequencer's epoch and checkpoints: what a host that starts would alter.
    /// </summary>
    private static async Task<string> StateAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(
            """
            SELECT (SELECT string_agg("MigrationId", ' ' ORDER BY 1) FROM consent.migration) || (SELECT count(*)
                FROM consent.node)
                || ' ' || (SELECT epoch FROM consent.sequencer) || (SELECT coalesce(string_agg(note, ''
                    ORDER BY size), '') FROM consent.tree_head)
            """
        );
        return (string)(await command.ExecuteScalarAsync(Cancellation))!;
    }
}
