using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using ConsentRegistry.Api.Authentication;
using ConsentRegistry.Api.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ConsentRegistry.Api.Tests.Checks;

/// <summary>Checks by the line: each is answered, in order, whatever the others are.</summary>
public sealed class StreamTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private readonly string creator = RegistryApplication.NewId();

    private RegistryApplication App => registry.App;

    [Fact]
    public async Task Each_line_is_answered_as_a_check_of_its_own_would_be_and_a_bad_one_spoils_no_other()
    {
        await PrepareAsync();
        string[] lines =
        [
            Check("a"),
            Check("b"),
            Check("unregistered"),
            "{\"creatorId\":\"x\",",
            Check("a", ",\"typo\":1"),
            Check("a", ",\"requester\":null,\"consistency\":\"strong\",\"maxStalenessMs\":1000"),
            "",
            Check("a", ",\"explain\":true"),
            Check("a").Replace("remix", "dubbing", StringComparison.Ordinal),
            Check("a", ",\"asOf\":\"2026-01-01T00:00:00Z\""),
            Check("a", $",\"minVersions\":{{\"{creator}\":999}}"),
            Check("a", ",\"receipt\":true"),
            "[]",
            Check("\\u0061"),
            Check("a") + "\r",
            Check("b"),
        ];
        var answers = await StreamAsync(App.Platform("acme"), string.Join('\n', lines));
        Assert.Equal(lines.Length, answers.Count);
        var singles = new List<Answer>();
        foreach (var line in lines)
            singles.Add(await App.Platform("acme").PostAsync("/v1/checks", line));
        for (var i = 0; i < lines.Length; i++)
        {
            if (singles[i].Status == 200)
                Assert.Equal(Lasting(singles[i].Json), Lasting(answers[i]));
            else if (singles[i].Status == 503)
                Assert.Equal("indeterminate", (string)answers[i]["reason"]!);
            else
                Assert.Equal(i + 1, (int)answers[i]["line"]!);
        }
        Assert.Equal(
            [4, 5, 7, 9, 10, 13],
            answers.Where(answer => answer["error"] is not null).Select(answer => (int)answer["line"]!)
        );
        Assert.Equal(
            ["malformedJson", "unknownField", "malformedJson", "unknownPurpose", "invalid", "wrongType"],
            answers.Where(answer => answer["error"] is not null).Select(answer => (string)answer["error"]!["code"]!)
        );
        Assert.All(
            answers.Where(answer => answer["error"] is not null),
            answer => Assert.False((bool)answer["allowed"]!)
        );
        // One shape: whoever does not look at the error reads a refusal.
        Assert.All(answers, answer => Assert.True(answer.AsObject().ContainsKey("error")));
        Assert.All(
            answers.Where(answer => answer["error"] is not null),
            answer => Assert.Equal("deny", (string?)answer["effect"])
        );
        Assert.NotNull(answers[7]["trace"]);
        Assert.NotNull(answers[11]["receipt"]);
    }

    public static TheoryData<string, string, string> NoChecks =>
        new()
        {
            {
                "half a surrogate pair in an id",
                """{"creatorId":"\ud800","videoId":"a","purpose":"remix"}""",
                "wrongType"
            },
            {
                "half a surrogate pair in the purpose",
                """{"creatorId":"c","videoId":"a","purpose":"\udfff"}""",
                "wrongType"
            },
            {
                "half a surrogate pair in the requester",
                """{"creatorId":"c","videoId":"a","purpose":"remix","requester":"\ud800"}""",
                "wrongType"
            },
            {
                "half a surrogate pair in the consistency",
                """{"creatorId":"c","videoId":"a","purpose":"remix","consistency":"\ud800"}""",
                "wrongType"
            },
            {
                "half a surrogate pair in the moment",
                """{"creatorId":"c","videoId":"a","purpose":"remix","asOf":"\ud800"}""",
                "wrongType"
            },
            {
                "half a surrogate pair in a name",
                """{"creatorId":"c","videoId":"a","purpose":"remix","\ud800":1}""",
                "malformedJson"
            },
            {
                "half a surrogate pair in a known name",
                """{"creator\udc00Id":"c","videoId":"a","purpose":"remix"}""",
                "malformedJson"
            },
            {
                "half a surrogate pair as a stream",
                """{"creatorId":"c","videoId":"a","purpose":"remix","minVersions":{"\ud800":1}}""",
                "malformedJson"
            },
            {
                "two streams of no text",
                """{"creatorId":"c","videoId":"a","purpose":"remix","minVersions":{"\ud800":1,"\ud801":1}}""",
                "malformedJson"
            },
            {
                "bytes of no text in an id",
                "{\"creatorId\":\"\u00ff\",\"videoId\":\"a\",\"purpose\":\"remix\"}",
                "wrongType"
            },
            {
                "bytes of no text in the purpose",
                "{\"creatorId\":\"c\",\"videoId\":\"a\",\"purpose\":\"\u00c0\u0080\"}",
                "wrongType"
            },
            {
                "bytes of no text in a name",
                "{\"creatorId\":\"c\",\"videoId\":\"a\",\"purpose\":\"remix\",\"\u00fe\":1}",
                "unknownField"
            },
            { "bytes of no text", "\u00ff\u00fe\u0000", "malformedJson" },
            {
                "a byte order mark",
                "\u00ef\u00bb\u00bf{\"creatorId\":\"c\",\"videoId\":\"a\",\"purpose\":\"remix\"}",
                "malformedJson"
            },
            {
                "a control character",
                "{\"creatorId\":\"c\u0001\",\"videoId\":\"a\",\"purpose\":\"remix\"}",
                "malformedJson"
            },
            { "a text without its end", """{"creatorId":"c","videoId":"a","purpose":"remix""", "malformedJson" },
            { "much nesting", new string('[', 10_000), "malformedJson" },
            {
                "much nesting in a field",
                $$"""{"creatorId":{{string.Concat(Enumerable.Repeat("{\"a\":", 1_000))}}""",
                "malformedJson"
            },
            {
                "nesting where none is expected",
                $"{{\"creatorId\":\"c\",\"videoId\":\"a\",\"purpose\":\"remix\",\"minVersions\":{{\"c\":{new string('[', 14)}{new string(']', 14)}}}}}",
                "wrongType"
            },
            {
                "a number beyond all numbers",
                """{"creatorId":"c","videoId":"a","purpose":"remix","maxStalenessMs":1e999}""",
                "wrongType"
            },
            {
                "a number with many digits",
                $$"""{"creatorId":"c","videoId":"a","purpose":"remix","maxStalenessMs":{{new string('9', 10_000)}}}""",
                "wrongType"
            },
            {
                "a version beyond all numbers",
                """{"creatorId":"c","videoId":"a","purpose":"remix","minVersions":{"c":9223372036854775808}}""",
                "wrongType"
            },
            {
                "a number for a word",
                """{"creatorId":"c","videoId":"a","purpose":"remix","consistency":1e5}""",
                "wrongType"
            },
            { "nothing but blanks", "   ", "malformedJson" },
        };

    [Theory]
    [MemberData(nameof(NoChecks))]
    public async Task A_line_that_cannot_be_read_is_one_error_and_the_stream_goes_on(
        string what,
        string line,
        string code
    )
    {
        await PrepareAsync();
        // Every character is one byte: some lines are no text.
        var answers = await StreamAsync(
            App.Platform("acme"),
            new ByteArrayContent(Encoding.Latin1.GetBytes($"{Check("a")}\n{line}\n{Check("a")}\n{line}\n{Check("a")}"))
        );
        Assert.Equal(
            ["True", code, "True", code, "True"],
            answers.Select(answer => (string?)answer["error"]?["code"] ?? ((bool)answer["allowed"]!).ToString())
        );
        Assert.True(answers[1]["line"] is { } second && (int)second == 2 && (int)answers[3]["line"]! == 4, what);
    }

    [Fact]
    public async Task Lines_that_wait_for_versions_wait_side_by_side_and_spoil_no_other()
    {
        await PrepareAsync();
        const int lines = 1_001;
        var waits = Check("a", $",\"minVersions\":{{\"{creator}\":999}}");
        var started = TimeProvider.System.GetTimestamp();
        var answers = await StreamAsync(
            App.Platform("acme"),
            string.Join('\n', Enumerable.Range(0, lines).Select(i => i % 2 == 0 ? Check("a") : waits))
        );
        Assert.Equal(
            Enumerable.Range(0, lines).Select(i => i % 2 == 0 ? "creatorDefault" : "indeterminate"),
            answers.Select(answer => (string)answer["reason"]!)
        );
        // One after the other they would take minutes, or half a minute in the few chunks that are answered at once.
        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task Receipts_of_many_lines_are_all_given_and_written_down_together()
    {
        const int lines = 600;
        await PrepareAsync();
        (
            await App.Platform()
                .PostAsync(
                    "/v1/videos/batch",
                    new
                    {
                        videos = Enumerable.Range(0, lines).Select(i => new { creatorId = creator, videoId = $"r{i}" }),
                    }
                )
        ).Is(200);
        var answers = await StreamAsync(
            App.Platform("acme"),
            string.Join('\n', Enumerable.Range(0, lines).Select(i => Check($"r{i}", ",\"receipt\":true")))
        );
        Assert.Equal(lines, answers.Count);
        Assert.All(answers, answer => Assert.NotNull(answer["receipt"]));
        Assert.Equal(
            lines,
            await App.ScalarAsync<long>("SELECT count(*) FROM consent.reliance WHERE owner = $1", creator)
        );
        // As many as chunks have come, which the network decides.
        Assert.InRange(
            await App.ScalarAsync<long>(
                "SELECT count(DISTINCT xmin::text) FROM consent.reliance WHERE owner = $1",
                creator
            ),
            1,
            lines / 10
        );
    }

    [Fact]
    public async Task Whoever_may_not_name_others_is_told_so_by_the_line()
    {
        await PrepareAsync();
        var own = App.With("consent:check", client: "acme");
        var answers = await StreamAsync(
            own,
            $"{Check("a")}\n{Check("a", ",\"requester\":\"rival\"")}\n{Check("a", ",\"requester\":\"acme\"")}\n"
        );
        Assert.True((bool)answers[0]["allowed"]!);
        Assert.Equal("requesterNotYours", (string)answers[1]["error"]!["code"]!);
        Assert.True((bool)answers[2]["allowed"]!);
        (
            await App.Creator(creator).SendAsync(HttpMethod.Post, "/v1/checks/stream", CheckLines.Body(Check("a")))
        ).IsProblem(403, "forbidden");
        (await App.Anonymous().SendAsync(HttpMethod.Post, "/v1/checks/stream", CheckLines.Body(Check("a")))).IsProblem(
            401,
            "unauthenticated"
        );
        (await own.PostAsync("/v1/checks/stream", Check("a"))).IsProblem(415, "unsupportedMediaType");
        Assert.Empty(await StreamAsync(own, ""));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("")]
    public async Task A_line_that_is_too_long_ends_the_stream(string end)
    {
        await PrepareAsync();
        var longest = Check(
            "a",
            $",\"requester\":null{new string(' ', (16 << 10) - Check("a", ",\"requester\":null").Length)}"
        );
        var answers = await StreamAsync(
            App.Platform("acme"),
            $"{longest}\n{Check("b")}\n{longest[..^1]} }}{end}{(end.Length > 0 ? Check("a") : "")}"
        );
        Assert.Equal(3, answers.Count);
        Assert.True((bool)answers[0]["allowed"]!);
        Assert.Equal("tooLarge", (string)answers[2]["error"]!["code"]!);
        Assert.Equal(3, (int)answers[2]["line"]!);
    }

    [Fact]
    public async Task Many_lines_are_answered_in_order()
    {
        await PrepareAsync();
        var answers = await StreamAsync(
            App.Platform("acme"),
            string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{Check($"n{i}")}\n"))
        );
        Assert.Equal(
            Enumerable.Range(0, 20_000).Select(i => $"n{i}"),
            answers.Select(answer => (string)answer["decidedBy"]!["video"]!["videoId"]!)
        );
    }

    [Fact]
    public async Task A_line_is_answered_before_the_next_one_is_sent()
    {
        await PrepareAsync();
        using var connection = await OpenAsync();
        for (var i = 0; i < 3; i++)
        {
            await connection.SendAsync($"{Check("a")}\n");
            Assert.Contains(
                "\"allowed\":true",
                await connection.ReadUntilAsync("maxAgeMs\":0,\"error\":null}"),
                StringComparison.Ordinal
            );
        }
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null)).Is(200);
        await connection.SendAsync($"{Check("a")}\n");
        Assert.Contains("\"lockdown\"", await connection.ReadUntilAsync("maxAgeMs"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_who_takes_nothing_for_too_long_is_cut_off()
    {
        await PrepareAsync();
        var options = App.Services.GetRequiredService<IOptions<StreamOptions>>().Value;
        var usual = options.LongestStall;
        options.LongestStall = TimeSpan.FromSeconds(1);
        try
        {
            using var connection = await OpenAsync();
            var block = string.Concat(Enumerable.Repeat($"{Check("a")}\n", 500));
            // The service reads on only while it can send: at some point nothing is taken any more, and then the
            // connection ends.
            var error = await Assert.ThrowsAnyAsync<IOException>(async () =>
            {
                while (true)
                    await connection.SendAsync(block);
            });
            Assert.IsType<SocketException>(error.InnerException);
        }
        finally
        {
            options.LongestStall = usual;
        }
    }

    [Fact]
    public async Task A_stream_ends_with_the_first_line_that_comes_when_the_token_has_expired()
    {
        await PrepareAsync();
        using var connection = await OpenAsync(
            App.Sign(
                TimeProvider.System.GetUtcNow()
                    - DevelopmentTokens.Lifetime
                    - TokenLifetime.ClockSkew
                    + TimeSpan.FromSeconds(5),
                ["consent:check"],
                null,
                "acme"
            )
        );
        // The end may come together with the answer before, or by itself.
        var answers = "";
        await Eventually.HoldsAsync(
            "the token has expired",
            async () =>
            {
                await connection.SendAsync($"{Check("a")}\n");
                answers += await connection.ReadUntilAsync("}\n");
                var end = answers.IndexOf("\"unauthenticated\"", StringComparison.Ordinal);
                return end >= 0 && answers.IndexOf("}\n", end, StringComparison.Ordinal) >= 0;
            }
        );
        var allowed = answers.Split("\"allowed\":true").Length - 1;
        Assert.InRange(allowed, 1, int.MaxValue);
        var answer = answers[answers.LastIndexOf("\"allowed\"", StringComparison.Ordinal)..];
        Assert.Contains("\"allowed\":false,\"effect\":\"deny\"", answer, StringComparison.Ordinal);
        Assert.Contains(
            "\"error\":{\"code\":\"unauthenticated\",\"detail\":\"The token has expired, and the stream ends here; go "
                + "on with a new token.\"}",
            answer,
            StringComparison.Ordinal
        );
        Assert.Contains($"\"line\":{allowed + 1}}}", answer, StringComparison.Ordinal);
        // The last piece of an answer in pieces.
        if (!answer.EndsWith("0\r\n\r\n", StringComparison.Ordinal))
            await connection.ReadUntilAsync("0\r\n\r\n");
    }

    [Fact]
    public async Task A_caller_who_leaves_in_the_middle_leaves_nothing_behind()
    {
        await PrepareAsync();
        for (var i = 0; i < 20; i++)
        {
            using var connection = await OpenAsync();
            await connection.SendAsync(string.Concat(Enumerable.Repeat($"{Check("a")}\n", 2_000)));
        }
        Assert.True((bool)(await App.Platform("acme").PostAsync("/v1/checks", Check("a"))).Is(200)["allowed"]!);
    }

    private CheckLines Checks => new(App, creator);

    private Task PrepareAsync() => Checks.PrepareAsync();

    private string Check(string video, string more = "") => Checks.Check(video, more);

    private static Task<IReadOnlyList<JsonNode>> StreamAsync(RegistryClient client, string text) =>
        StreamAsync(client, CheckLines.Body(text));

    private static async Task<IReadOnlyList<JsonNode>> StreamAsync(RegistryClient client, HttpContent lines)
    {
        lines.Headers.ContentType = new("application/x-ndjson");
        var answer = (await client.SendAsync(HttpMethod.Post, "/v1/checks/stream", lines)).Is(200);
        Assert.Equal("application/x-ndjson", answer.MediaType ?? "application/x-ndjson");
        return
        [
            .. answer.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!),
        ];
    }

    // What differs from time to time, and what only an item among many has.
    private static string Lasting(JsonNode answer)
    {
        var lasting = answer.DeepClone().AsObject();
        foreach (var name in new[] { "freshAt", "receipt", "error" })
            lasting.Remove(name);
        return lasting.ToJsonString();
    }

    private Task<StreamConnection> OpenAsync(string? token = null) =>
        StreamConnection.OpenAsync(
            App.Address,
            token ?? App.Sign(TimeProvider.System.GetUtcNow(), ["consent:check"], null, "acme")
        );
}
