using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;

namespace ConsentRegistry.DevelopmentIdentity;

/// <summary>
/// Signs somebody out: the cookie goes, and the refresh tokens of the program's sign-in are good for nothing. A program
/// that shows no ID token may be anybody's page: then the person is asked first.
/// </summary>
internal static class EndSession
{
    public const string Path = "/connect/end-session";

    public static async Task<IResult> HandleAsync(
        HttpContext http,
        IAntiforgery antiforgery,
        IOpenIddictTokenManager tokens
    )
    {
        var request = http.GetOpenIddictServerRequest()!;
        var form = http.Request.HasFormContentType ? await http.Request.ReadFormAsync(http.RequestAborted) : null;
        // Whoever has an ID token is the program of the sign-in. It is proven where it is read.
        var hint = request.IdTokenHint is null
            ? null
            : (await http.AuthenticateAsync(OpenIddictServerAspNetCoreDefaults.AuthenticationScheme)).Principal;
        if (hint is null)
        {
            if (form?.ContainsKey(SignOutPage.Choice) is not true)
                return SignOutPage.Show(http, antiforgery);
            if (!await antiforgery.IsRequestValidAsync(http))
                return Page.Render(http, StatusCodes.Status400BadRequest, SignInPage.Outdated);
        }
        if (hint?.GetAuthorizationId() is { } signIn)
            await tokens.RevokeByAuthorizationIdAsync(signIn, http.RequestAborted);
        await http.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        // To the address that the program has registered and asks for; without one, to the page of this provider.
        return Results.SignOut(new() { RedirectUri = "/" }, [OpenIddictServerAspNetCoreDefaults.AuthenticationScheme]);
    }
}
