using System.Collections.Frozen;
using System.Globalization;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Api.Http;

/// <summary>The query parameters that an operation knows.</summary>
public sealed record QueryParameters(params string[] Names);

/// <summary>
/// Refuses a request whose path or query is not of the contract, before anything is bound: ids and purposes by their grammar, query
/// parameters that the operation does not know, that stand twice or that are empty, and conditions that it does not evaluate.
/// </summary>
internal sealed class RequestShape(RequestDelegate next)
{
    /// <summary>Items of a page, at most.</summary>
    public const int MaxPage = 1_000;

    /// <summary>Items of a page unless the request says otherwise.</summary>
    public const int DefaultPage = 100;

    private static readonly FrozenDictionary<string, Func<string, Problem?>> Grammars = new Dictionary<string, Func<string, Problem?>>(StringComparer.Ordinal)
    {
        ["creatorId"] = text => Identifier.IsValid(text) ? null : BadId("creatorId"),
        ["ownerId"] = text => Identifier.IsValid(text) ? null : BadId("ownerId"),
        ["videoId"] = text => Identifier.IsValid(text) ? null : BadId("videoId"),
        ["requester"] = text => Identifier.IsValid(text) ? null : BadId("requester"),
        ["purpose"] = text => Purpose.TryParse(text, out _) ? null : UnknownPurpose("purpose"),
        ["limit"] = text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= MaxPage
            ? null
            : Problem.Of(422, FailureCode.Invalid, "limit", $"A page holds 1 to {MaxPage} items."),
        ["cursor"] = text => Cursor.TryParse(text, out _) ? null : Problem.Of(422, FailureCode.Invalid, "cursor", "A cursor is the nextCursor of an earlier page."),
        ["asOf"] = text => Instant.TryParse(text, out _) ? null : Problem.Of(422, FailureCode.Invalid, "asOf", Rules.TimeGrammar),
        ["requestId"] = text => Uuid(text, "requestId", "a request"),
        ["grantId"] = text => Uuid(text, "grantId", "a grant"),
        ["recallId"] = text => Uuid(text, "recallId", "a recall"),
        ["eventId"] = text => Uuid(text, "eventId", "an event"),
        ["webhookId"] = text => Uuid(text, "webhookId", "a webhook"),
        ["notificationId"] = text => Uuid(text, "notificationId", "a notification"),
        ["owner"] = text => Identifier.IsValid(text) ? null : BadId("owner"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static Problem UnknownPurpose(string field) =>
        Problem.Of(422, FailureCode.UnknownPurpose, field, "The vocabulary does not know this purpose.");

    public async Task InvokeAsync(HttpContext http)
    {
        if (Refuse(http) is { } problem)
            await problem.WriteAsync(http);
        else
            await next(http);
    }

    private static Problem? Refuse(HttpContext http)
    {
        // Documentation and health belong to their libraries; the contract is about the operations that say who may call them.
        if (http.GetEndpoint()?.Metadata is not { } metadata || metadata.GetMetadata<QueryParameters>() is not { } known)
            return null;
        foreach (var (name, value) in http.Request.RouteValues)
        {
            if (value is string text && Grammars.TryGetValue(name, out var grammar) && grammar(text) is { } problem)
                return problem;
        }
        foreach (var (name, values) in http.Request.Query)
        {
            if (!known.Names.Contains(name, StringComparer.Ordinal))
                return Problem.Of(400, ProblemCode.UnknownParameter, name, "The operation has no such query parameter.");
            if (values.Count != 1)
                return Problem.Of(400, ProblemCode.RepeatedParameter, name, "The query parameter stands more than once.");
            if (string.IsNullOrEmpty(values[0]))
                return Problem.Of(400, ProblemCode.EmptyParameter, name, "The query parameter is empty; leave it out to say nothing.");
            if (Grammars.TryGetValue(name, out var grammar) && grammar(values[0]!) is { } problem)
                return problem;
        }
        return UnevaluatedConditions.Refuse(http, metadata.GetMetadata<EvaluatedConditions>());
    }

    private static Problem? Uuid(string text, string field, string of) =>
        Guid.TryParseExact(text, "D", out _) ? null : Problem.Of(422, FailureCode.Invalid, field, $"The id of {of} is a UUID.");

    private static Problem BadId(string field) => Problem.Of(422, FailureCode.Invalid, field, $"An id is {Identifier.Grammar}.");
}
