using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Diagnostics;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Api.Tests.Log;
using Npgsql;

namespace ConsentRegistry.Api.Tests.Integrity;

/// <summary>
/// Somebody may write anything to the database, and has none of the keys: what no node wrote decides nothing, and
/// nothing false is told.
/// </summary>
public sealed class EventIntegrityTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // As whole as it can be made without the keys: its leaf commits to its body, and its body follows on the stream.
    internal const string Insertion = """
        WITH stream AS (SELECT version, head FROM consent.creator WHERE id = 'ana'),
        body AS (
            SELECT convert_to('{"after":{"segments":[{"changedAt":"2026-01-01T00:00:00.000000Z","conditions":[],"effect":"allow","expiresAt":null,"from":null,"version":' || version + 1
                || ',"vocabularyVersion":1}]},"before":null,"by":{"client":"x","onBehalfOf":null,"reason":null,"subject":null},"key":{"purpose":"training","requester":null},"prev":"'
                || rtrim(translate(encode(head, 'base64'), '+/', '-_'), '=') || '","stream":"ana"}', 'UTF8') AS body,
                version FROM stream
        )
        INSERT INTO consent.inbox (creator, version, ordinal, count, event_id, type, tx, leaf, body, salt, kid, mac)
        SELECT 'ana', version + 1, 1, 1, '01890a5d-ac96-774b-bcce-b302099a8057', 'defaultChanged', 1795447793000000,
            convert_to('{"commit":"' || rtrim(translate(encode(public.hmac_of(body, sha256('s')), 'base64'), '+/', '-_'), '=')
                || '","eid":"01890a5d-ac96-774b-bcce-b302099a8057","n":1,"of":1,"tx":1795447793000000,"type":"defaultChanged","v":1,"ver":' || version + 1 || '}', 'UTF8'),
            body, sha256('s'), (SELECT kid FROM consent.history LIMIT 1), sha256('m')
        FROM body;
        UPDATE consent.creator SET version = version + 1 WHERE id = 'ana'
        """;

    // HMAC-SHA-256 under a key of 32 bytes, without an extension.
    internal const string Hmac = """
        CREATE FUNCTION public.hmac_of(data bytea, key bytea) RETURNS bytea LANGUAGE plpgsql AS $$
        DECLARE
            inner_pad bytea := decode(repeat('36', 64), 'hex');
            outer_pad bytea := decode(repeat('5c', 64), 'hex');
        BEGIN
            FOR i IN 0..31 LOOP
                inner_pad := set_byte(inner_pad, i, get_byte(inner_pad, i) # get_byte(key, i));
                outer_pad := set_byte(outer_pad, i, get_byte(outer_pad, i) # get_byte(key, i));
            END LOOP;
            RETURN sha256(outer_pad || sha256(inner_pad || data));
        END $$
        """;

    [Fact]
    public async Task An_event_that_no_node_wrote_is_neither_followed_nor_signed()
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        await using var app = await RegistryApplication.StartAsync(connectionString);
        await TellAsync(app);
        var size = await app.ScalarAsync<long>("SELECT max(size) FROM consent.tree_head");

        await AttackAsync(connectionString, Hmac);
        await AttackAsync(connectionString, Insertion);
        await Eventually.HoldsAsync(
            "it is an alarm of the memory and of the sequencer",
            () =>
                Task.FromResult(
                    app.Log.Contains(nameof(LogEvents.EventForged))
                        && app.Log.Contains(nameof(LogEvents.SequencingStopped))
                )
        );

        Assert.Equal("503", await EffectAsync(app, "ana"));
        Assert.Equal("allow", await EffectAsync(app, "ben"));
        // The event is where it was, and no checkpoint covers it.
        Assert.Equal(1, await app.ScalarAsync<long>("SELECT count(*) FROM consent.inbox WHERE creator = 'ana'"));
        Assert.Equal(size, await app.ScalarAsync<long>("SELECT max(size) FROM consent.tree_head"));
        // The node is ready, for it answers everybody else, and says what is wrong.
        var health = (await app.Anonymous().GetAsync("/health/ready")).Is(200);
        Assert.False(IsReady(health, "integrity"));
        Assert.True(IsReady(health, "integrityKeys"));
    }

    public static TheoryData<string> BorrowedIds =>
        [
            // Every node knows the newest event of the log.
            "SELECT event_id FROM consent.history ORDER BY seq DESC LIMIT 1",
            // And the one that waits for it.
            "SELECT event_id FROM consent.inbox WHERE creator = 'ben'",
        ];

    [Theory]
    [MemberData(nameof(BorrowedIds))]
    public async Task The_id_of_an_event_that_a_node_wrote_makes_no_other_one_of_a_node(string id)
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        await using var app = await RegistryApplication.StartAsync(connectionString);
        await TellAsync(app);
        await AttackAsync(connectionString, Hmac);
        // Nothing leaves the inbox meanwhile.
        await using var source = NpgsqlDataSource.Create(postgres.AsAdministrator(connectionString));
        await using var connection = await source.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await using (var hold = new NpgsqlCommand("SELECT FROM consent.sequencer FOR UPDATE", connection))
            await hold.ExecuteNonQueryAsync(Cancellation);
        (await app.Platform().PutAsync("/v1/creators/ben/videos/other", new { })).Is(200);

        await AttackAsync(
            connectionString,
            Insertion.Replace(
                "1, 1, '01890a5d-ac96-774b-bcce-b302099a8057', 'd",
                $"1, 1, ({id}), 'd",
                StringComparison.Ordinal
            )
        );

        // With an id that waits it is passed over, and the row that it altered is found by the comparison.
        await Eventually.HoldsAsync("nothing is answered", async () => await EffectAsync(app, "ana") == "503");
        // While their records are read again nothing is answered either.
        await Eventually.HoldsAsync(
            "it is told",
            () =>
                Task.FromResult(
                    app.Log.Contains(nameof(LogEvents.EventForged))
                        || app.Log.Contains(nameof(LogEvents.StreamUnsealed))
                )
        );
        Assert.Equal("503", await EffectAsync(app, "ana"));
        Assert.Equal("allow", await EffectAsync(app, "ben"));
    }

    [Fact]
    public async Task An_event_of_the_log_that_waits_once_more_takes_memory_from_nobody_but_whose_it_is()
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        await using var app = await RegistryApplication.StartAsync(connectionString);
        await TellAsync(app);
        var newest = await app.ScalarAsync<string>("SELECT creator FROM consent.history ORDER BY seq DESC LIMIT 1");

        await AttackAsync(
            connectionString,
            """
            INSERT INTO consent.inbox (creator, version, ordinal, count, event_id, type, tx, leaf, body, salt, kid, mac)
            SELECT creator, version, ordinal, count, event_id, type, tx, leaf, body, salt, kid, mac
            FROM consent.history ORDER BY seq DESC LIMIT 1
            """
        );

        var other = newest == "ana" ? "ben" : "ana";
        for (var i = 0; i < 5; i++)
        {
            await app.Replica.BeginAsync(new(null, BootClock.Now), Cancellation);
            Assert.Equal("allow", await EffectAsync(app, other));
        }
        await using var again = await RegistryApplication.StartAsync(connectionString);
        Assert.Equal(("503", "allow"), (await EffectAsync(again, newest), await EffectAsync(again, other)));
    }

    [Fact]
    public async Task What_is_put_straight_into_the_log_is_neither_followed_nor_signed()
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        var app = await RegistryApplication.StartAsync(connectionString);
        await TellAsync(app);
        await app.StopAsync();
        await AttackAsync(
            connectionString,
            """
            INSERT INTO consent.history (seq, creator, version, ordinal, count, event_id, type, tx, leaf, body, salt,
                kid, mac)
            SELECT (SELECT max(seq) + 1 FROM consent.history), creator, version + 1, ordinal, count,
                '01890a5d-ac96-774b-bcce-b302099a8057', type, tx, leaf, body, salt, kid, mac
            FROM consent.history WHERE creator = 'ana' ORDER BY version DESC LIMIT 1
            """
        );
        await using var again = await RegistryApplication.StartInAsync(app.DataFolder, connectionString);
        // It has to look whether there is something to sign.
        await Eventually.HoldsAsync(
            "nothing more is signed",
            () => Task.FromResult(again.Log.Contains(nameof(LogEvents.SequencingStopped)))
        );
    }

    public static TheoryData<string, string> Alterations =>
        new()
        {
            {
                "the newest event is hidden in another stream",
                "UPDATE consent.history SET creator = 'zz', version = 1 WHERE creator = 'ana' AND version = {newest}"
            },
            {
                "an event in the middle is hidden in another stream",
                "UPDATE consent.history SET creator = 'zz', version = 1 WHERE creator = 'ana' AND version = 3"
            },
            {
                "another's event is put into the stream",
                "UPDATE consent.history SET creator = 'ana', version = 1 + {newest} WHERE creator = 'ben' AND version = 2"
            },
            {
                "an event is of another type",
                "UPDATE consent.history SET type = 'holdChanged' WHERE creator = 'ana' AND version = 3"
            },
            {
                "an event is dated back",
                "UPDATE consent.history SET tx = tx - 60000000 WHERE creator = 'ana' AND version = 3"
            },
            {
                "the newest events are dated ahead",
                "UPDATE consent.history SET tx = tx + 864000000000 WHERE creator = 'ana' AND version >= 3"
            },
            { "an event is deleted", "DELETE FROM consent.history WHERE creator = 'ana' AND version = {newest}" },
            {
                "an event says something else",
                "UPDATE consent.history SET body = convert_to(replace(convert_from(body, 'UTF8'), '\"deny\"', '\"allow\"'), "
                    + "'UTF8') WHERE creator = 'ana' AND version = 3"
            },
            {
                "two versions change places",
                "UPDATE consent.history SET version = 99 WHERE creator = 'ana' AND version = 3; "
                    + "UPDATE consent.history SET version = 3 WHERE creator = 'ana' AND version = 4; "
                    + "UPDATE consent.history SET version = 4 WHERE creator = 'ana' AND version = 99"
            },
        };

    [Theory]
    [MemberData(nameof(Alterations))]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task What_was_altered_beside_the_leaf_is_not_told(string what, string sql)
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        await using var app = await RegistryApplication.StartAsync(connectionString);
        await TellAsync(app);
        var newest = await app.ScalarAsync<long>("SELECT version FROM consent.creator WHERE id = 'ana'");
        var now = await app.NowAsync();
        var before = new Dictionary<string, string>();
        foreach (var path in Paths(now))
            before.Add(path, (await app.Operator().GetAsync(path)).Is(200).Text);
        Assert.Equal("deny", await EffectAsync(app, "ana", now));

        await AttackAsync(connectionString, sql.Replace("{newest}", $"{newest}", StringComparison.Ordinal));
        // What lies behind the end of the stream is not looked at, and not told.
        foreach (var path in Paths(now))
            Assert.True(await TellAsync(app, path) is not { } told || told == before[path], $"{what}: {path}");
        Assert.Equal("503", await EffectAsync(app, "ana", now));
        Assert.True(app.Log.Contains(nameof(LogEvents.RecordsUntold)));
        // The rest is told as before.
        (await app.Operator().GetAsync("/v1/creators/cat/history")).Is(200);
    }

    [Fact]
    public async Task A_host_without_the_key_of_the_nodes_does_not_start_and_a_node_that_lacks_a_new_one_is_not_ready()
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        await using var app = await RegistryApplication.StartAsync(connectionString);
        (await app.Anonymous().GetAsync("/health/ready")).Is(200);
        var file = Path.Combine(app.DataFolder, "another.key");
        await File.WriteAllTextAsync(file, new string('5', 64), Cancellation);
        var refusal = await Assert.ThrowsAsync<StartupException>(() =>
            RegistryApplication.StartAsync(
                connectionString,
                $"Integrity:KeyFile={file}",
                $"Log:KeyFile={Path.Combine(app.DataFolder, "log-keys.json")}"
            )
        );
        Assert.StartsWith("Integrity:KeyFile lacks the key", refusal.Message, StringComparison.Ordinal);

        await app.QueryAsync<string>("INSERT INTO consent.integrity_key VALUES ('another') RETURNING kid");
        await Eventually.HoldsAsync(
            "it says what it lacks",
            async () =>
                (await app.Anonymous().GetAsync("/health/ready")) is { Status: 503, Text: var text }
                && text.Contains("(integrityKeys)", StringComparison.Ordinal)
        );
    }

    private static string[] Paths(string now) =>
        [$"/v1/creators/ana/consent?asOf={now}", "/v1/creators/ana/history", "/v1/creators/ana/history/export"];

    // Null if it is refused. An answer that began is cut off, and has no last line.
    private static async Task<string?> TellAsync(RegistryApplication app, string path)
    {
        try
        {
            var answer = await app.Operator().GetAsync(path);
            return answer.Status == 503 ? null : answer.Text;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    // Ana: a video, an allow, a deny for training, a lift of nothing, an allow; five versions or more.
    private static async Task TellAsync(RegistryApplication app)
    {
        foreach (var creator in new[] { "ana", "ben", "cat" })
        {
            (await app.Platform().PutAsync($"/v1/creators/{creator}/videos/v", new { })).Is(200);
            foreach (
                var (purpose, effect) in new[]
                {
                    ("remix", "allow"),
                    ("training", "deny"),
                    ("mining", "deny"),
                    ("grounding", "deny"),
                }
            )
                (
                    await app.Creator(creator)
                        .PutAsync(
                            $"/v1/creators/{creator}/consent/defaults/{purpose}",
                            effect == "allow" ? new { effect, appliesTo = "all" } : (object)new { effect }
                        )
                ).Is(200);
        }
        await Exports.CoveredAsync(app);
        Assert.Equal("allow", await EffectAsync(app, "ben"));
    }

    private static async Task<string> EffectAsync(RegistryApplication app, string creator, string? asOf = null)
    {
        var answer = await (asOf is null ? app.Platform() : app.Auditor()).PostAsync(
            "/v1/checks",
            new
            {
                creatorId = creator,
                videoId = "v",
                purpose = asOf is null ? "remix" : "training",
                requester = asOf is null ? null : "platform",
                asOf,
            }
        );
        return answer.Status == 200 ? (string)answer["effect"]! : $"{answer.Status}";
    }

    private static bool IsReady(Answer health, string part) =>
        health["parts"]!.AsArray().Single(one => (string)one!["name"]! == part)!["ready"]!.GetValue<bool>();

    private async Task AttackAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(postgres.AsAdministrator(connectionString));
        await using var command = source.CreateCommand($"SET session_replication_role = replica; {sql}");
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
