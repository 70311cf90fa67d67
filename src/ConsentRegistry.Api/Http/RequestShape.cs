using System.Collections.Frozen;
using System.Globalization;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Api.Http;

/// <summary>
/// Refuses a request whose path or query is not of the contract, before anything is bound: ids and purposes by their
/// grammar, query parameters that the operation does not know, that stand twice or that are empty, and conditions that
/// it does not evaluate.
/// </summary>
internal sealed class RequestShape(RequestDelegate next)
{
    /// <summary>Items of a page, at most.</summary>
    public const int MaxPage = 1_000;

    /// <summary>Items of a page unless the request says otherwise.</summary>
    public const int DefaultPage = 100;

    private static readonly FrozenDictionary<string, Func<string, Problem?>> Grammars = new Dictionary<
        string,
        Func<string, Problem?>
    >(StringComparer.Ordinal)
    {
        ["creatorId"] = text => BadId(text, "creatorId"),
        ["ownerId"] = text => BadId(text, "ownerId"),
        ["videoId"] = text => BadId(text, "videoId"),
        ["requester"] = text => BadId(text, "requester"),
        ["purpose"] = text => Purpose.TryParse(text, out _) ? null : UnknownPurpose("purpose", text),
        ["limit"] = text =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
            && limit is >= 1 and <= MaxPage
                ? null
                : Problem.OfField(
                    422,
                    FailureCode.Invalid,
                    "limit",
                    $"limit is {Characters.Quote(text)}; send a whole number from 1 to {MaxPage}."
                ),
        ["cursor"] = text =>
            Cursor.IsCursor(text)
                ? null
                : Problem.OfField(
                    422,
                    FailureCode.Invalid,
                    "cursor",
                    "cursor is no cursor of the registry; send the nextCursor of the page before."
                ),
        ["asOf"] = text =>
            Instant.TryParseInRange(text, out _)
                ? null
                : Problem.OfField(
                    422,
                    FailureCode.Invalid,
                    "asOf",
                    ValidationRules.NotATime("asOf", Characters.Quote(text))
                ),
        ["requestId"] = text => Uuid(text, "requestId", "a request"),
        ["grantId"] = text => Uuid(text, "grantId", "a grant"),
        ["recallId"] = text => Uuid(text, "recallId", "a recall"),
        ["eventId"] = text => Uuid(text, "eventId", "an event"),
        ["webhookId"] = text => Uuid(text, "webhookId", "a webhook"),
        ["notificationId"] = text => Uuid(text, "notificationId", "a notification"),
        ["owner"] = text => BadId(text, "owner"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static Problem UnknownPurpose(string field, string purpose) =>
        Problem.OfField(
            422,
            FailureCode.UnknownPurpose,
            field,
            ValidationRules.NotAPurpose(field, Characters.Quote(purpose))
        );

    public async Task InvokeAsync(HttpContext http)
    {
        if (Refuse(http) is { } problem)
            await problem.ExecuteAsync(http);
        else
            await next(http);
    }

    private static Problem? Refuse(HttpContext http)
    {
        // Documentation and health belong to their libraries; the contract is about the operations that say who may
        // call them.
        if (
            http.GetEndpoint()?.Metadata is not { } metadata
            || metadata.GetMetadata<QueryParameters>() is not { } known
        )
            return null;
        foreach (var (name, value) in http.Request.RouteValues)
        {
            if (value is string text && Grammars.TryGetValue(name, out var grammar) && grammar(text) is { } problem)
                return problem;
        }
        foreach (var (name, values) in http.Request.Query)
        {
            if (!known.Names.Contains(name, StringComparer.Ordinal))
                return Problem.OfField(400, ProblemCode.UnknownParameter, name, UnknownParameter(name, known));
            if (values.Count != 1)
                return Problem.OfField(
                    400,
                    ProblemCode.RepeatedParameter,
                    name,
                    $"The query parameter {Characters.Quote(name)} stands more than once; send it once."
                );
            if (string.IsNullOrEmpty(values[0]))
                return Problem.OfField(
                    400,
                    ProblemCode.EmptyParameter,
                    name,
                    $"The query parameter {Characters.Quote(name)} is empty; leave it out to say nothing."
                );
            if (Grammars.TryGetValue(name, out var grammar) && grammar(values[0]!) is { } problem)
                return problem;
        }
        return UnevaluatedConditions.Refuse(http, metadata.GetMetadata<EvaluatedConditions>());
    }

    private static Problem? Uuid(string text, string field, string of) =>
        Guid.TryParseExact(text, "D", out _)
            ? null
            : Problem.OfField(
                422,
                FailureCode.Invalid,
                field,
                $"{field} is {Characters.Quote(text)}; send the id of {of}, a UUID."
            );

    private static Problem? BadId(string text, string field) =>
        Identifier.IsValid(text)
            ? null
            : Problem.OfField(422, FailureCode.Invalid, field, ValidationRules.NotAnId(field, Characters.Quote(text)));

    private static string UnknownParameter(string name, QueryParameters known) =>
        $"The operation has no query parameter {Characters.Quote(name)}; "
        + (known.Names.Count == 0 ? "send none." : $"send only: {string.Join(", ", known.Names)}.");
}
