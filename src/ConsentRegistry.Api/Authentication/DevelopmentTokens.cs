using System.Security.Cryptography;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ConsentRegistry.Api.Authentication;

/// <summary>
/// Tokens for Development, signed with a key that the data folder holds: whoever can read the folder can be anybody.
/// Outside Development no host accepts them.
/// </summary>
public sealed class DevelopmentTokens
{
    public const string Issuer = "consent-registry-development";

    /// <summary>How long a token is good for: a working day.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    private const int KeyBytes = 32;

    private readonly SymmetricSecurityKey key;

    private DevelopmentTokens(byte[] key) => this.key = new(key);

    /// <summary>What a bearer handler checks such tokens against.</summary>
    public TokenValidationParameters Validation =>
        new()
        {
            ValidIssuer = Issuer,
            ValidAudience = RegistryOptions.DefaultAudience,
            IssuerSigningKey = key,
            ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
            NameClaimType = "sub",
        };

    /// <summary>
    /// Whether a header carries a token that says it is one of these, which the signature alone proves.
    /// </summary>
    public static bool IsMeantBy(string? authorization)
    {
        const string Scheme = "Bearer ";
        if (authorization?.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) is not true)
            return false;
        try
        {
            return new JsonWebToken(authorization[Scheme.Length..].Trim()).Issuer == Issuer;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Opens the key that a service has made in its data folder.</summary>
    /// <exception cref="StartupException">There is none: no service accepts what a new one would sign.</exception>
    public static DevelopmentTokens OpenExisting(string dataFolder)
    {
        var path = PathIn(dataFolder);
        return File.Exists(path)
            ? Read(path)
            : throw new StartupException(
                $"No Development service has run with the data folder '{dataFolder}', so that none would accept a "
                    + "token of it. Start it first (./dev run), "
                    + $"or name the folder of the service that runs: {RegistryOptions.DataVariable}=<folder> ./dev "
                    + "token …"
            );
    }

    /// <summary>
    /// Opens the key of a data folder, and makes one at first: for the service that checks tokens with it.
    /// </summary>
    public static DevelopmentTokens Open(string dataFolder)
    {
        var path = PathIn(dataFolder);
        if (!File.Exists(path))
            SecretFile.CreateIfMissing(path, RandomNumberGenerator.GetBytes(KeyBytes));
        return Read(path);
    }

    private static string PathIn(string dataFolder) => Path.Combine(dataFolder, "development-token.key");

    private static DevelopmentTokens Read(string path)
    {
        var stored = File.ReadAllBytes(path);
        return stored.Length == KeyBytes
            ? new(stored)
            : throw new StartupException($"The development key '{path}' is damaged; delete it to have a new one made.");
    }

    /// <summary>
    /// A token of a kind: <c>admin</c>, <c>platform &lt;id&gt;</c>, <c>creator &lt;id&gt;</c>,
    /// <c>agency &lt;id&gt; &lt;creator&gt; …</c> or <c>auditor</c>; null if the words name none.
    /// </summary>
    public string? Make(IReadOnlyList<string> words, DateTimeOffset now) =>
        words switch
        {
            ["admin"] => Sign(now, Scopes.All.Keys, subject: "admin", client: "admin", creators: [Caller.EveryCreator]),
            ["platform", var id] => Sign(
                now,
                [Scopes.Check, Scopes.CheckAny, Scopes.WriteVideos, Scopes.WriteUsage, Scopes.ReadChanges],
                subject: null,
                client: id,
                creators: []
            ),
            ["creator", var id] => Sign(now, [Scopes.Manage], subject: id, client: null, creators: []),
            ["agency", var id, _, ..] => Sign(
                now,
                [Scopes.Manage],
                subject: null,
                client: id,
                creators: [.. words.Skip(2)]
            ),
            ["auditor"] => Sign(now, [Scopes.Audit], subject: "auditor", client: null, creators: []),
            _ => null,
        };

    /// <summary>A token with these claims.</summary>
    public string Sign(
        DateTimeOffset now,
        IEnumerable<string> scopes,
        string? subject,
        string? client,
        IReadOnlyCollection<string> creators
    )
    {
        var claims = new Dictionary<string, object>(StringComparer.Ordinal) { ["scope"] = string.Join(' ', scopes) };
        if (subject is not null)
            claims[JwtRegisteredClaimNames.Sub] = subject;
        if (client is not null)
            claims["client_id"] = client;
        if (creators.Count > 0)
            claims[Caller.CreatorsClaim] = creators.ToArray();
        return new JsonWebTokenHandler().CreateToken(
            new SecurityTokenDescriptor
            {
                Issuer = Issuer,
                Audience = RegistryOptions.DefaultAudience,
                IssuedAt = now.UtcDateTime,
                NotBefore = now.UtcDateTime,
                Expires = now.Add(Lifetime).UtcDateTime,
                Claims = claims,
                SigningCredentials = new(key, SecurityAlgorithms.HmacSha256),
            }
        );
    }
}
