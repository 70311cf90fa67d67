using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ConsentRegistry.Api.Tests.Faults;

/// <summary>Nodes that cannot follow, cannot say that they do, or follow another history.</summary>
public sealed class ReplicaTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_node_that_cannot_beat_stops_answering_and_joins_again_and_no_change_waits_for_it_for_ever()
    {
        var (one, other, creator) = await StartTwoAsync();
        await using var disposeOne = one;
        await using var disposeOther = other;
        await using (await LockNodeAsync(one, deltaMs: 501))
        {
            (await one.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null)).Is(200);
            Assert.NotEqual("allow", await EffectAsync(other, creator));
            await Eventually.HoldsAsync(
                "the node does not answer any more",
                async () => await EffectAsync(other, creator) == "503"
            );
            Assert.Equal("deny", await EffectAsync(one, creator));
            (await other.Anonymous().GetAsync("/health/ready")).IsProblem(503, "unavailable");
        }
        await Eventually.HoldsAsync("the node answers again", async () => await EffectAsync(other, creator) == "deny");
        (await one.Creator(creator).DeleteAsync($"/v1/creators/{creator}/lockdown")).Is(200);
        Assert.Equal("allow", await EffectAsync(other, creator));
    }

    [Fact]
    public async Task A_node_whose_row_is_gone_joins_again_and_a_row_whose_node_is_gone_is_taken_away()
    {
        await using var app = await RegistryApplication.StartAsync(
            await postgres.CreateDatabaseAsync(),
            "Replica:DeltaMs=500"
        );
        var before = await app.ScalarAsync<Guid>("SELECT id FROM consent.node");
        await app.QueryAsync<bool>("DELETE FROM consent.node");
        await Eventually.HoldsAsync(
            "the node has another row",
            async () => (await app.QueryAsync<Guid>("SELECT id FROM consent.node")) is [var id] && id != before
        );
        await Eventually.HoldsAsync(
            "the node answers",
            async () => (await app.Anonymous().GetAsync("/health/ready")).Status == 200
        );

        await app.QueryAsync<bool>("INSERT INTO consent.node VALUES (gen_random_uuid(), 0, '1:1:', 500)");
        (await app.Platform().PutAsync("/v1/creators/c/videos/v", new { })).Is(200);
        await Eventually.HoldsAsync(
            "the dead row is gone",
            async () => await app.ScalarAsync<long>("SELECT count(*) FROM consent.node") == 1
        );
    }

    [Fact]
    public async Task A_node_that_ends_takes_its_row_away()
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        await using var one = await RegistryApplication.StartAsync(connectionString);
        var other = await RegistryApplication.StartAsync(
            connectionString,
            $"Log:KeyFile={Path.Combine(one.DataFolder, "log-keys.json")}"
        );
        Assert.Equal(2, await one.ScalarAsync<long>("SELECT count(*) FROM consent.node"));
        var replica = other.Replica;
        await other.DisposeAsync();
        Assert.Equal(1, await one.ScalarAsync<long>("SELECT count(*) FROM consent.node"));
        Assert.False(replica.TryBegin(out _));
    }

    [Fact]
    public async Task Nodes_load_one_after_the_other()
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        await using var one = await RegistryApplication.StartAsync(connectionString);
        await using var loading = await one.Database.OpenConnectionAsync(Cancellation);
        await using (var hold = new NpgsqlCommand($"SELECT pg_advisory_lock({Bootstrap.LoadingLock})", loading))
            await hold.ExecuteNonQueryAsync(Cancellation);
        var starting = RegistryApplication.StartAsync(
            connectionString,
            $"Log:KeyFile={Path.Combine(one.DataFolder, "log-keys.json")}"
        );
        await Eventually.HoldsAsync(
            "another node waits",
            () =>
                one.ScalarAsync<bool>(
                    "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)"
                )
        );
        Assert.Equal(1, await one.ScalarAsync<long>("SELECT count(*) FROM consent.node"));
        Assert.False(starting.IsCompleted);
        await using (var release = new NpgsqlCommand($"SELECT pg_advisory_unlock({Bootstrap.LoadingLock})", loading))
            await release.ExecuteNonQueryAsync(Cancellation);
        await using var other = await starting;
        Assert.Equal(2, await one.ScalarAsync<long>("SELECT count(*) FROM consent.node"));
    }

    [Fact]
    public async Task What_is_not_waited_for_is_in_force_by_the_bound_of_the_node_that_may_answer_longest()
    {
        await using var app = await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync());
        await Eventually.HoldsAsync(
            "it is the bound of the one node",
            async () => await SecondsUntilInForceAsync(app) is >= 2.5 and < 4
        );
        await app.QueryAsync<bool>(
            "INSERT INTO consent.node VALUES ('00000000-0000-0000-0000-000000000001', 0, '1:1:', 9000)"
        );
        await Eventually.HoldsAsync(
            "it is the bound of the slower node",
            async () => await SecondsUntilInForceAsync(app) is >= 10.9 and < 12
        );
    }

    [Fact]
    public async Task A_node_without_a_connection_for_its_memory_answers_nothing_and_recovers_by_itself()
    {
        await using var app = await RegistryApplication.StartAsync(
            await postgres.CreateDatabaseAsync(),
            "Replica:DeltaMs=500"
        );
        var creator = await PrepareAsync(app);
        var pool = app.Services.GetRequiredService<Database>().Replica;
        var held = new List<NpgsqlConnection>();
        try
        {
            while (held.Count < Database.ReplicaConnections - 1)
                held.Add(await pool.OpenConnectionAsync(Cancellation));
            // One connection is all that following takes.
            for (var i = 0; i < 50; i++)
                Assert.Equal("allow", await EffectAsync(app, creator));
            // Who waits first for the one that breaks gets its place.
            var next = pool.OpenConnectionAsync(Cancellation).AsTask();
            await app.QueryAsync<bool>(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                    + "AND application_name LIKE '%replica' AND pid <> ALL($1)",
                held.ConvertAll(connection => connection.ProcessID).ToArray()
            );
            held.Add(await next);
            await Eventually.HoldsAsync(
                "the node does not answer any more",
                async () => await EffectAsync(app, creator) == "503"
            );
            // Of the nodes it knows nothing either, and says the longest that may be.
            Assert.InRange(await SecondsUntilInForceAsync(app), 12.1, 20);
        }
        finally
        {
            foreach (var connection in held)
                await connection.DisposeAsync();
        }
        await Eventually.HoldsAsync("the node answers again", async () => await EffectAsync(app, creator) == "allow");
    }

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task Every_change_repeat_and_replay_waits_for_every_node_unless_it_is_asked_not_to()
    {
        await using var app = await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync());
        var creator = RegistryApplication.NewId();
        var path = $"/v1/creators/{creator}/consent/defaults/remix";
        var key = $"Idempotency-Key: {creator}";
        // The vocabulary changes meanwhile: whichever comes first, the same choice is sent.
        var deny = new { effect = "deny", vocabularyVersion = 1 };
        // A node that lives, as far as anybody can see, and has seen nothing.
        await app.QueryAsync<bool>(
            "INSERT INTO consent.node VALUES ('00000000-0000-0000-0000-000000000001', 0, '1:1:', 10000)"
        );
        using var beating = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var soon = (await app.Creator(creator).PutAsync(path, deny, key, "Prefer: respond-async")).Is(202);
        Assert.False((bool)soon["effectiveEverywhere"]!);
        Assert.Equal("respond-async", soon.Header("Preference-Applied"));
        Assert.True(string.CompareOrdinal((string)soon["effectiveBy"]!, await app.NowAsync()) > 0);

        Task<Answer>[] waiting =
        [
            app.Creator(creator).PutAsync(path, deny, key),
            app.Creator(creator).PutAsync(path, deny),
            app.Creator(creator).DeleteAsync($"/v1/creators/{creator}/lockdown"),
            app.Creator(creator).PutAsync($"/v1/creators/{creator}/videos/v/consent/remix", new { effect = "ask" }),
            app.Platform().PutAsync($"/v1/creators/{creator}/videos/v", new { }),
            app.Platform()
                .PostAsync(
                    "/v1/videos/batch",
                    new
                    {
                        videos = new[]
                        {
                            new { creatorId = creator, videoId = "w" },
                            new { creatorId = $"{creator}2", videoId = "w" },
                        },
                    }
                ),
            app.Operator()
                .PostAsync(
                    "/v1/purposes",
                    new
                    {
                        purpose = "dubbing",
                        usesLikeness = false,
                        description = "Dubbing.",
                    }
                ),
        ];
        // A refusal acknowledges nothing, and waits for nobody.
        (await app.Creator(creator).PutAsync(path, deny, "If-Match: \"99\"")).IsProblem(412, "staleVersion");
        await Eventually.HoldsAsync(
            "all of them are made",
            async () =>
                await app.ScalarAsync<long>("SELECT count(*) FROM consent.purpose") == 11
                && await app.ScalarAsync<long>("SELECT count(*) FROM consent.video") == 3
        );
        Assert.All(waiting, one => Assert.False(one.IsCompleted));
        await app.QueryAsync<bool>(
            "UPDATE consent.node SET beat = beat + 1, seen = pg_current_snapshot() "
                + "WHERE id = '00000000-0000-0000-0000-000000000001'"
        );
        foreach (var answer in await Task.WhenAll(waiting))
        {
            Assert.True(answer.Status is 200 or 201, answer.Text);
            Assert.True((bool)answer["effectiveEverywhere"]!);
        }
        Assert.Equal([1, 0], new[] { waiting[0], waiting[2] }.Select(one => one.Result.Changes));
    }

    [Fact]
    public async Task A_strong_check_and_one_with_versions_know_what_was_not_waited_for()
    {
        var (one, other, creator) = await StartTwoAsync();
        await using var disposeOne = one;
        await using var disposeOther = other;
        for (var i = 0; i < 15; i++)
        {
            var version = (
                await one.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null, "Prefer: respond-async")
            )
                .Is(202)
                .Version;
            var strong = (
                await other
                    .Platform()
                    .PostAsync(
                        "/v1/checks",
                        new
                        {
                            creatorId = creator,
                            videoId = "v",
                            purpose = "remix",
                            consistency = "strong",
                        }
                    )
            ).Is(200);
            Assert.Equal("lockdown", (string)strong["reason"]!);
            var next = (
                await one.Creator(creator).DeleteAsync($"/v1/creators/{creator}/lockdown", "Prefer: respond-async")
            )
                .Is(202)
                .Version;
            Assert.Equal(version + 1, next);
            var known = (
                await other
                    .Platform()
                    .PostAsync(
                        "/v1/checks",
                        new
                        {
                            creatorId = creator,
                            videoId = "v",
                            purpose = "remix",
                            minVersions = new Dictionary<string, long> { [creator] = next },
                        }
                    )
            ).Is(200);
            Assert.True((bool)known["allowed"]!);
            Assert.Equal(next, (long)known["version"]!);
        }
        var future = new
        {
            creatorId = creator,
            videoId = "v",
            purpose = "remix",
            minVersions = new Dictionary<string, long> { [creator] = 999 },
        };
        (await other.Platform().PostAsync("/v1/checks", future)).IsProblem(503, "unavailable");
        var batch = (
            await other
                .Platform()
                .PostAsync(
                    "/v1/checks/batch",
                    new
                    {
                        checks = new object[]
                        {
                            future,
                            new
                            {
                                creatorId = creator,
                                videoId = "v",
                                purpose = "remix",
                            },
                        },
                    }
                )
        ).Is(200);
        Assert.Equal(
            ["indeterminate", "creatorDefault"],
            batch["results"]!.AsArray().Select(result => (string)result!["reason"]!)
        );
    }

    [Fact]
    public async Task A_database_that_was_taken_back_makes_nodes_load_anew()
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        await using var app = await RegistryApplication.StartAsync(connectionString);
        var creator = await PrepareAsync(app);
        await Log.Exports.CoveredAsync(app);
        // What a restored backup looks like: the newest events are gone, and what they changed stands as before.
        await using (var administrator = NpgsqlDataSource.Create(postgres.AsAdministrator(connectionString)))
        {
            await using var command = administrator.CreateCommand(
                """
                SET session_replication_role = replica;
                DELETE FROM consent.history WHERE seq = (SELECT max(seq) FROM consent.history);
                DELETE FROM consent.creator_default
                """
            );
            await command.ExecuteNonQueryAsync(Cancellation);
        }
        // And the rows of another moment than the seal of their stream: nothing is answered about them.
        await Eventually.HoldsAsync("memory is loaded anew", async () => await EffectAsync(app, creator) == "503");
        Assert.Contains(app.Log.Errors, error => error.Contains("Memory is lost", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Memory_that_differs_from_the_tables_is_found_out_and_read_again()
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        await using var app = await RegistryApplication.StartAsync(connectionString);
        var creator = await PrepareAsync(app);
        var comparison = app.Services.GetRequiredService<ReplicaVerifier>();
        Assert.Equal(0, await comparison.LookAsync(Cancellation));
        await app.QueryAsync<bool>(
            "UPDATE consent.creator_default SET segments = jsonb_set(segments, '{0,effect}', '\"deny\"')"
        );
        await Eventually.HoldsAsync(
            "it is found out",
            async () => await comparison.LookAsync(Cancellation) > 0 || await EffectAsync(app, creator) == "503"
        );
        // No node wrote it, and nothing is answered until it is sealed.
        await Eventually.HoldsAsync("nothing is answered", async () => await EffectAsync(app, creator) == "503");
        await SealedRows.SealAsync(connectionString, RegistryApplication.IntegrityKeysOf(connectionString));
        await Eventually.HoldsAsync(
            "memory is what the tables are",
            async () => await EffectAsync(app, creator) == "deny"
        );
        Assert.Equal(0, await comparison.LookAsync(Cancellation));
        Assert.Contains(
            app.Log.Errors,
            error => error.Contains("is not what the tables hold", StringComparison.Ordinal)
        );
    }

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task Memory_of_a_creator_with_very_many_videos_is_compared_in_parts()
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        await using var app = await RegistryApplication.StartAsync(connectionString, "Replica:DeltaMs=10000");
        var creator = await PrepareAsync(app);
        for (var bulk = 0; bulk < 2; bulk++)
        {
            var videos = Enumerable.Range(0, 10_000).Select(i => new { creatorId = creator, videoId = $"{bulk}-{i}" });
            (await app.Platform().PostAsync("/v1/videos/batch", new { videos })).Is(200);
        }
        var comparison = app.Services.GetRequiredService<ReplicaVerifier>();
        async Task<int> RoundAsync()
        {
            var different = 0;
            for (var look = 0; look < 6 && different == 0; look++)
                different = await comparison.LookAsync(Cancellation);
            return different;
        }
        int Alarms() =>
            app.Log.Errors.Count(error => error.Contains("is not what the tables hold", StringComparison.Ordinal));
        Assert.Equal(0, await RoundAsync());
        // One is another, in whatever part it is; and one is too many, which the last part finds.
        foreach (
            var sql in new[]
            {
                "UPDATE consent.video SET published_at = '2020-01-01' WHERE video = '1-5000'",
                "DELETE FROM consent.video WHERE video = '1-7000'",
            }
        )
        {
            var before = Alarms();
            await app.QueryAsync<bool>(sql);
            // The service itself may be the one that finds it.
            await Eventually.HoldsAsync("it is found out", async () => await RoundAsync() > 0 || Alarms() > before);
            await Eventually.HoldsAsync("nothing is answered", async () => await EffectAsync(app, creator) == "503");
            await SealedRows.SealAsync(connectionString, RegistryApplication.IntegrityKeysOf(connectionString));
            await Eventually.HoldsAsync(
                "memory is what the tables are",
                async () => await RoundAsync() == 0 && await EffectAsync(app, creator) == "allow"
            );
        }
    }

    [Fact]
    public async Task Checks_go_on_while_every_connection_for_changes_is_taken()
    {
        await using var app = await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync());
        var creator = await PrepareAsync(app);
        await using var holder = await app.Database.OpenConnectionAsync(Cancellation);
        await using var transaction = await holder.BeginTransactionAsync(Cancellation);
        await using (
            var hold = new NpgsqlCommand("SELECT FROM consent.creator WHERE id = $1 FOR UPDATE", holder)
            {
                Parameters = { new() { Value = creator } },
            }
        )
            await hold.ExecuteNonQueryAsync(Cancellation);
        var stuck = Enumerable
            .Range(0, 60)
            .Select(_ =>
                app.Creator(creator)
                    .PutAsync($"/v1/creators/{creator}/consent/defaults/mining", new { effect = "deny" })
            )
            .ToList();
        for (var i = 0; i < 50; i++)
            Assert.Equal("allow", await EffectAsync(app, creator));
        await transaction.RollbackAsync(Cancellation);
        Assert.All(await Task.WhenAll(stuck), answer => Assert.True(answer.Status is 200 or 503, answer.Text));
        Assert.Equal("allow", await EffectAsync(app, creator));
    }

    private async Task<(RegistryApplication One, RegistryApplication Other, string Creator)> StartTwoAsync()
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        var one = await RegistryApplication.StartAsync(connectionString, "Replica:DeltaMs=500");
        var other = await RegistryApplication.StartAsync(
            connectionString,
            "Replica:DeltaMs=501",
            $"Log:KeyFile={Path.Combine(one.DataFolder, "log-keys.json")}"
        );
        return (one, other, await PrepareAsync(one));
    }

    private static async Task<string> PrepareAsync(RegistryApplication app)
    {
        var creator = RegistryApplication.NewId();
        (await app.Platform().PutAsync($"/v1/creators/{creator}/videos/v", new { })).Is(200);
        (
            await app.Creator(creator)
                .PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "allow", appliesTo = "all" })
        ).Is(200);
        Assert.Equal("allow", await EffectAsync(app, creator));
        return creator;
    }

    private static async Task<double> SecondsUntilInForceAsync(RegistryApplication app)
    {
        var before = DateTimeOffset.UtcNow;
        var answer = (
            await app.Platform()
                .PutAsync($"/v1/creators/{RegistryApplication.NewId()}/videos/v", new { }, "Prefer: respond-async")
        ).Is(202);
        return (
            DateTimeOffset.Parse((string)answer["effectiveBy"]!, System.Globalization.CultureInfo.InvariantCulture)
            - before
        ).TotalSeconds;
    }

    private static async Task<string> EffectAsync(RegistryApplication app, string creator)
    {
        var answer = await app.Platform()
            .PostAsync(
                "/v1/checks",
                new
                {
                    creatorId = creator,
                    videoId = "v",
                    purpose = "remix",
                }
            );
        return answer.Status == 200 ? (string)answer["effect"]! : answer.Status.ToString();
    }

    /// <summary>Keeps a node's row from being written, and nothing else.</summary>
    private static async Task<IAsyncDisposable> LockNodeAsync(RegistryApplication app, int deltaMs)
    {
        var connection = await app.Database.OpenConnectionAsync(Cancellation);
        await connection.BeginTransactionAsync(Cancellation);
        await using var hold = new NpgsqlCommand("SELECT FROM consent.node WHERE delta_ms = $1 FOR UPDATE", connection)
        {
            Parameters = { new() { Value = deltaMs } },
        };
        await hold.ExecuteNonQueryAsync(Cancellation);
        return connection;
    }
}
