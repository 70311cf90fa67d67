using System.Net;
using ConsentRegistry.Client;

namespace ConsentRegistry.Console.Registry;

/// <summary>Why the registry did not do what a page asked for, as far as it matters for what to do next.</summary>
public enum TroubleKind
{
    /// <summary>It cannot be reached, or is too slow. Nothing was read or changed, as far as is known.</summary>
    Unreachable,

    /// <summary>It says that it cannot answer now.</summary>
    Unavailable,

    /// <summary>It answered in words that this console does not understand.</summary>
    Unreadable,

    /// <summary>The person may not do that.</summary>
    NotAllowed,

    /// <summary>There is nothing of that name.</summary>
    NotFound,

    /// <summary>Something stands against it, such as a decision that was taken before.</summary>
    Conflict,

    /// <summary>Somebody changed the settings since the page was shown.</summary>
    Changed,

    /// <summary>What was typed is not valid.</summary>
    Invalid,

    /// <summary>Too many requests in a short time.</summary>
    TooMany,

    /// <summary>
    /// Whether the change was made is not known. The same form sent again resolves it: the registry recognizes its key.
    /// </summary>
    OutcomeUnknown,
}

/// <summary>What went wrong with a question to the registry.</summary>
/// <param name="Kind">What to do about it depends on this.</param>
/// <param name="Code">The registry's word for it; null where it said none.</param>
/// <param name="TraceId">The id under which the registry's log knows the request.</param>
/// <param name="RetryAfter">When to try again, where the registry says so.</param>
/// <param name="Fields">Messages by the field of the request that they are about.</param>
public sealed record Trouble(
    TroubleKind Kind,
    string? Code = null,
    string? TraceId = null,
    TimeSpan? RetryAfter = null,
    IReadOnlyDictionary<string, string[]>? Fields = null
)
{
    /// <summary>The status of the page that shows it.</summary>
    public HttpStatusCode Status =>
        Kind switch
        {
            TroubleKind.NotAllowed => HttpStatusCode.Forbidden,
            TroubleKind.NotFound => HttpStatusCode.NotFound,
            TroubleKind.Conflict => HttpStatusCode.Conflict,
            TroubleKind.Changed => HttpStatusCode.PreconditionFailed,
            TroubleKind.Invalid => HttpStatusCode.UnprocessableEntity,
            TroubleKind.TooMany => HttpStatusCode.TooManyRequests,
            TroubleKind.Unreachable or TroubleKind.Unavailable or TroubleKind.OutcomeUnknown =>
                HttpStatusCode.ServiceUnavailable,
            TroubleKind.Unreadable or _ => HttpStatusCode.BadGateway,
        };

    /// <summary>Whether the registry said no, and so has done nothing.</summary>
    public bool IsRefusal =>
        Kind
            is TroubleKind.NotAllowed
                or TroubleKind.NotFound
                or TroubleKind.Conflict
                or TroubleKind.Changed
                or TroubleKind.Invalid;

    /// <summary>Reads what a method of the client threw; null where it is a bug, and not a failure to be expected.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="isChange">Whether a change was asked for, which may have been made.</param>
    public static Trouble? From(Exception exception, bool isChange) =>
        exception switch
        {
            ConsentRegistryException refusal => From(refusal, isChange),
            HttpRequestException or TaskCanceledException => new(
                isChange ? TroubleKind.OutcomeUnknown : TroubleKind.Unreachable
            ),
            _ => null,
        };

    private static Trouble From(ConsentRegistryException refusal, bool isChange)
    {
        var kind = refusal switch
        {
            { Code: ConsentRegistryException.UnreadableCode or "outcomeUnknown" } when isChange =>
                TroubleKind.OutcomeUnknown,
            { Status: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized } => TroubleKind.NotAllowed,
            { Status: HttpStatusCode.NotFound } => TroubleKind.NotFound,
            { Status: HttpStatusCode.Conflict } => TroubleKind.Conflict,
            { Status: HttpStatusCode.PreconditionFailed } => TroubleKind.Changed,
            { Status: HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity } => TroubleKind.Invalid,
            { Status: HttpStatusCode.TooManyRequests } => TroubleKind.TooMany,
            { Status: HttpStatusCode.ServiceUnavailable } => TroubleKind.Unavailable,
            _ => isChange ? TroubleKind.OutcomeUnknown : TroubleKind.Unreadable,
        };
        return new(kind, refusal.Code, refusal.TraceId, refusal.RetryAfter, refusal.Errors);
    }
}
