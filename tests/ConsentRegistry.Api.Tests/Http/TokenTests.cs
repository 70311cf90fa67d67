using System.Globalization;
using System.Security.Claims;
using ConsentRegistry.Api.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace ConsentRegistry.Api.Tests.Http;

/// <summary>How long a token is good that was proven once: until it expires, or its key is withdrawn.</summary>
public sealed class TokenTests(RegistryFixture registry, PostgresFixture postgres) : IClassFixture<RegistryFixture>
{
    private static readonly object Check = new
    {
        creatorId = "c",
        videoId = "v",
        purpose = "remix",
    };

    private RegistryApplication App => registry.App;

    private TokenCache Tokens => App.Services.GetRequiredService<TokenCache>();

    [Fact]
    public async Task A_token_is_known_until_it_expires()
    {
        var token = NewToken();
        Assert.False(Tokens.TryFind($"Bearer {token}", out _));
        (await App.Bearer(token).PostAsync("/v1/checks", Check)).Is(200);
        Assert.True(Tokens.TryFind($"Bearer {token}", out var known));
        Assert.InRange(known.ExpiresAt, DateTime.UtcNow, DateTime.UtcNow.AddHours(13));
        (await App.Bearer($"{token}x").PostAsync("/v1/checks", Check)).IsProblem(401, "unauthenticated");
        (await App.Bearer(token[..^2]).PostAsync("/v1/checks", Check)).IsProblem(401, "unauthenticated");
        Assert.False(Tokens.TryFind($"Bearer {token}x", out _));

        var expired = App.Sign(TimeProvider.System.GetUtcNow().AddDays(-1), ["consent:check"], null, "acme");
        (await App.Bearer(expired).PostAsync("/v1/checks", Check)).IsProblem(401, "unauthenticated");
        Tokens.Add("Bearer old", "old", known with { ExpiresAt = DateTime.UtcNow.AddSeconds(-1) });
        Assert.False(Tokens.TryFind("Bearer old", out _));
    }

    [Fact]
    public async Task A_token_of_a_key_that_was_withdrawn_is_refused_as_soon_as_the_service_knows()
    {
        var (first, second) = (Issuer.NewKey("first"), Issuer.NewKey("second"));
        await using var issuer = await Issuer.StartAsync(first);
        await using var app = await RegistryApplication.StartAsync(
            await postgres.CreateDatabaseAsync(),
            $"Tokens:Authority={issuer.Address}"
        );
        var keys = app.Services.GetRequiredService<IssuerKeys>();
        var (old, fresh) = (issuer.Token(first, "acme"), issuer.Token(second, "acme"));
        foreach (var _ in new[] { "proven", "known" })
            (await app.Bearer(old).PostAsync("/v1/checks", Check)).Is(200);

        issuer.Publish(second);
        var manager = app
            .Services.GetRequiredService<IOptionsMonitor<JwtBearerOptions>>()
            .Get(JwtBearerDefaults.AuthenticationScheme)
            .ConfigurationManager!;
        manager.RequestRefresh();
        await Eventually.HoldsAsync(
            "the new key is known",
            async () =>
                (await manager.GetConfigurationAsync(TestContext.Current.CancellationToken)).SigningKeys.All(key =>
                    key.KeyId == "second"
                )
        );
        await keys.LookAsync(TestContext.Current.CancellationToken);

        foreach (var _ in new[] { "proven", "known" })
        {
            (await app.Bearer(old).PostAsync("/v1/checks", Check)).IsProblem(401, "unauthenticated");
            (await app.Bearer(fresh).PostAsync("/v1/checks", Check)).Is(200);
        }
    }

    [Fact]
    public async Task A_token_that_was_being_proven_while_its_key_was_withdrawn_is_not_known()
    {
        var token = NewToken();
        var events = App
            .Services.GetRequiredService<IOptionsMonitor<JwtBearerOptions>>()
            .Get(JwtBearerDefaults.AuthenticationScheme)
            .Events;
        var usual = events.OnTokenValidated;
        events.OnTokenValidated = context =>
        {
            Tokens.UseKeys($"{Guid.NewGuid()}");
            return usual(context);
        };
        try
        {
            (await App.Bearer(token).PostAsync("/v1/checks", Check)).Is(200);
        }
        finally
        {
            events.OnTokenValidated = usual;
        }
        Assert.False(Tokens.TryFind($"Bearer {token}", out _));

        // Proven by the keys of now, it is.
        (await App.Bearer(token).PostAsync("/v1/checks", Check)).Is(200);
        Assert.True(Tokens.TryFind($"Bearer {token}", out _));
        Tokens.UseKeys($"{Guid.NewGuid()}");
        Assert.False(Tokens.TryFind($"Bearer {token}", out _));
    }

    [Fact]
    public async Task One_token_takes_one_place_however_it_is_written()
    {
        var token = NewToken();
        foreach (
            var header in new[]
            {
                $"Bearer  {token}",
                $"Bearer {new string(' ', 200)}{token}",
                $"bearer {token}",
                $"BEARER {token}",
            }
        )
        {
            (await App.Anonymous().PostAsync("/v1/checks", Check, $"Authorization: {header}")).Is(200);
            Assert.False(Tokens.TryFind(header, out _));
        }
        Assert.False(Tokens.TryFind($"Bearer {token}", out _));
        (await App.Bearer(token).PostAsync("/v1/checks", Check)).Is(200);
        Assert.True(Tokens.TryFind($"Bearer {token}", out _));
    }

    [Fact]
    public async Task A_very_long_token_is_proven_each_time()
    {
        var token = App.Sign(
            TimeProvider.System.GetUtcNow(),
            ["consent:check"],
            null,
            "acme",
            [.. Enumerable.Range(0, 400).Select(i => $"creator-{i}")]
        );
        foreach (var _ in new[] { "first", "second" })
            (await App.Bearer(token).PostAsync("/v1/checks", Check)).Is(200);
        Assert.False(Tokens.TryFind($"Bearer {token}", out _));
    }

    [Fact]
    public void When_there_is_no_room_what_expired_goes_first_and_then_a_part()
    {
        var cache = new TokenCache(TimeProvider.System);
        var good = new ValidToken(new ClaimsPrincipal(), DateTime.UtcNow.AddHours(1), cache.Keys);
        var expired = good with { ExpiresAt = DateTime.UtcNow.AddHours(-1) };
        var next = 0;
        void Add(ValidToken token)
        {
            var text = (next++).ToString(CultureInfo.InvariantCulture);
            cache.Add($"Bearer {text}", text, token);
        }
        for (var i = 0; i < TokenCache.MaxTokens; i++)
            Add(i % 2 == 0 ? good : expired);
        Assert.Equal(TokenCache.MaxTokens, cache.Count);

        Add(good);
        Assert.Equal((TokenCache.MaxTokens / 2) + 1, cache.Count);
        Assert.True(cache.TryFind("Bearer 0", out _));

        while (cache.Count < TokenCache.MaxTokens)
            Add(good);
        Add(good);
        Assert.InRange(cache.Count, TokenCache.MaxTokens / 2, TokenCache.MaxTokens - 1_000);
        Assert.True(cache.TryFind($"Bearer {next - 1}", out _));
    }

    [Fact]
    public void Keys_are_the_same_by_what_they_are_and_not_by_when_they_were_fetched()
    {
        var (one, other) = (Issuer.NewKey("a"), Issuer.NewKey("b"));
        static string Name(string issuer, params RsaSecurityKey[] keys)
        {
            var published = new OpenIdConnectConfiguration { Issuer = issuer };
            foreach (var key in new JsonWebKeySet(Issuer.KeySet(keys)).GetSigningKeys())
                published.SigningKeys.Add(key);
            return IssuerKeys.NameOf(published);
        }

        Assert.Equal(Name("i", one, other), Name("i", other, one));
        Assert.NotEqual(Name("i", one, other), Name("i", one));
        Assert.NotEqual(Name("i", one), Name("j", one));
        Assert.NotEqual(Name("i", one), Name("i", new RsaSecurityKey(one.Rsa) { KeyId = "b" }));
        Assert.NotEqual(Name("i", one), Name("i", Issuer.NewKey("a")));
    }

    private string NewToken() =>
        App.Sign(TimeProvider.System.GetUtcNow(), ["consent:check"], null, RegistryApplication.NewId("r"));
}
