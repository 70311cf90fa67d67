using System.Security.Claims;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace ConsentRegistry.DevelopmentIdentity;

/// <summary>
/// Answers a program that wants somebody to sign in: with a code if somebody has, and else with the page on which one
/// chooses whom to be. The page sends the program's whole question back, which is judged again: so there is no address
/// to go on to that anybody could alter.
/// </summary>
internal static class Authorize
{
    public const string Path = "/connect/authorize";

    public static async Task<IResult> HandleAsync(
        HttpContext http,
        IdentitySettings settings,
        IAntiforgery antiforgery,
        TimeProvider clock
    )
    {
        // OpenIddict has found the program, its redirect address and its PKCE challenge to be good.
        var request = http.GetOpenIddictServerRequest()!;
        var form = http.Request.HasFormContentType ? await http.Request.ReadFormAsync(http.RequestAborted) : null;
        if (form is not null && Array.Exists(SignInPage.Choices, form.ContainsKey))
        {
            if (!await antiforgery.IsRequestValidAsync(http))
                return Page.Render(http, StatusCodes.Status400BadRequest, SignInPage.Outdated);
            return Choose(form) is { } person
                ? await SignInAsync(http, person, request, settings, clock)
                : SignInPage.Show(http, antiforgery, request.ClientId!, hint: SignInPage.NoName);
        }
        if (await KnownAsync(http, request, clock) is { } known)
            return Issue(known.Person, request, settings, known.SignedIn);
        return request.HasPromptValue(PromptValues.None)
            ? Refuse(Errors.LoginRequired, "Nobody has signed in.")
            : SignInPage.Show(http, antiforgery, request.ClientId!, hint: null);
    }

    private static Person? Choose(IFormCollection form) =>
        form.TryGetValue(SignInPage.PersonField, out var id) ? People.Find(id)
        : People.TryMakeCreator(form[SignInPage.NameField], out var creator) ? creator
        : null;

    private static async Task<IResult> SignInAsync(
        HttpContext http,
        Person person,
        OpenIddictRequest request,
        IdentitySettings settings,
        TimeProvider clock
    )
    {
        var now = clock.GetUtcNow();
        var identity = new ClaimsIdentity(
            [new(Claims.Subject, person.Id), new(Claims.Name, person.Name)],
            CookieAuthenticationDefaults.AuthenticationScheme
        );
        await http.SignInAsync(
            CookieAuthenticationDefaults.AuthenticationScheme,
            new(identity),
            new()
            {
                IsPersistent = true,
                IssuedUtc = now,
                ExpiresUtc = now + settings.Session,
            }
        );
        return Issue(person, request, settings, now);
    }

    /// <summary>Who has signed in already, unless the program wants it done anew.</summary>
    private static async Task<(Person Person, DateTimeOffset SignedIn)?> KnownAsync(
        HttpContext http,
        OpenIddictRequest request,
        TimeProvider clock
    )
    {
        if (request.HasPromptValue(PromptValues.Login) || request.HasPromptValue(PromptValues.SelectAccount))
            return null;
        var cookie = await http.AuthenticateAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        if (
            cookie is not { Succeeded: true, Properties.IssuedUtc: { } signedIn }
            || People.Find(cookie.Principal.GetClaim(Claims.Subject), cookie.Principal.GetClaim(Claims.Name))
                is not { } person
            || (request.MaxAge is { } seconds && clock.GetUtcNow() - signedIn > TimeSpan.FromSeconds(seconds))
        )
            return null;
        return (person, signedIn);
    }

    private static IResult Issue(
        Person person,
        OpenIddictRequest request,
        IdentitySettings settings,
        DateTimeOffset signedIn
    ) =>
        Results.SignIn(
            Principals.Create(person, request.GetScopes(), settings.Audience, signedIn.ToUnixTimeSeconds()),
            properties: null,
            OpenIddictServerAspNetCoreDefaults.AuthenticationScheme
        );

    private static IResult Refuse(string error, string description) =>
        Results.Forbid(
            new(
                new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    [OpenIddictServerAspNetCoreConstants.Properties.Error] = error,
                    [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = description,
                }
            ),
            [OpenIddictServerAspNetCoreDefaults.AuthenticationScheme]
        );
}
