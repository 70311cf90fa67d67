namespace ConsentRegistry.Api.Tests.Neighbours;

/// <summary>Whatever one caller does, the checks of the others are answered.</summary>
public sealed class NeighboursTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private RegistryApplication App => registry.App;

    [Fact]
    public async Task Others_are_answered_while_nothing_happens_and_a_wrong_answer_is_a_failure()
    {
        await using var others = await OtherCallers.StartAsync(App);
        await others.AreAnsweredAsync(50);
        Assert.Equal(0, others.Failed);

        (await App.Creator(others.Creator).PutAsync($"/v1/creators/{others.Creator}/lockdown", null)).Is(200);
        await others.AreAnsweredAsync(50);
        Assert.NotEmpty(others.Failures);
    }
}
