namespace ConsentRegistry.Console.Sessions;

/// <summary>How every cookie of the console is: out of reach of scripts, of other hosts and of forms of other sites.</summary>
internal static class ConsoleCookie
{
    /// <summary>Sets it.</summary>
    /// <param name="cookie">The cookie.</param>
    /// <param name="name">What it is for.</param>
    /// <param name="isDevelopment">Whether the console may be reached without encryption, on this machine.</param>
    public static void Set(CookieBuilder cookie, string name, bool isDevelopment)
    {
        // The prefix makes the browser refuse the cookie where it could come from another host or an open connection.
        cookie.Name = isDevelopment ? $"consent-console-{name}" : $"__Host-consent-{name}";
        cookie.SecurePolicy = isDevelopment ? CookieSecurePolicy.SameAsRequest : CookieSecurePolicy.Always;
        cookie.SameSite = SameSiteMode.Lax;
        cookie.HttpOnly = true;
        cookie.IsEssential = true;
        cookie.Path = "/";
    }
}
