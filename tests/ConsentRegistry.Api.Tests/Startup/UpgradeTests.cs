using System.Security.Cryptography;
using System.Text;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Persistence.Migrations;
using ConsentRegistry.Domain.History;
using ConsentRegistry.TestSupport;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace ConsentRegistry.Api.Tests.Startup;

/// <summary>A database of an older registry is brought up to date, with what is in it.</summary>
public sealed class UpgradeTests(PostgresFixture postgres)
{
    private const string Before = "20261123000011_erased";

    [Fact]
    public async Task What_an_older_registry_left_is_mended_by_the_migration()
    {
        var connectionString = await postgres.CreateEmptyDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(connectionString);
        await MigrateToAsync(source, Before);
        var clear = RandomNumberGenerator.GetBytes(32);
        await using (
            var seed = source.CreateCommand(
                """
                INSERT INTO consent.creator (id, version, changed_at, changed_xid, erased_at)
                    VALUES ('gone', 1, now(), pg_current_xact_id(), now()), ('ana', 1, now(), pg_current_xact_id(),
                    NULL);
                INSERT INTO consent.video (owner, video, published_at, co_creators, depicted, source_owners,
                    source_videos) VALUES ('ana', 'clip', '-infinity', '{}', '{}', '{}', '{}');
                INSERT INTO consent.recall (id, requester, owner, video, purpose, creator, reason, since, stop_by,
                    state, statement, version, changed_at, created_at)
                    SELECT gen_random_uuid(), 'acme', owner, 'clip', 'remix', creator, 'noConsent', now(), now(),
                        'disputed', 'Said of ' || owner, 1, now(), now()
                    FROM (VALUES ('gone', 'gone'), ('ana', 'gone'), ('ana', 'ana')) AS n(owner, creator);
                INSERT INTO consent.recall_concern (creator, recall) SELECT owner, id FROM consent.recall;
                INSERT INTO consent.webhook (id, audience, owner, url, host, secret)
                    VALUES (gen_random_uuid(), 'creator', 'ana', 'https://hooks.example.com/', 'hooks.example.com', $1);
                INSERT INTO consent.notification (place, id, kind, creator, to_platforms, created_at, data)
                    VALUES (1, gen_random_uuid(), 'used', 'ana', false, now(), '{}');
                INSERT INTO consent.delivery (webhook, notification, state, error)
                    SELECT w.id, n.id, 'failed', 'refusedAddress' FROM consent.webhook w, consent.notification n
                """.Replace("$1", $"'\\x{Convert.ToHexString(clear)}'", StringComparison.Ordinal)
            )
        )
            await seed.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        await using var app = await RegistryApplication.StartAsync(connectionString);
        // Their rows have no events, and so no seals.
        await SealedRows.SealAsync(connectionString, RegistryApplication.IntegrityKeysOf(connectionString));
        await Eventually.HoldsAsync(
            "it is answered about them",
            async () => (await app.Creator("ana").GetAsync("/v1/creators/ana/videos/clip/consent")).Status == 200
        );
        // A moment that was stored as none is the one that was meant; the list that failed with it is answered.
        Assert.Equal(
            "0001-01-01T00:00:00.000000Z",
            (string)(await app.Platform().GetAsync("/v1/creators/ana/videos/clip")).Is(200)["publishedAt"]!
        );
        Assert.Single(
            (await app.Creator("ana").GetAsync("/v1/creators/ana/videos?purpose=remix")).Is(200)["items"]!.AsArray()
        );
        (await app.Creator("ana").GetAsync("/v1/creators/ana/videos/clip/consent")).Is(200);
        // Its migrations were recorded by ids of another form, and are recorded as this registry names them.
        await using (var db = RegistryContext.Over(source))
            Assert.Equal(
                db.Database.GetMigrations(),
                await db.Database.GetAppliedMigrationsAsync(TestContext.Current.CancellationToken)
            );
        // What was said about an erased creator is gone, and the rest has a key.
        Assert.Equal(
            ["ana - -", "ana ana Said of ana", "gone - -"],
            (
                await app.QueryAsync<string>(
                    "SELECT owner || ' ' || coalesce(creator, '-') || ' ' || coalesce(statement, '-') "
                        + "FROM consent.recall"
                )
            ).Order(StringComparer.Ordinal)
        );
        Assert.Equal(
            1,
            await app.ScalarAsync<long>("SELECT count(*) FROM consent.recall WHERE octet_length(statement_key) = 32")
        );
        Assert.Equal(["gone"], await app.QueryAsync<string>("SELECT creator FROM consent.pseudonym WHERE key IS NULL"));
        Assert.True(!WebhookSecrets.IsClear(await app.ScalarAsync<byte[]>("SELECT secret FROM consent.webhook")));
        Assert.Equal("unreachable", await app.ScalarAsync<string>("SELECT error FROM consent.delivery"));

        // The creator who was erased before is named by nobody's pseudonym from now on.
        (
            await app.Platform("acme")
                .PostAsync(
                    "/v1/usages",
                    new { purpose = "remix", videos = new[] { new { creatorId = "gone", videoId = "v" } } }
                )
        ).Is(201);
        Assert.Contains(
            Pseudonym.Erased,
            Encoding.UTF8.GetString(
                await app.ScalarAsync<byte[]>("SELECT body FROM consent.event WHERE type = 'useRecorded'")
            ),
            StringComparison.Ordinal
        );
    }

    // The scripts up to one, recorded by the ids that they had then.
    private static async Task MigrateToAsync(NpgsqlDataSource source, string last)
    {
        await using var db = RegistryContext.Over(source);
        var history = db.GetService<IHistoryRepository>();
        await history.CreateAsync(TestContext.Current.CancellationToken);
        foreach (var migration in db.Database.GetMigrations().Where(one => string.CompareOrdinal(one, last) <= 0))
        {
            await using var command = source.CreateCommand(ScriptMigration.Read(migration));
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            Assert.StartsWith(FormerIds.Front, migration, StringComparison.Ordinal);
            await using var note = source.CreateCommand(
                history.GetInsertScript(new(migration[FormerIds.Front.Length..], "10.0.0"))
            );
            await note.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }
    }
}
