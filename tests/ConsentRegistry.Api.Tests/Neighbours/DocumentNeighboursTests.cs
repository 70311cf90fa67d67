namespace ConsentRegistry.Api.Tests.Neighbours;

/// <summary>Anybody may ask for the OpenAPI document, without a token and as often as they like.</summary>
[Collection(nameof(Alone))]
public sealed class DocumentNeighboursTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    /// <summary>Callers who ask at once.</summary>
    private const int Askers = 16;

    /// <summary>How often each asks. To make the document for each would take 20 s of one processor.</summary>
    private const int Times = 10;

    private RegistryApplication App => registry.App;

    [Fact]
    public async Task Others_are_answered_while_many_ask_for_the_document()
    {
        await using var others = await OtherCallers.StartAsync(App);

        var asking = Enumerable
            .Range(0, Askers)
            .Select(async _ =>
            {
                for (var i = 0; i < Times; i++)
                    (await App.Anonymous().GetAsync("/swagger/v1/swagger.json")).Is(200);
            });
        await Task.WhenAll(asking);

        await others.AreAnsweredAsync(20);
        await others.AssertUnharmedAsync();
    }
}
