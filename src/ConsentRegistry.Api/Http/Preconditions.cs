using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using ConsentRegistry.Domain;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace ConsentRegistry.Api.Http;

/// <summary>
/// The conditions of RFC 9110, section 13, on which settings are changed: <c>If-Match</c> and <c>If-None-Match</c>. The
/// version of the creator's settings is the ETag of every setting and stop of theirs. Without a condition a change is
/// made whatever stands.
/// </summary>
public sealed class Preconditions : IBound, IEndpointParameterMetadataProvider
{
    /// <summary>The refusal of settings that have changed since the caller saw them.</summary>
    public const string Stale =
        "The settings have changed since the version in If-Match; read them, and send their ETag.";

    /// <summary>The refusal of a change of what is set already.</summary>
    public const string AlreadySet = "If-None-Match: * excludes what is set already; leave it out to change it.";

    private readonly IList<EntityTagHeaderValue> match;
    private readonly IList<EntityTagHeaderValue> noneMatch;

    private Preconditions(IList<EntityTagHeaderValue> match, IList<EntityTagHeaderValue> noneMatch, Problem? problem) =>
        (this.match, this.noneMatch, Problem) = (match, noneMatch, problem);

    public Problem? Problem { get; }

    private bool OnlyIfAbsent => noneMatch.Any(IsAny);

    public static ValueTask<Preconditions> BindAsync(HttpContext http, ParameterInfo parameter)
    {
        var headers = http.Request.Headers;
        return ValueTask.FromResult(
            !TryRead(headers.IfMatch, out var match) ? Malformed(HeaderNames.IfMatch)
            : !TryRead(headers.IfNoneMatch, out var noneMatch) ? Malformed(HeaderNames.IfNoneMatch)
            : new Preconditions(match, noneMatch, null)
        );
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Metadata.Add(new EvaluatedConditions(HeaderNames.IfMatch, HeaderNames.IfNoneMatch));
    }

    /// <summary>Whether the version of the settings is one that a condition excludes.</summary>
    public bool Exclude(long settingsVersion, [NotNullWhen(true)] out Failure? failure)
    {
        failure =
            match.Count > 0 && !match.Any(tag => IsAny(tag) || (!tag.IsWeak && tag.IsOfSettings(settingsVersion)))
                ? new(ProblemCode.StaleVersion, Stale)
            : noneMatch.Any(tag => tag.IsOfSettings(settingsVersion))
                ? new(
                    ProblemCode.PreconditionFailed,
                    "If-None-Match excludes the version of the settings that stands; leave it out to change them."
                )
            : null;
        return failure is not null;
    }

    /// <summary>
    /// Whether the condition <c>If-None-Match: *</c> excludes a change of something that is set already.
    /// </summary>
    /// <param name="isSet">Whether a setting or stop that the request names is set.</param>
    /// <param name="failure">The refusal.</param>
    public bool Exclude(bool isSet, [NotNullWhen(true)] out Failure? failure)
    {
        failure = OnlyIfAbsent && isSet ? new(ProblemCode.PreconditionFailed, AlreadySet) : null;
        return failure is not null;
    }

    private static bool IsAny(EntityTagHeaderValue tag) => tag.Equals(EntityTagHeaderValue.Any);

    // A star stands alone.
    private static bool TryRead(StringValues values, [NotNullWhen(true)] out IList<EntityTagHeaderValue>? tags)
    {
        tags = [];
        return values.Count == 0
            || (
                EntityTagHeaderValue.TryParseStrictList(values.ToArray()!, out tags)
                && tags is { Count: > 0 }
                && (tags.Count == 1 || !tags.Any(IsAny))
            );
    }

    private static Preconditions Malformed(string header) =>
        new(
            [],
            [],
            Problem.OfField(
                400,
                ProblemCode.InvalidHeader,
                header,
                $"{header} is no list of ETags in quotes, and no *; send an ETag as an answer gave it."
            )
        );
}

/// <summary>The conditional headers that an operation evaluates.</summary>
internal sealed record EvaluatedConditions(params string[] Headers);

/// <summary>
/// Refuses a conditional header that the operation does not evaluate: a caller who set a condition must not believe
/// that it was met.
/// </summary>
internal static class UnevaluatedConditions
{
    /// <summary>Every conditional header of RFC 9110, section 13.1.</summary>
    public static readonly IReadOnlyList<string> Headers =
    [
        HeaderNames.IfMatch,
        HeaderNames.IfNoneMatch,
        HeaderNames.IfModifiedSince,
        HeaderNames.IfUnmodifiedSince,
        HeaderNames.IfRange,
    ];

    // These only save bytes where something is read: to answer in full, without a validator to compare, is what the RFC
    // says.
    private static readonly string[] HarmlessOnReads =
    [
        HeaderNames.IfNoneMatch,
        HeaderNames.IfModifiedSince,
        HeaderNames.IfRange,
    ];

    /// <summary>The refusal of a condition that the operation would ignore.</summary>
    public static string NotEvaluated(string header) => $"The operation does not evaluate {header}; leave it out.";

    /// <summary>Why the request is refused; null if it carries no such header.</summary>
    public static Problem? Refuse(HttpContext http, EvaluatedConditions? evaluated)
    {
        var isRead = HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method);
        foreach (var header in Headers)
        {
            if (
                http.Request.Headers.ContainsKey(header)
                && evaluated?.Headers.Contains(header) != true
                && !(isRead && HarmlessOnReads.Contains(header))
            )
            {
                return Problem.OfField(400, ProblemCode.InvalidHeader, header, NotEvaluated(header));
            }
        }
        return null;
    }

    /// <summary>Whether the request carries any conditional header.</summary>
    public static bool AreSentWith(HttpRequest request)
    {
        var headers = request.Headers;
        return headers.IfMatch.Count
                + headers.IfNoneMatch.Count
                + headers.IfModifiedSince.Count
                + headers.IfUnmodifiedSince.Count
                + headers.IfRange.Count
            > 0;
    }
}
