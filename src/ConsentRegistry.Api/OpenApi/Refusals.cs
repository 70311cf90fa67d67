using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.OpenApi;

/// <summary>Which problems an operation may answer with: those that follow from what it takes, and those of its own.</summary>
internal static class Refusals
{
    // What only the operation itself knows.
    private static readonly Dictionary<string, string[]> Own = new(StringComparer.Ordinal)
    {
        ["getConsent"] = [FailureCode.CreatorErased],
        ["getCheckpoint"] = [FailureCode.NotFound],
        ["getTile"] = [FailureCode.NotFound],
        ["getEntries"] = [FailureCode.NotFound],
        ["getInclusionProof"] = [FailureCode.NotFound],
        ["checkConsent"] = [ProblemCode.RequesterNotYours, FailureCode.UnknownPurpose, FailureCode.TooMany],
        ["checkConsentBatch"] = [FailureCode.TooMany],
        ["setDefault"] = [FailureCode.TooMany],
        ["changeSettings"] = [FailureCode.UnknownPurpose, FailureCode.TooMany],
        ["previewChanges"] = [FailureCode.UnknownPurpose, FailureCode.TooMany],
        ["evaluate"] = [ProblemCode.RequesterNotYours],
        ["evaluateMany"] = [ProblemCode.RequesterNotYours],
        ["setLockdown"] = [FailureCode.UnknownPurpose, FailureCode.TooMany],
        ["setHold"] = [FailureCode.UnknownPurpose, FailureCode.TooMany],
        ["getVideo"] = [FailureCode.NotFound],
        ["markNotificationsRead"] = [FailureCode.TooMany],
        ["createWebhook"] = [ProblemCode.WebhookExists, FailureCode.TooMany],
        ["getWebhook"] = [FailureCode.NotFound],
        ["updateWebhook"] = [FailureCode.NotFound, ProblemCode.WebhookExists, FailureCode.TooMany],
        ["deleteWebhook"] = [FailureCode.NotFound],
        ["pingWebhook"] = [FailureCode.NotFound],
        ["rotateWebhookSecret"] = [FailureCode.NotFound],
        ["listDeliveries"] = [FailureCode.NotFound],
        ["redeliver"] = [FailureCode.NotFound, ProblemCode.WebhookDisabled],
        ["registerVideo"] = [FailureCode.WouldWiden, FailureCode.TooMany],
        ["registerVideos"] = [FailureCode.TooMany],
        ["requestApproval"] =
        [
            FailureCode.UnknownPurpose, FailureCode.NotAsked, FailureCode.AlreadyAsked, FailureCode.RefusedBefore, FailureCode.AskingBlocked, FailureCode.CreatorErased,
        ],
        ["getApprovalRequest"] = [FailureCode.NotFound],
        ["withdrawApproval"] = [FailureCode.NotFound, FailureCode.NotOpen],
        ["approve"] = [FailureCode.NotFound, FailureCode.NotOpen, FailureCode.UnknownPurpose, FailureCode.TooMany],
        ["refuse"] = [FailureCode.NotFound, FailureCode.NotOpen],
        ["revokeGrant"] = [FailureCode.NotFound],
        ["recordUse"] = [ProblemCode.RequesterNotYours, FailureCode.UnknownPurpose, FailureCode.TooMany],
        ["recordUses"] = [ProblemCode.RequesterNotYours, FailureCode.UnknownPurpose, FailureCode.TooMany],
        ["listRecalls"] = [ProblemCode.RequesterNotYours],
        ["acknowledgeRecall"] = [FailureCode.NotFound, ProblemCode.RequesterNotYours],
        ["disputeRecall"] = [FailureCode.NotFound, ProblemCode.RequesterNotYours, FailureCode.NotOpen],
        ["blockRequester"] = [FailureCode.TooMany],
        ["registerPurpose"] = [FailureCode.PurposeExists, FailureCode.UnknownPurpose, FailureCode.TooMany],
    };

    // Whether the process runs is no question to the database, and neither are its keys.
    private static readonly string[] NeverUnavailable = ["live", "listLogKeys", "getAuthZenConfiguration"];

    /// <summary>The codes by status, in order.</summary>
    public static IEnumerable<(int Status, IReadOnlyList<string> Codes)> Of(Route route) =>
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
        .. When((route.Alters || route.Previews) && route.PathParameters.Contains("creatorId") && route.OperationId != "eraseCreator", FailureCode.CreatorErased),
        .. When(route.Alters, ProblemCode.IdempotencyKeyInFlight),
        .. When(route.TakesPreconditions, ProblemCode.StaleVersion, ProblemCode.PreconditionFailed),
        .. When(route.Body is not null || route.TakesNoBody, ProblemCode.MalformedRequest, ProblemCode.RequestTimeout, ProblemCode.TooLarge),
        .. When(route.ReadsStrictly || route.Lines is not null, ProblemCode.UnsupportedMediaType),
        .. When(route.ReadsStrictly || route.PathParameters.Count + route.QueryParameters.Count > 0, FailureCode.Invalid),
        .. When(route.PathParameters.Contains("purpose") || route.QueryParameters.Contains("purpose"), FailureCode.UnknownPurpose),
        .. Own.GetValueOrDefault(route.OperationId, []),
        .. When(route.Alters, ProblemCode.IdempotencyKeyReused),
        .. When(route.Alters || route.Previews, ProblemCode.RateLimited),
        ProblemCode.InternalError,
        .. When(!NeverUnavailable.Contains(route.OperationId), ProblemCode.Unavailable),
        .. When(route.Alters, ProblemCode.OutcomeUnknown),
    ];

    private static string[] When(bool holds, params string[] codes) => holds ? codes : [];
}
