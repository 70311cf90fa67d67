using System.Text;
using System.Text.Json.Nodes;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Tests.Checks;

/// <summary>
/// The short way of a check answers byte for byte as the long way does, and leaves to it whatever it does not
/// understand.
/// </summary>
public sealed class DirectCheckTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private static readonly string[] Purposes =
    [
        "remix",
        "remix.voice",
        "remix.meme",
        "training",
        "training.generative",
        "grounding",
        "mining",
    ];
    private static readonly string[] Effects = ["allow", "ask", "deny"];

    private RegistryApplication App => registry.App;

    [Fact]
    public async Task Both_ways_give_the_same_bytes()
    {
        var random = new Random(TestSeed.Get());
        var creators = Enumerable.Range(0, 3).Select(_ => RegistryApplication.NewId("d~")).ToArray();
        await PrepareAsync(random, creators);
        var checks = Enumerable
            .Range(0, 400)
            .Select(_ => new
            {
                creatorId = creators[random.Next(3)],
                videoId = $"v{random.Next(4)}",
                purpose = Purposes[random.Next(Purposes.Length)],
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
            Assert.Equal(WithoutTimes(usual.Text), WithoutTimes(direct.Text));
            Assert.Equal(usual.Headers["Content-Type"], direct.Headers["Content-Type"]);
            Assert.Equal(usual.Headers["Cache-Control"], direct.Headers["Cache-Control"]);
        }
        var batch = (await App.Platform("acme").PostAsync("/v1/checks/batch", new { checks })).Is(200);
        var usualBatch = (
            await App.Platform("acme").PostAsync("/v1/checks/batch", new { defaults = new { explain = false }, checks })
        ).Is(200);
        Assert.Equal(WithoutTimes(usualBatch.Text), WithoutTimes(batch.Text));
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

    private async Task PrepareAsync(Random random, string[] creators)
    {
        foreach (var creator in creators)
        {
            for (var video = 0; video < 3; video++)
            {
                (
                    await App.Platform()
                        .PutAsync(
                            $"/v1/creators/{creator}/videos/v{video}",
                            new
                            {
                                publishedAt = random.Next(2) == 0 ? "2026-01-01T00:00:00Z" : null,
                                participants = random.Next(2) == 0
                                    ? new[]
                                    {
                                        new
                                        {
                                            creatorId = creators[random.Next(3)],
                                            role = random.Next(2) == 0 ? "depicted" : "coCreator",
                                        },
                                    }
                                    : null,
                                derivedFrom = video > 0 && random.Next(2) == 0
                                    ? new[] { new { creatorId = creators[random.Next(3)], videoId = "v0" } }.Where(
                                        one => one.creatorId != creator
                                    )
                                    : null,
                            }
                        )
                ).Is(200);
            }
            foreach (var purpose in Purposes.Where(_ => random.Next(4) > 0))
            {
                var effect = Effects[random.Next(3)];
                (
                    await App.Creator(creator)
                        .PutAsync(
                            $"/v1/creators/{creator}/consent/defaults/{purpose}{(random.Next(3) == 0 ? "?requester=rival" : "")}",
                            new
                            {
                                effect,
                                appliesTo = effect == "allow" ? "all" : null,
                                conditions = effect != "deny" && random.Next(2) == 0
                                    ? new[] { "attribution", "labelAsAi" }
                                    : null,
                                expiresAt = effect == "allow" && random.Next(2) == 0
                                    ? Instant
                                        .From(TimeProvider.System.GetUtcNow())
                                        .Plus(TimeSpan.FromHours(1))
                                        .ToString()
                                    : null,
                            }
                        )
                ).Is(200);
                var one = Effects[random.Next(3)];
                (
                    await App.Creator(creator)
                        .PutAsync(
                            $"/v1/creators/{creator}/videos/v{random.Next(4)}/consent/{purpose}",
                            new { effect = one }
                        )
                ).Is(200);
            }
        }
        if (random.Next(2) == 0)
            (
                await App.Creator(creators[0])
                    .PutAsync($"/v1/creators/{creators[0]}/lockdown", new { purposes = new[] { "mining" } })
            ).Is(200);
    }

    // When it was read differs, and so does the age of what expires.
    private static string WithoutTimes(string text)
    {
        static JsonNode? Without(JsonNode? node) =>
            node switch
            {
                JsonObject members => new JsonObject(
                    members.Select(member =>
                        KeyValuePair.Create(
                            member.Key,
                            member.Key is "freshAt" or "maxAgeMs" ? null : Without(member.Value)
                        )
                    )
                ),
                JsonArray items => new JsonArray([.. items.Select(Without)]),
                _ => node?.DeepClone(),
            };
        var json = Without(JsonNode.Parse(text))!.ToJsonString();
        // The order of members, and their spelling, are compared as they stand; only values of times are not.
        Assert.Equal(text.Count(c => c == ','), json.Count(c => c == ','));
        return json;
    }
}
