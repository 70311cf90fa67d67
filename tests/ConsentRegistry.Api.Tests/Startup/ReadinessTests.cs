using System.Text.Json.Nodes;
using ConsentRegistry.Api.Authentication;
using ConsentRegistry.Api.Tests.Http;
using ConsentRegistry.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Protocols;

namespace ConsentRegistry.Api.Tests.Startup;

/// <summary>What a node says of whether it can answer, and from what.</summary>
public sealed class ReadinessTests(PostgresFixture postgres)
{
    private static readonly object Check = new
    {
        creatorId = "c",
        videoId = "v",
        purpose = "remix",
    };

    [Fact]
    public async Task A_node_whose_issuer_cannot_be_reached_is_not_ready_says_where_and_why_and_is_ready_as_soon_as_it_has_read_the_keys()
    {
        const string Secret = "let-me-in";
        var (key, port) = (Issuer.NewKey("first"), LoopbackPort.Free());
        await using var app = await RegistryApplication.StartAsync(
            await postgres.CreateDatabaseAsync(),
            $"Tokens:Authority=http://registry:{Secret}@127.0.0.1:{port}"
        );

        var refused = (await app.Anonymous().GetAsync("/health/ready")).IsProblem(503, "unavailable");
        Assert.Equal(
            ["database True", "identifiers True", "integrityKeys True", "keys False", "memory True"],
            Parts(refused)
        );
        Assert.Contains("keys", (string)refused["detail"]!, StringComparison.Ordinal);
        Assert.Null(Part(refused, "keys")["ageMs"]);
        (await app.Anonymous().GetAsync("/health/live")).Is(200);
        // Nobody's token can be checked, and that is what the caller is told.
        Assert.Contains(
            "keys",
            (string)
                (await app.Bearer("a.b.c").PostAsync("/v1/checks", Check)).IsProblem(401, "unauthenticated")["detail"]!,
            StringComparison.Ordinal
        );
        await Eventually.HoldsAsync(
            "the log says where and why",
            () =>
                Task.FromResult(
                    app.Log.Lines.Any(line =>
                        line.Contains(
                            $"http://127.0.0.1:{port}/.well-known/openid-configuration",
                            StringComparison.Ordinal
                        ) && line.Contains("ConnectionRefused", StringComparison.Ordinal)
                    )
                )
        );
        Assert.DoesNotContain(Secret, string.Join('\n', app.Log.Lines), StringComparison.Ordinal);

        await using var issuer = await Issuer.StartAtAsync($"http://127.0.0.1:{port}", null, Issuer.KeySet([key]));
        await Eventually.HoldsAsync(
            "the node is ready",
            async () => (await app.Anonymous().GetAsync("/health/ready")).Status == 200
        );
        var ready = await app.Anonymous().GetAsync("/health/ready");
        Assert.Equal(
            ["database True", "identifiers True", "integrityKeys True", "keys True", "memory True"],
            Parts(ready)
        );
        // What the database holds cannot grow old.
        Assert.All(
            ready["parts"]!.AsArray().Where(part => (string)part!["name"]! != "integrity"),
            part => Assert.InRange((long)part!["ageMs"]!, 0, 60_000)
        );
        (await app.Bearer(issuer.Token(key, "acme")).PostAsync("/v1/checks", Check)).Is(200);
    }

    [Fact]
    public async Task An_issuer_that_answers_with_something_else_is_named_with_its_answer()
    {
        await using var issuer = await Issuer.StartAsync(Issuer.NewKey("first"));
        await using var app = await RegistryApplication.StartAsync(
            await postgres.CreateDatabaseAsync(),
            $"Tokens:Authority={issuer.Address}/nowhere"
        );

        await Eventually.HoldsAsync(
            "the log says where and why",
            () =>
                Task.FromResult(
                    app.Log.Lines.Any(line =>
                        line.Contains(
                            $"{issuer.Address}/nowhere/.well-known/openid-configuration",
                            StringComparison.Ordinal
                        ) && line.Contains("HTTP 404", StringComparison.Ordinal)
                    )
                )
        );
        (await app.Anonymous().GetAsync("/health/ready")).IsProblem(503, "unavailable");
    }

    [Fact]
    public async Task An_issuer_that_publishes_no_key_leaves_the_node_unready()
    {
        await using var issuer = await Issuer.StartAsync();
        await using var app = await RegistryApplication.StartAsync(
            await postgres.CreateDatabaseAsync(),
            $"Tokens:Authority={issuer.Address}"
        );

        await app.Services.GetRequiredService<IssuerKeys>().LookAsync(TestContext.Current.CancellationToken);
        Assert.Equal(
            ["database True", "identifiers True", "integrityKeys True", "keys False", "memory True"],
            Parts((await app.Anonymous().GetAsync("/health/ready")).IsProblem(503, "unavailable"))
        );
    }

    [Fact]
    public async Task Whoever_asks_before_the_first_keys_are_there_waits_for_them()
    {
        var port = LoopbackPort.Free();
        await using var app = await RegistryApplication.StartAsync(
            await postgres.CreateDatabaseAsync(),
            $"Tokens:Authority=http://127.0.0.1:{port}"
        );
        using var keys = ActivatorUtilities.CreateInstance<IssuerKeys>(app.Services, new HandClock());
        var asking = keys.AreKnownAsync(TestContext.Current.CancellationToken).AsTask();
        Assert.False(asking.IsCompleted);

        await using var issuer = await Issuer.StartAtAsync(
            $"http://127.0.0.1:{port}",
            null,
            Issuer.KeySet([Issuer.NewKey("first")])
        );
        await Eventually.HoldsAsync(
            "the node is ready",
            async () => (await app.Anonymous().GetAsync("/health/ready")).Status == 200
        );
        await keys.LookAsync(TestContext.Current.CancellationToken);
        Assert.True(await asking);
    }

    [Fact]
    public async Task What_could_not_be_read_is_named_by_its_own_address_and_said_again_only_after_a_minute()
    {
        await using var issuer = await Issuer.StartAtAsync("http://127.0.0.1:0", null, "These are no keys.");
        await using var app = await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync());
        var clock = new HandClock();
        var documents = ActivatorUtilities.CreateInstance<IssuerDocuments>(app.Services, clock);
        async Task<IReadOnlyList<string>> SaidAsync(string path)
        {
            await Assert.ThrowsAnyAsync<Exception>(() =>
                documents.GetConfigurationAsync(
                    $"{issuer.Address}{path}",
                    new HttpDocumentRetriever { RequireHttps = false },
                    TestContext.Current.CancellationToken
                )
            );
            return [.. app.Log.Lines.Where(line => line.Contains("could not be read from", StringComparison.Ordinal))];
        }

        // The metadata can be read, and the keys that they name cannot.
        Assert.Contains(
            $"{issuer.Address}/keys",
            Assert.Single(await SaidAsync("/.well-known/openid-configuration")),
            StringComparison.Ordinal
        );
        clock.Move(TimeSpan.FromSeconds(59));
        Assert.Single(await SaidAsync("/.well-known/openid-configuration"));
        clock.Move(TimeSpan.FromSeconds(2));
        Assert.Equal(2, (await SaidAsync("/.well-known/openid-configuration")).Count);
        // Another failure is said at once.
        Assert.Equal(3, (await SaidAsync("/nowhere")).Count);
        Assert.Null(documents.Age);
    }

    private static JsonNode Part(Answer answer, string name) =>
        answer["parts"]!.AsArray().Single(part => (string)part!["name"]! == name)!;

    // Without the log, which a new database has nothing of for a moment.
    private static IEnumerable<string> Parts(Answer answer) =>
        answer["parts"]!
            .AsArray()
            .Where(part => (bool)part!["needed"]!)
            .Select(part => $"{part!["name"]} {(bool)part["ready"]!}")
            .Order(StringComparer.Ordinal);
}
