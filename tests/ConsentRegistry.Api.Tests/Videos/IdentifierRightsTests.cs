using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Startup;
using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Api.Tests.Videos;

/// <summary>Who may add which identifiers, and what a node without the keys of erased ones does.</summary>
public sealed class IdentifierRightsTests(PostgresFixture postgres)
{
    private static readonly string Hash = new('a', 64);

    public static TheoryData<string?, string, bool> Rights { get; } =
        new()
        {
            { "one", "url:https://videos.example/v", true },
            { "one", "url:http://videos.example/v", true },
            { "one", "url:https://videos.example:8443/v", false },
            { "one", "url:https://www.videos.example/v", false },
            { "one", "url:https://example/v", false },
            { "one", "url:https://videos.example.evil.example/v", false },
            { "one", "url:https://videos.example./v", false },
            { "one", "url:https://other.example:8443/v", true },
            { "one", "url:https://other.example/v", false },
            { "one", "platform:videos.example:v", true },
            { "one", "platform:videos:v", false },
            { "one", $"sha256:{Hash}", true },
            { "one", "iscc:ISCC:AAAWKLDTNB5A3C4D", false },
            { "two", "iscc:ISCC:AAAWKLDTNB5A3C4D", true },
            { "two", $"sha256:{Hash}", false },
            { "two", "url:https://videos.example/v", false },
            { "three", $"sha256:{Hash}", false },
            { "One", $"sha256:{Hash}", false },
            { null, $"sha256:{Hash}", false },
        };

    private static readonly string[] Configured =
    [
        "Identifiers:Hosts=one=videos.example,other.example:8443  two=two.example",
        "Identifiers:Namespaces=one=videos.example",
        "Identifiers:Schemes=one=sha256 two=iscc,c2pa",
    ];

    private const string Everybody = "Identifiers:Hosts=platform=mia.example,noah.example";

    [Theory]
    [MemberData(nameof(Rights))]
    public void A_client_speaks_for_what_is_configured_and_for_nothing_else(string? client, string identifier, bool may)
    {
        var rights = IdentifierRights.From(
            new()
            {
                Hosts = "one=videos.example,other.example:8443  two=two.example",
                Namespaces = "one=videos.example",
                Schemes = "one=sha256 two=iscc,c2pa",
            },
            isDevelopment: false
        );
        Assert.Equal(may, rights.MaySpeakFor(client, ContentIdentifier.ParseNormal(identifier)));
    }

    [Fact]
    public void Without_settings_nobody_speaks_for_anything_and_in_Development_everybody_for_all()
    {
        foreach (var (client, text, _) in Rights.Select(row => row.Data))
        {
            var identifier = ContentIdentifier.ParseNormal(text);
            Assert.False(IdentifierRights.From(new(), isDevelopment: false).MaySpeakFor(client, identifier));
            Assert.True(IdentifierRights.From(new(), isDevelopment: true).MaySpeakFor(client, identifier));
        }
        // Each setting for itself.
        var hosts = IdentifierRights.From(new() { Hosts = "one=videos.example" }, isDevelopment: true);
        Assert.False(hosts.MaySpeakFor("two", ContentIdentifier.ParseNormal("url:https://videos.example/v")));
        Assert.True(hosts.MaySpeakFor("two", ContentIdentifier.ParseNormal($"sha256:{Hash}")));
    }

    [Theory]
    [InlineData("Hosts", "videos.example")]
    [InlineData("Hosts", "one=")]
    [InlineData("Hosts", "=videos.example")]
    [InlineData("Hosts", "one=Videos.example")]
    [InlineData("Hosts", "one=https://videos.example")]
    [InlineData("Hosts", "one=videos.example/v")]
    [InlineData("Hosts", "one=*.videos.example")]
    [InlineData("Hosts", "one=a.example,")]
    [InlineData("Hosts", "one=a.example one=b.example")]
    [InlineData("Hosts", "o/ne=a.example")]
    [InlineData("Namespaces", "one=A")]
    [InlineData("Namespaces", "one=a:b")]
    [InlineData("Schemes", "one=url")]
    [InlineData("Schemes", "one=platform")]
    [InlineData("Schemes", "one=md5")]
    public void A_setting_that_cannot_be_read_is_refused_by_its_name(string setting, string value)
    {
        var settings = new IdentifierSettings
        {
            Hosts = setting == "Hosts" ? value : null,
            Namespaces = setting == "Namespaces" ? value : null,
            Schemes = setting == "Schemes" ? value : null,
        };
        var refused = Assert.Throws<StartupException>(() => IdentifierRights.From(settings, isDevelopment: true));
        Assert.StartsWith($"Identifiers:{setting} ", refused.Message);
    }

    [Fact]
    public async Task An_added_identifier_is_the_clients_own_and_what_stands_may_be_repeated_by_all()
    {
        await using var app = await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync(), Configured);
        const string Video = "/v1/creators/mia/videos/v";
        var own = new { scheme = "url", value = "https://videos.example/v" };
        var foreign = new { scheme = "url", value = "https://two.example/v" };
        var hash = new { scheme = "sha256", value = Hash };

        var refused = (
            await app.Platform("one").PutAsync(Video, new { identifiers = new object[] { own, foreign, hash } })
        ).IsProblem(403, "identifierNotYours");
        Assert.Equal(["identifiers[1]"], refused.Fields);
        Assert.Equal(0, await app.ScalarAsync<long>("SELECT count(*) FROM consent.video"));
        (await app.Platform("one").PutAsync(Video, new { identifiers = new object[] { own, hash } })).Is(200);
        (await app.Platform("two").PutAsync(Video, new { identifiers = new object[] { own, hash, foreign } })).Is(200);
        (await app.Platform("three").PutAsync(Video, new { identifiers = new object[] { own, hash, foreign } })).Is(
            200
        );
        // No administrator's reason lets a client speak for what is not its own.
        (
            await app.With("videos:write consent:admin", "root", "three")
                .PutAsync(
                    "/v1/creators/mia/videos/w",
                    new { identifiers = new object[] { own }, reason = "It is ours." }
                )
        ).IsProblem(403, "identifierNotYours");

        var batch = (
            await app.Platform("two")
                .PostAsync(
                    "/v1/videos/batch",
                    new
                    {
                        videos = new[]
                        {
                            new
                            {
                                creatorId = "mia",
                                videoId = "a",
                                identifiers = new object[] { own },
                            },
                            new
                            {
                                creatorId = "mia",
                                videoId = "b",
                                identifiers = new object[] { foreign },
                            },
                        },
                    }
                )
        ).Is(200);
        Assert.Equal("identifierNotYours", (string)batch["results"]![0]!["error"]!["code"]!);
        Assert.Contains("identifiers[0]", (string)batch["results"]![0]!["error"]!["detail"]!, StringComparison.Ordinal);
        Assert.Equal(1, (int)batch["results"]![1]!["changes"]!);
    }

    [Fact]
    public async Task A_node_without_the_key_is_not_ready_and_erases_nobody_who_has_identifiers()
    {
        var database = await postgres.CreateDatabaseAsync();
        string[] production = ["environment=Production", "Tokens:Authority=https://issuer.test", Everybody];
        await using (var app = await RegistryApplication.StartAsync(database, production))
        {
            await RegisterAsync(app, "mia");
            await RegisterAsync(app, "noah");
            (await app.Anonymous().GetAsync("/health/ready")).Is(200);
        }
        await using (var app = await RegistryApplication.StartAsync(database, [.. production, "Identifiers:KeyFile="]))
        {
            await IsNotReadyAsync(app);
            (await app.Operator().PostAsync("/v1/creators/mia/erasure", new { reason = "asked for" })).IsProblem(
                503,
                "unavailable"
            );
            Assert.Equal(2, await app.ScalarAsync<long>("SELECT count(*) FROM consent.video"));
            Assert.Equal(0, await app.ScalarAsync<long>("SELECT count(*) FROM consent.erased_identifier"));
        }
    }

    [Fact]
    public async Task A_node_that_lacks_a_key_which_an_erasure_used_is_not_ready_and_former_keys_stay_after_a_new_one()
    {
        var database = await postgres.CreateDatabaseAsync();
        var (first, second) = (SecretKeys.DrawKey(), SecretKeys.DrawKey());
        await using (var app = await StartWithAsync(database, first))
        {
            await RegisterAsync(app, "mia");
            (await app.Admin().PostAsync("/v1/creators/mia/erasure", new { reason = "asked for" })).Is(200);
        }
        await using (var app = await StartWithAsync(database, second))
            await IsNotReadyAsync(app);
        await using (var app = await StartWithAsync(database, $"{second}\n{first}\n"))
        {
            (await app.Anonymous().GetAsync("/health/ready")).Is(200);
            await RegisterAsync(app, "noah");
            (await app.Admin().PostAsync("/v1/creators/noah/erasure", new { reason = "asked for" })).Is(200);
            Assert.Equal(2, await app.ScalarAsync<long>("SELECT count(DISTINCT kid) FROM consent.erased_identifier"));
        }
        await using (var app = await StartWithAsync(database, first))
            await IsNotReadyAsync(app);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a key")]
    public async Task A_file_without_keys_is_no_start(string text)
    {
        var refused = await Assert.ThrowsAsync<StartupException>(async () =>
            await StartWithAsync(await postgres.CreateDatabaseAsync(), text)
        );
        Assert.Contains("Identifiers:KeyFile", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<RegistryApplication> StartWithAsync(string database, string keys)
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("consent-keys-").FullName, "identifiers.key");
        await File.WriteAllTextAsync(file, keys, TestContext.Current.CancellationToken);
        return await RegistryApplication.StartAsync(database, $"Identifiers:KeyFile={file}");
    }

    private static async Task RegisterAsync(RegistryApplication app, string creator) =>
        (
            await app.Platform()
                .PutAsync(
                    $"/v1/creators/{creator}/videos/v",
                    new { identifiers = new[] { new { scheme = "url", value = $"https://{creator}.example/" } } }
                )
        ).Is(200);

    private static async Task IsNotReadyAsync(RegistryApplication app)
    {
        // What the database knows of keys is seen by the first who ask.
        await Eventually.HoldsAsync(
            "the node says what it lacks",
            async () =>
                await app.Anonymous().GetAsync("/health/ready") is { Status: 503 } answer
                && ((string)answer["detail"]!).Contains("(identifiers)", StringComparison.Ordinal)
        );
    }
}
