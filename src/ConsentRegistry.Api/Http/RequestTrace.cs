using System.Diagnostics;
using ConsentRegistry.Api.Telemetry;

namespace ConsentRegistry.Api.Http;

/// <summary>
/// The trace of a request, under which the log knows it. Its span has the route's template and not the path, which
/// names creators and videos.
/// </summary>
internal static class RequestTrace
{
    /// <summary>Traces a request, from its first step on the long way to its answer.</summary>
    public static async Task FollowAsync(HttpContext http, RequestDelegate next)
    {
        using var trace = Begin(http);
        try
        {
            await next(http);
        }
        finally
        {
            if (trace is { IsAllDataRequested: true })
                Describe(trace, http);
        }
    }

    /// <summary>Begins it, going on with the caller's if they name one; null where it has begun.</summary>
    public static Activity? Begin(HttpContext http)
    {
        if (Activity.Current is not null)
            return null;
        var headers = http.Request.Headers;
        var caller =
            headers.TraceParent is [{ } parent]
            && ActivityContext.TryParse(parent, headers.TraceState, isRemote: true, out var named)
                ? named
                : default;
        if (Tracing.Source.StartActivity(http.Request.Method, ActivityKind.Server, caller) is { } span)
            return span;
        // Nobody listens: a trace id all the same, and the caller's wish to be traced goes on to others.
        var trace = new Activity("request");
        if (caller != default)
            trace.SetParentId(caller.TraceId, caller.SpanId, caller.TraceFlags).TraceStateString = caller.TraceState;
        return trace.Start();
    }

    private static void Describe(Activity trace, HttpContext http)
    {
        var status = http.Response.StatusCode;
        trace.SetTag("http.request.method", http.Request.Method);
        trace.SetTag("url.scheme", http.Request.Scheme);
        trace.SetTag("http.response.status_code", status);
        if (http.Items[typeof(Problem)] is string code)
            trace.SetTag("error.type", code);
        if (status >= 500)
            trace.SetStatus(ActivityStatusCode.Error);
        if ((http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText is not { } route)
            return;
        trace.DisplayName = $"{http.Request.Method} {route}";
        trace.SetTag("http.route", route);
    }
}
