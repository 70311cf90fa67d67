using System.Text;

namespace ConsentRegistry.Api.Tests.Checks;

/// <summary>
/// The short way of a check answers byte for byte as the long way does, and leaves to it whatever it does not
/// understand.
/// </summary>
public sealed class DirectCheckTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private RegistryApplication App => registry.App;

    [Fact]
    public async Task Both_ways_give_the_same_bytes()
    {
        var random = new Random(TestSeed.Get());
        var creators = Enumerable.Range(0, 3).Select(_ => RegistryApplication.NewId("d~")).ToArray();
        await RandomConsent.PrepareAsync(App, random, creators);
        var checks = Enumerable
            .Range(0, 400)
            .Select(_ => new
            {
                creatorId = creators[random.Next(3)],
                videoId = $"v{random.Next(4)}",
                purpose = RandomConsent.Purposes[random.Next(RandomConsent.Purposes.Length)],
                requester = random.Next(3) == 0 ? "rival" : null,
                maxStalenessMs = random.Next(3) == 0 ? random.Next(300_000) : (int?)null,
            })
            .ToArray();

        foreach (var check in checks.Take(150))
        {
            var direct = (await App.Platform("acme").PostAsync("/v1/checks", check)).Is(200);
            // No member of a plain check: this one goes the long way.
            var usual = (
                await App.Platform("acme")
                    .PostAsync(
                        "/v1/checks",
                        new
                        {
                            check.creatorId,
                            check.videoId,
                            check.purpose,
                            check.requester,
                            check.maxStalenessMs,
                            explain = false,
                        }
                    )
            ).Is(200);
            Assert.Equal(RandomConsent.WithoutTimes(usual.Text), RandomConsent.WithoutTimes(direct.Text));
            Assert.Equal(usual.Headers["Content-Type"], direct.Headers["Content-Type"]);
            Assert.Equal(usual.Headers["Cache-Control"], direct.Headers["Cache-Control"]);
        }
        var batch = (await App.Platform("acme").PostAsync("/v1/checks/batch", new { checks })).Is(200);
        var usualBatch = (
            await App.Platform("acme").PostAsync("/v1/checks/batch", new { defaults = new { explain = false }, checks })
        ).Is(200);
        Assert.Equal(RandomConsent.WithoutTimes(usualBatch.Text), RandomConsent.WithoutTimes(batch.Text));
        Assert.Equal(400, batch["results"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("", 400, "malformedJson")]
    [InlineData("{", 400, "malformedJson")]
    [InlineData("{}", 422, "invalid")]
    [InlineData("{\"creatorId\":\"c\",\"videoId\":\"v\"}", 422, "invalid")]
    [InlineData("{\"creatorId\":\"c\",\"videoId\":\"v\",\"purpose\":\"remix\"} ", 200, null)]
    [InlineData(" \t\r\n{\"purpose\":\"remix\",\"videoId\":\"v\",\"creatorId\":\"c\"}\n", 200, null)]
    [InlineData("{\"creatorId\":\"c\",\"videoId\":\"v\",\"purpose\":\"remix\"}x", 400, "malformedJson")]
    [InlineData(
        "{\"creatorId\":\"c\",\"creatorId\":\"c\",\"videoId\":\"v\",\"purpose\":\"remix\"}",
        400,
        "duplicateKey"
    )]
    [InlineData("{\"creatorId\":null,\"videoId\":\"v\",\"purpose\":\"remix\"}", 422, "invalid")]
    [InlineData("{\"creatorId\":\"c/d\",\"videoId\":\"v\",\"purpose\":\"remix\"}", 422, "invalid")]
    [InlineData("{\"creatorId\":\"..\",\"videoId\":\"v\",\"purpose\":\"remix\"}", 422, "invalid")]
    [InlineData("{\"creatorId\":\"\\u0063\",\"videoId\":\"v\",\"purpose\":\"remix\"}", 200, null)]
    [InlineData("{\"creatorId\":\"c\",\"videoId\":\"v\",\"purpose\":\"Remix\"}", 422, "unknownPurpose")]
    [InlineData("{\"creatorId\":\"c\",\"videoId\":\"v\",\"purpose\":\"dubbing\"}", 422, "unknownPurpose")]
    [InlineData(
        "{\"creatorId\":\"c\",\"videoId\":\"v\",\"purpose\":\"remix\",\"maxStalenessMs\":300001}",
        422,
        "invalid"
    )]
    [InlineData(
        "{\"creatorId\":\"c\",\"videoId\":\"v\",\"purpose\":\"remix\",\"maxStalenessMs\":1.5}",
        400,
        "wrongType"
    )]
    [InlineData(
        "{\"creatorId\":\"c\",\"videoId\":\"v\",\"purpose\":\"remix\",\"consistency\":\"weak\"}",
        422,
        "invalid"
    )]
    [InlineData("{\"creatorId\":\"c\",\"videoId\":\"v\",\"purpose\":\"remix\",\"consistency\":\"strong\"}", 200, null)]
    [InlineData("{\"creatorId\":\"c\",\"videoId\":\"v\",\"purpose\":\"remix\",\"requester\":\"\"}", 422, "invalid")]
    [InlineData(
        "{\"creatorId\":\"c\",\"videoId\":\"v\",\"purpose\":\"remix\",\"Purpose\":\"remix\"}",
        400,
        "unknownField"
    )]
    [InlineData("{\"creatorId\":\"c\",\"videoId\":{},\"purpose\":\"remix\"}", 400, "wrongType")]
    public async Task What_is_not_plain_is_refused_or_answered_the_long_way(string body, int status, string? code)
    {
        // Twice: the first request proves the token, from the second on it is known.
        for (var i = 0; i < 2; i++)
        {
            var answer = await App.Platform("acme").PostAsync("/v1/checks", body);
            if (code is null)
                answer.Is(status);
            else
                answer.IsProblem(status, code);
        }
    }

    [Fact]
    public async Task A_body_in_many_pieces_is_read_to_its_end()
    {
        var client = App.Platform("acme");
        var check = Encoding.ASCII.GetBytes("{\"creatorId\":\"c\",\"videoId\":\"v\",\"purpose\":\"remix\"}");
        (await client.PostAsync("/v1/checks", check)).Is(200);
        using var connection = new System.Net.Sockets.TcpClient(App.Address.Host, App.Address.Port);
        var token = App.Sign(TimeProvider.System.GetUtcNow(), ["consent:check"], null, "acme");
        for (var request = 0; request < 3; request++)
        {
            await connection
                .GetStream()
                .WriteAsync(
                    Encoding.ASCII.GetBytes(
                        $"POST /v1/checks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: "
                            + $"application/json\r\nContent-Length: {check.Length}\r\n\r\n"
                    ),
                    TestContext.Current.CancellationToken
                );
            foreach (var one in check)
            {
                await connection.GetStream().WriteAsync(new[] { one }, TestContext.Current.CancellationToken);
                await Task.Yield();
            }
            var text = new StringBuilder();
            var buffer = new byte[4096];
            while (!text.ToString().Contains("maxAgeMs", StringComparison.Ordinal))
            {
                var read = await connection.GetStream().ReadAsync(buffer, TestContext.Current.CancellationToken);
                Assert.True(read > 0, text.ToString());
                text.Append(Encoding.ASCII.GetString(buffer, 0, read));
            }
            Assert.Contains("HTTP/1.1 200 OK", text.ToString(), StringComparison.Ordinal);
        }
    }
}
