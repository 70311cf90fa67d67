using System.Globalization;
using ConsentRegistry.Api.Diagnostics;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Api.Replica.Facts;
using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Api.Tests.Startup;
using ConsentRegistry.Domain;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ConsentRegistry.Api.Tests.Integrity;

/// <summary>
/// Somebody sets a creator's stream back to an earlier state while nodes run: rows, seal and events together, so that
/// each of them is as a node once wrote it. What nodes know of the stream is newer.
/// </summary>
public sealed class RollbackTests(PostgresFixture postgres)
{
    private static readonly object[] AnaTakesPart = [new { creatorId = "ana", role = "coCreator" }];

    private static readonly string[] Tables = ["creator", "creator_default", "video", "history"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stream_that_was_set_back_is_found_by_the_comparison()
    {
        await using var app = await PrepareAsync();
        await DenyAsync(app, "training");
        Assert.Equal("deny", await EffectAsync(app));
        await SetBackAsync(app, withLog: true);

        var comparison = app.Services.GetRequiredService<ReplicaVerifier>();
        await Eventually.HoldsAsync(
            "it is found",
            async () => await comparison.LookAsync(Cancellation) >= 0 && await EffectAsync(app) == "503"
        );
        await Eventually.HoldsAsync(
            "it is told",
            () => Task.FromResult(app.Log.Contains(nameof(LogEvents.StreamSetBack)))
        );
        // What is read again is as old as before.
        app.Services.GetRequiredService<Applier>().Doubt(CreatorId.Parse("ana"));
        for (var i = 0; i < 5; i++)
        {
            await app.Replica.BeginAsync(new(null, BootClock.Now), Cancellation);
            Assert.Equal("503", await EffectAsync(app));
        }
    }

    [Fact]
    public async Task A_change_on_a_stream_that_was_set_back_is_not_passed_over()
    {
        await using var app = await PrepareAsync();
        await DenyAsync(app, "mining");
        Assert.Equal("allow", await EffectAsync(app));
        await SetBackAsync(app, withLog: true);

        // It gets the number of the version that was taken away, and memory knows a version of that number.
        await DenyAsync(app, "training");

        Assert.Equal("503", await EffectAsync(app));
        Assert.True(app.Log.Contains(nameof(LogEvents.StreamSetBack)));
    }

    [Fact]
    public async Task A_stream_that_was_set_back_is_not_loaded_and_the_log_mends_it()
    {
        var app = await PrepareAsync();
        await DenyAsync(app, "training");
        await SetBackAsync(app, withLog: false);
        var folder = Directory.CreateTempSubdirectory("consent-rollback-").FullName;
        await app.DisposeAsync();

        await using var again = await RegistryApplication.StartInAsync(folder, app.ConnectionString);
        Assert.Equal("503", await EffectAsync(again));
        Assert.Equal("503", await EffectAsync(again, "ben"));
        Assert.True(again.Log.Contains(nameof(LogEvents.StreamsSetBack)));
        // Reading it again does not heal it, and neither does a change that gets the number of the one that is gone.
        for (var i = 0; i < 5; i++)
        {
            again.Services.GetRequiredService<Applier>().Doubt(CreatorId.Parse("ana"));
            await again.Replica.BeginAsync(new(null, BootClock.Now), Cancellation);
            Assert.Equal("503", await EffectAsync(again));
        }

        var output = await HostProcess.RunHereAsync(
            "reseal ana",
            HostProcess.Development(again.ConnectionString, again.DataFolder)
        );
        Assert.Equal(0, output.ExitCode);
        await Eventually.HoldsAsync("it is answered again", async () => await EffectAsync(again) == "deny");
        Assert.Equal("deny", await EffectAsync(again, "ben"));
    }

    [Fact]
    public async Task A_log_that_lacks_events_is_not_loaded()
    {
        await using var app = await PrepareAsync();
        await DenyAsync(app, "training");
        await SetBackAsync(app, withLog: true);
        var bootstrap = app.Services.GetRequiredService<Bootstrap>();
        var gap = await Assert.ThrowsAsync<MemoryLostException>(() => bootstrap.LoadAsync(Cancellation));
        Assert.Contains("leaves", gap.Message, StringComparison.Ordinal);

        // Without a gap, but shorter than what was signed.
        await ExecuteAsync(
            app,
            "DELETE FROM consent.history h WHERE NOT EXISTS (SELECT FROM kept_history k WHERE k.seq = h.seq); "
                + "DELETE FROM consent.creator WHERE id = 'ben'; DELETE FROM consent.video WHERE owner = 'ben'"
        );
        var end = await Assert.ThrowsAsync<MemoryLostException>(() => bootstrap.LoadAsync(Cancellation));
        Assert.Contains("leaves", end.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Disguises =>
        new()
        {
            {
                "the newest event takes the number of the one before",
                "UPDATE consent.history SET version = version - 1, ordinal = 99, count = 99 WHERE seq = {newest}"
            },
            {
                "the newest event is another's",
                "UPDATE consent.history SET creator = 'ben', version = 99 WHERE seq = {newest}"
            },
            {
                "the newest event is nobody's",
                "UPDATE consent.history SET creator = 'zz', version = 1, body = NULL, salt = NULL WHERE seq = {newest}"
            },
            {
                "and there is no digest",
                "UPDATE consent.history SET creator = 'ben', version = 99 WHERE seq = {newest}; DELETE FROM consent.log_digest"
            },
        };

    [Theory]
    [MemberData(nameof(Disguises))]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task A_log_that_was_altered_to_fit_rows_that_were_set_back_is_found_at_the_start(
        string how,
        string sql
    )
    {
        Assert.NotEmpty(how);
        await using var app = await PrepareAsync();
        await DenyAsync(app, "training");
        await Log.Exports.CoveredAsync(app);
        var newest = await app.ScalarAsync<long>("SELECT max(seq) FROM consent.history WHERE creator = 'ana'");
        await SetBackAsync(app, withLog: false);
        await ExecuteAsync(
            app,
            sql.Replace("{newest}", newest.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        );

        Assert.NotEqual("allow", await LoadedEffectAsync(app));
    }

    [Fact]
    public async Task A_stream_that_was_set_back_and_went_on_is_not_loaded()
    {
        await using var app = await PrepareAsync();
        await DenyAsync(app, "training");
        await Log.Exports.CoveredAsync(app);
        await SetBackAsync(app, withLog: false);
        // The one change gives the old state a new version, and a right seal.
        (await app.Platform().PutAsync("/v1/creators/ana/videos/w", new { })).Is(200);

        Assert.Equal("doubted", await LoadedEffectAsync(app));
        Assert.True(app.Log.Contains(nameof(LogEvents.StreamsSetBack)));
    }

    [Fact]
    public async Task A_vocabulary_that_was_set_back_is_not_loaded()
    {
        await using var app = await PrepareAsync();
        await ExecuteAsync(app, "CREATE TABLE kept_purpose AS SELECT * FROM consent.purpose");
        (
            await app.Admin()
                .PostAsync(
                    "/v1/purposes",
                    new
                    {
                        purpose = "remix.dance",
                        usesLikeness = true,
                        description = "Dance moves.",
                    }
                )
        ).Is(201);
        await Log.Exports.CoveredAsync(app);
        await ExecuteAsync(
            app,
            """
            DELETE FROM consent.purpose WHERE purpose NOT IN (SELECT purpose FROM kept_purpose);
            DELETE FROM consent.creator WHERE id = '$vocabulary';
            INSERT INTO consent.creator SELECT * FROM kept_creator WHERE id = '$vocabulary'
            """
        );

        await Assert.ThrowsAsync<MemoryLostException>(() =>
            app.Services.GetRequiredService<Bootstrap>().LoadAsync(Cancellation)
        );
    }

    [Fact]
    public async Task The_digest_is_of_the_whole_log_and_follows_it()
    {
        await using var app = await PrepareAsync();
        await DenyAsync(app, "training");
        await Log.Exports.CoveredAsync(app);
        await using var connection = await app.Database.OpenConnectionAsync(Cancellation);
        var keys = app.Services.GetRequiredService<IntegrityKeys>();
        var digest = (await LogDigest.ReadAsync(connection, keys, Cancellation))!;
        var size = await app.ScalarAsync<long>("SELECT max(size) FROM consent.tree_head");

        var whole = await SequencedLog.ReadDigestAsync(connection, keys, digest, digest.Size, Cancellation);

        Assert.Equal((size, digest.Sum), (whole.Size, whole.Sum));
        Assert.NotEqual(default, digest.Sum);
    }

    /// <summary>What a node that loads now would answer: an effect, <c>doubted</c> or <c>none</c>.</summary>
    private static async Task<string> LoadedEffectAsync(RegistryApplication app)
    {
        try
        {
            var (memory, _) = await app.Services.GetRequiredService<Bootstrap>().LoadAsync(Cancellation);
            var ana = CreatorId.Parse("ana");
            return
                memory.Extract(
                    [new(ana, VideoId.Parse("v"))],
                    [],
                    new(9),
                    Deadline.In(TimeSpan.FromMinutes(1), Cancellation)
                )
                    is null
                ? "doubted"
                : "allow";
        }
        catch (MemoryLostException)
        {
            return "none";
        }
    }

    // Ana allows training, and the state of that moment is kept aside.
    private async Task<RegistryApplication> PrepareAsync()
    {
        var app = await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync());
        (await app.Platform().PutAsync("/v1/creators/ana/videos/v", new { })).Is(200);
        (
            await app.Creator("ana")
                .PutAsync("/v1/creators/ana/consent/defaults/training", new { effect = "allow", appliesTo = "all" })
        ).Is(200);
        await Log.Exports.CoveredAsync(app);
        await ExecuteAsync(
            app,
            string.Join(' ', Tables.Select(table => $"CREATE TABLE kept_{table} AS SELECT * FROM consent.{table};"))
        );
        return app;
    }

    // Ben's event is the newest of the log, for nodes look whether the one that they know last is there.
    private async Task SetBackAsync(RegistryApplication app, bool withLog)
    {
        (await app.Platform().PutAsync("/v1/creators/ben/videos/v", new { participants = AnaTakesPart })).Is(200);
        await Log.Exports.CoveredAsync(app);
        await ExecuteAsync(
            app,
            (
                withLog
                    ? "DELETE FROM consent.history h WHERE creator = 'ana' AND NOT EXISTS (SELECT FROM kept_history k "
                        + "WHERE k.seq = h.seq);"
                    : ""
            )
                + string.Join(
                    ' ',
                    Tables
                        .Where(table => table != "history")
                        .Select(table =>
                        {
                            var column = table switch
                            {
                                "creator" => "id",
                                "video" => "owner",
                                _ => "creator",
                            };
                            return $"DELETE FROM consent.{table} WHERE {column} = 'ana'; INSERT INTO consent.{table} "
                                + $"SELECT * FROM kept_{table} WHERE {column} = 'ana';";
                        })
                )
        );
    }

    private static async Task DenyAsync(RegistryApplication app, string purpose) =>
        (await app.Creator("ana").PutAsync($"/v1/creators/ana/consent/defaults/{purpose}", new { effect = "deny" })).Is(
            200
        );

    private static async Task<string> EffectAsync(RegistryApplication app, string owner = "ana")
    {
        var answer = await app.Platform()
            .PostAsync(
                "/v1/checks",
                new
                {
                    creatorId = owner,
                    videoId = "v",
                    purpose = "training",
                }
            );
        return answer.Status == 200 ? (string)answer["effect"]! : $"{answer.Status}";
    }

    private async Task ExecuteAsync(RegistryApplication app, string sql)
    {
        await using var source = NpgsqlDataSource.Create(postgres.AsAdministrator(app.ConnectionString));
        await using var command = source.CreateCommand($"SET session_replication_role = replica; {sql}");
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
