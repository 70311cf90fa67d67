using ConsentRegistry.Api.Diagnostics;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Api.Startup;
using ConsentRegistry.Api.Tests.Startup;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Integrity;
using ConsentRegistry.Domain.Purposes;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ConsentRegistry.Api.Tests.Integrity;

/// <summary>
/// Somebody may write anything to the tables, and has none of the keys: nothing is answered about whom they wrote of, and
/// everybody else is answered as before.
/// </summary>
public sealed class SealTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // What is done to ana, about whom the answer is a deny before.
    private static readonly Dictionary<string, string> Attacks = new(StringComparer.Ordinal)
    {
        {
            "a default allows",
            "UPDATE consent.creator_default SET segments = jsonb_set(segments, '{0,effect}', '\"allow\"') "
                + "WHERE creator = 'ana' AND purpose = 'training'"
        },
        { "a default is gone", "DELETE FROM consent.creator_default WHERE creator = 'ana' AND purpose = 'training'" },
        {
            "a default is another's, too",
            "INSERT INTO consent.creator_default SELECT 'ana', 'mining', requester, segments "
                + "FROM consent.creator_default WHERE creator = 'ben' AND purpose = 'remix'"
        },
        { "an override allows", "UPDATE consent.video_override SET effect = 'allow' WHERE creator = 'ana'" },
        {
            "an override has fewer conditions",
            "UPDATE consent.video_override SET conditions = '{}' WHERE creator = 'ana'"
        },
        {
            "an override is of an earlier vocabulary",
            "UPDATE consent.video_override SET vocabulary_version = vocabulary_version + 1 WHERE creator = 'ana'"
        },
        { "an override is gone", "DELETE FROM consent.video_override WHERE creator = 'ana'" },
        {
            "an override for more",
            "INSERT INTO consent.video_override SELECT creator, owner, video, 'mining', requester, effect, conditions, "
                + "expires_at, vocabulary_version, version, changed_at FROM consent.video_override WHERE creator = 'ana'"
        },
        { "a participant is gone", "UPDATE consent.video SET co_creators = '{}' WHERE owner = 'ana'" },
        { "a video is older", "UPDATE consent.video SET published_at = '2001-01-01' WHERE owner = 'ana'" },
        {
            "a source is gone",
            "UPDATE consent.video SET source_owners = '{}', source_videos = '{}' WHERE owner = 'ana'"
        },
        { "an identifier is gone", "UPDATE consent.video SET identifiers = '{}' WHERE owner = 'ana'" },
        { "a video is gone", "DELETE FROM consent.video WHERE owner = 'ana'" },
        {
            "a grant stands again",
            "UPDATE consent.consent_grant SET state = 'standing' WHERE creator = 'ana' AND state = 'revoked'"
        },
        {
            "a grant is for another",
            "UPDATE consent.consent_grant SET requester = 'thief' WHERE creator = 'ana' AND state = 'standing'"
        },
        {
            "a grant never ends",
            "UPDATE consent.consent_grant SET expires_at = NULL WHERE creator = 'ana' AND state = 'standing'"
        },
        {
            "a lockdown is gone",
            "UPDATE consent.creator SET lockdown_purposes = NULL, lockdown_version = NULL, lockdown_at = NULL "
                + "WHERE id = 'ana'"
        },
        { "a lockdown covers less", "UPDATE consent.creator SET lockdown_purposes = '{mining}' WHERE id = 'ana'" },
        { "a version is ahead", "UPDATE consent.creator SET version = version + 1 WHERE id = 'ana'" },
        { "a version is behind", "UPDATE consent.creator SET version = version - 1 WHERE id = 'ana'" },
        { "a head is another", "UPDATE consent.creator SET head = sha256(head) WHERE id = 'ana'" },
        { "a seal is gone", "UPDATE consent.creator SET seal = NULL WHERE id = 'ana'" },
        {
            "a seal is another's",
            "UPDATE consent.creator c SET seal = o.seal FROM consent.creator o WHERE c.id = 'ana' AND o.id = 'ben'"
        },
        {
            "a seal is altered",
            "UPDATE consent.creator SET seal = set_byte(seal, 30, 255 - get_byte(seal, 30)) WHERE id = 'ana'"
        },
        { "a stream is gone", "DELETE FROM consent.creator WHERE id = 'ana'" },
        {
            "a stream is another's as a whole",
            "DELETE FROM consent.creator_default WHERE creator = 'ana'; INSERT INTO consent.creator_default "
                + "SELECT 'ana', purpose, requester, segments FROM consent.creator_default WHERE creator = 'ben'; "
                + "UPDATE consent.creator c SET (version, head, seal_kid, seal) = (o.version, o.head, o.seal_kid, o.seal) "
                + "FROM consent.creator o WHERE c.id = 'ana' AND o.id = 'ben'"
        },
    };

    // One database for all attacks: each is made on a copy of it.
    [Fact]
    public async Task A_row_that_cannot_be_read_takes_the_answers_about_its_creator_and_nobody_else_s()
    {
        await using var app = await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync());
        foreach (var creator in new[] { "ana", "ben" })
        {
            (await app.Platform().PutAsync($"/v1/creators/{creator}/videos/v", new { })).Is(200);
            (
                await app.Creator(creator)
                    .PutAsync(
                        $"/v1/creators/{creator}/consent/defaults/training",
                        new { effect = "allow", appliesTo = "all" }
                    )
            ).Is(200);
        }
        await Log.Exports.CoveredAsync(app);
        await using (var source = NpgsqlDataSource.Create(postgres.AsAdministrator(app.ConnectionString)))
        await using (
            var attack = source.CreateCommand(
                """
                SET session_replication_role = replica;
                UPDATE consent.creator_default SET segments = '[1]' WHERE creator = 'ana';
                INSERT INTO consent.creator (id, version, changed_at, changed_xid)
                    VALUES ('a b', 1, now(), pg_current_xact_id());
                INSERT INTO consent.inbox (creator, version, ordinal, count, event_id, type, tx, leaf, body, salt, kid,
                    mac)
                SELECT 'a b', 1, 1, 1, gen_random_uuid(), type, tx, leaf, body, salt, kid, mac FROM consent.history
                    WHERE body IS NOT NULL LIMIT 1
                """
            )
        )
            await attack.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        // The node that runs finds it by comparison, and goes on.
        var comparison = app.Services.GetRequiredService<ReplicaVerifier>();
        await Eventually.HoldsAsync(
            "it is found",
            async () =>
                await comparison.LookAsync(TestContext.Current.CancellationToken) >= 0
                && await TrainingAsync(app, "ana") == "503"
        );
        Assert.Equal("allow", await TrainingAsync(app, "ben"));
        // So does one that starts.
        await using var again = await RegistryApplication.StartAsync(app.ConnectionString);
        Assert.Equal(("503", "allow"), (await TrainingAsync(again, "ana"), await TrainingAsync(again, "ben")));
    }

    private static async Task<string> TrainingAsync(RegistryApplication app, string owner)
    {
        var check = new
        {
            creatorId = owner,
            videoId = "v",
            purpose = "training",
        };
        var answer = await app.Platform().PostAsync("/v1/checks", check);
        return answer.Status == 200 ? (string)answer["effect"]! : $"{answer.Status}";
    }

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task Nothing_is_loaded_that_no_node_wrote()
    {
        var (original, folder) = await PrepareAsync();
        var copies = 0;
        var misses = new List<string>();
        foreach (var (name, sql) in Attacks)
        {
            var copy = await CopyAsync(original);
            Assert.True(await AttackAsync(copy, sql) > 0, name);
            await using var app = await RegistryApplication.StartInAsync(FolderOf(folder, copies++), copy);
            if (await EffectAsync(app, "ana") != "503")
                misses.Add($"{name}: {await EffectAsync(app, "ana")}");
            if (await EffectAsync(app, "ben") != "allow" || !app.Log.Contains(nameof(LogEvents.StreamsUnsealed)))
                misses.Add($"{name}: what else is answered, or logged");
        }
        Assert.Empty(misses);
    }

    [Fact]
    public async Task What_is_written_by_hand_while_a_node_runs_is_found_and_only_the_log_mends_it()
    {
        var (connectionString, folder) = await PrepareAsync();
        var app = await RegistryApplication.StartInAsync(FolderOf(folder, 0), connectionString);
        Assert.Equal("deny", await EffectAsync(app, "ana"));
        await AttackAsync(connectionString, Attacks["a default allows"]);
        var comparison = app.Services.GetRequiredService<ReplicaVerifier>();
        await Eventually.HoldsAsync(
            "it is found",
            async () => await comparison.LookAsync(Cancellation) >= 0 && await EffectAsync(app, "ana") == "503"
        );
        await Eventually.HoldsAsync(
            "it is told",
            () => Task.FromResult(app.Log.Contains(nameof(LogEvents.StreamUnsealed)))
        );
        Assert.Equal("allow", await EffectAsync(app, "ben"));
        // A second reading of the tables does not heal it.
        app.Services.GetRequiredService<Applier>().Doubt(CreatorId.Parse("ana"));
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal("503", await EffectAsync(app, "ana"));
            await app.Replica.BeginAsync(new(null, BootClock.Now), Cancellation);
        }
        var denied = (await app.Anonymous().GetAsync("/health/ready")).Is(200);
        Assert.Contains(
            denied["parts"]!.AsArray(),
            part => (string)part!["name"]! == "integrity" && !(bool)part["ready"]!
        );

        // Where the row of the stream is not sealed, nothing is taken on top of it but a stop.
        await AttackAsync(connectionString, Attacks["a seal is gone"]);
        var ana = app.Creator("ana");
        (await ana.PutAsync("/v1/creators/ana/consent/defaults/remix", new { effect = "allow" })).IsProblem(
            503,
            "unavailable"
        );
        (await ana.PutAsync("/v1/creators/ana/lockdown", new { purposes = new[] { "mining" } })).Is(200);
        Assert.Equal("503", await EffectAsync(app, "ana"));

        // From the log, and of nobody else.
        var output = await HostProcess.RunHereAsync(
            "reseal ana nobody",
            HostProcess.Development(connectionString, app.DataFolder)
        );
        Assert.Equal(3, output.ExitCode);
        Assert.Contains("no whole stream of 'nobody'", output.Output, StringComparison.Ordinal);
        await Eventually.HoldsAsync("it is answered again", async () => await EffectAsync(app, "ana") == "deny");
        (await ana.PutAsync("/v1/creators/ana/consent/defaults/remix", new { effect = "ask" })).Is(200);
        await app.DisposeAsync();
        await using var again = await RegistryApplication.StartInAsync(FolderOf(folder, 1), connectionString);
        Assert.Equal("deny", await EffectAsync(again, "ana"));
        Assert.False(again.Log.Contains(nameof(LogEvents.StreamsUnsealed)));
    }

    // Without a row there is nothing to compare with but what the log says of whom it knows.
    [Theory]
    [InlineData("DELETE FROM consent.creator WHERE id = 'ana'")]
    [InlineData("UPDATE consent.creator SET id = 'no id at all' WHERE id = 'ana'")]
    [InlineData(
        "DELETE FROM consent.creator_default WHERE creator = 'ana'; DELETE FROM consent.video_override "
            + "WHERE creator = 'ana'; DELETE FROM consent.consent_grant WHERE creator = 'ana'; DELETE FROM consent.video "
            + "WHERE owner = 'ana'; DELETE FROM consent.creator WHERE id = 'ana'"
    )]
    public async Task A_stream_whose_row_is_gone_is_found_while_a_node_runs(string sql)
    {
        var (connectionString, folder) = await PrepareAsync();
        await using var app = await RegistryApplication.StartInAsync(FolderOf(folder, 0), connectionString);
        Assert.Equal("deny", await EffectAsync(app, "ana"));
        Assert.True(await AttackAsync(connectionString, sql) > 0);
        var comparison = app.Services.GetRequiredService<ReplicaVerifier>();
        await Eventually.HoldsAsync(
            "it is found",
            async () => await comparison.LookAsync(Cancellation) >= 0 && await EffectAsync(app, "ana") == "503"
        );
        Assert.Equal("allow", await EffectAsync(app, "ben"));
    }

    [Fact]
    public async Task A_vocabulary_that_no_node_wrote_is_not_loaded()
    {
        var (connectionString, folder) = await PrepareAsync();
        await AttackAsync(connectionString, "UPDATE consent.purpose SET introduced_in = 1, uses_likeness = false");
        await using var postgresOnly = NpgsqlDataSource.Create(connectionString);
        await using var connection = await postgresOnly.OpenConnectionAsync(Cancellation);
        var vocabulary = await VocabularyStore.ReadAsync(connection, Cancellation);
        Assert.False(
            await VocabularyStore.IsSealedAsync(
                connection,
                RegistryApplication.IntegrityKeysOf(connectionString),
                vocabulary,
                Cancellation
            )
        );
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task The_migration_seals_what_the_log_says_and_nothing_else()
    {
        var (connectionString, _) = await PrepareAsync();
        // As an earlier version left it, but for one default.
        await AttackAsync(
            connectionString,
            "UPDATE consent.creator SET seal = NULL, seal_kid = NULL WHERE NOT starts_with(id, '$requester'); "
                + Attacks["a default allows"]
        );
        var keys = RegistryApplication.IntegrityKeysOf(connectionString);
        var creators = await CountAsync(
            connectionString,
            "SELECT count(*) FROM consent.creator WHERE id NOT LIKE '$requester%'"
        );
        var first = await MigrateAsync(connectionString, keys);
        Assert.Equal(new Sealing(creators - 1, 1), first.Streams);
        Assert.Equal(new Sealing(0, 1), (await MigrateAsync(connectionString, keys)).Streams);

        // A new key seals anew what the old one sealed, and what is right.
        await AttackAsync(connectionString, "UPDATE consent.video SET published_at = now() WHERE owner = 'ben'");
        var rotated = new IntegrityKeys([new IntegrityKey(new byte[32]), .. keys.All]);
        Assert.Equal(2, (await MigrateAsync(connectionString, rotated)).Streams.Differing);
        Assert.Equal(
            0,
            await CountAsync(
                connectionString,
                "SELECT count(*) FROM consent.creator WHERE id IN ('cat', 'dan') "
                    + $"AND seal_kid IS DISTINCT FROM '{rotated.Newest.Kid}'"
            )
        );
    }

    private static Task<Migrated> MigrateAsync(string connectionString, IntegrityKeys keys) =>
        Migrator.MigrateAsync(
            connectionString,
            new(Configuration.RegistryOptions.DevelopmentOrigin, IsDevelopment: true),
            keys,
            _ => true,
            Cancellation
        );

    // Ana says something of every kind, and is locked down for training; the others allow.
    private async Task<(string ConnectionString, string Folder)> PrepareAsync()
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        var folder = Directory.CreateTempSubdirectory("consent-seals-").FullName;
        await using var app = await RegistryApplication.StartAsync(connectionString);
        foreach (var creator in new[] { "ben", "cat", "dan" })
        {
            (await app.Platform().PutAsync($"/v1/creators/{creator}/videos/v", new { })).Is(200);
            (
                await app.Creator(creator)
                    .PutAsync(
                        $"/v1/creators/{creator}/consent/defaults/remix",
                        new { effect = "allow", appliesTo = "all" }
                    )
            ).Is(200);
            (
                await app.Creator(creator)
                    .PutAsync(
                        $"/v1/creators/{creator}/consent/defaults/training",
                        new { effect = "allow", appliesTo = "all" }
                    )
            ).Is(200);
        }
        (
            await app.Platform()
                .PutAsync(
                    "/v1/creators/ana/videos/v",
                    new
                    {
                        publishedAt = "2020-01-01T00:00:00Z",
                        participants = new[] { new { creatorId = "ben", role = "coCreator" } },
                        derivedFrom = new[] { new { creatorId = "cat", videoId = "v" } },
                        identifiers = new[] { new { scheme = "url", value = "https://example.com/v" } },
                    }
                )
        ).Is(200);
        var ana = app.Creator("ana");
        (await ana.PutAsync("/v1/creators/ana/consent/defaults/training", new { effect = "deny" })).Is(200);
        (
            await ana.PutAsync(
                "/v1/creators/ana/videos/v/consent/remix",
                new { effect = "ask", conditions = new[] { "attribution" } }
            )
        ).Is(200);
        (await ana.PutAsync("/v1/creators/ana/lockdown", new { purposes = new[] { "training" } })).Is(200);
        await GrantAsync(app);
        await Log.Exports.CoveredAsync(app);
        return (connectionString, folder);
    }

    // One that stands, and one that was revoked.
    private static Task GrantAsync(RegistryApplication app) =>
        BackgroundTransaction.RunAsync(
            app.Services.GetRequiredService<Database>().Changes,
            app.Services.GetRequiredService<IntegrityKeys>(),
            async change =>
            {
                var creator = CreatorId.Parse("ana");
                var stream = (await change.LockAsync(StreamId.OfCreator(creator), Cancellation)).Value;
                var video = new VideoKey(creator, VideoId.Parse("v"));
                StoredGrant Give(string requester) =>
                    new(
                        Guid.CreateVersion7(),
                        new(
                            Guid.CreateVersion7(),
                            video,
                            video,
                            Requester.Parse(requester),
                            new(Purpose.Parse("remix"), default, 1, stream.Tx.Plus(TimeSpan.FromDays(9)), 5),
                            stream.Stamp
                        ),
                        Used: 0
                    );
                var (stands, revoked) = (Give("lab"), Give("studio"));
                var after = revoked with { Grant = revoked.Grant.Revoked(stream.Stamp) };
                await GrantStore.InsertAsync(change, creator, [stands, revoked], Cancellation);
                await GrantStore.UpdateStateAsync(change, [after], Cancellation);
                await change.AppendAsync(
                    stream,
                    [
                        Records.GrantChanged(stands.Id, null, stands.Grant),
                        Records.GrantChanged(revoked.Id, null, revoked.Grant),
                        Records.GrantChanged(revoked.Id, revoked.Grant, after.Grant),
                    ],
                    Authorship.Registry,
                    altersSettings: false,
                    Cancellation
                );
                return true;
            },
            Cancellation
        );

    private static async Task<string> EffectAsync(RegistryApplication app, string creator)
    {
        var answer = await app.Platform()
            .PostAsync(
                "/v1/checks",
                new
                {
                    creatorId = creator,
                    videoId = "v",
                    purpose = "training",
                }
            );
        return answer.Status == 200 ? (string)answer["effect"]! : $"{answer.Status}";
    }

    private static string FolderOf(string folder, int number) =>
        Directory.CreateDirectory(Path.Combine(folder, $"{number}")).FullName;

    private async Task<string> CopyAsync(string connectionString)
    {
        var copy = await postgres.CopyDatabaseAsync(connectionString);
        RegistryApplication.ShareKeys(connectionString, copy);
        return copy;
    }

    private async Task<int> AttackAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(postgres.AsAdministrator(connectionString));
        await using var command = source.CreateCommand($"SET session_replication_role = replica; {sql}");
        return await command.ExecuteNonQueryAsync(Cancellation);
    }

    private static async Task<long> CountAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }
}
