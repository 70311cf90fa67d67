using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ConsentRegistry.DevelopmentIdentity.Tests;

/// <summary>The console as the provider sees it: it sends a browser, and redeems what the browser brings back.</summary>
/// <param name="provider">The address of the provider.</param>
internal sealed class RelyingParty(string provider) : IDisposable
{
    /// <summary>Where a console is that may have people sign in. Nothing listens there: tests read where they are sent.</summary>
    public const string Address = "http://localhost:5099";

    public const string RedirectAddress = Address + "/signin-oidc";

    // A text that would show any place that does not encode.
    public const string State = "a+b c&d=\"<e>'é";

    public const string Nonce = "nonce-1";

    public static readonly string[] AllScopes = ["openid", "profile", "offline_access", .. People.Scopes];

    private readonly HttpClient http = new() { BaseAddress = new(provider) };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The secret of this sign-in, which proves that the same program redeems the code.</summary>
    public string Verifier { get; } =
        Base64UrlEncoder.Encode(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));

    /// <summary>Where the browser is sent to sign in.</summary>
    /// <param name="altered">Parameters other than the usual; empty ones are left out.</param>
    public string Question(params (string Name, string Value)[] altered)
    {
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["client_id"] = Clients.Console,
            ["response_type"] = "code",
            ["redirect_uri"] = RedirectAddress,
            ["scope"] = string.Join(' ', AllScopes),
            ["state"] = State,
            ["nonce"] = Nonce,
            ["code_challenge"] = Base64UrlEncoder.Encode(
                System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(Verifier))
            ),
            ["code_challenge_method"] = "S256",
        };
        foreach (var (name, value) in altered)
            parameters[name] = value;
        return Authorize.Path
            + "?"
            + string.Join(
                '&',
                parameters
                    .Where(pair => pair.Value.Length > 0)
                    .Select(pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value)}")
            );
    }

    /// <summary>Has somebody of the table sign in, and gives the code that comes of it.</summary>
    public async Task<string> SignInAsync(Browser browser, string person)
    {
        var page = await browser.GetAsync(Question(("prompt", "login")));
        Assert.Equal(HttpStatusCode.OK, page.Status);
        return CodeOf(await browser.PressAsync(page, SignInPage.PersonField, person));
    }

    /// <summary>The code that a browser brings back to the console.</summary>
    public static string CodeOf(Answer answer)
    {
        Assert.Equal(HttpStatusCode.Redirect, answer.Status);
        Assert.Equal(RedirectAddress, answer.Location!.GetLeftPart(UriPartial.Path));
        Assert.Equal(State, answer.Parameters["state"]);
        return answer.Parameters["code"];
    }

    /// <summary>Redeems a code.</summary>
    public Task<Tokens> RedeemAsync(string code, params (string Name, string Value)[] altered) =>
        AskAsync([
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", RedirectAddress),
            ("code_verifier", Verifier),
            ("client_id", Clients.Console),
            ("client_secret", Clients.ConsoleSecret),
            .. altered,
        ]);

    /// <summary>Gets new tokens for a refresh token.</summary>
    public Task<Tokens> RefreshAsync(string refreshToken, params (string Name, string Value)[] altered) =>
        AskAsync([
            ("grant_type", "refresh_token"),
            ("refresh_token", refreshToken),
            ("client_id", Clients.Console),
            ("client_secret", Clients.ConsoleSecret),
            .. altered,
        ]);

    /// <summary>Asks for tokens; of parameters with the same name the last counts, and empty ones are left out.</summary>
    public async Task<Tokens> AskAsync(
        IEnumerable<(string Name, string Value)> parameters,
        string path = IssueTokens.Path
    )
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in parameters)
            fields[name] = value;
        using var content = new FormUrlEncodedContent(fields.Where(pair => pair.Value.Length > 0));
        using var response = await http.PostAsync(path, content, Cancellation);
        return new(response.StatusCode, (await response.Content.ReadFromJsonAsync<JsonObject>(Cancellation))!);
    }

    /// <summary>Checks a token as a program does that knows nothing but the provider's address.</summary>
    public async Task<JsonWebToken> ProveAsync(string token, string audience)
    {
        var metadata = (await http.GetFromJsonAsync<JsonObject>("/.well-known/openid-configuration", Cancellation))!;
        var keys = new JsonWebKeySet(await http.GetStringAsync((string)metadata["jwks_uri"]!, Cancellation));
        var result = await new JsonWebTokenHandler { MapInboundClaims = false }.ValidateTokenAsync(
            token,
            new()
            {
                ValidIssuer = (string)metadata["issuer"]!,
                ValidAudience = audience,
                IssuerSigningKeys = keys.GetSigningKeys(),
                ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
            }
        );
        Assert.True(result.IsValid, result.Exception?.Message);
        return (JsonWebToken)result.SecurityToken;
    }

    public void Dispose() => http.Dispose();
}

/// <summary>What the token endpoint answered.</summary>
internal sealed record Tokens(HttpStatusCode Status, JsonObject Body)
{
    public string Access => Text("access_token");

    public string Refresh => Text("refresh_token");

    public string Identity => Text("id_token");

    public string? Error => (string?)Body["error"];

    private string Text(string name) =>
        (string?)Body[name] ?? throw new InvalidOperationException($"{(int)Status}: {Body.ToJsonString()}");
}
