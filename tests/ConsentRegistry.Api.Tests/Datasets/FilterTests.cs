using System.Text.Json.Nodes;
using ConsentRegistry.TestSupport;
using nietras.SeparatedValues;
using Parquet;
using Parquet.Data;
using Parquet.Schema;

namespace ConsentRegistry.Api.Tests.Datasets;

/// <summary><c>consent filter</c> and <c>consent verify attestation</c>, as processes against the service.</summary>
public sealed class FilterTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    // A row for each way to name a video, and for each way to name none.
    private static readonly (string? Creator, string? Video, string? Url, string? Reason)[] Rows =
    [
        ("ana", "open", null, null),
        ("ana", "closed", null, "videoOverride"),
        (null, null, "HTTPS://videos.example:443/open", null),
        (null, null, "https://videos.example/closed", "videoOverride"),
        (null, null, "https://videos.example/unknown", "noConsent"),
        ("ana", "nowhere", null, "noConsent"),
        ("ana", "open", "https://videos.example/closed", null),
        ("ana", null, "https://videos.example/open", null),
        (null, null, null, "invalid"),
        ("", "", "", "invalid"),
        ("a b", "open", null, "invalid"),
        ("\"", "\\u0000\n", null, "invalid"),
        ("ana", "öffentlich", null, "invalid"),
        (null, null, "ftp://videos.example/open", "invalid"),
        (null, null, "https://videos.example/" + new string('x', 17_000), "invalid"),
    ];

    private readonly string folder = Directory.CreateTempSubdirectory("consent-filter-").FullName;
    private RegistryApplication app = null!;
    private bool isRunning;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        app = await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync());
        isRunning = true;
        foreach (var video in new[] { "open", "closed" })
            (
                await app.Platform()
                    .PutAsync(
                        $"/v1/creators/ana/videos/{video}",
                        new
                        {
                            identifiers = new[] { new { scheme = "url", value = $"https://videos.example/{video}" } },
                        }
                    )
            ).Is(200);
        await SetAsync("consent/defaults/training.generative", "allow");
        await SetAsync("videos/closed/consent/training.generative", "deny");
        await File.WriteAllTextAsync(Keys, (await app.Anonymous().GetAsync("/v1/log/keys")).Is(200).Text, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData(".ndjson")]
    [InlineData(".csv")]
    [InlineData(".parquet")]
    public async Task Rows_are_taken_apart_as_the_registry_answers_and_anybody_can_verify_it(string extension)
    {
        var input = await WriteAsync(extension, Rows);

        var (code, told) = await FilterAsync(input);

        Assert.True(code == 0, told);
        Assert.Contains(
            $"{Rows.Length} rows: {Rows.Count(row => row.Reason is null)} allowed",
            told,
            StringComparison.Ordinal
        );
        Assert.Equal(
            Rows.Where(row => row.Reason is null).Select(row => (row.Creator, row.Video, row.Url)).Select(Bare),
            (await ReadAsync("allowed", extension)).Select(row => (row.Creator, row.Video, row.Url)).Select(Bare)
        );
        var refused = await ReadAsync("refused", extension);
        Assert.Equal(
            Rows.Where(row => row.Reason is not null).Select(row => row.Reason),
            refused.Select(row => row.Reason)
        );
        Assert.Equal(
            Rows.Where(row => row.Reason is not null).Select(row => (row.Creator, row.Video, row.Url)).Select(Bare),
            refused.Select(row => (row.Creator, row.Video, row.Url)).Select(Bare)
        );
        await VerifiesAsync(0, "VALID", input);
        await VerifiesAsync(0, "The rows were not compared");
    }

    [Fact]
    public async Task Columns_of_other_names_are_named_and_a_list_of_identifiers_goes_into_one_check()
    {
        var input = Path.Combine(folder, "in.jsonl");
        await File.WriteAllTextAsync(
            input,
            "\ufeff"
                + """
                {"owner":"ana","clip":"open","n":1}
                {"owner":"ana","clip":"closed","creatorId":"ana","videoId":"open"}

                {"src":["https://videos.example/open","https://videos.example/closed"]}
                {"content":[{"scheme":"url","value":"https://videos.example/open"}],"deep":{"owner":"x","list":[1,[2]]}}
                {"content":[ ],"src":"https://videos.example/open"}
                {"owner":"ana","owner":"ana","clip":"open"}
                {"owner":["ana"],"clip":"open"}
                {"owner":"ana","clip":"open"} x
                not json
                ["ana","open"]
                {"owner":"\u0061na","clip":"open"}
                """,
            Cancellation
        );
        var (code, told) = await FilterAsync(
            input,
            "--column",
            "creatorId=owner",
            "--column",
            "videoId=clip",
            "--column",
            "url=src"
        );

        Assert.True(code == 0, told);
        Assert.Equal(
            [
                """{"owner":"ana","clip":"open","n":1}""",
                """{"content":[{"scheme":"url","value":"https://videos.example/open"}],"deep":{"owner":"x","list":[1,[2]]}}""",
                """{"content":[ ],"src":"https://videos.example/open"}""",
                """{"owner":"\u0061na","clip":"open"}""",
            ],
            await File.ReadAllLinesAsync(Output("allowed", ".ndjson"), Cancellation)
        );
        var refused = (await File.ReadAllLinesAsync(Output("refused", ".ndjson"), Cancellation))
            .Select(line => JsonNode.Parse(line)!)
            .ToList();
        Assert.Equal(
            ["videoOverride", "videoOverride", null, null, null, null, null],
            refused.Select(row => (string?)row["reason"])
        );
        Assert.Equal("not json", (string?)refused[5]["text"]);
        Assert.Equal("open", (string?)refused[2]["row"]?["clip"] ?? "open");
        await VerifiesAsync(0, "VALID", input);
    }

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task Whatever_is_changed_afterwards_is_found()
    {
        var input = await WriteAsync(".ndjson", Rows);
        Assert.Equal(0, (await FilterAsync(input)).Code);
        foreach (
            var file in new[]
            {
                Output("allowed", ".ndjson"),
                Output("refused", ".ndjson"),
                Output("answers", ".ndjson"),
                input,
            }
        )
        {
            var text = await File.ReadAllTextAsync(file, Cancellation);
            await File.WriteAllTextAsync(file, text.Replace("open", "opem", StringComparison.Ordinal), Cancellation);
            await VerifiesAsync(1, "TAMPERED", input);
            await File.WriteAllTextAsync(file, text[..(text[..^1].LastIndexOf('\n') + 1)], Cancellation);
            Assert.NotEqual(0, (await VerifyAsync(input)).Code);
            await File.WriteAllTextAsync(file, text, Cancellation);
        }
        await VerifiesAsync(0, "VALID", input);

        // A row more in a file of its own.
        var stray = Path.Combine(folder, "out", "allowed", "000002.ndjson");
        await File.WriteAllTextAsync(stray, "{}\n", Cancellation);
        await VerifiesAsync(1, "belongs to no attested part", input);
        File.Delete(stray);

        // An attestation of the right form by another key.
        var attestations = Path.Combine(folder, "out", "attestations.ndjson");
        var entry = await File.ReadAllTextAsync(attestations, Cancellation);
        var end = entry.LastIndexOf('"');
        await File.WriteAllTextAsync(attestations, $"{entry[..(end - 4)]}AAAA{entry[end..]}", Cancellation);
        await VerifiesAsync(1, "TAMPERED", input);
    }

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task A_run_that_is_killed_goes_on_and_comes_to_the_same()
    {
        var rows = Enumerable
            .Range(0, 350_000)
            .Select(i =>
                i % 3 == 0 ? Rows[0]
                : i % 3 == 1 ? Rows[3]
                : ("ana", $"v{i}", null, "noConsent")
            );
        var input = await WriteAsync(".ndjson", rows);
        using (var killed = ConsentCommand.Start(["filter", .. Arguments(input)], Token(Api.Http.Scopes.CheckAny)))
        {
            await Eventually.HoldsAsync("a part is written", () => Task.FromResult(CountParts() >= 1));
            killed.Kill();
            await killed.WaitForExitAsync(Cancellation);
        }
        var before = CountParts();
        Assert.InRange(before, 1, 3);
        // What was being written when it was killed.
        var half = Output("allowed", ".ndjson", before + 1);
        await File.WriteAllTextAsync(half, "half a r", Cancellation);
        await File.AppendAllTextAsync(Path.Combine(folder, "out", "attestations.ndjson"), "{\"part\":", Cancellation);
        var kept = await File.ReadAllBytesAsync(Output("answers", ".ndjson"), Cancellation);

        var (code, told) = await FilterAsync(input);

        Assert.True(code == 0, told);
        Assert.Equal(4, CountParts());
        Assert.Equal(kept, await File.ReadAllBytesAsync(Output("answers", ".ndjson"), Cancellation));
        await VerifiesAsync(0, "4 parts, 350,000 rows", input);

        // Once more there is nothing to do, and nothing is asked: without the service, too.
        await StopAsync();
        Assert.Equal(0, (await FilterAsync(input)).Code);
    }

    [Fact]
    public async Task What_was_allowed_then_and_is_not_now_is_found()
    {
        var input = await WriteAsync(".csv", Rows);
        Assert.Equal(0, (await FilterAsync(input)).Code);
        await SetAsync("videos/open/consent/training.generative", "deny");

        var (code, told) = await RunAsync(
            "filter",
            "--since",
            Path.Combine(folder, "out"),
            "--output",
            Path.Combine(folder, "again"),
            "--url",
            app.Address.ToString()
        );

        Assert.True(code == 0, told);
        var allowed = Rows.Count(row => row.Reason is null);
        Assert.Contains($"{allowed} rows: 0 allowed, {allowed} refused", told, StringComparison.Ordinal);
    }

    public static TheoryData<string, string, string> Unusable =>
        new()
        {
            { "in.txt", "x", "no known format" },
            { "missing.csv", "", "missing.csv" },
            { "in.parquet", "PAR1 is not enough", "cannot be read as Parquet" },
            { "in.csv", "creatorId,videoId\n\"ana,open\n" + "x", "cannot be read as CSV" },
            { "in.ndjson", "{\"a\":\"" + new string('x', 17 << 20) + "\"}\n", "line 1: a row has at most" },
        };

    [Theory]
    [MemberData(nameof(Unusable))]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task What_cannot_be_read_ends_the_run_with_a_sentence(string file, string content, string told)
    {
        var input = Path.Combine(folder, file);
        if (content.Length > 0)
            await File.WriteAllTextAsync(input, content, Cancellation);
        var (code, said) = await FilterAsync(input);
        Assert.Equal(2, code);
        Assert.Contains(told, said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dubbing", null, true, "knows no purpose 'dubbing'")]
    [InlineData("no purpose", null, true, "'no purpose' is no purpose")]
    [InlineData("remix", "a b", true, "'a b' is no requester")]
    [InlineData("remix", "rival", false, "may not ask for rival")]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task What_is_wrong_with_every_check_ends_the_run(
        string purpose,
        string? requester,
        bool mayNameAnybody,
        string told
    )
    {
        var input = await WriteAsync(".csv", Rows);
        var (code, said) = await RunAsync(
            "filter",
            [
                input,
                "--purpose",
                purpose,
                "--url",
                app.Address.ToString(),
                "--output",
                Path.Combine(folder, "out"),
                .. requester is null ? Array.Empty<string>() : ["--requester", requester],
            ],
            mayNameAnybody ? Api.Http.Scopes.CheckAny : Api.Http.Scopes.Check
        );
        Assert.Equal(2, code);
        Assert.Contains(told, said, StringComparison.Ordinal);
        Assert.Equal(0, CountParts());
    }

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task A_folder_holds_one_run()
    {
        var input = await WriteAsync(".csv", Rows);
        Assert.Equal(0, (await FilterAsync(input)).Code);
        await SaysAsync("another purpose, requester or columns", input, "--requester", "acme");
        await SaysAsync("is of other rows", await WriteAsync(".ndjson", Rows.Skip(1)));
        await SaysAsync("fewer rows", await WriteAsync(".csv", []));
        await SaysAsync("names no column", input, "--column", "title=x");
        await SaysAsync("leave them out", input, "--since", Path.Combine(folder, "out"));

        Directory.Delete(Path.Combine(folder, "out"), recursive: true);
        Directory.CreateDirectory(Path.Combine(folder, "out", "photos"));
        await SaysAsync("holds no run", input);

        async Task SaysAsync(string sentence, string of, params string[] more)
        {
            var (code, told) = await FilterAsync(of, more);
            Assert.Equal(2, code);
            Assert.Contains(sentence, told, StringComparison.Ordinal);
        }
    }

    private async Task StopAsync()
    {
        if (isRunning)
            await app.DisposeAsync();
        isRunning = false;
    }

    private string Keys => Path.Combine(folder, "keys.json");

    private string Output(string kind, string extension, int part = 1) =>
        Path.Combine(folder, "out", kind, $"{part:D6}{extension}");

    private int CountParts()
    {
        var file = Path.Combine(folder, "out", "attestations.ndjson");
        return File.Exists(file) ? File.ReadAllText(file).Count(character => character == '\n') : 0;
    }

    private async Task SetAsync(string path, string effect) =>
        (
            await app.Creator("ana")
                .PutAsync($"/v1/creators/ana/{path}", new { effect, appliesTo = effect == "allow" ? "all" : null })
        ).Is(200);

    // Formats tell nothing and an empty text apart, or do not.
    private static (string, string, string) Bare((string? Creator, string? Video, string? Url) row) =>
        (row.Creator ?? "", row.Video ?? "", row.Url ?? "");

    private async Task<string> WriteAsync(
        string extension,
        IEnumerable<(string? Creator, string? Video, string? Url, string? Reason)> rows
    )
    {
        var file = Path.Combine(folder, $"in{extension}");
        if (extension == ".ndjson")
            await File.WriteAllLinesAsync(
                file,
                rows.Select(row =>
                    new JsonObject
                    {
                        ["creatorId"] = row.Creator,
                        ["videoId"] = row.Video,
                        ["url"] = row.Url,
                        ["n"] = 1,
                    }.ToJsonString()
                ),
                Cancellation
            );
        else if (extension == ".csv")
            await File.WriteAllLinesAsync(
                file,
                rows.Select(row => $"{Quoted(row.Url)};1;{Quoted(row.Creator)};{Quoted(row.Video)}")
                    .Prepend("url;n;creatorId;\"videoId\""),
                Cancellation
            );
        else
            await WriteParquetAsync(file, [.. rows]);
        return file;
    }

    private static async Task WriteParquetAsync(
        string file,
        (string? Creator, string? Video, string? Url, string? Reason)[] rows
    )
    {
        var schema = new ParquetSchema(
            new DataField<string>("creatorId"),
            new DataField<string>("videoId"),
            new DataField<string>("url"),
            new DataField<int>("n"),
            new DataField<DateTime?>("at"),
            new DataField<decimal>("price"),
            new ListField("tags", new DataField<string>("element"))
        );
        await using var stream = File.Create(file);
        await using var writer = await ParquetWriter.CreateAsync(schema, stream, cancellationToken: Cancellation);
        // Two groups, so that a part is not all there is.
        foreach (var group in rows.Chunk((rows.Length + 1) / 2))
        {
            using var to = writer.CreateRowGroup();
            var fields = schema.DataFields;
            await to.WriteAsync(fields[0], group.Select(row => row.Creator).ToList()!);
            await to.WriteAsync(fields[1], group.Select(row => row.Video).ToList()!);
            await to.WriteAsync(fields[2], group.Select(row => row.Url).ToList()!);
            await to.WriteAsync<int>(fields[3], group.Select((_, i) => i).ToArray(), cancellationToken: Cancellation);
            await to.WriteAsync<DateTime>(
                fields[4],
                group.Select((_, i) => i % 2 == 0 ? (DateTime?)DateTime.UnixEpoch.AddDays(i) : null).ToArray(),
                cancellationToken: Cancellation
            );
            await to.WriteAsync<decimal>(
                fields[5],
                group.Select((_, i) => i / 4m).ToArray(),
                cancellationToken: Cancellation
            );
            // None, one and two tags in turns.
            var tags = group
                .SelectMany((_, i) => Enumerable.Range(0, Math.Max(1, i % 3)).Select(tag => (Row: i, Tag: tag)))
                .ToList();
            await to.WriteAllPartsAsync<ReadOnlyMemory<char>>(
                fields[6],
                tags.Where(tag => tag.Row % 3 > 0).Select(tag => $"t{tag.Row}-{tag.Tag}".AsMemory()).ToArray(),
                tags.Select(tag => tag.Row % 3 > 0 ? fields[6].MaxDefinitionLevel : 1).ToArray(),
                tags.Select(tag => tag.Tag > 0 ? 1 : 0).ToArray(),
                Cancellation
            );
        }
    }

    private static string Quoted(string? value) =>
        value is null ? "" : $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private async Task<List<(string? Creator, string? Video, string? Url, string? Reason)>> ReadAsync(
        string kind,
        string extension
    )
    {
        if (extension == ".parquet")
            return await ReadParquetAsync(kind);
        if (extension == ".csv")
            return ReadCsv(kind);
        return
        [
            .. (await File.ReadAllLinesAsync(Output(kind, extension), Cancellation))
                .Select(line => JsonNode.Parse(line)!)
                .Select(line => (Row: line["row"] ?? line, Reason: (string?)line["reason"] ?? (string?)line["error"]))
                .Select(line =>
                    (
                        (string?)line.Row["creatorId"],
                        (string?)line.Row["videoId"],
                        (string?)line.Row["url"],
                        line.Reason
                    )
                ),
        ];
    }

    private List<(string? Creator, string? Video, string? Url, string? Reason)> ReadCsv(string kind)
    {
        var read = new List<(string?, string?, string?, string?)>();
        using var reader = nietras
            .SeparatedValues.Sep.Reader(o => o with { Unescape = true })
            .FromFile(Output(kind, ".csv"));
        foreach (var row in reader)
            read.Add(
                (
                    row["creatorId"].ToString(),
                    row["videoId"].ToString(),
                    row["url"].ToString(),
                    kind == "refused" ? row["consent_reason"].ToString() : null
                )
            );
        return read;
    }

    private async Task<List<(string? Creator, string? Video, string? Url, string? Reason)>> ReadParquetAsync(
        string kind
    )
    {
        var read = new List<(string?, string?, string?, string?)>();
        for (var part = 1; File.Exists(Output(kind, ".parquet", part)); part++)
        {
            await using var reader = await ParquetReader.CreateAsync(
                Output(kind, ".parquet", part),
                cancellationToken: Cancellation
            );
            foreach (var group in reader.RowGroups)
            {
                var columns = new List<string?[]>();
                foreach (
                    var name in (string[])
                        [
                            "creatorId",
                            "videoId",
                            "url",
                            .. kind == "refused" ? ["consent_reason"] : Array.Empty<string>(),
                        ]
                )
                {
                    var texts = new string?[group.RowCount];
                    await group.ReadAsync(reader.Schema.FindDataField(name), texts!, cancellationToken: Cancellation);
                    columns.Add(texts);
                }
                read.AddRange(
                    Enumerable
                        .Range(0, (int)group.RowCount)
                        .Select(i =>
                            (columns[0][i], columns[1][i], columns[2][i], kind == "refused" ? columns[3][i] : null)
                        )
                );
                // The other columns stay with their rows: a row's tags begin with the row's own number.
                var numbers = new int[group.RowCount];
                await group.ReadAsync<int>(reader.Schema.FindDataField("n"), numbers, cancellationToken: Cancellation);
                var prices = new decimal[group.RowCount];
                await group.ReadAsync<decimal>(
                    reader.Schema.FindDataField("price"),
                    prices,
                    cancellationToken: Cancellation
                );
                Assert.Equal(numbers.Select(n => n / 4m), prices);
                var tags =
                    (RawColumnData<ReadOnlyMemory<char>>)
                        await group.ReadRawColumnDataBaseAsync(
                            reader.Schema.DataFields.Single(field => field.MaxRepetitionLevel > 0),
                            Cancellation
                        );
                Assert.Equal(
                    numbers.SelectMany(n => Enumerable.Range(0, n % 3).Select(tag => $"t{n}-{tag}")),
                    tags.Values[..numbers.Sum(n => n % 3)].ToArray().Select(tag => tag.ToString())
                );
            }
        }
        return read;
    }

    private string[] Arguments(string input) =>
        [
            input,
            "--purpose",
            "training.generative",
            "--url",
            app.Address.ToString(),
            "--output",
            Path.Combine(folder, "out"),
        ];

    private Task<(int Code, string Told)> FilterAsync(string input, params string[] more) =>
        RunAsync("filter", [.. Arguments(input), .. more]);

    private Task<(int Code, string Told)> VerifyAsync(params string[] inputs) =>
        RunAsync("verify", ["attestation", Path.Combine(folder, "out"), .. inputs, "--keys", Keys]);

    private async Task VerifiesAsync(int code, string told, params string[] inputs)
    {
        var found = await VerifyAsync(inputs);
        Assert.True(found.Code == code, found.Told);
        Assert.Contains(told, found.Told, StringComparison.Ordinal);
    }

    private Task<(int Code, string Told)> RunAsync(string command, params string[] arguments) =>
        RunAsync(command, arguments, Api.Http.Scopes.CheckAny);

    private async Task<(int Code, string Told)> RunAsync(string command, string[] arguments, string scope)
    {
        var result = await ConsentCommand
            .RunAsync([command, .. arguments], Token(scope), Cancellation)
            .WaitAsync(Patience, Cancellation);
        return (result.Code, result.Told);
    }

    private string Token(string scope) => app.Sign(TimeProvider.System.GetUtcNow(), [scope], "pipeline", "acme");
}
