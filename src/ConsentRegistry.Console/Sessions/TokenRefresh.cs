using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Serialization;
using ConsentRegistry.Console.Configuration;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;

namespace ConsentRegistry.Console.Sessions;

/// <summary>Gets a new access token from the provider before the old one ends.</summary>
internal sealed class TokenRefresh(
    IHttpClientFactory clients,
    IOptionsMonitor<OpenIdConnectOptions> providers,
    IOptions<ConsoleOptions> options,
    TimeProvider clock
)
{
    /// <summary>The name of the <see cref="HttpClient"/> that asks the provider.</summary>
    public const string ClientName = "token-refresh";

    /// <summary>How long the provider may take.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>How long a token has to be valid yet to be used for a page.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromSeconds(30);

    /// <summary>The name under which a ticket keeps when its access token ends.</summary>
    private const string EndsAt = "expires_at";

    /// <summary>Whether a ticket's access token is valid for long enough.</summary>
    public bool IsFresh(AuthenticationTicket ticket) =>
        DateTimeOffset.TryParse(
            ticket.Properties.GetTokenValue(EndsAt),
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var end
        )
        && end - Margin > clock.GetUtcNow();

    /// <summary>Gets new tokens for a ticket.</summary>
    /// <returns>The ticket with new tokens; null where the provider says that the session is over.</returns>
    /// <exception cref="HttpRequestException">The provider cannot be asked now.</exception>
    public async Task<AuthenticationTicket?> RefreshAsync(AuthenticationTicket ticket, CancellationToken cancellation)
    {
        if (ticket.Properties.GetTokenValue("refresh_token") is not { Length: > 0 } refreshToken)
            return null;
        var provider = providers.Get(OpenIdConnectDefaults.AuthenticationScheme);
        var metadata = await provider.ConfigurationManager!.GetConfigurationAsync(cancellation);
        var form = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["grant_type"] = "refresh_token",
            ["refresh_token"] = refreshToken,
            ["client_id"] = options.Value.ClientId,
        };
        if (options.Value.ClientSecret is { } secret)
            form["client_secret"] = secret;
        using var content = new FormUrlEncodedContent(form);
        using var client = clients.CreateClient(ClientName);
        using var response = await client.PostAsync(new Uri(metadata.TokenEndpoint), content, cancellation);
        // RFC 6749 section 5.2: the token is used up, revoked or too old.
        if (response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized)
            return null;
        response.EnsureSuccessStatusCode();
        var answer =
            await response.Content.ReadFromJsonAsync<TokenAnswer>(cancellation)
            ?? throw new HttpRequestException("The provider's answer is empty.");
        var renewed = ticket.Clone();
        renewed.Properties.UpdateTokenValue("access_token", answer.AccessToken);
        renewed.Properties.UpdateTokenValue("refresh_token", answer.RefreshToken ?? refreshToken);
        renewed.Properties.UpdateTokenValue(
            EndsAt,
            (clock.GetUtcNow() + TimeSpan.FromSeconds(answer.ExpiresIn)).ToString("O", CultureInfo.InvariantCulture)
        );
        return renewed;
    }

    // RFC 6749 section 5.1.
    private sealed record TokenAnswer(
        [property: JsonPropertyName("access_token"), JsonRequired] string AccessToken,
        [property: JsonPropertyName("expires_in"), JsonRequired] int ExpiresIn,
        [property: JsonPropertyName("refresh_token")] string? RefreshToken = null
    );
}
