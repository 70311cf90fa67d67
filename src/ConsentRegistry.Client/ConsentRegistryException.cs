using System.Net;

namespace ConsentRegistry.Client;

/// <summary>
/// The registry refused a request, or what answered made no sense: problem details (RFC 9457) as an exception. Whatever
/// it is, it is no consent.
/// </summary>
public sealed class ConsentRegistryException : Exception
{
    /// <summary>The code where the refusal was not the registry's own, but for example a proxy's.</summary>
    public const string UnknownCode = "unknown";

    /// <summary>
    /// The code where the status was a success and the body was none of the contract. Whether a change was made is not
    /// known.
    /// </summary>
    public const string UnreadableCode = "unreadable";

    internal ConsentRegistryException(HttpStatusCode status, string code, string detail, Exception? cause = null)
        : base($"{(int)status} {code}: {detail}", cause) => (Status, Code, Detail) = (status, code, detail);

    /// <summary>The HTTP status.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>
    /// A stable word for programs, for example <c>unknownPurpose</c>; otherwise <see cref="UnknownCode"/> or
    /// <see cref="UnreadableCode"/>.
    /// </summary>
    public string Code { get; }

    /// <summary>A sentence for people.</summary>
    public string Detail { get; }

    /// <summary>The id under which the registry's log knows the request; null where the registry did not say.</summary>
    public string? TraceId { get; internal init; }

    /// <summary>Messages by field, for 400 and 422; empty otherwise.</summary>
    public IReadOnlyDictionary<string, string[]> Errors { get; internal init; } =
        new Dictionary<string, string[]>(StringComparer.Ordinal);

    /// <summary>
    /// After how long to try again, where the registry says so (429, 503, and 409 for a key in flight).
    /// </summary>
    public TimeSpan? RetryAfter { get; internal init; }
}
