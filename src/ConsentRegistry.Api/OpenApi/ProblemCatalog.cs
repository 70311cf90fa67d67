using System.Text.Json;
using System.Text.Json.Nodes;
using ConsentRegistry.Api.Changes;
using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Approvals;
using Microsoft.AspNetCore.WebUtilities;

namespace ConsentRegistry.Api.OpenApi;

/// <summary>One stable code of a problem.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Code">The code.</param>
/// <param name="When">When it is answered.</param>
/// <param name="Detail">The detail of an example.</param>
/// <param name="Field">The field that the example blames.</param>
internal sealed record ProblemEntry(int Status, string Code, string When, string Detail, string? Field = null)
{
    /// <summary>The example, as the service would answer it.</summary>
    public JsonNode Example =>
        JsonSerializer.SerializeToNode(
            new ProblemBody(
                $"https://www.rfc-editor.org/rfc/rfc9110#status.{Status}",
                ReasonPhrases.GetReasonPhrase(Status),
                Status,
                Detail,
                Code,
                "4bf92f3577b34da6a3ce929d0e0e4736",
                Field is null ? null : new Dictionary<string, string[]>(StringComparer.Ordinal) { [Field] = [Detail] }
            ),
            Json.Options
        )!;
}

/// <summary>Every code that an operation may answer with, by status.</summary>
internal static class ProblemCatalog
{
    public static readonly IReadOnlyList<ProblemEntry> All =
    [
        new(
            400,
            ProblemCode.MalformedRequest,
            "The body is not well-formed HTTP, or ends too early.",
            "The body is no well-formed HTTP, or ends too early; send it once more, as RFC 9112 has it."
        ),
        new(
            400,
            ProblemCode.MalformedJson,
            "The body is not one well-formed JSON value.",
            $"The body is no well-formed JSON at line 1, byte 17; send one JSON value, at most {Json.MaxDepth} levels "
                + "deep.",
            "$"
        ),
        new(
            400,
            ProblemCode.UnknownField,
            "The body has a field that the operation does not know.",
            "'efect' is no field of the request at line 1, byte 10; send only effect, conditions, expiresAt, reason, "
                + "vocabularyVersion.",
            "efect"
        ),
        new(
            400,
            ProblemCode.DuplicateKey,
            "A key stands twice in one object of the body.",
            "effect has a key twice at line 1, byte 27; send each key of an object once.",
            "effect"
        ),
        new(
            400,
            ProblemCode.WrongType,
            "A value of the body is of another type than its field.",
            "effect is of a type that does not fit at line 1, byte 12; send a Unicode text.",
            "effect"
        ),
        new(
            400,
            ProblemCode.UnexpectedBody,
            "The operation takes no body, and one was sent.",
            "The request has a body; send none, for the operation takes none."
        ),
        new(
            400,
            ProblemCode.UnknownParameter,
            "The query has a parameter that the operation does not know.",
            "The operation has no query parameter 'requestor'; send only: requester.",
            "requestor"
        ),
        new(
            400,
            ProblemCode.RepeatedParameter,
            "A query parameter stands more than once.",
            "The query parameter 'requester' stands more than once; send it once.",
            "requester"
        ),
        new(
            400,
            ProblemCode.EmptyParameter,
            "A query parameter is empty.",
            "The query parameter 'requester' is empty; leave it out to say nothing.",
            "requester"
        ),
        new(
            400,
            ProblemCode.InvalidHeader,
            "A header is not of its grammar, or is a condition (RFC 9110, section 13) that the operation does not "
                + "evaluate.",
            UnevaluatedConditions.NotEvaluated("If-Range"),
            "If-Range"
        ),
        new(401, ProblemCode.Unauthenticated, "There is no valid bearer token.", TokenRefusal.NoToken),
        new(
            403,
            FailureCode.Forbidden,
            "The token does not allow this, whether or not it exists.",
            Problem.ForbiddenDetail($"the scope {Scopes.Audit}")
        ),
        new(
            403,
            ProblemCode.RequesterNotYours,
            "The request names another requester, which takes `consent:check:any`.",
            RequesterAuthorization.RequesterNotYours.Detail
        ),
        new(
            403,
            FailureCode.IdentifierNotYours,
            "A video would get an identifier that the client may not speak for, by the registry's configuration.",
            "identifiers[0] is an identifier that the token's client may not speak for; leave it out, or have the "
                + "registry's operator configure the client for its host.",
            "identifiers[0]"
        ),
        new(404, FailureCode.NotFound, "Nothing is there.", Problem.UnknownPath.Detail),
        new(
            405,
            ProblemCode.MethodNotAllowed,
            "The path has no such method.",
            StatusCodeProblems.MethodNotAllowed("PATCH", "GET, PUT").Detail
        ),
        new(
            408,
            ProblemCode.RequestTimeout,
            "The body arrives too slowly, or a stream is silent for too long.",
            "The body has not arrived in time; send it faster, or send less at once."
        ),
        new(
            409,
            FailureCode.WouldWiden,
            "A fact about a video would change so that more could be allowed; that takes `consent:admin` and a reason.",
            "participants would change in the direction that can widen consent; leave it as it is, or send it with a "
                + "reason and a token of scope consent:admin.",
            "participants"
        ),
        new(
            409,
            FailureCode.PurposeExists,
            "The purpose is registered already, and otherwise.",
            "'remix.dance' is registered already with another description or likeness, and a purpose never changes; "
                + "send another name.",
            "purpose"
        ),
        new(409, FailureCode.CreatorErased, "The creator was erased.", LockedStream.Erased.Detail),
        new(
            409,
            FailureCode.NotAsked,
            "Approval is asked for where the answer is not `ask`.",
            ApprovalFailures.NotAsked.Detail
        ),
        new(
            409,
            FailureCode.AlreadyAsked,
            "The same is asked for already.",
            "The same is asked for already, and not answered yet; wait for the answer."
        ),
        new(
            409,
            FailureCode.RefusedBefore,
            "A creator concerned refused the same not long ago.",
            "A creator concerned refused this in the last 90 days; ask again after that."
        ),
        new(
            409,
            FailureCode.AskingBlocked,
            "A creator concerned does not want to be asked by this requester, or cannot be asked any more for now.",
            "A creator concerned does not want to be asked by this requester; do without this video."
        ),
        new(
            409,
            FailureCode.NotOpen,
            "The request was answered or withdrawn, or its time is over.",
            ApprovalFailures.NotOpen.Detail
        ),
        new(
            409,
            ProblemCode.IdempotencyKeyInFlight,
            "A request with the same key is still being answered; repeat it.",
            IdempotencyKey.InFlight
        ),
        new(
            409,
            ProblemCode.WebhookExists,
            "The owner has a webhook at this address already.",
            WebhookStore.Exists.Detail,
            "url"
        ),
        new(409, ProblemCode.WebhookDisabled, "The webhook is disabled.", WebhookStore.Disabled.Detail),
        new(
            412,
            ProblemCode.StaleVersion,
            "The settings have changed since the version in `If-Match`.",
            Preconditions.Stale
        ),
        new(
            412,
            ProblemCode.PreconditionFailed,
            "`If-None-Match` excludes what stands: it is set already, or of a version that is named.",
            Preconditions.AlreadySet
        ),
        new(
            413,
            ProblemCode.TooLarge,
            "The body is larger than the operation's limit.",
            $"The body is larger than {BodyLimit.Single.Bytes} bytes; send less at once."
        ),
        new(
            415,
            ProblemCode.UnsupportedMediaType,
            "The body is not `application/json`.",
            JsonBody.WrongType("text/plain", JsonBody.MediaType).Detail
        ),
        new(
            422,
            FailureCode.Invalid,
            "A value is not one that the registry accepts.",
            ValidationRules.NotAnId("creatorId", "'mia maria'"),
            "creatorId"
        ),
        new(
            422,
            FailureCode.UnknownPurpose,
            "The vocabulary does not know a purpose.",
            ValidationRules.NotAPurpose("purpose", "'remixing'"),
            "purpose"
        ),
        new(
            422,
            FailureCode.TooMany,
            "There are more items than a limit, which `errors` names.",
            "participants has 65 participants; send at most 64.",
            "participants"
        ),
        new(
            422,
            ProblemCode.IdempotencyKeyReused,
            "The key was used for another request.",
            IdempotencyKey.Reused,
            IdempotencyKey.Header
        ),
        new(
            429,
            ProblemCode.RateLimited,
            "The caller makes more changes a second than allowed, or too many previews wait; repeat after "
                + "`Retry-After`.",
            ChangeLimits.TooMany("50 changes", 1)
        ),
        new(
            500,
            ProblemCode.InternalError,
            "A bug of the registry.",
            "A bug of the registry kept it from answering; give traceId to its operator, who finds it in the log."
        ),
        new(
            503,
            ProblemCode.Unavailable,
            "The registry cannot answer now; repeat after `Retry-After`. A check without an answer is no allow.",
            "The registry's database cannot be reached now; repeat the request."
        ),
        new(
            503,
            ProblemCode.OutcomeUnknown,
            "Whether the change was made is not known; repeat it with its `Idempotency-Key`.",
            "Whether the change was made is not known, for the database went away or no standby confirmed it; repeat it "
                + "with the same Idempotency-Key."
        ),
    ];

    private static readonly Dictionary<string, ProblemEntry> ByCode = All.ToDictionary(
        entry => entry.Code,
        StringComparer.Ordinal
    );

    public static ProblemEntry Find(string code) => ByCode[code];
}
