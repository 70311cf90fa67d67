using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ConsentRegistry.Api.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ConsentRegistry.Api.Tests.Http;

/// <summary>
/// An OpenID Connect provider as far as a service that accepts its tokens sees it: what it publishes, over real HTTP.
/// </summary>
public sealed class Issuer : IAsyncDisposable
{
    private readonly WebApplication app;
    private volatile string published = "";

    private Issuer(WebApplication app) => this.app = app;

    /// <summary>Its address, which is its name.</summary>
    public string Address =>
        app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    public static Task<Issuer> StartAsync(params RsaSecurityKey[] keys) =>
        StartAtAsync("http://127.0.0.1:0", null, KeySet(keys));

    /// <summary>Starts one at an address.</summary>
    /// <param name="address">The address; with port 0 any that is free.</param>
    /// <param name="certificate">The certificate that it shows; none for plain HTTP.</param>
    /// <param name="keySet">The keys that it publishes, as JSON.</param>
    public static async Task<Issuer> StartAtAsync(string address, X509Certificate2? certificate, string keySet)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(address);
        if (certificate is not null)
            builder
                .WebHost.UseKestrelHttpsConfiguration()
                .ConfigureKestrel(kestrel =>
                    kestrel.ConfigureHttpsDefaults(https => https.ServerCertificate = certificate)
                );
        var issuer = new Issuer(builder.Build()) { published = keySet };
        issuer.app.MapGet(
            "/.well-known/openid-configuration",
            () => Results.Json(new { issuer = issuer.Address, jwks_uri = $"{issuer.Address}/keys" })
        );
        issuer.app.MapGet("/keys", () => Results.Text(issuer.published, "application/json"));
        await issuer.app.StartAsync(TestContext.Current.CancellationToken);
        return issuer;
    }

    public static RsaSecurityKey NewKey(string id) => new(RSA.Create(2048)) { KeyId = id };

    /// <summary>Keys as an issuer publishes them.</summary>
    public static string KeySet(IEnumerable<RsaSecurityKey> keys) =>
        System.Text.Json.JsonSerializer.Serialize(
            new
            {
                keys = keys.Select(key => key.Rsa.ExportParameters(includePrivateParameters: false))
                    .Zip(
                        keys,
                        (key, named) =>
                            new
                            {
                                kty = "RSA",
                                use = "sig",
                                kid = named.KeyId,
                                n = Base64UrlEncoder.Encode(key.Modulus),
                                e = Base64UrlEncoder.Encode(key.Exponent),
                            }
                    ),
            }
        );

    /// <summary>Publishes these keys and no others from now on.</summary>
    public void Publish(params RsaSecurityKey[] keys) => published = KeySet(keys);

    /// <summary>A token that lets its bearer check for a client.</summary>
    public string Token(RsaSecurityKey key, string client) =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = true }.CreateToken(
            new SecurityTokenDescriptor
            {
                Issuer = Address,
                Audience = RegistryOptions.DefaultAudience,
                Claims = new Dictionary<string, object>(StringComparer.Ordinal)
                {
                    ["client_id"] = client,
                    ["scope"] = "consent:check",
                },
                SigningCredentials = new(key, SecurityAlgorithms.RsaSha256),
            }
        );

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
