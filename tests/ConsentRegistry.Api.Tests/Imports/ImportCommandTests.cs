using System.Text;
using System.Text.Json.Nodes;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Api.Tests.Imports;

/// <summary><c>consent import</c> as a process against the service.</summary>
public sealed class ImportCommandTests(RegistryFixture registry) : IClassFixture<RegistryFixture>, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly string creator = RegistryApplication.NewId();
    private readonly string folder = Directory.CreateTempSubdirectory("consent-import-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private RegistryApplication App => registry.App;

    private RegistryClient Own => App.Creator(creator);

    private string Output => Path.Combine(folder, "out");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("comma, UTF-8 with a byte order mark", ",", 65001, true)]
    [InlineData("semicolon, UTF-8", ";", 65001, false)]
    [InlineData("semicolon, Windows-1252", ";", 1252, false)]
    [InlineData("tab, UTF-16", "\t", 1200, true)]
    public async Task A_spreadsheet_is_read_as_it_was_saved(string how, string separator, int codePage, bool hasMark)
    {
        await RegisterAsync("sommer", $"https://{creator}.example/sommer");
        await AllowAsync("training");
        string[][] table =
        [
            ["videoId", "url", "purpose", "effect", "source", "text", "name"],
            ["sommer", "", "training", "deny", "", "", "Zoë"],
            ["", $"https://{creator}.example/sommer", "remix", "Verbot für alle", "", ""],
            ["", $"https://{creator}.example/sommer", "", "", "robots", "\"User-agent: *\r\nContent-Usage: ai-use=n\""],
            ["*", "", "mining", "deny", "", ""],
        ];
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(codePage) ?? Encoding.GetEncoding(codePage);
        var text = string.Join("\r\n", table.Select(row => string.Join(separator, row)));
        await File.WriteAllBytesAsync(
            In("list.csv"),
            [.. hasMark ? encoding.GetPreamble() : [], .. encoding.GetBytes(text)],
            Cancellation
        );

        var (code, told) = await ImportAsync(In("list.csv"), "csv", "--ignore", "name", "--apply");

        Assert.True(code == 1, $"{how}: {told}");
        Assert.Equal(
            [
                "2 training:applied",
                "3 invalid 3:" + (2 + $"https://{creator}.example/sommer".Length + 1 + "remix".Length + 1),
                "4 grounding:applied",
                "6 mining:applied",
            ],
            Results("applied")
        );
        Assert.Contains("für alle", told, StringComparison.Ordinal);
        Assert.Equal(
            ("deny", "deny"),
            (await EffectAsync("training", "sommer"), await EffectAsync("grounding", "sommer"))
        );
    }

    [Fact]
    public async Task What_is_no_row_says_where_and_spoils_no_other()
    {
        await RegisterAsync("v", $"https://{creator}.example/v");
        await File.WriteAllLinesAsync(
            In("list.ndjson"),
            [
                """{"videoId":"v","purpose":"mining","effect":"deny"}""",
                """{"videoId":"v","purpose":"mining","efect":"deny"}""",
                """{"videoId":"v","purpose":"mining" "effect":"deny"}""",
                "",
                """{"videoId":"v","purpose":"mining","effect":7}""",
                """{"purpose":"mining","effect":"deny"}""",
                """[1]""",
                """{"videoId":"v","purpose":"dancing","effect":"deny"}""",
                $$"""{"url":"https://{{creator}}.example/nowhere","purpose":"mining","effect":"deny"}""",
            ],
            Cancellation
        );
        var (code, told) = await ImportAsync(In("list.ndjson"), "ndjson");
        Assert.True(code == 1, told);
        Assert.Equal(
            [
                "1 mining:applied",
                "2 unknownField 2:35",
                "3 unreadable 3:35",
                "5 invalid 5:44",
                "6 invalid 6:1",
                "7 unreadable 7:1",
                "8 unknownPurpose",
                "9 notFound",
            ],
            Results("dry-run")
        );
        // It was a dry run: nothing is changed.
        Assert.Empty((await Own.GetAsync($"/v1/creators/{creator}/consent/overrides")).Is(200)["items"]!.AsArray());
    }

    [Fact]
    public async Task A_list_of_urls_becomes_proposals_for_whoever_owns_them()
    {
        var other = RegistryApplication.NewId();
        await RegisterAsync("v", $"https://{creator}.example/v");
        (
            await App.Platform()
                .PutAsync(
                    $"/v1/creators/{other}/videos/w",
                    new { identifiers = new[] { new { scheme = "url", value = $"https://{creator}.example/w" } } }
                )
        ).Is(200);
        await File.WriteAllTextAsync(
            In("urls.txt"),
            $"# A petition\nhttps://{creator}.example/v\n\n  https://{creator}.example/w\nnonsense\n",
            Cancellation
        );
        var (code, told) = await RunAsync(
            Token("platform", "petition"),
            "import",
            In("urls.txt"),
            "--format",
            "urls",
            "--purpose",
            "training",
            "--effect",
            "deny",
            "--apply",
            "--url",
            App.Address.ToString(),
            "--out",
            Output
        );
        Assert.True(code == 1, told);
        Assert.Equal(["2 training:proposed", "4 training:proposed", "5 invalid 5:1"], Results("applied"));
        foreach (var of in new[] { creator, other })
            await Eventually.HoldsAsync(
                "the owner is told",
                async () =>
                    (await App.Creator(of).GetAsync($"/v1/creators/{of}/notifications?kind=importProposed")).Is(200)[
                        "items"
                    ]!
                        .AsArray()
                        .Count == 1
            );
    }

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task An_import_that_is_killed_goes_on_and_makes_nothing_twice()
    {
        const int rows = 2_000;
        await File.WriteAllLinesAsync(
            In("list.csv"),
            Enumerable.Range(0, rows).Select(i => $"v{i},mining,deny").Prepend("videoId,purpose,effect"),
            Cancellation
        );
        var before = (await Own.GetAsync($"/v1/creators/{creator}/consent")).Is(200).Version;
        using (
            var killed = ConsentCommand.Start(
                [.. Arguments(In("list.csv"), "csv", "--apply")],
                Token("creator", creator)
            )
        )
        {
            await Eventually.HoldsAsync("two parts are written", () => Task.FromResult(Parts() >= 2));
            killed.Kill();
            await killed.WaitForExitAsync(Cancellation);
        }
        Assert.InRange(Parts(), 2, 9);
        // What was being written when it was killed: a part that the registry made, and no line of it.
        var list = Path.Combine(Output, "applied", "parts.ndjson");
        var lines = await File.ReadAllLinesAsync(list, Cancellation);
        await File.WriteAllTextAsync(list, string.Join('\n', lines[..^1]) + "\n" + lines[^1][..10], Cancellation);

        var (code, told) = await ImportAsync(In("list.csv"), "csv", "--apply");

        Assert.True(code == 0, told);
        Assert.Equal(10, Parts());
        Assert.Equal(Enumerable.Range(2, rows).Select(line => $"{line} mining:applied"), Results("applied"));
        var history = await App.ScalarAsync<long>(
            "SELECT count(*) FROM (SELECT type, creator FROM consent.history UNION ALL "
                + "SELECT type, creator FROM consent.inbox) AS e WHERE creator = $1 AND type = 'overrideChanged'",
            creator
        );
        Assert.Equal(rows, history);
        var after = (await Own.GetAsync($"/v1/creators/{creator}/consent")).Is(200).Version;
        Assert.Equal(10, after - before);

        // Once more there is nothing to do; another input is not taken for the same.
        Assert.Equal(0, (await ImportAsync(In("list.csv"), "csv", "--apply")).Code);
        Assert.Equal(after, (await Own.GetAsync($"/v1/creators/{creator}/consent")).Is(200).Version);
        await File.WriteAllTextAsync(In("list.csv"), "videoId,purpose,effect\nv1,mining,ask\n", Cancellation);
        (code, told) = await ImportAsync(In("list.csv"), "csv", "--apply");
        Assert.Equal(2, code);
        Assert.Contains("other rows", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signal_of_a_file_is_one_row()
    {
        await RegisterAsync("v", $"https://{creator}.example/v");
        await AllowAsync("training");
        await File.WriteAllTextAsync(
            In("manifest.json"),
            """{"label":"cawg.training-mining","data":{"entries":{"cawg.ai_generative_training":{"use":"notAllowed"}}}}""",
            Cancellation
        );
        var (code, told) = await ImportAsync(In("manifest.json"), "manifest", "--video", "v", "--apply");
        Assert.True(code == 0, told);
        Assert.Equal(["1 training.generative:applied"], Results("applied"));
        Assert.Equal("deny", await EffectAsync("training.generative", "v"));

        await File.WriteAllTextAsync(In("manifest.json"), "{\n  \"label\": oops", Cancellation);
        (code, told) = await ImportAsync(In("manifest.json"), "manifest", "--video", "v");
        Assert.True(code == 1, told);
        Assert.StartsWith("1 unreadable 2:", Assert.Single(Results("dry-run")), StringComparison.Ordinal);
    }

    private string In(string name) => Path.Combine(folder, name);

    private async Task RegisterAsync(string video, string url) =>
        (
            await App.Platform()
                .PutAsync(
                    $"/v1/creators/{creator}/videos/{video}",
                    new { identifiers = new[] { new { scheme = "url", value = url } } }
                )
        ).Is(200);

    private async Task AllowAsync(string purpose) =>
        (
            await Own.PutAsync(
                $"/v1/creators/{creator}/consent/defaults/{purpose}",
                new { effect = "allow", appliesTo = "all" }
            )
        ).Is(200);

    private async Task<string> EffectAsync(string purpose, string video) =>
        (string)
            (
                await App.Platform()
                    .PostAsync(
                        "/v1/checks",
                        new
                        {
                            creatorId = creator,
                            videoId = video,
                            purpose,
                        }
                    )
            ).Is(200)["effect"]!;

    private IEnumerable<string> Arguments(string file, string format, params string[] more) =>
        [
            "import",
            file,
            "--format",
            format,
            "--creator",
            creator,
            "--url",
            App.Address.ToString(),
            "--out",
            Output,
            .. more,
        ];

    private Task<CommandResult> ImportAsync(string file, string format, params string[] more) =>
        RunAsync(Token("creator", creator), [.. Arguments(file, format, more)]);

    private static async Task<CommandResult> RunAsync(string token, params string[] arguments) =>
        await ConsentCommand.RunAsync(arguments, token, Cancellation).WaitAsync(Patience, Cancellation);

    private string Token(params string[] words) => App.Token(words);

    private int Parts()
    {
        var list = Path.Combine(Output, "applied", "parts.ndjson");
        if (!File.Exists(list))
            return 0;
        using var shared = new FileStream(list, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(shared);
        return reader.ReadToEnd().Count(c => c == '\n');
    }

    // Each row, with what its settings became, or why it was refused and where.
    private List<string> Results(string run) =>
        [
            .. File.ReadLines(Path.Combine(Output, run, "rows.ndjson"))
                .Select(line => JsonNode.Parse(line)!)
                .Select(row =>
                    row["error"] is { } error
                        ? $"{row["line"]} {error["code"]}"
                            + (error["line"] is null ? "" : $" {error["line"]}:{error["column"]}")
                        : $"{row["line"]} "
                            + string.Join(
                                ' ',
                                row["settings"]!.AsArray().Select(one => $"{one!["purpose"]}:{one["outcome"]}")
                            )
                ),
        ];
}
