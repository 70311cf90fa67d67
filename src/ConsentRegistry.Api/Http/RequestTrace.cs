using System.Diagnostics;

namespace ConsentRegistry.Api.Http;

/// <summary>The trace of a request, under which the log knows it.</summary>
internal static class RequestTrace
{
    /// <summary>Begins it, going on with the caller's if they name one; null where it has begun, here or by the server because somebody listens.</summary>
    public static Activity? Begin(HttpContext http)
    {
        if (Activity.Current is not null)
            return null;
        var (trace, headers) = (new Activity("request"), http.Request.Headers);
        if (headers.TraceParent is [{ } parent] && ActivityContext.TryParse(parent, headers.TraceState, isRemote: true, out var context))
            trace.SetParentId(context.TraceId, context.SpanId, context.TraceFlags).TraceStateString = context.TraceState;
        return trace.Start();
    }
}
