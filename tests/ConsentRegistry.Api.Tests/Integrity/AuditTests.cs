using System.Data;
using System.Globalization;
using System.Text.Json.Nodes;
using ConsentRegistry.Api.Auditing;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Api.Tests.Log;
using ConsentRegistry.Api.Tests.Startup;
using ConsentRegistry.Domain;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ConsentRegistry.Api.Tests.Integrity;

/// <summary>
/// A registry with records of all kinds. On the database as nodes left it an audit finds nothing; of each alteration by an
/// administrator it names the row.
/// </summary>
public sealed class AuditedRegistry(PostgresFixture postgres) : IAsyncLifetime
{
    private RegistryApplication? app;
    private NpgsqlDataSource? administrator;
    private IntegrityKeys? keys;
    private LogSigner? signer;

    /// <summary>How to connect as the owner.</summary>
    internal string ConnectionString => App.ConnectionString;

    /// <summary>The data folder of the host, which is stopped.</summary>
    internal string Folder => App.DataFolder;

    private RegistryApplication App => app!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        app = await RegistryApplication.StartAsync(connectionString);
        app.HasPatientClients = true;
        (keys, signer) = (
            app.Services.GetRequiredService<IntegrityKeys>(),
            app.Services.GetRequiredService<LogSigner>()
        );
        await TellAsync();
        // Somebody with all rights: no key, no rule of the schema and no trigger is in their way.
        administrator = NpgsqlDataSource.Create(postgres.AsAdministrator(connectionString));
        await using var rules = administrator.CreateCommand(
            """
            DO $$
            DECLARE rule record;
            BEGIN
                FOR rule IN SELECT conrelid::regclass AS name, conname FROM pg_constraint
                    WHERE connamespace = 'consent'::regnamespace AND contype IN ('c', 'f') LOOP
                    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', rule.name, rule.conname);
                END LOOP;
                FOR rule IN SELECT attrelid::regclass AS name, attname AS conname FROM pg_attribute a
                    JOIN pg_class c ON c.oid = a.attrelid
                    WHERE relnamespace = 'consent'::regnamespace AND relkind = 'r' AND attnum > 0 AND attnotnull
                        AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary
                            AND a.attnum = ANY(i.indkey)) LOOP
                    EXECUTE format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL', rule.name, rule.conname);
                END LOOP;
            END $$
            """
        );
        await rules.ExecuteNonQueryAsync(Cancellation);
        await using var hmac = administrator.CreateCommand(EventIntegrityTests.Hmac);
        await hmac.ExecuteNonQueryAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (administrator is not null)
            await administrator.DisposeAsync();
        if (app is not null)
            Directory.Delete(app.DataFolder, recursive: true);
    }

    /// <summary>Audits what an alteration leaves, which is taken back then.</summary>
    /// <param name="sql">The alteration.</param>
    /// <param name="sizes">How much is held at once.</param>
    /// <returns>How many rows it altered, and what was found.</returns>
    internal async Task<(int Rows, AuditReport Report)> AuditAsync(string sql, AuditSizes? sizes = null)
    {
        await using var connection = await administrator!.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(
            IsolationLevel.RepeatableRead,
            Cancellation
        );
        await using var command = new NpgsqlCommand($"SET LOCAL session_replication_role = replica; {sql}", connection);
        var rows = await command.ExecuteNonQueryAsync(Cancellation);
        var report = await DatabaseAudit.RunAsync(
            connection,
            keys!,
            signer!,
            new(RegistryOptions.DevelopmentOrigin, IsDevelopment: true),
            sizes ?? AuditSizes.Usual,
            AuditPace.OneMoment,
            Cancellation
        );
        await transaction.RollbackAsync(Cancellation);
        return (rows, report);
    }

    /// <summary>The columns of the schema.</summary>
    internal async Task<IReadOnlyList<(string Table, string Column, string Type)>> ColumnsAsync()
    {
        await using var command = administrator!.CreateCommand(
            """
            SELECT c.relname, a.attname, format_type(a.atttypid, NULL) FROM pg_attribute a
                JOIN pg_class c ON c.oid = a.attrelid
            WHERE c.relnamespace = 'consent'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
            ORDER BY 1, a.attnum
            """
        );
        var columns = new List<(string, string, string)>();
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        while (await reader.ReadAsync(Cancellation))
            columns.Add((reader.GetString(0), reader.GetString(1), reader.GetString(2)));
        return columns;
    }

    private async Task TellAsync()
    {
        foreach (var creator in new[] { "ben", "cat", "gil" })
        {
            await RegisterAsync(creator, "v");
            await SetAsync(creator, "remix", new { effect = "allow", appliesTo = "all" });
        }
        await RegisterAsync(
            "ana",
            "v",
            new
            {
                publishedAt = "2020-01-01T00:00:00Z",
                participants = new[]
                {
                    new { creatorId = "ben", role = "coCreator" },
                    new { creatorId = "gil", role = "depicted" },
                },
                derivedFrom = new[] { new { creatorId = "cat", videoId = "v" } },
                identifiers = new[]
                {
                    new
                    {
                        scheme = "url",
                        value = "https://example.com/v",
                        listed = true,
                    },
                },
            }
        );
        (
            await App.Admin()
                .PostAsync(
                    "/v1/purposes",
                    new
                    {
                        purpose = "remix.voice.dub",
                        usesLikeness = true,
                        description = "Dubbing.",
                    }
                )
        ).Is(201);
        await SetAsync("ana", "training", new { effect = "deny" });
        await SetAsync("ana", "remix", new { effect = "ask" });
        var ana = App.Creator("ana");
        (
            await ana.PutAsync(
                "/v1/creators/ana/videos/v/consent/mining",
                new
                {
                    effect = "allow",
                    conditions = new[] { "attribution" },
                    expiresAt = "2100-01-01T00:00:00Z",
                }
            )
        ).Is(200);
        (await ana.PutAsync("/v1/creators/ana/lockdown", new { purposes = new[] { "training" } })).Is(200);
        (
            await App.Operator()
                .PutAsync("/v1/creators/gil/hold", new { reason = "An order.", purposes = new[] { "mining" } })
        ).Is(200);
        (await ana.PutAsync("/v1/creators/ana/blocked-requesters/pest", null)).Is(200);
        // Enough events for a full tile, most of them in one change.
        await ChangeAsync("dan", 110, "deny");
        await ChangeAsync("dan", 10, "ask");
        await ApproveAsync();
        await RecallAsync();
        await EraseAsync();
        await Exports.CoveredAsync(App);
        await App.QueryAsync<long>(
            "INSERT INTO consent.cosigned_head SELECT size, note || E'— witness.example/w AAAAAAAA\\n' "
                + "FROM consent.tree_head ORDER BY size DESC LIMIT 1 RETURNING size"
        );
        // One that waits: the host is stopped before it is moved.
        await using var hold = await App.Database.OpenConnectionAsync(Cancellation);
        await using var held = new NpgsqlCommand("BEGIN; SELECT FROM consent.sequencer FOR UPDATE", hold);
        await held.ExecuteNonQueryAsync(Cancellation);
        await SetAsync("fay", "grounding", new { effect = "deny" });
        await App.StopAsync();
    }

    // One request of every state, grants of every state, one of which has a use left.
    private async Task ApproveAsync()
    {
        foreach (var creator in new[] { "hal", "ida" })
            await SetAsync(creator, "remix", new { effect = "ask", conditions = new[] { "attribution" } });
        await RegisterAsync("hal", "v", new { participants = new[] { new { creatorId = "ida", role = "coCreator" } } });
        foreach (var (requester, uses) in new[] { ("lab", 1), ("studio", 2), ("band", 0) })
        {
            var request = await AskAsync(requester, uses == 0 ? null : uses);
            foreach (var creator in new[] { "hal", "ida" })
                (
                    await App.Creator(creator)
                        .PostAsync($"/v1/creators/{creator}/approval-requests/{request}/approve", null)
                ).Is(200);
            await UseAsync(requester, "hal");
        }
        await AskAsync("open", 3);
        var refused = await AskAsync("pest", null);
        (
            await App.Creator("ida")
                .PostAsync($"/v1/creators/ida/approval-requests/{refused}/refuse", new { reason = "No, thanks." })
        ).Is(200);
        var withdrawn = await AskAsync("shy", null);
        (await App.Platform("shy").PostAsync($"/v1/approval-requests/{withdrawn}/withdraw", null)).Is(200);
        var grants = (await App.Creator("ida").GetAsync("/v1/creators/ida/grants")).Is(200)["items"]!.AsArray();
        var revoked = grants.First(grant => (string)grant!["requester"]! == "band")!["id"];
        (await App.Creator("ida").DeleteAsync($"/v1/creators/ida/grants/{revoked}")).Is(200);
    }

    // Ben takes back what two rely on; one of them answers.
    private async Task RecallAsync()
    {
        await UseAsync("lab", "ben", new { trainingRun = "run-1" });
        await UseAsync("studio", "ben", new { video = new { creatorId = "gil", videoId = "v" } });
        await UseAsync("studio", "gil");
        var check = new
        {
            creatorId = "gil",
            videoId = "v",
            purpose = "remix",
            receipt = true,
        };
        var receipt = (string)(await App.Platform("studio").PostAsync("/v1/checks", check)).Is(200)["receipt"]!;
        (
            await App.Platform("studio")
                .PostAsync(
                    "/v1/usages",
                    new
                    {
                        purpose = "remix",
                        videos = new[]
                        {
                            new
                            {
                                creatorId = "gil",
                                videoId = "v",
                                receipt,
                            },
                        },
                    }
                )
        ).Is(201);
        await SetAsync("ben", "remix", new { effect = "deny" });
        foreach (var requester in new[] { "lab", "studio" })
        {
            JsonNode? recall = null;
            await Eventually.HoldsAsync(
                "there is a recall",
                async () =>
                    (
                        recall = (await App.Platform(requester).GetAsync("/v1/recalls")).Is(200)["items"]!
                            .AsArray()
                            .FirstOrDefault(one => (string)one!["video"]!["creatorId"]! == "ben")
                    )
                        is not null
            );
            if (requester == "lab")
                (
                    await App.Platform(requester)
                        .PostAsync($"/v1/recalls/{recall!["id"]}/acknowledge", new { statement = "Gone." })
                ).Is(200);
        }
    }

    // Erin has said something of every kind, is relied on, and is forgotten.
    private async Task EraseAsync()
    {
        await RegisterAsync(
            "erin",
            "v",
            new { identifiers = new[] { new { scheme = "url", value = "https://example.com/erin" } } }
        );
        await SetAsync("erin", "remix", new { effect = "allow", appliesTo = "all" });
        await UseAsync("lab", "erin");
        (await App.Creator("erin").PutAsync("/v1/creators/erin/lockdown", null)).Is(200);
        (await App.Creator("erin").PutAsync("/v1/creators/erin/blocked-requesters/pest", null)).Is(200);
        (await App.Admin().PostAsync("/v1/creators/erin/erasure", new { reason = "Asked for." })).Is(200);
    }

    private async Task RegisterAsync(string creator, string video, object? facts = null) =>
        (await App.Platform().PutAsync($"/v1/creators/{creator}/videos/{video}", facts ?? new { })).Is(200);

    private async Task SetAsync(string creator, string purpose, object setting) =>
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/consent/defaults/{purpose}", setting)).Is(200);

    private async Task ChangeAsync(string creator, int videos, string effect)
    {
        for (var i = 0; i < videos; i++)
            await RegisterAsync(creator, $"v{i}");
        (
            await App.Creator(creator)
                .PostAsync(
                    $"/v1/creators/{creator}/consent/changes",
                    new
                    {
                        changes = Enumerable
                            .Range(0, videos)
                            .Select(i => new
                            {
                                op = "setOverride",
                                video = new { creatorId = creator, videoId = $"v{i}" },
                                purpose = "remix",
                                effect,
                            }),
                    }
                )
        ).Is(200);
    }

    private async Task<string> AskAsync(string requester, int? uses) =>
        (string)
            (
                await App.Platform(requester)
                    .PostAsync(
                        "/v1/approval-requests",
                        new
                        {
                            creatorId = "hal",
                            videoId = "v",
                            purpose = "remix",
                            use = "A remix for the summer.",
                            uses,
                            until = "2100-01-01T00:00:00Z",
                        }
                    )
            ).Is(201)["request"]!["id"]!;

    private async Task UseAsync(string requester, string creator, object? made = null) =>
        (
            await App.Platform(requester)
                .PostAsync(
                    "/v1/usages",
                    new
                    {
                        purpose = "remix",
                        videos = new[] { new { creatorId = creator, videoId = "v" } },
                        made,
                    }
                )
        ).Is(201);
}

/// <inheritdoc cref="AuditedRegistry"/>
public sealed class AuditTests(AuditedRegistry registry) : IClassFixture<AuditedRegistry>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_nodes_wrote_agrees_with_the_log()
    {
        var (_, report) = await registry.AuditAsync("SELECT 1");
        Assert.True(report.Agrees, AuditText.For(report));
        Assert.True(
            report is { Leaves: > 256, Tiles: > 0, Checkpoints: > 1, Waiting: 1, Creators: > 8, Requesters: > 2 },
            AuditText.For(report)
        );
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 3, 2)]
    [InlineData(7, 2, 40)]
    public async Task How_much_is_held_at_once_alters_nothing(int page, int streams, int events)
    {
        var sizes = new AuditSizes(page, streams, events);
        var (_, clean) = await registry.AuditAsync("SELECT 1", sizes);
        Assert.True(clean.Agrees, AuditText.For(clean));
        const string alterations = """
            DELETE FROM consent.creator_default WHERE creator IN ('ana', 'fay', 'hal');
            UPDATE consent.video_override SET effect = 'allow' WHERE video IN ('v', 'v5', 'v99');
            DELETE FROM consent.usage WHERE requester = 'studio';
            DELETE FROM consent.tile
            """;
        Assert.Equal(
            AuditText.For((await registry.AuditAsync(alterations)).Report).Split('\n').Order(StringComparer.Ordinal),
            AuditText
                .For((await registry.AuditAsync(alterations, sizes)).Report)
                .Split('\n')
                .Order(StringComparer.Ordinal)
        );
    }

    // Each column in turn, of a row of each table, whatever the schema would say to it.
    [Fact]
    public async Task An_altered_column_is_found_with_its_row()
    {
        var types = (await registry.ColumnsAsync()).ToDictionary(one => (one.Table, one.Column), one => one.Type);
        var misses = new List<string>();
        // After a missing leaf tiles are not compared: so the log is altered by itself.
        var tables = AuditedTables.All.Where(table => table != AuditedTables.History).ToList();
        for (var i = 0; i < tables.Max(table => table.Columns.Count()); i++)
            await AlterAsync([
                .. tables
                    .Where(table => table.Columns.Count() > i)
                    .Select(table => (table, table.Columns.ElementAt(i))),
            ]);
        foreach (var column in AuditedTables.History.Columns)
            await AlterAsync([(AuditedTables.History, column)]);
        Assert.True(misses.Count == 0, string.Join('\n', misses));

        async Task AlterAsync(List<(AuditedTable Table, string Column)> columns)
        {
            var statements = columns.Select(one =>
            {
                var (table, column) = (one.Table.Name, one.Column);
                var value =
                    column == "segments" ? "jsonb_set(segments, '{0,vocabularyVersion}', '7')"
                    : one == (AuditedTables.Grants, "creator") ? "'ben'"
                    : Altered(column, types[(table, column)]);
                var order =
                    one.Table == AuditedTables.History ? "creator <> 'dan', seq"
                    : one.Table.Key.Count > 0 ? string.Join(", ", one.Table.Key)
                    : "ctid";
                // Of a row that has a value there.
                return $"UPDATE consent.{table} SET {column} = {value} WHERE ctid = (SELECT ctid FROM consent.{table} "
                    + $"WHERE {column} IS NOT NULL ORDER BY {order} LIMIT 1)";
            });
            var (rows, report) = await registry.AuditAsync(string.Join("; ", statements));
            misses.AddRange(
                from one in columns
                where !report.Findings.Written.Any(finding => IsAbout(finding, one.Table, one.Column))
                select $"{one.Table.Name}.{one.Column}: {rows} rows, {AuditText.For(report)}"
            );
            if (rows != columns.Count)
                misses.Add(
                    $"{rows} rows of {string.Join(", ", columns.Select(one => $"{one.Table.Name}.{one.Column}"))}"
                );
        }
    }

    // Whoever owns the schema can drop its rules, and then empty what everybody reads.
    [Fact]
    public async Task A_value_that_no_row_may_lack_is_found_with_its_row()
    {
        var misses = new List<string>();
        foreach (var table in AuditedTables.All)
        {
            foreach (var column in table.Required)
            {
                var (rows, report) = await registry.AuditAsync($"UPDATE consent.{table.Name} SET {column} = NULL");
                var found = report.Findings.Written.Count(one => one.Table == table.Name && one.Column == column);
                if (rows == 0 || found != Math.Min(rows, Findings.MostOfAKind))
                    misses.Add($"{table.Name}.{column}: {rows} rows, {AuditText.For(report)}");
            }
        }
        Assert.True(misses.Count == 0, string.Join('\n', misses));
    }

    public static TheoryData<string, string, string, string, string> Alterations =>
        new()
        {
            // What an administrator could do before (the numbers are those of the threat model's list).
            {
                "a default allows",
                "UPDATE consent.creator_default SET segments = jsonb_set(segments, '{0,effect}', '\"allow\"') "
                    + "WHERE creator = 'ana' AND purpose = 'training'",
                "valueDiffers",
                "creator_default",
                "creator=ana purpose=training requester=: segments"
            },
            {
                "a complete event waits for the log",
                EventIntegrityTests.Insertion,
                "markWrong",
                "inbox",
                "creator=ana version="
            },
            {
                "the newest event of a creator is another's",
                "UPDATE consent.history SET creator = 'zz', version = 1 WHERE creator = 'cat' AND version = 2",
                "valueDiffers",
                "history",
                ": creator is zz, and cat by the log"
            },
            {
                "and the creator's stream ends later than its events",
                "UPDATE consent.history SET creator = 'zz', version = 1 WHERE creator = 'cat' AND version = 2",
                "valueDiffers",
                "creator",
                "id=cat: version is 2, and 1 by the log"
            },
            {
                "an event is dated back",
                "UPDATE consent.history SET tx = tx - 60000000 WHERE creator = 'ana' AND version = 3",
                "valueDiffers",
                "history",
                ": tx is "
            },
            {
                "an event is another creator's",
                "UPDATE consent.history SET creator = 'cat', version = 3 WHERE creator = 'ben' AND version = 1",
                "valueDiffers",
                "history",
                ": creator is cat, and ben by the log"
            },
            {
                "an event is of another type",
                "UPDATE consent.history SET type = 'holdChanged' WHERE creator = 'ana' AND version = 3",
                "valueDiffers",
                "history",
                ": type is holdChanged"
            },
            {
                "a tile has another hash",
                "UPDATE consent.tile SET hashes = set_byte(hashes, 40, 255 - get_byte(hashes, 40)) WHERE index = 0",
                "valueDiffers",
                "tile",
                "level=0 index=0: hashes"
            },
            // Rows that are gone.
            {
                "a default is gone",
                "DELETE FROM consent.creator_default WHERE creator = 'ana' AND purpose = 'training'",
                "rowMissing",
                "creator_default",
                "creator=ana purpose=training requester="
            },
            {
                "an override is gone",
                "DELETE FROM consent.video_override WHERE creator = 'ana'",
                "rowMissing",
                "video_override",
                "creator=ana owner=ana video=v purpose=mining"
            },
            {
                "a video is gone",
                "DELETE FROM consent.video WHERE owner = 'ana'",
                "rowMissing",
                "video",
                "owner=ana video=v"
            },
            {
                "a grant is gone",
                "DELETE FROM consent.consent_grant WHERE creator = 'hal'",
                "rowMissing",
                "consent_grant",
                "id="
            },
            {
                "a block is gone",
                "DELETE FROM consent.asking_block",
                "rowMissing",
                "asking_block",
                "creator=ana requester=pest"
            },
            {
                "a part of a request is gone",
                "DELETE FROM consent.approval_part WHERE creator = 'ida'",
                "rowMissing",
                "approval_part",
                "creator=ida request="
            },
            { "a request is gone", "DELETE FROM consent.approval_request", "rowMissing", "approval_request", "id=" },
            {
                "a purpose is gone",
                "DELETE FROM consent.purpose WHERE purpose = 'remix.voice.dub'",
                "rowMissing",
                "purpose",
                "purpose=remix.voice.dub"
            },
            {
                "a hash of an erased identifier is gone",
                "DELETE FROM consent.erased_identifier",
                "rowMissing",
                "erased_identifier",
                "creator=erin kid="
            },
            {
                "a creator is erased no more",
                "DELETE FROM consent.creator WHERE id = 'erin'",
                "rowMissing",
                "creator",
                "id=erin"
            },
            {
                "an erased creator may get a pseudonym",
                "DELETE FROM consent.pseudonym WHERE creator = 'erin'",
                "rowMissing",
                "pseudonym",
                "creator=erin"
            },
            { "a use is gone", "DELETE FROM consent.usage WHERE requester = 'band'", "rowMissing", "usage", "id=" },
            {
                "a used video is gone",
                "DELETE FROM consent.used_video WHERE requester = 'band'",
                "rowMissing",
                "used_video",
                "place=0"
            },
            {
                "a recall is gone",
                "DELETE FROM consent.recall WHERE requester = 'studio'",
                "rowMissing",
                "recall",
                "id="
            },
            { "a tile is gone", "DELETE FROM consent.tile", "rowMissing", "tile", "level=0 index=0" },
            {
                "an event is gone",
                "DELETE FROM consent.history WHERE creator = 'ana' AND version = 3",
                "rowMissing",
                "history",
                "seq="
            },
            {
                "the newest leaves are gone",
                "DELETE FROM consent.history WHERE seq > (SELECT max(seq) - 3 FROM consent.history)",
                "rowMissing",
                "history",
                "leaves "
            },
            { "a waiting event is gone", "DELETE FROM consent.inbox", "rowUnexplained", "creator", "id=fay" },
            {
                "a stream is an older one as a whole",
                "DELETE FROM consent.history WHERE creator = 'cat' AND version = 2; DELETE FROM consent.creator_default WHERE creator = 'cat'; "
                    + "UPDATE consent.creator c SET version = 1, settings_version = 0, head = sha256(h.leaf) FROM consent.history h "
                    + "WHERE c.id = 'cat' AND h.creator = 'cat' AND h.version = 1",
                "rowMissing",
                "history",
                "seq="
            },
            // Rows that nobody wrote.
            {
                "a default is there",
                "INSERT INTO consent.creator_default SELECT 'ana', 'grounding', requester, segments FROM consent.creator_default WHERE creator = 'cat'",
                "rowUnexplained",
                "creator_default",
                "creator=ana purpose=grounding"
            },
            {
                "a default of nobody is there",
                "INSERT INTO consent.creator_default SELECT '$x', 'grounding', requester, segments FROM consent.creator_default WHERE creator = 'cat'",
                "rowUnexplained",
                "creator_default",
                "creator=$x"
            },
            {
                "an override is there",
                "INSERT INTO consent.video_override SELECT 'ben', owner, video, purpose, requester, effect, conditions, expires_at, vocabulary_version, version, changed_at FROM consent.video_override WHERE creator = 'ana'",
                "rowUnexplained",
                "video_override",
                "creator=ben owner=ana"
            },
            {
                "a video is there",
                "INSERT INTO consent.video SELECT 'ben', 'w', published_at, co_creators, depicted, source_owners, source_videos, version, identifiers, listed_identifiers FROM consent.video WHERE owner = 'cat'",
                "rowUnexplained",
                "video",
                "owner=ben video=w"
            },
            {
                "a grant is there",
                "INSERT INTO consent.consent_grant SELECT '01890a5d-ac96-774b-bcce-b302099a8057', request, 'ana', owner, video, used_owner, used_video, 'thief', purpose, conditions, vocabulary_version, expires_at, uses, used, state, version, changed_at FROM consent.consent_grant LIMIT 1",
                "rowUnexplained",
                "consent_grant",
                "id=01890a5d-ac96-774b-bcce-b302099a8057"
            },
            {
                "a block is there",
                "INSERT INTO consent.asking_block VALUES ('ben', 'lab', 1, now())",
                "rowUnexplained",
                "asking_block",
                "creator=ben requester=lab"
            },
            {
                "a purpose is there",
                "INSERT INTO consent.purpose VALUES ('remix.other', 99, false, 'Other.', 2)",
                "rowUnexplained",
                "purpose",
                "purpose=remix.other"
            },
            {
                "a hash of an identifier is there",
                "INSERT INTO consent.erased_identifier VALUES ('ben', 'k', decode(repeat('00', 16), 'hex'))",
                "rowUnexplained",
                "erased_identifier",
                "creator=ben kid=k"
            },
            {
                "a creator is there",
                "INSERT INTO consent.creator (id, version, changed_at, changed_xid) VALUES ('new', 1, now(), pg_current_xact_id())",
                "rowUnexplained",
                "creator",
                "id=new"
            },
            {
                "a part of a request is there",
                "INSERT INTO consent.approval_part SELECT 'ben', request, owners, videos, 'open', NULL, version, changed_at FROM consent.approval_part WHERE creator = 'ida' LIMIT 1",
                "rowUnexplained",
                "approval_part",
                "creator=ben request="
            },
            {
                "a use is there",
                "INSERT INTO consent.usage SELECT '01890a5d-ac96-774b-bcce-b302099a8057', requester, purpose, made_owner, made_video, training_run, used_at, version, recorded_at FROM consent.usage WHERE requester = 'band'",
                "rowUnexplained",
                "usage",
                "id=01890a5d-ac96-774b-bcce-b302099a8057"
            },
            {
                "a use of nobody is there",
                "INSERT INTO consent.usage SELECT '01890a5d-ac96-774b-bcce-b302099a8057', 'new', purpose, made_owner, made_video, training_run, used_at, version, recorded_at FROM consent.usage WHERE requester = 'band'",
                "rowUnexplained",
                "usage",
                "id=01890a5d-ac96-774b-bcce-b302099a8057"
            },
            {
                "a recall is there",
                "INSERT INTO consent.recall SELECT '01890a5d-ac96-774b-bcce-b302099a8057', requester, owner, video, purpose, creator, reason, since, stop_by, state, NULL, version, changed_at, created_at FROM consent.recall LIMIT 1",
                "rowUnexplained",
                "recall",
                "id=01890a5d-ac96-774b-bcce-b302099a8057"
            },
            {
                "a tile is there",
                "INSERT INTO consent.tile SELECT level, 7, hashes, root FROM consent.tile WHERE index = 0",
                "rowUnexplained",
                "tile",
                "level=0 index=7"
            },
            {
                "a checkpoint covers more than there is",
                "INSERT INTO consent.tree_head SELECT 1000000, root, note FROM consent.tree_head ORDER BY size DESC LIMIT 1",
                "rowUnexplained",
                "tree_head",
                "size=1000000"
            },
            {
                "a cosigned checkpoint covers more than there is",
                "INSERT INTO consent.cosigned_head SELECT 1000000, note FROM consent.cosigned_head",
                "rowUnexplained",
                "cosigned_head",
                "size=1000000"
            },
            {
                "a cosigned checkpoint says something else than the log",
                "UPDATE consent.cosigned_head SET note = replace(note, E'\n— ', E'\n— x')",
                "valueDiffers",
                "cosigned_head",
                "size="
            },
            {
                "a checkpoint is nobody's",
                "UPDATE consent.tree_head SET note = replace(note, E'\n— ', E'\n— x') WHERE size = (SELECT max(size) FROM consent.tree_head)",
                "noteUnsigned",
                "tree_head",
                "size="
            },
            // Rows that are whole, and in another place.
            {
                "a default is another's",
                "UPDATE consent.creator_default SET creator = 'fay' WHERE creator = 'cat'",
                "rowUnexplained",
                "creator_default",
                "creator=fay purpose=remix"
            },
            {
                "a grant was used less",
                "UPDATE consent.consent_grant SET used = 0 WHERE requester = 'studio' AND creator = 'hal'",
                "valueDiffers",
                "consent_grant",
                ": used is 0, and 1 by the log"
            },
            {
                "a spent grant stands",
                "UPDATE consent.consent_grant SET state = 'standing', used = 0 WHERE requester = 'lab' AND creator = 'hal'",
                "valueDiffers",
                "consent_grant",
                ": state is standing, and spent by the log"
            },
            {
                "a stop is gone",
                "UPDATE consent.creator SET lockdown_purposes = NULL, lockdown_version = NULL, lockdown_at = NULL WHERE id = 'ana'",
                "valueDiffers",
                "creator",
                "id=ana: lockdown_version is nothing"
            },
            {
                "a seal is another's",
                "UPDATE consent.creator c SET seal = o.seal FROM consent.creator o WHERE c.id = 'ana' AND o.id = 'ben'",
                "sealWrong",
                "creator",
                "id=ana"
            },
            {
                "a seal of the vocabulary is gone",
                "UPDATE consent.creator SET seal = NULL WHERE id = '$vocabulary'",
                "sealWrong",
                "creator",
                "id=$vocabulary"
            },
            {
                "a body is gone without an erasure",
                "UPDATE consent.history SET body = NULL, salt = NULL WHERE creator = 'ana' AND version = 3",
                "bodyMissing",
                "history",
                "seq="
            },
            {
                "a body of a requester is gone",
                "UPDATE consent.history SET body = NULL, salt = NULL WHERE creator = '$requester/band'",
                "bodyMissing",
                "history",
                "seq="
            },
            {
                "a body that was erased is there",
                "UPDATE consent.history SET body = 'x', salt = sha256('s') WHERE creator = 'erin' AND version = 2",
                "bodyKept",
                "history",
                "seq="
            },
            {
                "a body says something else",
                "UPDATE consent.history SET body = convert_to(replace(convert_from(body, 'UTF8'), '\"deny\"', '\"allow\"'), 'UTF8') WHERE creator = 'ana' AND version = 2",
                "bodyDiffers",
                "history",
                "seq="
            },
            {
                "two versions changed places",
                "UPDATE consent.history SET version = 99 WHERE creator = 'ben' AND version = 1; UPDATE consent.history SET version = 1 WHERE creator = 'ben' AND version = 2; UPDATE consent.history SET version = 2 WHERE creator = 'ben' AND version = 99",
                "streamBroken",
                "history",
                "seq="
            },
            {
                "a leaf is none",
                "UPDATE consent.history SET leaf = 'x' WHERE creator = 'cat' AND version = 1",
                "leafUnreadable",
                "history",
                "seq="
            },
        };

    [Theory]
    [MemberData(nameof(Alterations))]
    public async Task An_alteration_is_found(string what, string sql, string code, string table, string says)
    {
        var (rows, report) = await registry.AuditAsync(sql);
        var lines = AuditText.For(report).Split('\n');
        Assert.True(rows > 0, what);
        Assert.True(
            lines.Any(line =>
                line.StartsWith($"  {code} {table}", StringComparison.Ordinal)
                && line.Contains(says, StringComparison.Ordinal)
            ),
            string.Join('\n', lines)
        );
    }

    // A new column fails here until somebody has decided where it belongs.
    [Fact]
    public async Task Every_column_is_compared_or_a_page_says_why_not()
    {
        var page = Documented.Text("docs/explanation/integrity.md").Split("\n## What the log does not hold\n")[1];
        var explained = page.Split('\n')
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .SelectMany(line => line.Split('|')[1].Split(','))
            .Select(name => name.Trim(' ', '`'))
            .ToList();
        var compared = AuditedTables.All.SelectMany(table => table.Columns.Select(column => $"{table.Name}.{column}"));
        Assert.Equal(
            (await registry.ColumnsAsync()).Select(one => $"{one.Table}.{one.Column}").Order(StringComparer.Ordinal),
            compared.Concat(explained).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void The_page_lists_every_code() =>
        Assert.Equal(
            Wording.All<FindingCode>(),
            Documented
                .Text("docs/how-to/audit-the-database.md")
                .Split("## What it finds")[1]
                .Split('\n')
                .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
                .Select(line => line.Split('`')[1])
        );

    [Fact]
    public async Task The_command_says_whether_the_database_agrees()
    {
        var settings = HostProcess.Development(registry.ConnectionString, registry.Folder);
        var report = await HostProcess.RunHereAsync("audit --json", settings);
        Assert.Equal((0, ""), (report.ExitCode, report.Error));
        Assert.True((bool)JsonNode.Parse(report.Output)!["agrees"]!);

        var other = await HostProcess.RunHereAsync(
            "audit",
            [.. settings, ("Integrity__KeyFile", await AnotherKeyAsync())]
        );
        Assert.Equal(3, other.ExitCode);
        Assert.Contains("  markWrong history seq=0: mac", other.Output, StringComparison.Ordinal);
        Assert.Contains("  markWrong in history: ", other.Output, StringComparison.Ordinal);

        Assert.Equal(2, (await HostProcess.RunHereAsync("audit --all", settings)).ExitCode);
        var nowhere = await HostProcess.RunHereAsync(
            "audit",
            HostProcess.Development($"{registry.ConnectionString};Database=nowhere", registry.Folder)
        );
        Assert.Equal((1, ""), (nowhere.ExitCode, nowhere.Output));
    }

    private async Task<string> AnotherKeyAsync()
    {
        var file = Path.Combine(registry.Folder, "another.key");
        await File.WriteAllTextAsync(file, new string('5', 64), Cancellation);
        return file;
    }

    [Fact]
    public void Every_code_has_a_case() =>
        Assert.Equal(
            Wording.All<FindingCode>().Order(StringComparer.Ordinal),
            Alterations.Select(row => row.Data.Item3).Distinct().Order(StringComparer.Ordinal)
        );

    // A row whose key is another is missing, and there is one too many. What follows from others says so of them.
    private static bool IsAbout(Finding finding, AuditedTable table, string column) =>
        finding.Table == table.Name
        && (
            finding.Column == column
            || finding.Code switch
            {
                FindingCode.RowMissing or FindingCode.RowUnexplained => table.Key.Contains(column)
                    || column == "requester",
                FindingCode.SealWrong => column == "seal_kid",
                FindingCode.MarkWrong => column == "kid",
                FindingCode.BodyDiffers => column is "salt" or "leaf",
                FindingCode.ValueDiffers => table == AuditedTables.UseConcerns
                    || table == AuditedTables.Pseudonyms
                    || column == "statement_key"
                    || (table == AuditedTables.Inbox && table.Key.Contains(column)),
                _ => false,
            }
        );

    private static string Altered(string column, string type) =>
        type switch
        {
            "text" => $"{column} || 'x'",
            "bigint" or "integer" or "smallint" => $"{column} + 1000",
            "boolean" => $"NOT {column}",
            "timestamp with time zone" => $"{column} + interval '1 microsecond'",
            "bytea" => $"set_byte({column}, length({column}) - 1, 255 - get_byte({column}, length({column}) - 1))",
            "uuid" => "gen_random_uuid()",
            "text[]" => $"array_append({column}, 'x')",
            "uuid[]" => $"array_append({column}, gen_random_uuid())",
            _ => throw new InvalidOperationException($"How to alter a column of type {type} is not known."),
        };
}
