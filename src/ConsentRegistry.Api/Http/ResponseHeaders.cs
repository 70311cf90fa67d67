namespace ConsentRegistry.Api.Http;

/// <summary>
/// Headers that every answer has unless it says otherwise: nobody keeps it, and a browser neither guesses its type,
/// shows it in a frame, runs a script that is not the service's own, nor comes back without TLS. An operation that is
/// deprecated says so.
/// </summary>
internal static class ResponseHeaders
{
    /// <summary>For how long a browser comes back with TLS only, in seconds: a year.</summary>
    private const int TransportSeconds = 31_536_000;

    /// <summary>
    /// What the page of the documentation needs, and nothing else. Its styles, and the images in them, stand in the
    /// page itself.
    /// </summary>
    private const string ContentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src "
        + "'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void UseResponseHeaders(this WebApplication app)
    {
        var isDevelopment = app.Environment.IsDevelopment();
        app.Use(
            (http, next) =>
            {
                // At the last moment: whoever answers in place of what went wrong begins with the headers anew.
                http.Response.OnStarting(() =>
                {
                    var headers = http.Response.Headers;
                    if (headers.CacheControl.Count == 0)
                        headers.CacheControl = "no-store";
                    headers.XContentTypeOptions = "nosniff";
                    headers.XFrameOptions = "DENY";
                    headers.ContentSecurityPolicy = ContentPolicy;
                    headers["Referrer-Policy"] = "no-referrer";
                    // Callers reach the service by PublicUrl, which is https there; what stands before it may have
                    // ended the TLS.
                    if (!isDevelopment)
                        headers.StrictTransportSecurity = $"max-age={TransportSeconds}";
                    Deprecation.AddHeaders(http);
                    return Task.CompletedTask;
                });
                return next(http);
            }
        );
    }
}
