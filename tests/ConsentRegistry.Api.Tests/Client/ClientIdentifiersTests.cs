using System.Net;
using ConsentRegistry.Client;

namespace ConsentRegistry.Api.Tests.Client;

/// <summary>The typed client's identifiers of videos, against the service itself.</summary>
public sealed class ClientIdentifiersTests(RegistryFixture registry) : IClassFixture<RegistryFixture>, IDisposable
{
    private readonly string creator = RegistryApplication.NewId();
    private readonly List<HttpClient> clients = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => clients.ForEach(client => client.Dispose());

    [Fact]
    public async Task They_are_registered_shown_and_looked_up()
    {
        var platform = Client();
        var url = $"https://{creator}.example/v";
        var facts = new VideoFacts
        {
            Identifiers =
            [
                new(IdentifierSchemes.Platform, $"example.com:{creator}"),
                new(IdentifierSchemes.Url, url + "#t", Listed: true),
            ],
        };
        var registered = await platform.Videos.RegisterAsync(creator, "v", facts, cancellation: Cancellation);
        RegisteredIdentifier[] known =
        [
            new(IdentifierSchemes.Url, url, Listed: true),
            new(IdentifierSchemes.Platform, $"example.com:{creator}", Listed: false),
        ];
        Assert.Equal(known, registered.Video.Identifiers);
        Assert.Equal(known, (await platform.Videos.GetAsync(creator, "v", Cancellation)).Identifiers);

        VideoToRegister[] more = [new(creator, "w") { Identifiers = [new(IdentifierSchemes.Url, url)] }];
        Assert.Null((await platform.Videos.RegisterAsync(more, cancellation: Cancellation)).Results[0].Error);
        var found = await platform.Videos.LookUpAsync(
            [new(IdentifierSchemes.Url, url), new(IdentifierSchemes.Url, url + "/none")],
            Cancellation
        );
        Assert.Equal([new(creator, "v"), new(creator, "w")], found[0].Videos);
        Assert.Equal((new Identifier(IdentifierSchemes.Url, url), false), (found[0].Identifier, found[0].More));
        Assert.Empty(found[1].Videos);
    }

    [Fact]
    public async Task What_is_no_identifier_is_refused_by_its_field()
    {
        var refused = await Assert.ThrowsAsync<ConsentRegistryException>(() =>
            Client()
                .Videos.RegisterAsync(
                    creator,
                    "v",
                    new() { Identifiers = [new(IdentifierSchemes.Sha256, "12")] },
                    cancellation: Cancellation
                )
        );
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "invalid"), (refused.Status, refused.Code));
    }

    private ConsentRegistryClient Client()
    {
        var http = registry.App.HttpForAll();
        clients.Add(http);
        return new(http);
    }
}
