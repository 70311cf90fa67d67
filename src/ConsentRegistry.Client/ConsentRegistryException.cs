using System.Net;

namespace ConsentRegistry.Client;

/// <summary>The registry refused a request, or could not answer it: problem details (RFC 9457) as an exception.</summary>
public sealed class ConsentRegistryException(
    HttpStatusCode status, string code, string detail, string? traceId, IReadOnlyDictionary<string, string[]> errors, TimeSpan? retryAfter)
    : Exception($"{(int)status} {code}: {detail}")
{
    /// <summary>The HTTP status.</summary>
    public HttpStatusCode Status { get; } = status;

    /// <summary>A stable word for programs, for example <c>unknownPurpose</c>; <c>unknown</c> where the answer was not the registry's.</summary>
    public string Code { get; } = code;

    /// <summary>A sentence for people.</summary>
    public string Detail { get; } = detail;

    /// <summary>The id under which the registry's log knows the request.</summary>
    public string? TraceId { get; } = traceId;

    /// <summary>Messages by field, for 400 and 422; empty otherwise.</summary>
    public IReadOnlyDictionary<string, string[]> Errors { get; } = errors;

    /// <summary>After how long to try again, where the registry says so (429, 503).</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
