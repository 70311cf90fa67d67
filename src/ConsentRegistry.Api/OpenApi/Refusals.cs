using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.OpenApi;

/// <summary>
/// Which problems an operation may answer with: those that follow from what it takes, and those of its own.
/// </summary>
internal static class Refusals
{
    /// <summary>The codes by status, in order.</summary>
    public static IEnumerable<(int Status, IReadOnlyList<string> Codes)> For(Route route) =>
        from code in Codes(route).Distinct(StringComparer.Ordinal)
        let entry = ProblemCatalog.Find(code)
        group code by entry.Status into status
        orderby status.Key
        select (status.Key, (IReadOnlyList<string>)[.. status]);

    private static IEnumerable<string> Codes(Route route) =>
        [
            ProblemCode.UnknownParameter,
            .. When(route.QueryParameters.Count > 0, ProblemCode.RepeatedParameter, ProblemCode.EmptyParameter),
            .. When(route.Body is not null, ProblemCode.MalformedJson),
            .. When(route.ReadsStrictly, ProblemCode.UnknownField, ProblemCode.DuplicateKey, ProblemCode.WrongType),
            .. When(route.TakesNoBody, ProblemCode.UnexpectedBody),
            ProblemCode.InvalidHeader,
            .. When(route.Access is not null, ProblemCode.Unauthenticated, FailureCode.Forbidden),
            .. When(
                (route.Alters || route.Previews)
                    && route.PathParameters.Contains("creatorId")
                    && route.OperationId != "eraseCreator",
                FailureCode.CreatorErased
            ),
            .. When(route.Alters, ProblemCode.IdempotencyKeyInFlight),
            .. When(route.TakesPreconditions, ProblemCode.StaleVersion, ProblemCode.PreconditionFailed),
            .. When(
                route.Body is not null || route.TakesNoBody,
                ProblemCode.MalformedRequest,
                ProblemCode.RequestTimeout,
                ProblemCode.TooLarge
            ),
            .. When(route.ReadsStrictly || route.Lines is not null, ProblemCode.UnsupportedMediaType),
            .. When(
                route.ReadsStrictly || route.PathParameters.Count + route.QueryParameters.Count > 0,
                FailureCode.Invalid
            ),
            .. When(
                route.PathParameters.Contains("purpose")
                    || route.QueryParameters.Any(parameter => parameter.Kind == ParameterKind.Purpose),
                FailureCode.UnknownPurpose
            ),
            .. route.OwnRefusals,
            .. When(route.Alters, ProblemCode.IdempotencyKeyReused),
            .. When(route.Alters || route.Previews, ProblemCode.RateLimited),
            ProblemCode.InternalError,
            .. When(!route.NeedsNoDatabase, ProblemCode.Unavailable),
            .. When(route.Alters, ProblemCode.OutcomeUnknown),
        ];

    private static string[] When(bool holds, params string[] codes) => holds ? codes : [];
}
