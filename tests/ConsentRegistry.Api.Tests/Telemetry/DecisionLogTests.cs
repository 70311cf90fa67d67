using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Telemetry;

namespace ConsentRegistry.Api.Tests.Telemetry;

/// <summary>
/// The log of decisions: what was answered is in it, on whatever way it was asked, and names nobody unless it is told
/// to.
/// </summary>
public sealed class DecisionLogTests(PostgresFixture postgres) : IDisposable
{
    private const string Owner = "mia-who-decides";
    private const string Video = "summer-by-the-sea";
    private const string Requester = "studio-of-remixes";
    private const string Purpose = "remix.meme";
    private const string Key = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("consent-decisions-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string LogFile => Path.Combine(folder.FullName, "decisions.ndjson");

    private string KeyFile => Path.Combine(folder.FullName, "key");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Every_check_that_was_answered_is_one_line_whatever_the_way()
    {
        var answers = await AnsweredAsync(AskEverywhereAsync);

        var lines = Lines();
        Assert.Equal(
            answers.Select(answer => answer.Way).Order(StringComparer.Ordinal),
            lines.Select(line => (string)line["way"]!).Order(StringComparer.Ordinal)
        );
        Assert.Equal(lines.Count, lines.Select(line => (string)line["decisionId"]!).Distinct().Count());
        foreach (var line in lines)
        {
            Assert.Equal(DecisionLines.Members, line.Select(member => member.Key));
            Assert.Equal(
                (Owner, Video, Requester, Purpose),
                (
                    (string)line["creatorId"]!,
                    (string)line["videoId"]!,
                    (string)line["requester"]!,
                    (string)line["purpose"]!
                )
            );
            Assert.Equal(
                ("allow", "creatorDefault", Owner, 2),
                (
                    (string)line["effect"]!,
                    (string)line["reason"]!,
                    (string)line["decidedBy"]!,
                    (long)line["decidedByVersion"]!
                )
            );
            Assert.Equal((2, 1), ((long)line["version"]!, (int)line["vocabularyVersion"]!));
            Assert.NotNull(line["freshAt"]);
        }
        // Those whose id was asked for are found by it.
        foreach (var (way, id) in answers.Where(answer => answer.Id is not null))
            Assert.Equal(way, (string)Assert.Single(lines, line => (string)line["decisionId"]! == id)["way"]!);
    }

    [Fact]
    public void The_page_has_every_member_of_an_entry_and_every_setting()
    {
        var rows = Documented
            .Text("docs/reference/decision-log.md")
            .Split('\n')
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal));
        var named = rows.SelectMany(row => row.Split('|')[1].Split(',').Select(name => name.Trim().Trim('`'))).ToList();
        var settings = RegistrySettings.Keys.Where(key => key.StartsWith("DecisionLog:", StringComparison.Ordinal));
        Assert.Equal(
            DecisionLines
                .Members.Concat(settings.Select(key => key.Replace(":", "__", StringComparison.Ordinal)))
                .Order(StringComparer.Ordinal),
            named.Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task Nobody_is_named_and_the_same_id_has_the_same_name()
    {
        await AnsweredAsync(
            async app =>
            {
                await AskEverywhereAsync(app);
                return (await app.Platform().PostAsync("/v1/checks", Check(video: "another"))).Is(200);
            },
            "DecisionLog:Ids=pseudonyms",
            $"DecisionLog:KeyFile={KeyFile}"
        );

        var text = await File.ReadAllTextAsync(LogFile, Cancellation);
        Assert.All([Owner, Video, Requester], id => Assert.DoesNotContain(id, text, StringComparison.Ordinal));
        var lines = Lines();
        // printf 'creator\nmia-who-decides' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0001…1f -binary | head -c
        // 16 | basenc --base64url
        Assert.Equal(["zTGucVc3fD9uMpo4hMfsrA"], lines.Select(line => (string)line["creatorId"]!).Distinct());
        Assert.Equal(["zTGucVc3fD9uMpo4hMfsrA"], lines.Select(line => (string)line["decidedBy"]!).Distinct());
        Assert.Equal(["WjAbdc3Wfe1Gq-JpnTv6pQ"], lines.Select(line => (string)line["requester"]!).Distinct());
        Assert.Equal(2, lines.Select(line => (string)line["videoId"]!).Distinct().Count());
        Assert.Equal(lines.Count - 1, lines.Count(line => (string)line["videoId"]! == "CVm3pi16q8Ku7zzLPzIelg"));
    }

    [Fact]
    public async Task Of_a_share_of_none_only_decisions_are_logged_whose_id_was_asked_for()
    {
        var answers = await AnsweredAsync(AskEverywhereAsync, "DecisionLog:Share=0");

        Assert.Equal(
            answers.Select(answer => answer.Id).OfType<string>().Order(StringComparer.Ordinal),
            Lines().Select(line => (string)line["decisionId"]!).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task Of_a_share_about_that_share_is_logged()
    {
        const int Asked = 2_000;
        var checks = Enumerable.Range(0, Asked / 2).Select(i => Check(video: $"v{i}")).ToList();
        await AnsweredAsync(
            async app =>
            {
                (await app.Platform().PostAsync("/v1/checks/batch", new { checks })).Is(200);
                return (await app.Platform().PostAsync("/v1/checks/batch", new { checks })).Is(200);
            },
            "DecisionLog:Share=0.25"
        );

        // More than six standard deviations, of 19.4 each, to either side.
        Assert.InRange(Lines().Count, (Asked / 4) - 120, (Asked / 4) + 120);
    }

    [Fact]
    public async Task Full_files_are_numbered_and_the_oldest_go()
    {
        const int Batches = 12;
        var checks = Enumerable.Range(0, 1_000).Select(i => Check(video: $"v{i}")).ToList();
        await AnsweredAsync(
            async app =>
            {
                for (var batch = 0; batch < Batches; batch++)
                    (await app.Platform().PostAsync("/v1/checks/batch", new { checks })).Is(200);
                return Batches;
            },
            "DecisionLog:FileMegabytes=1",
            "DecisionLog:Files=2"
        );

        var files = folder.GetFiles("decisions*.ndjson");
        Assert.Equal(2, files.Length);
        // The line that fills a file is still in it.
        Assert.All(files, file => Assert.InRange(file.Length, 1, (1 << 20) + 1_024));
        Assert.All(
            files.SelectMany(file => File.ReadLines(file.FullName)),
            line => Assert.NotNull(JsonNode.Parse(line)!["decisionId"])
        );
    }

    [Fact]
    public async Task Decisions_are_sent_by_otlp_and_to_no_file()
    {
        await using var otlp = await OtlpReceiver.StartAsync();
        await using var app = await StartAsync(
            "DecisionLog:To=otlp",
            $"OTEL_EXPORTER_OTLP_ENDPOINT={otlp.Url}",
            "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"
        );
        var id = (string)(await app.Platform().PostAsync("/v1/checks", Check(decisionId: true))).Is(200)["decisionId"]!;

        await Eventually.HoldsAsync(
            "the decision was sent",
            () =>
                Task.FromResult(
                    otlp.Logs.Any(log =>
                        log.Contains(id, StringComparison.Ordinal)
                        && log.Contains(DecisionLines.Scope, StringComparison.Ordinal)
                        && log.Contains("decidedByVersion", StringComparison.Ordinal)
                    )
                )
        );
        Assert.Empty(folder.GetFiles("decisions*"));
        // The log of the service itself does not have it.
        Assert.DoesNotContain(app.Log.Lines, line => line.Contains(id, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_cannot_be_written_is_warned_of_and_checks_are_answered()
    {
        await using var app = await StartAsync("DecisionLog:File=/dev/full");
        (await app.Platform().PostAsync("/v1/checks", Check())).Is(200);
        (await app.Platform().PostAsync("/v1/checks", Check(explain: true))).Is(200);

        await Eventually.HoldsAsync("the loss is warned of", () => Task.FromResult(app.Log.Contains("DecisionsLost")));
        Assert.Empty(app.Log.Errors);
    }

    [Fact]
    public async Task Without_a_log_an_answer_still_has_its_id_on_request_and_only_then()
    {
        await using var app = await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync());
        await PrepareAsync(app);
        var first = (await app.Platform().PostAsync("/v1/checks", Check(decisionId: true))).Is(200);
        var second = (await app.Platform().PostAsync("/v1/checks", Check(decisionId: true))).Is(200);
        Assert.NotEqual((string)first["decisionId"]!, (string)second["decisionId"]!);
        Assert.Equal(7, Guid.Parse((string)first["decisionId"]!).Version);
        Assert.Null((await app.Platform().PostAsync("/v1/checks", Check())).Is(200)["decisionId"]);
        Assert.Null((await app.Platform().PostAsync("/v1/checks", Check(explain: true))).Is(200)["decisionId"]);
    }

    /// <summary>Asks a service that logs decisions, and ends it, so that all of them are written.</summary>
    private async Task<T> AnsweredAsync<T>(Func<RegistryApplication, Task<T>> askAsync, params string[] settings)
    {
        await using var app = await StartAsync(settings);
        return await askAsync(app);
    }

    private async Task<RegistryApplication> StartAsync(params string[] settings)
    {
        await File.WriteAllTextAsync(KeyFile, $"{Key}\n", Cancellation);
        var app = await RegistryApplication.StartAsync(
            await postgres.CreateDatabaseAsync(),
            ["DecisionLog:To=file", $"DecisionLog:File={LogFile}", "DecisionLog:Ids=plain", .. settings]
        );
        await PrepareAsync(app);
        return app;
    }

    private static async Task PrepareAsync(RegistryApplication app)
    {
        (await app.Platform().PutAsync($"/v1/creators/{Owner}/videos/{Video}", new { })).Is(200);
        (
            await app.Creator(Owner)
                .PutAsync(
                    $"/v1/creators/{Owner}/consent/defaults/{Purpose}",
                    new { effect = "allow", appliesTo = "all" }
                )
        ).Is(200);
    }

    private static JsonObject Check(
        string video = Video,
        bool explain = false,
        bool decisionId = false,
        bool receipt = false
    )
    {
        var check = new JsonObject
        {
            ["creatorId"] = Owner,
            ["videoId"] = video,
            ["purpose"] = Purpose,
            ["requester"] = Requester,
        };
        // What is not asked for is not sent: nearly all checks look like that, and are answered on a way of their own.
        foreach (var (name, asked) in new[] { ("explain", explain), ("decisionId", decisionId), ("receipt", receipt) })
        {
            if (asked)
                check[name] = true;
        }
        return check;
    }

    /// <summary>Asks on every way that there is, with the usual check and with others.</summary>
    private static async Task<List<(string Way, string? Id)>> AskEverywhereAsync(RegistryApplication app)
    {
        var (platform, answers) = (app.Platform(), new List<(string Way, string? Id)>());
        foreach (
            var check in new[]
            {
                Check(),
                Check(explain: true),
                Check(decisionId: true),
                Check(decisionId: true, receipt: true),
            }
        )
        {
            Add("single", (await platform.PostAsync("/v1/checks", check)).Is(200).Json);
            foreach (
                var answer in (
                    await platform.PostAsync("/v1/checks/batch", new { checks = new[] { check, check } })
                ).Is(200)["results"]!.AsArray()
            )
                Add("batch", answer!);
        }
        var lines = string.Concat(
            new[] { Check(), Check(decisionId: true, receipt: true), Check() }.Select(check =>
                $"{check.ToJsonString()}\n"
            )
        );
        foreach (var line in await StreamAsync(app, lines))
            Add("stream", line);
        var evaluation = new
        {
            subject = new { type = "requester", id = Requester },
            action = new { name = Purpose },
            resource = new { type = "video", id = $"{Owner}/{Video}" },
        };
        Add("authZen", (await platform.PostAsync("/access/v1/evaluation", evaluation)).Is(200)["context"]!);
        foreach (
            var answer in (
                await platform.PostAsync(
                    "/access/v1/evaluations",
                    new { evaluations = new[] { evaluation, evaluation } }
                )
            ).Is(200)["evaluations"]!.AsArray()
        )
            Add("authZen", answer!["context"]!);
        var past = Check(decisionId: true);
        past["asOf"] = (string)
            (await platform.PostAsync("/access/v1/evaluation", evaluation)).Is(200)["context"]!["freshAt"]!;
        answers.Add(("authZen", null));
        Add("past", (await app.Auditor().PostAsync("/v1/checks", past)).Is(200).Json);
        // What is no check has no decision.
        (await platform.PostAsync("/v1/checks", Check(video: "no id"))).Is(422);
        Assert.NotNull(
            (await platform.PostAsync("/v1/checks/batch", new { checks = new[] { Check(video: "no id") } })).Is(200)[
                "results"
            ]![0]!["error"]
        );
        return answers;

        void Add(string way, JsonNode answer)
        {
            Assert.Equal("allow", (string)answer["effect"]!);
            answers.Add((way, (string?)answer["decisionId"]));
        }
    }

    private static async Task<List<JsonNode>> StreamAsync(RegistryApplication app, string lines)
    {
        using var http = new HttpClient { BaseAddress = app.Address };
        http.DefaultRequestHeaders.Authorization = new(
            "Bearer",
            app.Sign(TimeProvider.System.GetUtcNow(), ["consent:check", "consent:check:any"], "platform", "platform")
        );
        using var content = new StringContent(lines, Encoding.UTF8, new MediaTypeHeaderValue("application/x-ndjson"));
        using var answer = await http.PostAsync("/v1/checks/stream", content, Cancellation);
        return
        [
            .. (await answer.Content.ReadAsStringAsync(Cancellation))
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonNode.Parse(line)!),
        ];
    }

    private List<JsonObject> Lines() => [.. File.ReadLines(LogFile).Select(line => JsonNode.Parse(line)!.AsObject())];
}
