using ConsentRegistry.Domain;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace ConsentRegistry.Api.Http;

/// <summary>
/// Says why a caller is not known: what is wrong with the token, by its claim, and what to send instead. Nothing of the
/// token is repeated.
/// </summary>
internal static class TokenRefusal
{
    public const string NoToken =
        "The request has no bearer token; send the header Authorization with \"Bearer\" and a token of the issuer.";

    /// <summary>The refusal of a token by its type.</summary>
    public const string WrongType = "The token's header typ is neither at+jwt nor JWT; send an access token.";

    /// <summary>The refusal of the request's token, or of its having none.</summary>
    public static async Task<Problem> OfAsync(HttpContext http)
    {
        // Not done again: the handler keeps what it found.
        var failure = (await http.AuthenticateAsync(JwtBearerDefaults.AuthenticationScheme)).Failure;
        return Problem.Unauthenticated(failure is null ? NoToken : Describe(failure, http));
    }

    private static string Describe(Exception failure, HttpContext http) =>
        failure switch
        {
            SecurityTokenExpiredException => "The token has expired by its claim exp; send a new one.",
            SecurityTokenNotYetValidException => "The token is not valid yet by its claim nbf; send one that is.",
            SecurityTokenNoExpirationException or SecurityTokenInvalidLifetimeException =>
                "The token has no usable claim exp; send one with an end.",
            SecurityTokenInvalidAudienceException =>
                $"The token's claim aud does not name this service; send a token for the audience {Audience(http)}.",
            SecurityTokenInvalidIssuerException =>
                "The token's claim iss is not the issuer that this service trusts; send a token of that one.",
            SecurityTokenInvalidTypeException => WrongType,
            SecurityTokenInvalidSignatureException =>
                "The token has no signature by a key of the issuer; send the token as the issuer made it.",
            SecurityTokenMalformedException or ArgumentException =>
                "The Authorization header holds no JSON Web Token; send \"Bearer\" and a token of the issuer.",
            // The service's own words, of a rule beyond those of the library.
            AuthenticationFailureException => failure.Message,
            AggregateException { InnerExceptions: [var first, ..] } => Describe(first, http),
            _ => "The token could not be checked; send a new one of the issuer.",
        };

    private static string Audience(HttpContext http) =>
        Characters.Quote(
            http.RequestServices.GetRequiredService<IOptionsMonitor<JwtBearerOptions>>()
                .Get(JwtBearerDefaults.AuthenticationScheme)
                .TokenValidationParameters.ValidAudience
                ?? ""
        );
}
