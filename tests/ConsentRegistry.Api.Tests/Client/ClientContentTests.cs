using ConsentRegistry.Client;

namespace ConsentRegistry.Api.Tests.Client;

/// <summary>The typed client's checks by content.</summary>
public sealed class ClientContentTests(RegistryFixture fixture) : IClassFixture<RegistryFixture>, IDisposable
{
    private readonly string creator = RegistryApplication.NewId();
    private readonly HttpClient http = fixture.App.HttpForAll();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ConsentRegistryClient Client => new(http);

    public void Dispose() => http.Dispose();

    [Fact]
    public async Task Content_is_asked_about_alone_among_many_and_in_a_stream()
    {
        await Client.Settings.SetDefaultAsync(creator, "remix", new(Effect.Ask), cancellation: Cancellation);
        await Client.Videos.RegisterAsync(
            creator,
            "v",
            new() { Identifiers = [new(IdentifierSchemes.Url, $"https://a.example/{creator}")] },
            cancellation: Cancellation
        );
        var check = Check.OfContent([new(IdentifierSchemes.Url, $"HTTPS://A.example/{creator}#x")], "remix") with
        {
            Requester = "acme",
        };

        var alone = await Client.Checks.CheckAsync(check, Cancellation);
        var batch = await Client.Checks.CheckBatchAsync([check], cancellation: Cancellation);
        var streamed = await Client
            .Checks.CheckStreamAsync(new[] { check }.ToAsyncEnumerable(), Cancellation)
            .SingleAsync(Cancellation);

        foreach (var decision in new[] { alone, batch.Results[0], streamed.Decision })
        {
            Assert.Equal((false, Effect.Ask), (decision.Allowed, decision.Effect));
            Assert.Equal(new VideoName(creator, "v"), Assert.Single(decision.Videos!));
        }
    }
}
