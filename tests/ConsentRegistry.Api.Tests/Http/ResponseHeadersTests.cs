namespace ConsentRegistry.Api.Tests.Http;

/// <summary>What an answer says to caches and browsers.</summary>
public sealed class ResponseHeadersTests(RegistryFixture registry, PostgresFixture postgres)
    : IClassFixture<RegistryFixture>
{
    private RegistryApplication App => registry.App;

    [Fact]
    public async Task No_cache_keeps_what_is_not_public()
    {
        await Log.Exports.CoveredAsync(App);
        (Answer Answer, int Status)[] answers =
        [
            (await App.Anonymous().GetAsync("/v1/creators/c/consent"), 401),
            (await App.Bearer("none").PostAsync("/v1/checks", new { }), 401),
            (await App.Platform().GetAsync("/v1/creators/c/consent"), 403),
            (await App.Anonymous().GetAsync("/v1/nowhere"), 404),
            (await App.Anonymous().GetAsync("/"), 302),
            (await App.Anonymous().GetAsync("/log/tile/0/999"), 404),
            (await App.Anonymous().GetAsync("/swagger/nothing.js"), 404),
            (await App.Anonymous().GetAsync("/v1/checks"), 405),
            (await App.Anonymous().DeleteAsync("/log/checkpoint"), 405),
            (await App.Platform().PostAsync("/v1/checks?x=1", new { }), 400),
            (await App.Platform().PostAsync("/v1/checks", new StringContent("x")), 415),
            (
                await App.Platform()
                    .PostAsync(
                        "/v1/checks",
                        new
                        {
                            creatorId = "c",
                            videoId = "v",
                            purpose = "remix",
                        }
                    ),
                200
            ),
            (await App.Creator("c").GetAsync("/v1/creators/c/consent"), 200),
            (await App.Anonymous().GetAsync("/health/live"), 200),
            (await App.Anonymous().GetAsync("/health/ready"), 200),
        ];
        Assert.All(
            answers,
            one =>
                Assert.Contains(
                    "no-store",
                    one.Answer.Is(one.Status).Header("Cache-Control") ?? "",
                    StringComparison.Ordinal
                )
        );
        Assert.Contains(
            "immutable",
            (await App.Anonymous().GetAsync("/log/tile/0/000.p/1")).Is(200).Header("Cache-Control")!,
            StringComparison.Ordinal
        );
        Assert.Equal("no-cache", (await App.Anonymous().GetAsync("/log/checkpoint")).Is(200).Header("Cache-Control"));
    }

    [Theory]
    [InlineData("Development")]
    [InlineData("Production")]
    public async Task A_browser_runs_nothing_but_the_pages_own_scripts_and_keeps_no_token(string environment)
    {
        await using var app =
            environment == "Development"
                ? await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync())
                : await RegistryApplication.StartAsync(
                    await postgres.CreateDatabaseAsync(),
                    $"environment={environment}",
                    "Tokens:Authority=https://issuer.invalid"
                );
        foreach (
            var path in new[]
            {
                "/swagger",
                "/swagger/index.html",
                "/swagger/index.js",
                "/swagger/v1/swagger.json",
                "/v1/purposes",
                "/v1/nowhere",
            }
        )
        {
            var answer = await app.Anonymous().GetAsync(path);
            var policy = answer.Header("Content-Security-Policy") ?? "";
            Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
            Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.Equal(
                ("nosniff", "DENY"),
                (answer.Header("X-Content-Type-Options"), answer.Header("X-Frame-Options"))
            );
            Assert.Equal(
                environment == "Development" ? null : "max-age=31536000",
                answer.Header("Strict-Transport-Security")
            );
        }
        // What the policy would refuse is not on the page.
        var page = (await app.Anonymous().GetAsync("/swagger/index.html")).Is(200).Text;
        Assert.DoesNotMatch("<script(?![^>]* src=)", page);
        Assert.DoesNotMatch("(?i) on[a-z]+=", page);
        Assert.DoesNotMatch("(?i)(src|href)=['\"]?(https?:)?//", page);
        Assert.DoesNotContain(
            "\"persistAuthorization\":true",
            (await app.Anonymous().GetAsync("/swagger/index.js")).Is(200).Text,
            StringComparison.Ordinal
        );
    }
}
