using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

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
            [4, 5, 7, 9, 10, 13], answers.Where(answer => answer["error"] is not null).Select(answer => (int)answer["line"]!));
        Assert.Equal(
            ["malformedJson", "unknownField", "malformedJson", "unknownPurpose", "invalid", "wrongType"],
            answers.Where(answer => answer["error"] is not null).Select(answer => (string)answer["error"]!["code"]!));
        Assert.All(answers.Where(answer => answer["error"] is not null), answer => Assert.False((bool)answer["allowed"]!));
        Assert.NotNull(answers[7]["trace"]);
        Assert.NotNull(answers[11]["receipt"]);
    }

    [Fact]
    public async Task Whoever_may_not_name_others_is_told_so_by_the_line()
    {
        await PrepareAsync();
        var own = App.With("consent:check", client: "acme");
        var answers = await StreamAsync(own, $"{Check("a")}\n{Check("a", ",\"requester\":\"rival\"")}\n{Check("a", ",\"requester\":\"acme\"")}\n");
        Assert.True((bool)answers[0]["allowed"]!);
        Assert.Equal("requesterNotYours", (string)answers[1]["error"]!["code"]!);
        Assert.True((bool)answers[2]["allowed"]!);
        (await App.Creator(creator).SendAsync(HttpMethod.Post, "/v1/checks/stream", Lines(Check("a")))).IsProblem(403, "forbidden");
        (await App.Anonymous().SendAsync(HttpMethod.Post, "/v1/checks/stream", Lines(Check("a")))).IsProblem(401, "unauthenticated");
        (await own.PostAsync("/v1/checks/stream", Check("a"))).IsProblem(415, "unsupportedMediaType");
        Assert.Empty(await StreamAsync(own, ""));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("")]
    public async Task A_line_that_is_too_long_ends_the_stream(string end)
    {
        await PrepareAsync();
        var longest = Check("a", $",\"requester\":null{new string(' ', (16 << 10) - Check("a", ",\"requester\":null").Length)}");
        var answers = await StreamAsync(App.Platform("acme"), $"{longest}\n{Check("b")}\n{longest[..^1]} }}{end}{(end.Length > 0 ? Check("a") : "")}");
        Assert.Equal(3, answers.Count);
        Assert.True((bool)answers[0]["allowed"]!);
        Assert.Equal("tooLarge", (string)answers[2]["error"]!["code"]!);
        Assert.Equal(3, (int)answers[2]["line"]!);
    }

    [Fact]
    public async Task Many_lines_are_answered_in_order()
    {
        await PrepareAsync();
        var answers = await StreamAsync(App.Platform("acme"), string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{Check($"n{i}")}\n")));
        Assert.Equal(Enumerable.Range(0, 20_000).Select(i => $"n{i}"), answers.Select(answer => (string)answer["decidedBy"]!["video"]!["videoId"]!));
    }

    [Fact]
    public async Task A_line_is_answered_before_the_next_one_is_sent()
    {
        await PrepareAsync();
        using var connection = await OpenAsync();
        for (var i = 0; i < 3; i++)
        {
            await connection.SendAsync($"{Check("a")}\n");
            Assert.Contains("\"allowed\":true", await connection.ReadUntilAsync("maxAgeMs\":0}"), StringComparison.Ordinal);
        }
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null)).Is(200);
        await connection.SendAsync($"{Check("a")}\n");
        Assert.Contains("\"lockdown\"", await connection.ReadUntilAsync("maxAgeMs"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_who_takes_nothing_for_30_seconds_is_cut_off()
    {
        await PrepareAsync();
        using var connection = await OpenAsync();
        var block = string.Concat(Enumerable.Repeat($"{Check("a")}\n", 500));
        // The service reads on only while it can send: at some point nothing is taken any more, and then the connection ends.
        var error = await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            while (true)
                await connection.SendAsync(block);
        });
        Assert.IsType<SocketException>(error.InnerException);
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

    private async Task PrepareAsync()
    {
        foreach (var video in new[] { "a", "b" })
            (await App.Platform().PutAsync($"/v1/creators/{creator}/videos/{video}", new { })).Is(200);
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "allow", appliesTo = "all" })).Is(200);
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/videos/b/consent/remix", new { effect = "ask" })).Is(200);
    }

    private string Check(string video, string more = "") => $"{{\"creatorId\":\"{creator}\",\"videoId\":\"{video}\",\"purpose\":\"remix\"{more}}}";

    private static StringContent Lines(string text) => new(text, Encoding.UTF8, "application/x-ndjson");

    private static async Task<IReadOnlyList<JsonNode>> StreamAsync(RegistryClient client, string text)
    {
        // With no body at all its type is forgotten.
        var answer = (await client.SendAsync(HttpMethod.Post, "/v1/checks/stream", text.Length == 0 ? new StreamContent(new MemoryStream()) { Headers = { ContentType = new("application/x-ndjson"), ContentLength = null } } : Lines(text))).Is(200);
        Assert.Equal("application/x-ndjson", answer.MediaType ?? "application/x-ndjson");
        return [.. answer.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
    }

    private static string Lasting(JsonNode answer)
    {
        var lasting = answer.DeepClone().AsObject();
        foreach (var name in new[] { "freshAt", "receipt" })
            lasting.Remove(name);
        return lasting.ToJsonString();
    }

    private async Task<Connection> OpenAsync()
    {
        var connection = new Connection(App.Address);
        await connection.SendHeadersAsync(App.Sign(TimeProvider.System.GetUtcNow(), ["consent:check"], null, "acme"));
        return connection;
    }

    /// <summary>A connection on which what is sent and what is read are two things.</summary>
    private sealed class Connection(Uri address) : IDisposable
    {
        private readonly TcpClient client = new(address.Host, address.Port);

        public Task SendHeadersAsync(string token) => WriteAsync(
            $"POST /v1/checks/stream HTTP/1.1\r\nHost: {address.Authority}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n");

        public Task SendAsync(string text) => WriteAsync($"{text.Length:x}\r\n{text}\r\n");

        public async Task<string> ReadUntilAsync(string end)
        {
            var text = new StringBuilder();
            var buffer = new byte[4096];
            while (!text.ToString().Contains(end, StringComparison.Ordinal))
            {
                var read = await client.GetStream().ReadAsync(buffer, TestContext.Current.CancellationToken);
                Assert.True(read > 0, text.ToString());
                text.Append(Encoding.UTF8.GetString(buffer, 0, read));
            }
            return text.ToString();
        }

        public void Dispose() => client.Dispose();

        private async Task WriteAsync(string text) => await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text), TestContext.Current.CancellationToken);
    }
}
