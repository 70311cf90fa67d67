namespace ConsentRegistry.Api.Tests.Http;

/// <summary>Refusals that belong to no operation, and the limit on changes.</summary>
public sealed class ProblemTests(RegistryFixture registry, PostgresFixture postgres) : IClassFixture<RegistryFixture>
{
    private RegistryApplication App => registry.App;

    [Theory]
    [InlineData("/v1")]
    [InlineData("/v1/creators")]
    [InlineData("/v1/creators/a/consent/defaults")]
    [InlineData("/v2/checks")]
    [InlineData("/v1/creators//consent")]
    public async Task An_unknown_path_is_404(string path)
    {
        (await App.Anonymous().GetAsync(path)).IsProblem(404, "notFound");
        (await App.Admin().GetAsync(path)).IsProblem(404, "notFound");
    }

    [Theory]
    [InlineData("DELETE", "/v1/checks", "POST")]
    [InlineData("POST", "/v1/creators/a/consent", "GET, HEAD")]
    [InlineData("PATCH", "/v1/creators/a/consent/defaults/remix", "DELETE, PUT")]
    [InlineData("PUT", "/health/live", "GET, HEAD")]
    public async Task A_method_that_a_path_lacks_is_405_and_names_those_it_has(
        string method,
        string path,
        string allowed
    )
    {
        var answer = (await App.Admin().SendAsync(new(method), path, null)).IsProblem(405, "methodNotAllowed");
        Assert.Equal(allowed, string.Join(", ", answer.Header("Allow")!.Split(", ").Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task A_creator_may_make_so_many_changes_a_second_and_others_as_many_as_they_like()
    {
        await using var app = await RegistryApplication.StartAsync(
            await postgres.CreateDatabaseAsync(),
            "RateLimits:ChangesPerSecond=3"
        );
        Task<Answer[]> SendAsync(RegistryClient client, Func<int, Task<Answer>> send) =>
            Task.WhenAll(Enumerable.Range(0, 40).Select(send));
        foreach (
            var limited in new[] { app.Creator("mia"), app.With("openid profile consent:manage", "tom", null, "mia") }
        )
        {
            var answers = await SendAsync(
                limited,
                i => limited.PutAsync($"/v1/creators/mia/videos/v{i}/consent/remix", new { effect = "deny" })
            );
            Assert.InRange(answers.Count(answer => answer.Status == 200), 3, 39);
            Assert.All(
                answers.Where(answer => answer.Status != 200),
                answer => Assert.Equal("1", answer.IsProblem(429, "rateLimited").Header("Retry-After"))
            );
            var reads = await SendAsync(limited, _ => limited.GetAsync("/v1/creators/mia/consent"));
            Assert.All(reads, answer => answer.Is(200));
        }
        Assert.All(
            await SendAsync(app.Platform(), i => app.Platform().PutAsync($"/v1/creators/mia/videos/v{i}", new { })),
            answer => answer.Is(200)
        );
        Assert.All(
            await SendAsync(
                app.Admin(),
                i => app.Admin().PutAsync($"/v1/creators/mia/videos/v{i}/consent/mining", new { effect = "deny" })
            ),
            answer => answer.Is(200)
        );
        Assert.All(
            await SendAsync(
                app.Platform(),
                _ =>
                    app.Platform()
                        .PostAsync(
                            "/v1/checks",
                            new
                            {
                                creatorId = "mia",
                                videoId = "v",
                                purpose = "remix",
                            }
                        )
            ),
            answer => answer.Is(200)
        );
    }
}
