namespace ConsentRegistry.Api.Http;

/// <summary>An answer that is sent part by part, and is of use before it ends.</summary>
internal static class StreamedResponse
{
    /// <summary>
    /// The header by which nginx, and proxies that follow it, are told whether to keep an answer back until they have a
    /// buffer full of it.
    /// </summary>
    public const string BufferingHeader = "X-Accel-Buffering";

    /// <summary>Says that each part is to be passed on at once. To be called before anything is sent.</summary>
    public static void Begin(HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers[BufferingHeader] = "no";
    }
}
