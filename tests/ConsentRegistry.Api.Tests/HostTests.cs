using ConsentRegistry.Api.Startup;

namespace ConsentRegistry.Api.Tests;

public sealed class HostTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    [Fact]
    public async Task A_started_service_is_live_and_ready()
    {
        var anonymous = registry.App.Anonymous();

        Assert.Equal("live", (string?)(await anonymous.GetAsync("/health/live")).Is(200)["status"]);
        Assert.Equal("ready", (string?)(await anonymous.GetAsync("/health/ready")).Is(200)["status"]);
    }

    [Theory]
    [InlineData("migrat")]
    [InlineData("serve")]
    public async Task A_word_that_is_no_command_does_not_start_a_service(string word) =>
        Assert.Equal(2, await Commands.RunAsync([word]));

    [Fact]
    public async Task The_root_leads_to_the_page_that_says_what_the_service_offers()
    {
        var anonymous = registry.App.Anonymous();
        var page = (await anonymous.GetAsync("/")).Is(302).Header("Location");
        Assert.Equal(302, (await anonymous.SendAsync(HttpMethod.Head, "/", null)).Status);
        Assert.Contains("swagger-ui", (await anonymous.GetAsync($"/{page}")).Is(200).Text, StringComparison.Ordinal);
        (await anonymous.PostAsync("/", new { })).IsProblem(404, "notFound");
    }
}
