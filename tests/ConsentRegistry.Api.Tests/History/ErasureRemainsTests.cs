using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ConsentRegistry.Api.DevelopmentServer;
using ConsentRegistry.Api.Tests.Approvals;
using ConsentRegistry.Api.Tests.Log;
using ConsentRegistry.Api.Tests.Notifications;
using ConsentRegistry.Api.Tests.Usages;
using ConsentRegistry.Domain.Log.Verification;
using ConsentRegistry.TestSupport;
using Npgsql;

namespace ConsentRegistry.Api.Tests.History;

/// <summary>
/// What is left of an erased creator, in a whole dump of the database and in the log's export: what
/// docs/reference/log-format.md lists, and no more.
/// </summary>
public sealed partial class ErasureRemainsTests(PostgresFixture postgres)
{
    private readonly string creator = RegistryApplication.NewId("gone");
    private readonly string other = RegistryApplication.NewId("stays");
    private readonly string requester = RegistryApplication.NewId("tool");
    private readonly string marker = $"Marker{Guid.NewGuid():N}";

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task A_dump_and_the_export_have_the_id_where_the_documentation_says_and_nothing_that_was_written_about_the_creator()
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        await using var app = await RegistryApplication.StartAsync(connectionString);
        await TellAsync(app);
        await Exports.CoveredAsync(app);
        // What the search would find if nothing were erased.
        var before = await FindAsync(connectionString, creator);
        Assert.Contains("history.body", before.Keys);
        Assert.Contains("recall.creator", before.Keys);
        Assert.NotEmpty(await FindAsync(connectionString, marker));
        Assert.DoesNotContain(before["history.body"], body => body.Contains("$requester/", StringComparison.Ordinal));
        const string OthersRecalls =
            "SELECT count(*) FROM consent.recall_concern c JOIN consent.recall r ON r.id = c.recall "
            + "WHERE c.creator = $1 AND r.owner <> $1";
        Assert.NotEqual(0, await app.ScalarAsync<long>(OthersRecalls, creator));
        Task<IReadOnlyList<Guid>> TellingAsync() =>
            app.QueryAsync<Guid>(
                "SELECT id FROM consent.notification WHERE creator IS NULL AND kind <> 'recall' "
                    + "AND coalesce(data -> 'video' ->> 'creatorId', data ->> 'creatorId') = $1",
                creator
            );
        await Eventually.HoldsAsync("requesters are told of the creator", async () => (await TellingAsync()).Count > 0);
        var telling = await TellingAsync();

        (await app.Admin().PostAsync($"/v1/creators/{creator}/erasure", new { reason = "asked for" })).Is(200);
        await Eventually.HoldsAsync(
            "everybody was told to stop, and all is handed on",
            () =>
                app.ScalarAsync<bool>(
                    """
                    SELECT NOT EXISTS (SELECT FROM consent.reliance_concern WHERE creator = $1) AND NOT EXISTS (SELECT
                        FROM consent.recall_due WHERE creator = $1)
                        AND NOT EXISTS (SELECT FROM consent.outbox)
                    """,
                    creator
                )
        );
        await Exports.CoveredAsync(app);

        Assert.Empty(await FindAsync(connectionString, marker));
        // Recalls of other creators' videos do not say any more that this one was concerned.
        Assert.Equal(0, await app.ScalarAsync<long>(OthersRecalls, creator));
        Assert.Empty(telling.Intersect(await TellingAsync()));
        var after = await FindAsync(connectionString, creator);
        var documented = await DocumentedAsync();
        Assert.Subset(documented, after.Keys.ToHashSet(StringComparer.Ordinal));
        var columns = await app.QueryAsync<string>(
            "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'consent'"
        );
        Assert.Subset(columns.ToHashSet(StringComparer.Ordinal), documented);
        // The bodies that name the creator: the erasure's own event, and other creators'.
        Assert.All(after["history.body"], body => Assert.Matches($"\"stream\":\"({creator}|{other})\"", body));
        Assert.Contains(
            "\"erasedAt\"",
            Assert.Single(
                after["history.body"],
                body => body.Contains($"\"stream\":\"{creator}\"", StringComparison.Ordinal)
            ),
            StringComparison.Ordinal
        );

        var export = await Exports.OfLogAsync(app);
        var verdict = Exports.Verify(export);
        Assert.Equal((Verdict.Valid, null), (verdict.Verdict, verdict.Failure?.What));
        var text = Encoding.UTF8.GetString(export);
        Assert.DoesNotContain(marker, text, StringComparison.Ordinal);
        var naming = text.Split('\n')
            .Where(line => line.Contains(creator, StringComparison.Ordinal))
            .Select(line => (string)JsonNode.Parse((string)JsonNode.Parse(line)!["body"]!)!["stream"]!);
        Assert.Subset(
            new HashSet<string>(StringComparer.Ordinal) { creator, other },
            naming.ToHashSet(StringComparer.Ordinal)
        );

        // Followers learn of nobody any more whom those events named.
        var told = (await app.Auditor().GetAsync("/v1/changes?limit=1000")).Is(200)["items"]!
            .AsArray()
            .Where(item => (string)item!["stream"]! == $"$requester/{requester}")
            .ToList();
        Assert.NotEmpty(told);
        Assert.All(told, item => Assert.DoesNotContain(creator, item!.ToJsonString(), StringComparison.Ordinal));
        Assert.Contains(told, item => item!.ToJsonString().Contains(other, StringComparison.Ordinal));
        await Ledger.VerifyAsync(app);
    }

    [Fact]
    public async Task No_key_is_made_for_an_erased_creator_neither_later_nor_at_the_same_time()
    {
        await using var app = await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync());
        (await app.Platform().PutAsync($"/v1/creators/{creator}/videos/clip", new { })).Is(200);
        await using (var connection = await app.Database.OpenConnectionAsync(TestContext.Current.CancellationToken))
        {
            // Somebody names the creator for the first time, and has not committed yet.
            await using var first = new NpgsqlCommand(
                "BEGIN; INSERT INTO consent.pseudonym (creator, key, name) VALUES ('CREATOR', sha256('k'), 'n')".Replace(
                    "CREATOR",
                    creator,
                    StringComparison.Ordinal
                ),
                connection
            );
            await first.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            var erasing = app.Admin().PostAsync($"/v1/creators/{creator}/erasure", new { reason = "asked for" });
            await Eventually.HoldsAsync(
                "the erasure waits",
                () =>
                    app.ScalarAsync<bool>(
                        "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND locktype = 'transactionid')"
                    )
            );
            await using var commit = new NpgsqlCommand("COMMIT", connection);
            await commit.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            (await erasing).Is(200);
        }
        Assert.True(
            await app.ScalarAsync<bool>(
                "SELECT key IS NULL AND name IS NULL FROM consent.pseudonym WHERE creator = $1",
                creator
            )
        );

        await new RecallSteps(app).UseAsync(requester, creator);
        Assert.True(
            await app.ScalarAsync<bool>(
                "SELECT key IS NULL AND name IS NULL FROM consent.pseudonym WHERE creator = $1",
                creator
            )
        );
        var body = Encoding.UTF8.GetString(
            await app.ScalarAsync<byte[]>("SELECT body FROM consent.event WHERE type = 'useRecorded'")
        );
        Assert.Contains("\"creatorId\":\"~pseudonym:erased\"", body, StringComparison.Ordinal);
        Assert.DoesNotContain(creator, body, StringComparison.Ordinal);
    }

    // Everything that names the creator, with the marker in whatever is free text about them.
    private async Task TellAsync(RegistryApplication app)
    {
        var (own, asking, recalling) = (app.Creator(creator), new ApprovalSteps(app), new RecallSteps(app));
        (
            await app.Platform()
                .PostAsync(
                    "/v1/videos/batch",
                    new
                    {
                        videos = new object[]
                        {
                            new
                            {
                                creatorId = creator,
                                videoId = "clip",
                                identifiers = new[]
                                {
                                    new { scheme = "url", value = $"https://{creator}.example/{marker}" },
                                    new { scheme = "url", value = "https://shared.example/" },
                                    new { scheme = "platform", value = $"example.com:{marker}" },
                                },
                            },
                            new
                            {
                                creatorId = creator,
                                videoId = "walk",
                                participants = new[] { new { creatorId = other, role = "coCreator" } },
                            },
                            new
                            {
                                creatorId = other,
                                videoId = "shared",
                                participants = new[] { new { creatorId = creator, role = "coCreator" } },
                                identifiers = new[] { new { scheme = "url", value = "https://shared.example/" } },
                            },
                        },
                    }
                )
        ).Is(200);
        foreach (var id in new[] { creator, other })
            await recalling.AllowAsync(id);
        (
            await own.PutAsync(
                $"/v1/creators/{creator}/consent/defaults/training",
                new { effect = "ask", reason = marker }
            )
        ).Is(200);
        (
            await own.PutAsync(
                $"/v1/creators/{creator}/appearances/{other}/shared/consent/mining",
                new { effect = "deny", reason = marker }
            )
        ).Is(200);
        (
            await app.Creator(other)
                .PutAsync($"/v1/creators/{other}/appearances/{creator}/walk/consent/mining", new { effect = "deny" })
        ).Is(200);
        await app.OfCreatorAsync(creator, new($"https://hooks.example.com/{marker}"));
        (await own.PutAsync($"/v1/creators/{creator}/blocked-requesters/{RegistryApplication.NewId("r")}", null)).Is(
            200
        );

        var request = await app.Platform(requester)
            .PostAsync(
                "/v1/approval-requests",
                new
                {
                    creatorId = creator,
                    videoId = "clip",
                    purpose = "training",
                    use = $"For {marker}.",
                }
            );
        (await asking.ApproveAsync(creator, (string)request.Is(201)["request"]!["id"]!)).Is(200);
        var refused = await app.Platform(requester)
            .PostAsync(
                "/v1/approval-requests",
                new
                {
                    creatorId = creator,
                    videoId = "clip",
                    purpose = "training.generative",
                    use = marker,
                }
            );
        if (refused.Status == 201)
            (await asking.RefuseAsync(creator, (string)refused["request"]!["id"]!, new { reason = marker })).Is(200);
        (
            await own.PutAsync(
                $"/v1/creators/{creator}/lockdown",
                new { purposes = new[] { "mining" }, reason = marker }
            )
        ).Is(200);

        // One recall of a video of another creator, decided by this one, and answered in words; uses of the own video
        // are recalled by the erasure.
        await recalling.UseAsync(
            requester,
            other,
            "shared",
            new { video = new { creatorId = other, videoId = "mix" } }
        );
        (
            await own.PutAsync(
                $"/v1/creators/{creator}/appearances/{other}/shared/consent/remix",
                new { effect = "deny", reason = marker }
            )
        ).Is(200);
        var recall = Assert.Single(await recalling.RecallsAsync(requester, 1));
        Assert.Equal(creator, (string)recall["creatorId"]!);
        (
            await app.Platform(requester)
                .PostAsync(
                    $"/v1/recalls/{recall["id"]}/dispute",
                    new { statement = $"{marker} has told us otherwise." }
                )
        ).Is(200);
        await recalling.UseAsync(requester, creator, "walk");
        await recalling.UseAsync(requester, creator, "clip", new { trainingRun = "run-7" });
    }

    // The columns of a dump's rows that contain a text, with the values: binary ones as the text that they are.
    private async Task<Dictionary<string, List<string>>> FindAsync(string connectionString, string text)
    {
        var found = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        var columns = Array.Empty<string>();
        var table = "";
        foreach (var line in (await DumpAsync(connectionString)).Split('\n'))
        {
            if (CopyLine().Match(line) is { Success: true } copy)
                (table, columns) = (copy.Groups["table"].Value, copy.Groups["columns"].Value.Split(", "));
            else if (line == "\\.")
                table = "";
            else if (table.Length == 0)
                Assert.DoesNotContain(text, line, StringComparison.Ordinal);
            else
            {
                foreach (var (column, value) in columns.Zip(line.Split('\t')))
                {
                    var read = value.StartsWith("\\\\x", StringComparison.Ordinal)
                        ? Encoding.UTF8.GetString(Convert.FromHexString(value[3..]))
                        : value;
                    if (!read.Contains(text, StringComparison.Ordinal))
                        continue;
                    if (!found.TryGetValue($"{table}.{column}", out var values))
                        found.Add($"{table}.{column}", values = []);
                    values.Add(read);
                }
            }
        }
        return found;
    }

    private async Task<string> DumpAsync(string connectionString)
    {
        var to = new NpgsqlConnectionStringBuilder(postgres.AsAdministrator(connectionString));
        var program = await FindDumpAsync(to.ConnectionString);
        var dump = await Command.RunAsync(
            [
                program,
                "--dbname",
                $"host={to.Host} port={to.Port} dbname={to.Database} user={to.Username} password={to.Password}",
            ],
            TestContext.Current.CancellationToken
        );
        Assert.True(dump.Succeeded, dump.Error);
        return dump.Output;
    }

    // pg_dump reads servers of its own version and older ones.
    private static async Task<string> FindDumpAsync(string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var version = source.CreateCommand("SELECT current_setting('server_version_num')::int / 10000");
        var server = (int)(await version.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
        string? found = null;
        foreach (
            var program in PostgresBinaries
                .CandidateFolders()
                .Select(folder => Path.Combine(folder, "pg_dump"))
                .Where(File.Exists)
        )
        {
            var answer = await Command.RunAsync([program, "--version"], TestContext.Current.CancellationToken);
            if (
                answer.Succeeded
                && int.Parse(DumpVersion().Match(answer.Output).Groups["major"].Value, CultureInfo.InvariantCulture)
                    >= server
            )
                found ??= program;
        }
        Assert.SkipWhen(
            found is null,
            $"PG_DUMP OF POSTGRESQL {server} OR NEWER IS MISSING: what an erasure leaves is not looked for. On Debian: "
                + $"apt-get install postgresql-client-{server}"
        );
        return found!;
    }

    [GeneratedRegex(@"\) (?<major>[0-9]{1,4})", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex DumpVersion();

    private static async Task<HashSet<string>> DocumentedAsync()
    {
        var page = await File.ReadAllTextAsync(
            Path.Combine(Repository.Folder, "docs", "reference", "log-format.md"),
            TestContext.Current.CancellationToken
        );
        var section = page[page.IndexOf("**What stays.**", StringComparison.Ordinal)..];
        return section
            .Split('\n')
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .TakeWhile(line => line.Length > 0)
            .SelectMany(line => ColumnName().Matches(line.Split('|')[1]).Select(name => name.Groups["name"].Value))
            .ToHashSet(StringComparer.Ordinal);
    }

    [GeneratedRegex(@"^COPY consent\.(?<table>\w+) \((?<columns>.*)\) FROM stdin;$", RegexOptions.NonBacktracking)]
    private static partial Regex CopyLine();

    [GeneratedRegex("`(?<name>[a-z_]+\\.[a-z_]+)`", RegexOptions.NonBacktracking)]
    private static partial Regex ColumnName();
}
