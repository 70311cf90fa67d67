using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Net.Http.Headers;

namespace ConsentRegistry.Api.Http;

/// <summary>The header <c>If-Match</c>: the settings version that the caller saw. Without it a change is made whatever stands.</summary>
public sealed class IfMatch : IBound
{
    /// <summary>The refusal of a header that is not of the grammar.</summary>
    public const string Malformed = "If-Match is no list of ETags in quotes; send an ETag as an answer gave it.";

    /// <summary>The refusal of a version that does not stand any more.</summary>
    public const string Stale = "The settings have changed since the version in If-Match; read them, and send their ETag.";

    private readonly IList<EntityTagHeaderValue> tags;

    private IfMatch(IList<EntityTagHeaderValue> tags, Problem? problem) => (this.tags, Problem) = (tags, problem);

    public Problem? Problem { get; }

    public static ValueTask<IfMatch> BindAsync(HttpContext http, ParameterInfo parameter)
    {
        var values = http.Request.Headers.IfMatch;
        if (values.Count == 0)
            return ValueTask.FromResult(new IfMatch([], null));
        var valid = EntityTagHeaderValue.TryParseStrictList(values.ToArray()!, out var tags) && tags is { Count: > 0 };
        return ValueTask.FromResult(valid
            ? new IfMatch(tags!, null)
            : new IfMatch([], Problem.Of(400, ProblemCode.InvalidHeader, "If-Match", Malformed)));
    }

    /// <summary>Whether the caller saw another version than the one that stands.</summary>
    public bool IsStale(long settingsVersion, [NotNullWhen(true)] out Domain.Failure? failure)
    {
        var stale = tags.Count > 0 && !tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.IsOfSettings(settingsVersion));
        failure = stale ? new(ProblemCode.StaleVersion, Stale) : null;
        return stale;
    }
}
