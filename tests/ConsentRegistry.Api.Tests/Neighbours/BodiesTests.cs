using ConsentRegistry.Api.Tests.Checks;

namespace ConsentRegistry.Api.Tests.Neighbours;

/// <summary>Bodies that are announced and do not come, come slowly, or are no HTTP.</summary>
[Collection(nameof(Alone))]
public sealed class BodiesTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private const int Largest = 8 << 20;

    /// <summary>Connections that announce the largest body: 512 MiB in all.</summary>
    private const int Announcers = 64;

    /// <summary>Bytes that they may cost: some KiB for each connection, and what others' checks leave behind.</summary>
    private const long LargestGrowth = 64 << 20;

    private RegistryApplication App => registry.App;

    [Theory]
    [InlineData("/v1/checks/batch", "consent:check")]
    [InlineData("/v1/videos/batch", "videos:write")]
    public async Task What_is_announced_takes_no_memory(string path, string scope)
    {
        var token = Sign(scope, "announcer");
        // The token is known from here on, so that the short way of checks sees the request first.
        (await App.Bearer(token).PostAsync(path, "[]")).Is(400);
        // Nobody checks while all that the tests keep is collected: that stops everybody.
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await using var others = await OtherCallers.StartAsync(App);

        var connections = new List<RawConnection>();
        try
        {
            for (var i = 0; i < Announcers; i++)
            {
                var connection = await RawConnection.OpenAsync(
                    App,
                    $"POST {path}",
                    token,
                    "Content-Type: application/json",
                    $"Content-Length: {Largest}",
                    "Expect: 100-continue"
                );
                connections.Add(connection);
                // Said when the service begins to read.
                Assert.StartsWith(
                    "HTTP/1.1 100 ",
                    await connection.ReadUntilAsync("\r\n\r\n"),
                    StringComparison.Ordinal
                );
                await connection.SendAsync("{");
            }
            await others.AreAnsweredAsync(100);
            await others.AssertUnharmedAsync();
            Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, LargestGrowth);
        }
        finally
        {
            connections.ForEach(connection => connection.Dispose());
        }
    }

    [Fact]
    public async Task One_callers_bodies_leave_room_for_those_of_others()
    {
        await using var others = await OtherCallers.StartAsync(App);
        var greedy = Sign("videos:write", "greedy");
        var blanks = new byte[Largest - 2];
        Array.Fill(blanks, (byte)' ');
        var connections = new List<RawConnection>();
        try
        {
            // There is room for four of them. All but the last bytes of five are sent, so that some are refused, and
            // the others wait.
            for (var i = 0; i < 5; i++)
            {
                connections.Add(
                    await RawConnection.OpenAsync(
                        App,
                        "POST /v1/videos/batch",
                        greedy,
                        "Content-Type: application/json",
                        $"Content-Length: {Largest}"
                    )
                );
            }
            var sending = connections.ConvertAll(connection => TrySendAsync(connection, blanks));
            var answers = connections.ConvertAll(connection => connection.ReadUntilAsync("\r\n\r\n"));
            await Task.WhenAny(answers);

            // Small bodies of the same caller, and large ones of others, are read.
            (await App.Bearer(greedy).PostAsync("/v1/videos/batch", "{}")).Is(422);
            (await App.Bearer(Sign("videos:write", "modest")).PostAsync("/v1/videos/batch", blanks)).IsProblem(
                400,
                "malformedJson"
            );

            await Task.WhenAll(sending);
            foreach (var connection in connections)
                await TrySendAsync(connection, "{}"u8.ToArray());
            await Task.WhenAll(answers);
            var heads = answers.ConvertAll(answer => answer.Result);
            Assert.All(
                heads,
                head =>
                    Assert.True(
                        head.StartsWith("HTTP/1.1 422 ", StringComparison.Ordinal)
                            || (
                                head.StartsWith("HTTP/1.1 503 ", StringComparison.Ordinal)
                                && head.Contains("Retry-After: 1", StringComparison.Ordinal)
                            ),
                        head
                    )
            );
            Assert.InRange(heads.Count(head => head.StartsWith("HTTP/1.1 503 ", StringComparison.Ordinal)), 1, 4);
            // What was taken is given back.
            await Eventually.HoldsAsync(
                "there is room again",
                async () => (await App.Bearer(greedy).PostAsync("/v1/videos/batch", blanks)).Status == 400
            );
        }
        finally
        {
            connections.ForEach(connection => connection.Dispose());
        }
        await others.AssertUnharmedAsync();
    }

    public static TheoryData<string, string, string> MalformedBodies =>
        new()
        {
            { "a chunk size beyond all numbers", "POST /v1/checks", "fffffffffffffffffff\r\n" },
            { "a chunk size that is no number", "POST /v1/checks", "xyz\r\n" },
            { "a negative chunk size", "POST /v1/checks", "-1\r\n" },
            { "a chunk that is longer than it says", "POST /v1/checks", "2\r\n{}}}\r\n0\r\n\r\n" },
            { "a chunk size beyond all numbers, of many checks", "POST /v1/checks/batch", "fffffffffffffffffff\r\n" },
            {
                "a chunk size beyond all numbers, of an evaluation",
                "POST /access/v1/evaluation",
                "fffffffffffffffffff\r\n"
            },
            {
                "a chunk size beyond all numbers, of a setting",
                "PUT /v1/creators/somebody/consent/defaults/remix",
                "fffffffffffffffffff\r\n"
            },
            {
                "a chunk size beyond all numbers, of a stop",
                "PUT /v1/creators/somebody/lockdown",
                "fffffffffffffffffff\r\n"
            },
            {
                "a chunk size beyond all numbers, where no body is taken",
                "DELETE /v1/creators/somebody/consent/defaults/remix",
                "fffffffffffffffffff\r\n"
            },
        };

    [Theory]
    [MemberData(nameof(MalformedBodies))]
    public async Task A_malformed_body_is_the_callers_fault(string name, string request, string body)
    {
        var token = App.Sign(TimeProvider.System.GetUtcNow(), ["consent:check", "consent:manage"], "somebody", "acme");
        using var connection = await RawConnection.OpenAsync(
            App,
            request,
            token,
            "Content-Type: application/json",
            "Transfer-Encoding: chunked"
        );
        await connection.SendAsync(body);
        var answer = await connection.ReadUntilAsync("\"traceId\"");
        Assert.True(answer.StartsWith("HTTP/1.1 400 ", StringComparison.Ordinal), $"{name}: {answer}");
        Assert.Contains("\"code\":\"malformedRequest\"", answer, StringComparison.Ordinal);
        Assert.DoesNotContain(
            App.Log.Lines,
            line => line.Contains("PostgreSQL could not serve", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_malformed_chunk_in_a_stream_is_told_after_the_lines_before_it()
    {
        var creator = RegistryApplication.NewId();
        var line = $"{{\"creatorId\":\"{creator}\",\"videoId\":\"v\",\"purpose\":\"remix\"}}\n";
        using var connection = await RawConnection.OpenAsync(
            App,
            "POST /v1/checks/stream",
            Sign("consent:check", "acme"),
            "Content-Type: application/x-ndjson",
            "Transfer-Encoding: chunked"
        );
        for (var i = 0; i < 3; i++)
        {
            await connection.SendAsync(StreamConnection.Piece(line));
            Assert.Contains("\"allowed\":false", await connection.ReadUntilAsync("maxAgeMs"), StringComparison.Ordinal);
        }
        await connection.SendAsync(StreamConnection.Piece(line));
        await connection.SendAsync("fffffffffffffffffff\r\n");
        var rest = await connection.ReadToEndAsync();
        // The fourth line has its answer, or it came together with what is malformed; the last line says which.
        var answered = rest.Split("\"error\":null").Length - 1;
        Assert.InRange(answered, 0, 1);
        Assert.Contains("\"code\":\"malformedRequest\"", rest, StringComparison.Ordinal);
        Assert.Contains($"\"line\":{4 + answered}}}", rest, StringComparison.Ordinal);
    }

    // Who is refused is not read to the end.
    private static async Task TrySendAsync(RawConnection connection, byte[] bytes)
    {
        try
        {
            await connection.SendAsync(bytes);
        }
        catch (IOException)
        {
            // The answer says why.
        }
    }

    private string Sign(string scope, string client) =>
        App.Sign(TimeProvider.System.GetUtcNow(), [scope], null, client);
}
