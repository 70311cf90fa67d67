using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Claims;
using System.Text;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace ConsentRegistry.Api.Authentication;

/// <summary>
/// What a token has to be beyond what the library checks, and what the service reads of it: a principal with the claims
/// <c>sub</c>, <c>client_id</c>, <c>scope</c>, <c>creators</c> and <c>exp</c>, whatever the provider calls them, and no
/// other.
/// </summary>
/// <param name="names">What the provider calls them.</param>
/// <param name="takesEveryCreator">Whether one token may stand for every creator: in Development only.</param>
internal sealed class TokenRules(ClaimNames names, bool takesEveryCreator)
{
    /// <summary>
    /// Characters of the names by which a token says who calls, at most: what OpenID Connect allows for <c>sub</c>.
    /// </summary>
    public const int LongestName = 255;

    private const string BearerKind = "Bearer";

    // Types of RFC 9068 and RFC 7519, with and without the prefix that RFC 7515 says may be left out. Media types have
    // no case.
    private static readonly HashSet<string> Types = new(
        ["at+jwt", "application/at+jwt", "JWT"],
        StringComparer.OrdinalIgnoreCase
    );

    // Some providers say within the token as well what it is. Any other word is one that is no access token.
    private static readonly HashSet<string> AccessKinds = new(
        [BearerKind, "at+jwt", "JWT", "access", "access_token"],
        StringComparer.OrdinalIgnoreCase
    );

    // What OpenID Connect puts into an ID token to bind it to one sign-in; an access token has none of them.
    private static readonly string[] OfIdTokens = ["nonce", "at_hash", "c_hash", "s_hash"];

    private static readonly string[] Rsa =
    [
        SecurityAlgorithms.RsaSha256,
        SecurityAlgorithms.RsaSha384,
        SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256,
        SecurityAlgorithms.RsaSsaPssSha384,
        SecurityAlgorithms.RsaSsaPssSha512,
    ];

    /// <summary>Sets what every token is checked by.</summary>
    public static void Restrict(TokenValidationParameters validation)
    {
        validation.ClockSkew = TokenLifetime.ClockSkew;
        validation.TypeValidator = (type, _, _) =>
            type is not null && Types.Contains(type)
                ? type
                : throw new SecurityTokenInvalidTypeException(TokenRefusal.WrongType);
    }

    /// <summary>
    /// Sets that a published key proves what its type signs with, and nothing else. A shared secret proves nothing:
    /// whoever can read it can sign.
    /// </summary>
    public static void RestrictToPublicKeys(TokenValidationParameters validation) =>
        validation.AlgorithmValidator = (algorithm, key, _, _) =>
            AlgorithmsOf(key).Contains(algorithm, StringComparer.Ordinal);

    /// <summary>
    /// Takes away the published keys that are said to be for something else than signing (RFC 7517, section 4): by
    /// <c>use</c>, <c>key_ops</c> or <c>alg</c>. The library looks at the first of them only.
    /// </summary>
    public static void KeepVerifyingKeys(OpenIdConnectConfiguration published)
    {
        if (published.JsonWebKeySet is not { } set)
            return;
        foreach (var key in set.Keys.Where(key => !IsToVerify(key)).ToList())
            set.Keys.Remove(key);
        published.SigningKeys.Clear();
        foreach (var key in set.GetSigningKeys())
            published.SigningKeys.Add(key);
    }

    private static bool IsToVerify(JsonWebKey key) =>
        key.Use is null or "" or JsonWebKeyUseNames.Sig
        && (key.KeyOps.Count == 0 || key.KeyOps.Contains("verify", StringComparer.Ordinal))
        && (string.IsNullOrEmpty(key.Alg) || AlgorithmsOf(key).Contains(key.Alg, StringComparer.Ordinal));

    /// <summary>Reads a token whose signature, lifetime, audience and issuer are good.</summary>
    /// <param name="token">The token.</param>
    /// <param name="principal">Who calls, and what they may.</param>
    /// <param name="refusal">What is wrong with it, and after a semicolon what to send.</param>
    public bool TryRead(
        JsonWebToken token,
        [NotNullWhen(true)] out ClaimsPrincipal? principal,
        [NotNullWhen(false)] out string? refusal
    )
    {
        principal = null;
        if (token.TryGetHeaderValue<object>("crit", out _))
        {
            refusal = "The token's header crit asks for what this service does not know; send a token without it.";
            return false;
        }
        var claims = token.Claims.ToLookup(claim => claim.Type, StringComparer.Ordinal);
        if ((refusal = OtherKindOf(claims)) is not null)
            return false;
        var identity = new ClaimsIdentity(nameof(TokenRules), "sub", roleType: null);
        if ((refusal = ReadName(claims, names.Subject, "sub", identity)) is not null)
            return false;
        if (
            names.Clients.FirstOrDefault(claims.Contains) is { } client
            && (refusal = ReadName(claims, client, "client_id", identity)) is not null
        )
            return false;
        if (!identity.Claims.Any())
        {
            var clients = string.Join(" nor ", names.Clients);
            refusal = $"The token says by neither {names.Subject} nor {clients} who calls; send one that does.";
            return false;
        }
        if (!takesEveryCreator && claims[names.Creators].Any(claim => claim.Value == Caller.EveryCreator))
        {
            refusal =
                $"The token's claim {names.Creators} stands for every creator, which only Development takes; "
                + "send one that names creators.";
            return false;
        }
        identity.AddClaims(
            names.Scopes.SelectMany(name => claims[name]).Select(claim => new Claim("scope", claim.Value))
        );
        identity.AddClaims(claims[names.Creators].Select(claim => new Claim(Caller.CreatorsClaim, claim.Value)));
        // Whoever asks how long the caller may go on, as streams do, is told the same as every other request.
        var end = EpochTime.GetIntDate(TokenLifetime.EndOf(token.ValidTo));
        identity.AddClaim(new("exp", end.ToString(CultureInfo.InvariantCulture)));
        principal = new(identity);
        return true;
    }

    private static IEnumerable<string> AlgorithmsOf(SecurityKey key) =>
        key switch
        {
            RsaSecurityKey or X509SecurityKey { PublicKey: System.Security.Cryptography.RSA } => Rsa,
            ECDsaSecurityKey { ECDsa.KeySize: var bits } => OfCurve(bits),
            X509SecurityKey { PublicKey: System.Security.Cryptography.ECDsa { KeySize: var bits } } => OfCurve(bits),
            JsonWebKey { Kty: JsonWebAlgorithmsKeyTypes.RSA } => Rsa,
            JsonWebKey { Kty: JsonWebAlgorithmsKeyTypes.EllipticCurve } curve => OfCurve(curve.KeySize),
            _ => [],
        };

    private static IEnumerable<string> OfCurve(int bits) =>
        bits switch
        {
            256 => [SecurityAlgorithms.EcdsaSha256],
            384 => [SecurityAlgorithms.EcdsaSha384],
            521 => [SecurityAlgorithms.EcdsaSha512],
            _ => [],
        };

    // A provider may sign other tokens for the same audience with the same keys: they say who signed in or out, not
    // that somebody may call.
    private static string? OtherKindOf(ILookup<string, Claim> claims)
    {
        const string Instead = "send an access token.";
        foreach (var name in new[] { "typ", "token_use" })
        {
            if (claims[name].Any(claim => !AccessKinds.Contains(claim.Value)))
                return $"The token is no access token by its claim {name}; {Instead}";
        }
        if (claims.Contains("events"))
            return $"The token tells of an event, such as a logout, by its claim events; {Instead}";
        // Keycloak before version 24 put a nonce into access tokens as well, and calls them by this word.
        var isAccess = claims["typ"]
            .Any(claim => string.Equals(claim.Value, BearerKind, StringComparison.OrdinalIgnoreCase));
        return !isAccess && OfIdTokens.FirstOrDefault(claims.Contains) is { } mark
            ? $"The token is an ID token by its claim {mark}; {Instead}"
            : null;
    }

    private static string? ReadName(ILookup<string, Claim> claims, string name, string meaning, ClaimsIdentity identity)
    {
        if (!claims.Contains(name))
            return null;
        if (claims[name].ToList() is not [{ ValueType: ClaimValueTypes.String } claim] || !IsName(claim.Value))
        {
            return $"The token's claim {name} is no text of 1 to {LongestName} characters without control characters; "
                + "send a token with one.";
        }
        identity.AddClaim(new(meaning, claim.Value));
        return null;
    }

    // It is written to the log, to the database and into events, which are lines, texts and JSON.
    private static bool IsName(string text)
    {
        var left = text.AsSpan();
        for (var count = 0; !left.IsEmpty; count++)
        {
            // Half a surrogate pair is no character.
            if (
                count == LongestName
                || Rune.DecodeFromUtf16(left, out var character, out var length) != OperationStatus.Done
                || Rune.GetUnicodeCategory(character)
                    is UnicodeCategory.Control
                        or UnicodeCategory.LineSeparator
                        or UnicodeCategory.ParagraphSeparator
            )
            {
                return false;
            }
            left = left[length..];
        }
        return text.Length > 0;
    }
}
