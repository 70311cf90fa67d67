using System.Globalization;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace ConsentRegistry.DevelopmentIdentity;

/// <summary>
/// Gives tokens for a code, for a refresh token, or to a requester's backend. OpenIddict has found the program's secret
/// and what it shows to be good.
/// </summary>
internal static class IssueTokens
{
    public const string Path = "/connect/token";

    public static async Task<IResult> HandleAsync(HttpContext http, IdentitySettings settings)
    {
        var request = http.GetOpenIddictServerRequest()!;
        if (request.IsClientCredentialsGrantType())
            return Clients.AccountOf(request.ClientId) is { } account
                ? Issue(account, request.GetScopes(), settings, signedIn: null)
                : Refuse("This program has no account.");

        var shown = (await http.AuthenticateAsync(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme)).Principal;
        // Looked up again, so that a change of the table of people holds from the next refresh on.
        if (
            shown is null
            || People.Find(shown.GetClaim(Claims.Subject), shown.GetClaim(Claims.Name)) is not { } person
            || !long.TryParse(
                shown.GetClaim(Claims.AuthenticationTime),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var signedIn
            )
        )
            return Refuse("Nobody is known by this name any more.");
        var granted = shown.GetScopes();
        var requested = request.GetScopes();
        return Issue(
            person,
            requested.IsEmpty ? granted : granted.Intersect(requested, StringComparer.Ordinal),
            settings,
            signedIn
        );
    }

    private static IResult Issue(
        Person person,
        IEnumerable<string> scopes,
        IdentitySettings settings,
        long? signedIn
    ) =>
        Results.SignIn(
            Principals.Create(person, scopes, settings.Audience, signedIn),
            properties: null,
            OpenIddictServerAspNetCoreDefaults.AuthenticationScheme
        );

    private static IResult Refuse(string description) =>
        Results.Forbid(
            new(
                new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    [OpenIddictServerAspNetCoreConstants.Properties.Error] = Errors.InvalidGrant,
                    [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = description,
                }
            ),
            [OpenIddictServerAspNetCoreDefaults.AuthenticationScheme]
        );
}
