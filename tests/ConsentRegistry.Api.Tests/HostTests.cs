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
    [InlineData("help")]
    public async Task A_word_that_is_no_command_does_not_start_a_service(string word) => Assert.Equal(2, await Commands.RunAsync([word]));
}
