using System.Text;
using ConsentRegistry.Api.Authentication;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Tests.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace ConsentRegistry.Api.Tests.Startup;

/// <summary>
/// In Development a host takes the tokens of its issuer, and those of the key in its data folder beside them. Elsewhere
/// it takes those of its issuer alone.
/// </summary>
public sealed class TwoIssuersTests(PostgresFixture postgres) : IDisposable
{
    private const string Path = "/v1/creators/mia/consent";

    private readonly string folder = Directory.CreateTempSubdirectory("consent-issuers-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Each_token_is_proven_by_the_key_of_the_issuer_that_it_names()
    {
        using var rsa = System.Security.Cryptography.RSA.Create(2048);
        var key = new RsaSecurityKey(rsa) { KeyId = "rsa" };
        await using var issuer = await Issuer.StartAsync(key);
        var data = Directory.CreateDirectory(System.IO.Path.Combine(folder, "data")).FullName;
        await using var app = await RegistryApplication.StartInAsync(
            data,
            await postgres.CreateDatabaseAsync(),
            $"Tokens:Authority={issuer.Address}"
        );
        var own = DevelopmentTokens.Open(data).Make(["creator", "mia"], TimeProvider.System.GetUtcNow())!;

        foreach (var _ in new[] { "proven", "known" })
        {
            (await app.Bearer(own).GetAsync(Path)).Is(200);
            (await app.Bearer(issuer.Token(key, "acme")).GetAsync(Path)).IsProblem(403, "forbidden");
        }
        // Neither key proves what names the other issuer, or nobody.
        var end = DateTimeOffset.UtcNow.AddMinutes(10).ToUnixTimeSeconds();
        string Claims(string name) =>
            $$"""{"iss":"{{name}}","aud":"consent-registry","exp":{{end}},"sub":"mia","scope":"consent:manage"}""";
        string BySecret(string claims) =>
            HandMadeTokens.Make(
                new() { ["alg"] = "HS256", ["typ"] = "JWT" },
                claims,
                HandMadeTokens.Hs256(
                    ((SymmetricSecurityKey)DevelopmentTokens.Open(data).Validation.IssuerSigningKey).Key
                )
            );
        string ByIssuer(string claims) =>
            HandMadeTokens.Make(TrustingFixture.Header("RS256", "rsa"), claims, HandMadeTokens.Rs256(rsa));
        (await app.Bearer(BySecret(Claims(DevelopmentTokens.Issuer))).GetAsync(Path)).Is(200);
        (await app.Bearer(ByIssuer(Claims(issuer.Address))).GetAsync(Path)).Is(200);
        string[] bad =
        [
            BySecret(Claims(issuer.Address)),
            ByIssuer(Claims(DevelopmentTokens.Issuer)),
            BySecret(Claims("")),
            BySecret(Claims("https://elsewhere.example")),
            HandMadeTokens.Make(new() { ["alg"] = "none", ["typ"] = "JWT" }, Claims(DevelopmentTokens.Issuer), _ => []),
            own + "x",
        ];
        foreach (var token in bad)
            (await app.Bearer(token).GetAsync(Path)).IsProblem(401, "unauthenticated");
    }

    [Fact]
    public async Task Tokens_of_the_data_folder_are_good_while_the_issuer_cannot_be_reached()
    {
        var data = Directory.CreateDirectory(System.IO.Path.Combine(folder, "data")).FullName;
        await using var app = await RegistryApplication.StartInAsync(
            data,
            await postgres.CreateDatabaseAsync(),
            "Tokens:Authority=http://127.0.0.1:1"
        );

        (await app.Creator("mia").GetAsync(Path)).Is(200);
    }

    [Theory]
    [InlineData("Development", "", 1, false)]
    [InlineData("Development", "http://localhost:5070", 2, true)]
    [InlineData("Development", "https://issuer.example", 2, true)]
    [InlineData("Production", "https://issuer.example", 1, false)]
    [InlineData("Staging", "https://issuer.example", 1, false)]
    public async Task Only_a_host_of_Development_looks_at_who_a_token_says_it_is_from(
        string environment,
        string authority,
        int schemes,
        bool looks
    )
    {
        var host = new Host(environment);
        var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System);
        services.AddRegistryAuthentication(
            new()
            {
                DataFolder = folder,
                Audience = RegistryOptions.DefaultAudience,
                ChangesPerSecond = 1,
                LogOrigin = RegistryOptions.DevelopmentOrigin,
                KeyRing = folder,
                Authority = authority.Length == 0 ? null : authority,
            },
            host
        );
        await using var provider = services.BuildServiceProvider();

        Assert.Equal(
            schemes,
            (await provider.GetRequiredService<IAuthenticationSchemeProvider>().GetAllSchemesAsync()).Count()
        );
        var bearer = provider
            .GetRequiredService<IOptionsMonitor<JwtBearerOptions>>()
            .Get(JwtBearerDefaults.AuthenticationScheme);
        Assert.Equal(looks, bearer.ForwardDefaultSelector is not null);
        if (environment != "Development")
            Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer x")]
    [InlineData("Bearer ..")]
    [InlineData("Bearer a.b.c")]
    [InlineData("Basic eyJhbGciOiJub25lIn0.e30.")]
    public void A_header_without_a_readable_token_means_nobody(string? header) =>
        Assert.False(DevelopmentTokens.IsMeantBy(header));

    [Theory]
    [InlineData("\"consent-registry-development\"", true)]
    [InlineData("\"consent-registry-development \"", false)]
    [InlineData("\"https://issuer.example\"", false)]
    [InlineData("[\"consent-registry-development\"]", false)]
    [InlineData("{\"a\":1}", false)]
    [InlineData("1", false)]
    [InlineData("null", false)]
    public void A_token_means_this_issuer_by_one_text_alone(string issuer, bool means)
    {
        static string Part(string text) => Base64UrlEncoder.Encode(Encoding.UTF8.GetBytes(text));
        var token = $"{Part("""{"alg":"HS256"}""")}.{Part($$"""{"iss":{{issuer}}}""")}.x";
        Assert.Equal(means, DevelopmentTokens.IsMeantBy($"Bearer {token}"));
        Assert.Equal(means, DevelopmentTokens.IsMeantBy($"bearer  {token}"));
    }

    private sealed class Host(string environment) : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = environment;

        public string ApplicationName { get; set; } = "tests";

        public string ContentRootPath { get; set; } = AppContext.BaseDirectory;

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
