using System.Collections.Immutable;
using System.Security.Claims;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace ConsentRegistry.DevelopmentIdentity;

/// <summary>What tokens say of a person.</summary>
internal static class Principals
{
    /// <summary>The claim with the creators for whom an agency acts.</summary>
    public const string Creators = "creators";

    /// <summary>The claim with the requester in whose name an account checks and asks.</summary>
    public const string Requester = "requester";

    // These ask for the kind of tokens, and open nothing of the registry.
    private static readonly string[] OfSignIn = [Scopes.OpenId, Scopes.OfflineAccess, Scopes.Profile];

    /// <summary>Somebody as tokens for a program say it.</summary>
    /// <param name="person">Who it is.</param>
    /// <param name="requested">The scopes that the program asks for. Those that the person has are granted.</param>
    /// <param name="audience">The audience of access tokens.</param>
    /// <param name="signedIn">When they signed in, in seconds since 1970; null for a program of its own.</param>
    public static ClaimsPrincipal Create(Person person, IEnumerable<string> requested, string audience, long? signedIn)
    {
        var identity = new ClaimsIdentity(
            OpenIddictServerAspNetCoreDefaults.AuthenticationScheme,
            Claims.Name,
            roleType: null
        );
        identity.SetClaim(Claims.Subject, person.Id);
        identity.SetClaim(Claims.Name, person.Name);
        identity.SetClaim(Claims.AuthenticationTime, signedIn);
        identity.SetClaim(Requester, person.Requester);
        identity.SetClaims(Creators, [.. person.Creators]);
        identity.SetScopes(
            requested.Where(scope =>
                person.Scopes.Contains(scope, StringComparer.Ordinal)
                || (signedIn is not null && OfSignIn.Contains(scope, StringComparer.Ordinal))
            )
        );
        identity.SetResources(audience);
        identity.SetDestinations(claim =>
            claim.Type switch
            {
                Claims.Name or Claims.AuthenticationTime => [Destinations.IdentityToken],
                _ => [Destinations.AccessToken, Destinations.IdentityToken],
            }
        );
        return new(identity);
    }
}
