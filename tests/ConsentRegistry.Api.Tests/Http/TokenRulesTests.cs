using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConsentRegistry.Api.Configuration;
using Microsoft.IdentityModel.Tokens;

namespace ConsentRegistry.Api.Tests.Http;

/// <summary>A service that trusts an issuer, and tokens of this issuer that are put together by hand.</summary>
public sealed class TrustingFixture(PostgresFixture postgres) : IAsyncLifetime
{
    private RegistryApplication? app;
    private Issuer? issuer;

    public RSA Rsa { get; } = RSA.Create(2048);

    public ECDsa P256 { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public ECDsa P384 { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP384);

    /// <summary>Keys of RSA, and what the issuer says of each that it is for.</summary>
    public IReadOnlyList<(string Id, RSA Key, (string Member, JsonNode Value)[] Says)> Described { get; } =
    [
        ("verifies", RSA.Create(2048), [("key_ops", new JsonArray("verify")), ("alg", "RS256")]),
        ("encrypts-by-use", RSA.Create(2048), [("use", "enc")]),
        ("encrypts-by-operations", RSA.Create(2048), [("key_ops", new JsonArray("encrypt", "wrapKey"))]),
        ("encrypts-by-algorithm", RSA.Create(2048), [("alg", "RSA-OAEP-256")]),
        ("verifies-otherwise", RSA.Create(2048), [("alg", "ES256")]),
    ];

    /// <summary>A secret that the issuer publishes as a key, which no issuer should.</summary>
    public byte[] Published { get; } = RandomNumberGenerator.GetBytes(32);

    public RegistryApplication App => app!;

    public Issuer Issuer => issuer!;

    public async ValueTask InitializeAsync()
    {
        issuer = await Issuer.StartAtAsync("http://127.0.0.1:0", null, KeySet());
        app = await RegistryApplication.StartAsync(
            await postgres.CreateDatabaseAsync(),
            $"Tokens:Authority={issuer.Address}"
        );
    }

    /// <summary>
    /// The claims of a good access token for checks and the settings of one creator, changed by these.
    /// </summary>
    public JsonObject Claims(params (string Name, JsonNode? Value)[] changes)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var claims = new JsonObject
        {
            ["iss"] = Issuer.Address,
            ["aud"] = RegistryOptions.DefaultAudience,
            ["iat"] = now,
            ["exp"] = now + 600,
            ["sub"] = "mia",
            ["client_id"] = "acme",
            ["scope"] = "consent:check consent:manage",
        };
        foreach (var (name, value) in changes)
            claims[name] = value?.DeepClone();
        return claims;
    }

    /// <summary>Such a token, with a header that is changed by these.</summary>
    public string Token(JsonObject claims, params (string Name, JsonNode? Value)[] header) =>
        Token(claims.ToJsonString(), header);

    public string Token(string claims, params (string Name, JsonNode? Value)[] header) =>
        HandMadeTokens.Make(Header("RS256", "rsa", header), claims, HandMadeTokens.Rs256(Rsa));

    public static JsonObject Header(string algorithm, string key, params (string Name, JsonNode? Value)[] changes)
    {
        var header = new JsonObject
        {
            ["alg"] = algorithm,
            ["kid"] = key,
            ["typ"] = "at+jwt",
        };
        foreach (var (name, value) in changes)
        {
            header.Remove(name);
            if (value is not null)
                header[name] = value.DeepClone();
        }
        return header;
    }

    public async ValueTask DisposeAsync()
    {
        if (app is not null)
            await app.DisposeAsync();
        if (issuer is not null)
            await issuer.DisposeAsync();
        Rsa.Dispose();
        P256.Dispose();
        P384.Dispose();
        foreach (var (_, key, _) in Described)
            key.Dispose();
    }

    private string KeySet()
    {
        var rsa = Rsa.ExportParameters(includePrivateParameters: false);
        return JsonSerializer.Serialize(
            new
            {
                keys = new object[]
                {
                    new
                    {
                        kty = "RSA",
                        use = "sig",
                        kid = "rsa",
                        n = Base64UrlEncoder.Encode(rsa.Modulus),
                        e = Base64UrlEncoder.Encode(rsa.Exponent),
                    },
                    Curve(P256, "p256", "P-256"),
                    Curve(P384, "p384", "P-384"),
                    new
                    {
                        kty = "oct",
                        use = "sig",
                        kid = "oct",
                        k = Base64UrlEncoder.Encode(Published),
                    },
                }.Concat(Described.Select(Describe)),
            }
        );

        static object Describe((string Id, RSA Key, (string Member, JsonNode Value)[] Says) described)
        {
            var parameters = described.Key.ExportParameters(includePrivateParameters: false);
            var key = new JsonObject
            {
                ["kty"] = "RSA",
                ["kid"] = described.Id,
                ["n"] = Base64UrlEncoder.Encode(parameters.Modulus),
                ["e"] = Base64UrlEncoder.Encode(parameters.Exponent),
            };
            foreach (var (member, value) in described.Says)
                key[member] = value.DeepClone();
            return key;
        }

        static object Curve(ECDsa key, string id, string curve)
        {
            var point = key.ExportParameters(includePrivateParameters: false).Q;
            return new
            {
                kty = "EC",
                use = "sig",
                kid = id,
                crv = curve,
                x = Base64UrlEncoder.Encode(point.X),
                y = Base64UrlEncoder.Encode(point.Y),
            };
        }
    }
}

/// <summary>
/// Which tokens of the issuer are taken: access tokens that are whole, of the right type, signed as their key signs,
/// and not too old.
/// </summary>
public sealed class TokenRulesTests(TrustingFixture trusting) : IClassFixture<TrustingFixture>
{
    private static readonly object Check = new
    {
        creatorId = "c",
        videoId = "v",
        purpose = "remix",
    };

    private RegistryApplication App => trusting.App;

    [Theory]
    [InlineData("at+jwt", 200)]
    [InlineData("AT+JWT", 200)]
    [InlineData("application/at+jwt", 200)]
    [InlineData("JWT", 200)]
    [InlineData("jwt", 200)]
    [InlineData(null, 401)]
    [InlineData("", 401)]
    [InlineData("id_token+jwt", 401)]
    [InlineData("logout+jwt", 401)]
    [InlineData("dpop+jwt", 401)]
    [InlineData("secevent+jwt", 401)]
    [InlineData("JOSE", 401)]
    public Task The_header_says_that_it_is_an_access_token(string? type, int status) =>
        IsAsync(status, trusting.Token(trusting.Claims(), ("typ", type)), "typ");

    [Fact]
    public Task An_extension_that_must_be_understood_is_not() =>
        IsAsync(401, trusting.Token(trusting.Claims(), ("crit", new JsonArray("exp"))), "crit");

    [Theory]
    [InlineData("nonce", "\"n-0S6_WzA2Mj\"", 401)]
    [InlineData("at_hash", "\"MTIzNDU2Nzg5MDEyMzQ1Ng\"", 401)]
    [InlineData("c_hash", "\"MTIzNDU2Nzg5MDEyMzQ1Ng\"", 401)]
    [InlineData("s_hash", "\"MTIzNDU2Nzg5MDEyMzQ1Ng\"", 401)]
    [InlineData("events", """{"http://schemas.openid.net/event/backchannel-logout":{}}""", 401)]
    [InlineData("typ", "\"ID\"", 401)]
    [InlineData("typ", "\"Logout\"", 401)]
    [InlineData("typ", "\"Refresh\"", 401)]
    [InlineData("typ", "\"Bearer\"", 200)]
    [InlineData("token_use", "\"id\"", 401)]
    [InlineData("token_use", "\"access\"", 200)]
    [InlineData("auth_time", "1795447793", 200)]
    public async Task Another_kind_of_token_for_the_same_audience_is_refused(string claim, string value, int status)
    {
        foreach (var type in new[] { "JWT", "at+jwt" })
            await IsAsync(
                status,
                trusting.Token(trusting.Claims((claim, JsonNode.Parse(value))), ("typ", type)),
                claim
            );
    }

    [Fact]
    public Task A_nonce_in_what_the_issuer_calls_a_bearer_token_makes_it_no_ID_token() =>
        IsAsync(200, trusting.Token(trusting.Claims(("typ", "Bearer"), ("nonce", "n")), ("typ", "JWT")), "");

    [Fact]
    public async Task A_key_proves_what_its_type_signs_with_and_nothing_else()
    {
        var claims = trusting.Claims().ToJsonString();
        (string Token, int Status)[] tokens =
        [
            (
                HandMadeTokens.Make(TrustingFixture.Header("RS256", "rsa"), claims, HandMadeTokens.Rs256(trusting.Rsa)),
                200
            ),
            (
                HandMadeTokens.Make(TrustingFixture.Header("PS256", "rsa"), claims, HandMadeTokens.Ps256(trusting.Rsa)),
                200
            ),
            (
                HandMadeTokens.Make(
                    TrustingFixture.Header("ES256", "p256"),
                    claims,
                    HandMadeTokens.Es(trusting.P256, HashAlgorithmName.SHA256)
                ),
                200
            ),
            (
                HandMadeTokens.Make(
                    TrustingFixture.Header("ES384", "p384"),
                    claims,
                    HandMadeTokens.Es(trusting.P384, HashAlgorithmName.SHA384)
                ),
                200
            ),
            // A curve with the hash of another one.
            (
                HandMadeTokens.Make(
                    TrustingFixture.Header("ES384", "p256"),
                    claims,
                    HandMadeTokens.Es(trusting.P256, HashAlgorithmName.SHA384)
                ),
                401
            ),
            // Everybody can read what is published, and so sign with it.
            (
                HandMadeTokens.Make(
                    TrustingFixture.Header("HS256", "oct"),
                    claims,
                    HandMadeTokens.Hs256(trusting.Published)
                ),
                401
            ),
            (
                HandMadeTokens.Make(
                    TrustingFixture.Header("HS256", "rsa"),
                    claims,
                    HandMadeTokens.Hs256(trusting.Rsa.ExportSubjectPublicKeyInfo())
                ),
                401
            ),
            (HandMadeTokens.Make(TrustingFixture.Header("none", "rsa"), claims, _ => []), 401),
        ];
        foreach (var (token, status) in tokens)
            await IsAsync(status, token, "");
    }

    [Fact]
    public async Task A_key_proves_nothing_that_its_issuer_says_it_is_not_for()
    {
        var claims = trusting.Claims().ToJsonString();
        foreach (var (id, key, _) in trusting.Described)
            await IsAsync(
                id == "verifies" ? 200 : 401,
                HandMadeTokens.Make(TrustingFixture.Header("RS256", id), claims, HandMadeTokens.Rs256(key)),
                ""
            );
    }

    public static TheoryData<string, string> BadNames { get; } =
        new()
        {
            { "sub", JsonSerializer.Serialize(new string('s', 256)) },
            { "sub", JsonSerializer.Serialize(new string('s', 5_000)) },
            { "sub", "\"a\\u0000b\"" },
            { "sub", "\"a\\nb\"" },
            { "sub", "\"a\\u2028b\"" },
            { "sub", "\"a\\ud800b\"" },
            { "sub", "\"\"" },
            { "client_id", "7" },
            { "sub", "null" },
            { "sub", "[\"mia\",\"leo\"]" },
            { "sub", "{\"id\":\"mia\"}" },
            { "client_id", JsonSerializer.Serialize(new string('c', 5_000)) },
            { "client_id", "\"a\\u0000b\"" },
            { "client_id", "\"a\\r\\nb\"" },
            { "client_id", "[\"acme\",\"studio\"]" },
        };

    [Theory]
    [MemberData(nameof(BadNames))]
    public async Task A_name_that_is_none_is_refused_with_a_reason_whatever_is_asked(string claim, string value)
    {
        var claims = trusting
            .Claims()
            .ToJsonString()
            .Replace(claim == "sub" ? "\"mia\"" : "\"acme\"", value, StringComparison.Ordinal);
        var client = App.Bearer(trusting.Token(claims));
        Answer[] answers =
        [
            await client.PostAsync("/v1/checks", Check),
            await client.PutAsync("/v1/creators/mia/lockdown", null, $"Idempotency-Key: {Guid.NewGuid()}"),
            await client.PutAsync(
                "/v1/creators/mia/consent/defaults/remix",
                new { effect = "deny" },
                $"Idempotency-Key: {Guid.NewGuid()}"
            ),
            await client.GetAsync("/v1/creators/mia/consent"),
        ];
        // Text that is no Unicode is not even read by the library, which does not say where it stopped.
        Assert.All(
            answers,
            answer =>
                Assert.Matches(
                    $"{claim}|JSON Web Token|could not be checked",
                    (string)answer.IsProblem(401, "unauthenticated")["detail"]!
                )
        );
    }

    [Fact]
    public async Task A_name_of_255_characters_is_one()
    {
        var name = string.Concat(Enumerable.Repeat("\U0001F3AC", 255));
        var claims = trusting.Claims(("sub", name), ("client_id", name), ("scope", "videos:write"));
        var creator = RegistryApplication.NewId();
        (
            await App.Bearer(trusting.Token(claims))
                .PutAsync($"/v1/creators/{creator}/videos/v", new { }, $"Idempotency-Key: {new string('k', 255)}")
        ).Is(200);
    }

    [Theory]
    [InlineData("iss", "http://issuer\r\nSet-Cookie: a=b")]
    [InlineData("iss", "a\u0000b")]
    [InlineData("aud", "a\r\nb")]
    public Task A_claim_that_no_header_can_hold_is_refused_like_any_other(string claim, string value) =>
        IsAsync(401, trusting.Token(trusting.Claims((claim, value))), claim);

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("")]
    [InlineData("{\"exp\":99999999999999999999999999}")]
    [InlineData("{\"exp\":\"tomorrow\"}")]
    [InlineData("{\"iss\":")]
    public Task What_is_no_set_of_claims_is_refused(string claims) => IsAsync(401, trusting.Token(claims), "");

    [Fact]
    public async Task A_token_that_does_not_say_who_calls_is_refused_so_that_no_two_callers_share_what_is_one_callers()
    {
        var claims = trusting.Claims();
        claims.Remove("sub");
        claims.Remove("client_id");
        claims["scope"] = "videos:write";
        var key = $"Idempotency-Key: {Guid.NewGuid()}";
        foreach (var caller in new[] { "one", "other" })
        {
            claims["jti"] = caller;
            var answer = await App.Bearer(trusting.Token(claims))
                .PutAsync($"/v1/creators/{RegistryApplication.NewId()}/videos/v", new { }, key);
            Assert.Contains(
                "sub",
                (string)answer.IsProblem(401, "unauthenticated")["detail"]!,
                StringComparison.Ordinal
            );
        }
    }

    [Fact]
    public async Task A_token_is_taken_for_at_most_30_seconds_longer_than_it_says_by_every_kind_of_request()
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        foreach (var (expiry, status) in new[] { (now - 1, 200), (now - 31, 401) })
        {
            var token = trusting.Token(trusting.Claims(("exp", expiry), ("iat", now - 600)));
            var client = App.Bearer(token);
            // The second time the token is known, if it was good.
            Answer[] answers =
            [
                await client.PostAsync("/v1/checks", Check),
                await client.PostAsync("/v1/checks", Check),
                await client.PostAsync("/v1/checks/batch", new { checks = new[] { Check } }),
                await client.PostAsync(
                    "/v1/checks",
                    new
                    {
                        creatorId = "c",
                        videoId = "v",
                        purpose = "remix",
                        explain = true,
                    }
                ),
                await client.GetAsync("/v1/creators/mia/consent"),
                await client.SendAsync(
                    HttpMethod.Post,
                    "/v1/checks/stream",
                    new StringContent($"{JsonSerializer.Serialize(Check)}\n", null, "application/x-ndjson")
                ),
            ];
            Assert.All(answers, answer => answer.Is(status));
            Assert.True(
                status != 200 || !answers[^1].Text.Contains("unauthenticated", StringComparison.Ordinal),
                answers[^1].Text
            );
        }
        await IsAsync(200, trusting.Token(trusting.Claims(("nbf", now + 15))), "");
        await IsAsync(401, trusting.Token(trusting.Claims(("nbf", now + 600))), "nbf");
    }

    [Fact]
    public Task A_token_that_ends_with_the_last_second_of_all_is_taken() =>
        IsAsync(200, trusting.Token(trusting.Claims(("exp", EpochTime.GetIntDate(DateTime.MaxValue)))), "");

    [Fact]
    public async Task A_refusal_says_in_its_head_that_the_token_is_why()
    {
        Assert.Equal(
            "Bearer error=\"invalid_token\"",
            (await App.Bearer("not.a.token").GetAsync("/v1/creators/mia/consent"))
                .IsProblem(401, "unauthenticated")
                .Header("WWW-Authenticate")
        );
        Assert.Equal(
            "Bearer",
            (await App.Anonymous().GetAsync("/v1/creators/mia/consent"))
                .IsProblem(401, "unauthenticated")
                .Header("WWW-Authenticate")
        );
    }

    private async Task IsAsync(int status, string token, string reason)
    {
        // Twice: the second time a good token is known.
        for (var time = 0; time < 2; time++)
        {
            var answer = (await App.Bearer(token).PostAsync("/v1/checks", Check)).Is(status);
            if (status == 401)
                Assert.Contains(
                    reason,
                    (string)answer.IsProblem(401, "unauthenticated")["detail"]!,
                    StringComparison.Ordinal
                );
        }
    }
}

/// <summary>Claims that a provider calls something else.</summary>
public sealed class ClaimNamesTests(PostgresFixture postgres)
{
    private const string CreatorsClaim = "https://registry.example/creators";

    [Fact]
    public async Task The_claims_that_are_read_are_those_that_the_configuration_names()
    {
        using var rsa = RSA.Create(2048);
        await using var issuer = await Issuer.StartAsync(new RsaSecurityKey(rsa) { KeyId = "rsa" });
        await using var app = await RegistryApplication.StartAsync(
            await postgres.CreateDatabaseAsync(),
            $"Tokens:Authority={issuer.Address}",
            "Tokens:Claims:Subject=oid",
            "Tokens:Claims:Client=azp appid",
            "Tokens:Claims:Scope=scp roles",
            $"Tokens:Claims:Creators={CreatorsClaim}"
        );

        RegistryClient With(params (string Name, JsonNode? Value)[] claims)
        {
            var all = new JsonObject
            {
                ["iss"] = issuer.Address,
                ["aud"] = RegistryOptions.DefaultAudience,
                ["exp"] = DateTimeOffset.UtcNow.AddMinutes(10).ToUnixTimeSeconds(),
            };
            foreach (var (name, value) in claims)
                all[name] = value?.DeepClone();
            return app.Bearer(
                HandMadeTokens.Make(
                    TrustingFixture.Header("RS256", "rsa"),
                    all.ToJsonString(),
                    HandMadeTokens.Rs256(rsa)
                )
            );
        }

        const string Own = "/v1/creators/mia/consent";
        // A person's scopes are one text, a program's roles are a list.
        (await With(("oid", "mia"), ("azp", "web"), ("scp", "openid consent:manage")).GetAsync(Own)).Is(200);
        (
            await With(
                    ("oid", "agent"),
                    ("azp", "web"),
                    ("roles", new JsonArray("consent:manage")),
                    (CreatorsClaim, new JsonArray("mia", "leo"))
                )
                .GetAsync(Own)
        ).Is(200);
        // What the usual names say counts no more.
        (await With(("oid", "leo"), ("sub", "mia"), ("scp", "consent:manage")).GetAsync(Own)).IsProblem(
            403,
            "forbidden"
        );
        (await With(("oid", "mia"), ("azp", "web"), ("scope", "consent:manage")).GetAsync(Own)).IsProblem(
            403,
            "forbidden"
        );
        (
            await With(("oid", "leo"), ("creators", new JsonArray("mia")), ("scp", "consent:manage")).GetAsync(Own)
        ).IsProblem(403, "forbidden");
        (await With(("sub", "mia"), ("client_id", "web"), ("scp", "consent:manage")).GetAsync(Own)).IsProblem(
            401,
            "unauthenticated"
        );
        // The first of the names that the token has.
        var check = new
        {
            creatorId = "mia",
            videoId = "v",
            purpose = "remix",
        };
        foreach (var (clients, own) in new (string[], string)[] { (["appid"], "studio"), (["azp", "appid"], "studio") })
        {
            var claims = clients
                .Select((name, at) => (name, (JsonNode?)(at == 0 ? own : "somebody-else")))
                .Append(("roles", new JsonArray("consent:check")))
                .ToArray();
            (await With(claims).PostAsync("/v1/checks", check)).Is(200);
            (
                await With(claims)
                    .PostAsync(
                        "/v1/checks",
                        new
                        {
                            creatorId = "mia",
                            videoId = "v",
                            purpose = "remix",
                            requester = own,
                        }
                    )
            ).Is(200);
            (
                await With(claims)
                    .PostAsync(
                        "/v1/checks",
                        new
                        {
                            creatorId = "mia",
                            videoId = "v",
                            purpose = "remix",
                            requester = "somebody-else",
                        }
                    )
            ).IsProblem(403, "requesterNotYours");
        }
    }
}
