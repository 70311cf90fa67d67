using ConsentRegistry.Console.Configuration;
using Microsoft.Extensions.Options;

namespace ConsentRegistry.Console.Startup;

/// <summary>
/// Tells the browser what a page may do: load its own files and nothing else, run no script inside it, and show itself in
/// no other page.
/// </summary>
internal sealed class SecurityHeaders(RequestDelegate next, IOptions<ConsoleOptions> options)
{
    // Signing out ends at the provider: a browser follows a form's redirect only to where forms may go.
    private readonly string policy = string.Join(
        "; ",
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        $"form-action 'self' {options.Value.Authority!.GetLeftPart(UriPartial.Authority)}",
        "base-uri 'self'",
        "frame-ancestors 'none'"
    );

    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        // Pages show one person's data. Files that anybody may have say so themselves.
        headers.CacheControl = "no-store";
        return next(context);
    }
}
