using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.Features.AuthZen;

/// <summary>Who wants to use the video.</summary>
/// <param name="Type">`requester`.</param>
/// <param name="Id">The requester's id. Another than the token's own client takes `consent:check:any`.</param>
/// <param name="Properties">Passed over.</param>
[OpenBody]
public sealed record EvaluationSubject(
    [property: Required] string? Type,
    [property: Required] string? Id,
    IReadOnlyDictionary<string, JsonElement>? Properties
);

/// <summary>For what.</summary>
/// <param name="Name">The name of a purpose.</param>
/// <param name="Properties">Passed over.</param>
[OpenBody]
public sealed record EvaluationAction(
    [property: Required] string? Name,
    IReadOnlyDictionary<string, JsonElement>? Properties
);

/// <summary>Which video.</summary>
/// <param name="Type">`video`.</param>
/// <param name="Id">The owner's id for the video; without `properties.creatorId` it is `creatorId/videoId`.</param>
/// <param name="Properties">Whose video it is.</param>
[OpenBody]
public sealed record EvaluationResource(
    [property: Required] string? Type,
    [property: Required] string? Id,
    EvaluationResourceProperties? Properties
);

/// <summary>What is known of the video.</summary>
/// <param name="CreatorId">The video's owner.</param>
[OpenBody]
public sealed record EvaluationResourceProperties([property: Id] string? CreatorId);

/// <summary>One evaluation: may the subject do the action to the resource?</summary>
/// <param name="Subject">Who.</param>
/// <param name="Action">For what.</param>
/// <param name="Resource">Which video.</param>
/// <param name="Context">Passed over.</param>
[OpenBody]
public sealed record EvaluationRequestBody(
    [property: Required] EvaluationSubject? Subject,
    [property: Required] EvaluationAction? Action,
    [property: Required] EvaluationResource? Resource,
    IReadOnlyDictionary<string, JsonElement>? Context
);

/// <summary>One evaluation among many. A part that it leaves out is the request's own.</summary>
/// <param name="Subject">Who.</param>
/// <param name="Action">For what.</param>
/// <param name="Resource">Which video.</param>
/// <param name="Context">Passed over.</param>
[OpenBody]
public sealed record EvaluationItem(
    EvaluationSubject? Subject,
    EvaluationAction? Action,
    EvaluationResource? Resource,
    IReadOnlyDictionary<string, JsonElement>? Context
);

/// <summary>Which of many evaluations are made.</summary>
public enum EvaluationsSemantic
{
    /// <summary>All of them.</summary>
    [JsonStringEnumMemberName(EvaluateMany.ExecuteAll)]
    ExecuteAll,

    /// <summary>Those up to the first that is denied.</summary>
    [JsonStringEnumMemberName(EvaluateMany.DenyOnFirstDeny)]
    DenyOnFirstDeny,

    /// <summary>Those up to the first that is permitted.</summary>
    [JsonStringEnumMemberName(EvaluateMany.PermitOnFirstPermit)]
    PermitOnFirstPermit,
}

/// <summary>How many evaluations are made.</summary>
/// <param name="EvaluationsSemantic">Which of them are made; all of them without it.</param>
[OpenBody]
public sealed record EvaluationsOptions(
    [property: JsonPropertyName("evaluations_semantic")]
    [property: Words<EvaluationsSemantic>]
        string? EvaluationsSemantic
);

/// <summary>Many evaluations, with what they have in common said once.</summary>
/// <param name="Subject">Who, where an evaluation does not say it.</param>
/// <param name="Action">For what, where an evaluation does not say it.</param>
/// <param name="Resource">Which video, where an evaluation does not say it.</param>
/// <param name="Context">Passed over.</param>
/// <param name="Evaluations">
/// The evaluations, at most 1,000. Without any, the request is one evaluation, and is answered as one.
/// </param>
/// <param name="Options">How many are made.</param>
[OpenBody]
public sealed record EvaluationsRequest(
    EvaluationSubject? Subject,
    EvaluationAction? Action,
    EvaluationResource? Resource,
    IReadOnlyDictionary<string, JsonElement>? Context,
    [property: Items(0, Question.PerRequest)] IReadOnlyList<EvaluationItem>? Evaluations,
    EvaluationsOptions? Options
);

/// <summary>Why one evaluation has no decision of its own.</summary>
/// <param name="Status">The status that it would have had alone.</param>
/// <param name="Message">A sentence for people.</param>
public sealed record EvaluationErrorBody([property: Between(400, 599)] int Status, string Message);

/// <summary>
/// What a check answers, `allowed` apart. Where there is an `error`, the effect is `deny` and the rest is absent.
/// </summary>
/// <param name="Error">Why there is no decision; absent of a decision.</param>
[SparseBody]
public sealed record EvaluationContext(EvaluationErrorBody? Error);

/// <summary>The answer to one evaluation.</summary>
/// <param name="Decision">Whether the use may go ahead.</param>
/// <param name="Context">What decided.</param>
public sealed record EvaluationDecision(bool Decision, EvaluationContext Context);

/// <summary>The answers to many evaluations; to a request without any, the members of one answer.</summary>
/// <param name="Evaluations">The answers, in the order of the evaluations; absent where the request had none.</param>
/// <param name="Decision">Of a request without evaluations: whether the use may go ahead.</param>
/// <param name="Context">Of a request without evaluations: what decided.</param>
[SparseBody]
public sealed record EvaluationDecisions(
    [property: Items(0, Question.PerRequest)] IReadOnlyList<EvaluationDecision>? Evaluations,
    bool? Decision,
    EvaluationContext? Context
);

/// <summary>Where the endpoints are.</summary>
/// <param name="PolicyDecisionPoint">The address of the service.</param>
/// <param name="AccessEvaluationEndpoint">Where one evaluation is asked for.</param>
/// <param name="AccessEvaluationsEndpoint">Where many are asked for.</param>
public sealed record AuthZenConfiguration(
    [property: JsonPropertyName("policy_decision_point")] string PolicyDecisionPoint,
    [property: JsonPropertyName("access_evaluation_endpoint")] string AccessEvaluationEndpoint,
    [property: JsonPropertyName("access_evaluations_endpoint")] string AccessEvaluationsEndpoint
);
