using ConsentRegistry.Api.Diagnostics;
using ConsentRegistry.Api.Tests.History;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.Domain.Purposes;
using Npgsql;

namespace ConsentRegistry.Api.Tests.Faults;

/// <summary>Sequencers die, compete, and meet a log that is not theirs any more.</summary>
public sealed class SequencerTests(PostgresFixture postgres)
{
    private const int Writers = 8;
    private const int ChangesEach = 40;

    /// <summary>Writers go on until so many connections were cut, however fast the machine writes.</summary>
    private const int Cuts = 6;

    // A new log begins with the purposes.
    private static readonly long InitialEvents = Vocabulary.Initial.Purposes.Length;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task Two_sequencers_that_are_cut_off_again_and_again_make_one_log_without_gap_or_fork()
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        await using var one = await RegistryApplication.StartAsync(connectionString);
        await using var other = await RegistryApplication.StartAsync(
            connectionString,
            $"Log:KeyFile={Path.Combine(one.DataFolder, "log-keys.json")}"
        );

        var cuts = 0;
        var writing = Task.WhenAll(
            Enumerable
                .Range(0, Writers)
                .Select(async writer =>
                {
                    var creator = RegistryApplication.NewId();
                    for (var i = 0; i < ChangesEach || Volatile.Read(ref cuts) < Cuts; i++)
                        (
                            await (i % 2 == 0 ? one : other)
                                .Admin()
                                .PutAsync($"/v1/creators/{creator}/videos/v{i}/consent/remix", new { effect = "ask" })
                        ).Is(200);
                })
        );
        while (!writing.IsCompleted)
        {
            // Wherever they are: choosing, moving, signing, committing.
            Interlocked.Add(
                ref cuts,
                (
                    await one.QueryAsync<bool>(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                            + "AND application_name LIKE '%sequencer'"
                    )
                ).Count
            );
            await Task.WhenAny(
                writing,
                Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(20, 200)), Cancellation)
            );
        }
        await writing;
        await CoveredAsync(one);

        await LogIsWholeAsync(one);
        await Ledger.VerifyAsync(one);
        Assert.DoesNotContain(
            one.Log.Errors.Concat(other.Log.Errors),
            error => error.Contains("does not extend", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task When_the_sequencing_node_ends_another_takes_over()
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        var first = await RegistryApplication.StartAsync(connectionString);
        await CoveredAsync(first);
        await using var second = await RegistryApplication.StartAsync(
            connectionString,
            $"Log:KeyFile={Path.Combine(first.DataFolder, "log-keys.json")}"
        );
        var before = await second.ScalarAsync<long>("SELECT epoch FROM consent.sequencer");
        await first.StopAsync();

        var creator = RegistryApplication.NewId();
        (await second.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null)).Is(200);
        await CoveredAsync(second);

        Assert.Equal(before + 1, await second.ScalarAsync<long>("SELECT epoch FROM consent.sequencer"));
        await LogIsWholeAsync(second);
        Directory.Delete(first.DataFolder, recursive: true);
    }

    [Fact]
    public async Task No_request_waits_for_a_sequencer_that_is_stuck()
    {
        await using var app = await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync());
        await CoveredAsync(app);
        var creator = RegistryApplication.NewId();
        await using (await HoldAsync(app))
        {
            (
                await app.Creator(creator)
                    .PutAsync(
                        $"/v1/creators/{creator}/consent/defaults/remix",
                        new { effect = "allow", appliesTo = "all" }
                    )
            ).Is(200);
            (await app.Platform().PutAsync($"/v1/creators/{creator}/videos/v", new { })).Is(200);
            var check = new
            {
                creatorId = creator,
                videoId = "v",
                purpose = "remix",
            };
            Assert.True((bool)(await app.Platform().PostAsync("/v1/checks", check)).Is(200)["allowed"]!);
            Assert.Equal(2, await app.ScalarAsync<long>("SELECT count(*) FROM consent.inbox"));
        }
        await CoveredAsync(app);
        await LogIsWholeAsync(app);
    }

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task Beyond_50000_waiting_events_only_stops_and_erasures_are_taken_until_there_is_room_again()
    {
        await using var app = await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync());
        await CoveredAsync(app);
        var creator = RegistryApplication.NewId();
        var consent = $"/v1/creators/{creator}/consent/defaults/remix";
        await using (await HoldAsync(app))
        {
            for (var bulk = 0; bulk < 6; bulk++)
            {
                var videos = Enumerable
                    .Range(0, 10_000)
                    .Select(i => new { creatorId = $"{creator}{bulk}", videoId = $"v{i}" });
                (await app.Platform().PostAsync("/v1/videos/batch", new { videos })).Is(200);
            }
            await Eventually.HoldsAsync(
                "changes are refused",
                async () => (await app.Creator(creator).PutAsync(consent, new { effect = "deny" })).Status == 503
            );
            var refused = (await app.Creator(creator).PutAsync(consent, new { effect = "deny" })).IsProblem(
                503,
                "unavailable"
            );
            Assert.NotNull(refused.Header("Retry-After"));
            (await app.Platform().PutAsync($"/v1/creators/{creator}/videos/v", new { })).IsProblem(503, "unavailable");
            (await app.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null)).Is(200);
            (await app.Admin().PutAsync($"/v1/creators/{creator}/hold", new { reason = "order" })).Is(200);
        }
        await Eventually.HoldsAsync(
            "changes are made again",
            async () => (await app.Creator(creator).PutAsync(consent, new { effect = "deny" })).Status == 200
        );
        await CoveredAsync(app);
        await LogIsWholeAsync(app);
    }

    [Theory]
    [InlineData("hashes = set_byte(hashes, 9, 255 - get_byte(hashes, 9))")]
    [InlineData("root = sha256(root)")]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task Nothing_is_signed_over_tiles_that_are_not_those_of_the_leaves(string alteration)
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        var first = await RegistryApplication.StartAsync(connectionString);
        await CoveredAsync(first);
        // A tile that is full, and that no checkpoint covers.
        var changes = Enumerable
            .Range(0, TileId.Width)
            .Select(i => new
            {
                op = "setDefault",
                purpose = "training",
                requester = $"lab-{i}",
                effect = "deny",
            });
        (await first.Creator("ana").PostAsync("/v1/creators/ana/consent/changes", new { changes })).Is(200);
        await CoveredAsync(first);
        await first.StopAsync();
        await TamperAsync(
            connectionString,
            $"DELETE FROM consent.tree_head WHERE size >= {TileId.Width}; UPDATE consent.tile SET {alteration}"
        );

        // Elsewhere, so that no checkpoint of its own is what finds it.
        await using var second = await RegistryApplication.StartAsync(connectionString);
        await Eventually.HoldsAsync(
            "the alarm is raised",
            () =>
                Task.FromResult(
                    second.Log.Errors.Any(error =>
                        error.Contains("is not the one of the log's leaves", StringComparison.Ordinal)
                    )
                )
        );
        Assert.True(
            await second.ScalarAsync<long>("SELECT coalesce(max(size), 0) FROM consent.tree_head") < TileId.Width
        );
    }

    [Fact]
    public async Task A_node_that_was_replaced_notices_it_while_nothing_happens()
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        await using var app = await RegistryApplication.StartAsync(connectionString);
        await CoveredAsync(app);
        await TamperAsync(connectionString, "UPDATE consent.sequencer SET epoch = epoch + 1");

        await Eventually.HoldsAsync(
            "it hands over",
            () => Task.FromResult(app.Log.Contains(nameof(LogEvents.SequencingHandedOver)))
        );
    }

    [Theory]
    [InlineData(
        "DELETE FROM consent.history WHERE seq = (SELECT max(seq) FROM consent.history); "
            + "DELETE FROM consent.tree_head WHERE size > (SELECT max(seq) + 1 FROM consent.history); "
            + "DELETE FROM consent.log_digest",
        "fewer than"
    )]
    [InlineData(
        "UPDATE consent.tree_head SET root = sha256('forged') WHERE size = (SELECT max(size) FROM consent.tree_head)",
        "are not those of"
    )]
    [InlineData("UPDATE consent.history SET leaf = convert_to('{}', 'UTF8') WHERE seq = 3", "are not those of")]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task A_log_that_is_not_what_this_node_signed_is_not_extended(string tampering, string alarm)
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        var first = await RegistryApplication.StartAsync(connectionString);
        (await first.Creator("ana").PutAsync("/v1/creators/ana/lockdown", null)).Is(200);
        await CoveredAsync(first);
        var size = await first.ScalarAsync<long>("SELECT max(size) FROM consent.tree_head");
        await first.StopAsync();
        await TamperAsync(connectionString, tampering);

        await using var second = await RegistryApplication.StartInAsync(first.DataFolder, connectionString);
        var creator = RegistryApplication.NewId();
        // Settings and checks go on: it is the proof that is broken, not consent.
        (await second.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null)).Is(200);
        await Eventually.HoldsAsync(
            "the alarm is raised",
            () => Task.FromResult(second.Log.Errors.Any(error => error.Contains(alarm, StringComparison.Ordinal)))
        );

        Assert.Equal(1, await second.ScalarAsync<long>("SELECT count(*) FROM consent.inbox"));
        Assert.True(await second.ScalarAsync<long>("SELECT coalesce(max(size), 0) FROM consent.tree_head") <= size);
    }

    [Fact]
    public async Task An_event_that_conflicts_with_the_log_is_an_alarm_and_never_passed_over()
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        await using var app = await RegistryApplication.StartAsync(connectionString);
        await CoveredAsync(app);
        // A version that the log has already.
        await TamperAsync(
            connectionString,
            """
            INSERT INTO consent.inbox (creator, version, ordinal, count, event_id, type, tx, leaf, body, salt, kid, mac)
            SELECT creator, version, ordinal, count, gen_random_uuid(), type, tx, leaf, body, salt, kid, mac
                FROM consent.history
                WHERE creator = '$vocabulary'
            """
        );
        await Eventually.HoldsAsync(
            "the alarm is raised",
            () => Task.FromResult(app.Log.Errors.Any(error => error.Contains("conflicts", StringComparison.Ordinal)))
        );
        Assert.Equal(InitialEvents, await app.ScalarAsync<long>("SELECT count(*) FROM consent.history"));
        Assert.Equal(InitialEvents, await app.ScalarAsync<long>("SELECT count(*) FROM consent.inbox"));
    }

    [Fact]
    public async Task A_file_that_holds_no_checkpoint_of_the_log_is_an_alarm_and_the_log_is_not_extended()
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        var first = await RegistryApplication.StartAsync(connectionString);
        await CoveredAsync(first);
        await first.StopAsync();
        await File.WriteAllTextAsync(Path.Combine(first.DataFolder, "log-checkpoint"), "none", Cancellation);

        await using var second = await RegistryApplication.StartInAsync(first.DataFolder, connectionString);
        (await second.Creator("mia").PutAsync("/v1/creators/mia/lockdown", null)).Is(200);
        await Eventually.HoldsAsync(
            "the alarm is raised",
            () =>
                Task.FromResult(
                    second.Log.Errors.Any(error =>
                        error.Contains("does not hold a checkpoint of this log", StringComparison.Ordinal)
                    )
                )
        );
        Assert.Equal(1, await second.ScalarAsync<long>("SELECT count(*) FROM consent.inbox"));
    }

    [Fact]
    public async Task A_node_s_file_holds_what_was_published_and_is_written_before_it()
    {
        await using var app = await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync());
        await CoveredAsync(app);
        var file = Path.Combine(app.DataFolder, "log-checkpoint");
        var published = await File.ReadAllTextAsync(file, Cancellation);
        await using (var connection = await app.Database.OpenConnectionAsync(Cancellation))
        await using (var transaction = await connection.BeginTransactionAsync(Cancellation))
        {
            // Nobody can publish a checkpoint meanwhile.
            await using var hold = new NpgsqlCommand("LOCK TABLE consent.tree_head IN EXCLUSIVE MODE", connection);
            await hold.ExecuteNonQueryAsync(Cancellation);
            (await app.Creator("mia").PutAsync("/v1/creators/mia/lockdown", null)).Is(200);
            await Eventually.HoldsAsync(
                "the file has the next one",
                async () => await File.ReadAllTextAsync(file, Cancellation) != published
            );
            Assert.Equal(
                published,
                await app.ScalarAsync<string>("SELECT note FROM consent.tree_head ORDER BY size DESC LIMIT 1")
            );
        }
        await CoveredAsync(app);
        Assert.Equal(
            await app.ScalarAsync<string>("SELECT note FROM consent.tree_head ORDER BY size DESC LIMIT 1"),
            await File.ReadAllTextAsync(file, Cancellation)
        );
    }

    /// <summary>Waits until every event is in the log and covered by a checkpoint.</summary>
    private static Task CoveredAsync(RegistryApplication app) =>
        Eventually.HoldsAsync(
            "the log covers everything",
            () =>
                app.ScalarAsync<bool>(
                    """
                    SELECT NOT EXISTS (SELECT FROM consent.inbox)
                        AND coalesce((SELECT max(size) FROM consent.tree_head) = (SELECT max(seq) + 1
                            FROM consent.history), false)
                    """
                )
        );

    /// <summary>Every leaf in its place, every tile and every checkpoint as the leaves say.</summary>
    private static async Task LogIsWholeAsync(RegistryApplication app)
    {
        Assert.True(
            await app.ScalarAsync<bool>("SELECT count(*) = max(seq) + 1 AND min(seq) = 0 FROM consent.history")
        );
        Assert.Equal(
            0,
            await app.ScalarAsync<long>(
                """
                SELECT count(*) FROM (SELECT version, ordinal, count, seq, lag(version) OVER w AS v,
                    lag(ordinal) OVER w AS o, lag(count) OVER w AS c, lag(seq) OVER w AS s
                    FROM consent.history WINDOW w AS (PARTITION BY creator ORDER BY version, ordinal)) AS h
                WHERE NOT (CASE WHEN v IS NULL THEN version = 1 AND ordinal = 1 WHEN o < c THEN version = v
                    AND ordinal = o + 1 ELSE version = v + 1 AND ordinal = 1 END)
                    OR s > seq
                """
            )
        );
        var heads = (await app.QueryAsync<long>("SELECT size FROM consent.tree_head ORDER BY size"))
            .Zip(await app.QueryAsync<byte[]>("SELECT root FROM consent.tree_head ORDER BY size"))
            .ToDictionary();
        var tree = new TreeBuilder();
        var tiles = new List<Tile>();
        foreach (var leaf in await app.QueryAsync<byte[]>("SELECT leaf FROM consent.history ORDER BY seq"))
        {
            tree.Append(MerkleTree.LeafHash(leaf), tiles);
            if (heads.Remove(tree.Size, out var root))
                Assert.Equal(root, tree.Root());
        }
        Assert.Empty(heads);
        Assert.Equal(
            tiles
                .OrderBy(tile => (tile.Id.Level, tile.Id.Index))
                .Select(tile => Convert.ToHexString(tile.Hashes) + Convert.ToHexString(tile.Root)),
            (await app.QueryAsync<byte[]>("SELECT hashes || root FROM consent.tile ORDER BY level, index")).Select(
                Convert.ToHexString
            )
        );
    }

    /// <summary>Holds the log as a node does that is paused in the middle of a batch.</summary>
    private static async Task<Hold> HoldAsync(RegistryApplication app)
    {
        var connection = await app.Database.OpenConnectionAsync(Cancellation);
        var transaction = await connection.BeginTransactionAsync(Cancellation);
        await using var hold = new NpgsqlCommand("SELECT FROM consent.sequencer FOR UPDATE", connection);
        await hold.ExecuteNonQueryAsync(Cancellation);
        return new(connection, transaction);
    }

    // What somebody does who may do everything.
    private async Task TamperAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(postgres.AsAdministrator(connectionString));
        await using var command = source.CreateCommand($"SET session_replication_role = replica; {sql}");
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private sealed record Hold(NpgsqlConnection Connection, NpgsqlTransaction Transaction) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Transaction.DisposeAsync();
            await Connection.DisposeAsync();
        }
    }
}
