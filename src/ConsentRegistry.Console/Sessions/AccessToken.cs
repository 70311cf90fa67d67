using Microsoft.AspNetCore.Authentication;

namespace ConsentRegistry.Console.Sessions;

/// <summary>The token with which the registry is asked: that of the person whose request this is.</summary>
internal static class AccessToken
{
    /// <summary>Gives the token, which was refreshed when the request began if it had to be.</summary>
    /// <exception cref="InvalidOperationException">Nobody is signed in: a page that asks lets nobody else in.</exception>
    public static async ValueTask<string> OfAsync(HttpContext? context) =>
        (context is null ? null : await context.GetTokenAsync("access_token"))
        ?? throw new InvalidOperationException("The registry was asked for somebody who is not signed in.");
}
