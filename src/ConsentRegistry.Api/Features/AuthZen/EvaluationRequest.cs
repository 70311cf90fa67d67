using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Features.AuthZen;

/// <summary>Reads bodies as the specification wants them read: members that nobody knows are passed over.</summary>
internal static class EvaluationBody
{
    public static async Task<(JsonObject? Body, Problem? Problem)> ReadAsync(HttpContext http)
    {
        var (bytes, problem) = await BodyReader.ReadAsync(http);
        if (problem is not null)
            return (null, problem);
        // This specification wants 400 where the contract has 415.
        if (JsonBody.Refuse(http.Request) is { } otherType)
            return (null, Malformed(otherType.Detail));
        try
        {
            var options = new JsonDocumentOptions { MaxDepth = Json.MaxDepth, AllowDuplicateProperties = false };
            if (!StrictJson.IsUnicode(bytes.Span))
                return (null, Malformed("A key or a text of the body is no Unicode text; send text that is."));
            return JsonNode.Parse(bytes.Span, nodeOptions: null, options) is JsonObject body
                ? (body, null)
                : (null, Malformed("The body is no JSON object; send one."));
        }
        catch (JsonException)
        {
            return (
                null,
                Malformed(
                    "The body is no well-formed JSON, or has a key twice; send one JSON value, at most "
                        + $"{Json.MaxDepth} levels deep."
                )
            );
        }
    }

    public static Problem Malformed(string detail) => new(400, ProblemCode.MalformedJson, detail);
}

/// <summary>Why one evaluation among many has no decision of its own.</summary>
/// <param name="Status">The status that it would have had alone.</param>
/// <param name="Message">A sentence for people.</param>
internal sealed record EvaluationError(int Status, string Message);

/// <summary>A question, or why there is none.</summary>
internal readonly record struct AskedEvaluation(Question? Question, EvaluationError? Error);

/// <summary>
/// One evaluation's parts: who (<c>requester</c>), what (a purpose) and with which video. Those that it leaves out are
/// the request's own.
/// </summary>
internal sealed record EvaluationRequest(
    JsonObject? Subject,
    JsonObject? Action,
    JsonObject? Resource,
    Problem? Malformed
)
{
    private const string SubjectType = "requester";
    private const string VideoType = "video";
    private const string ContentType = "content";

    private static readonly string[] Parts = ["subject", "action", "resource", "context"];

    private static readonly Dictionary<string, long> NoVersions = [];

    /// <summary>
    /// What is wrong with the parts that many evaluations have in common, whichever of them uses it: one that is no
    /// object.
    /// </summary>
    public static Problem? WrongPart(JsonObject defaults) =>
        Parts.FirstOrDefault(name => defaults[name] is not null and not JsonObject) is { } wrong
            ? EvaluationBody.Malformed($"{wrong} is no object; send one.")
            : null;

    /// <summary>Reads an evaluation.</summary>
    /// <param name="evaluation">The evaluation.</param>
    /// <param name="defaults">What stands for a part that it leaves out.</param>
    public static EvaluationRequest Read(JsonObject evaluation, JsonObject? defaults)
    {
        var parts = new Dictionary<string, JsonObject?>(StringComparer.Ordinal);
        foreach (
            var (name, members) in new[]
            {
                ("subject", new[] { "type", "id" }),
                ("action", ["name"]),
                ("resource", ["type", "id"]),
            }
        )
        {
            var part = (evaluation[name] ?? defaults?[name]) as JsonObject;
            if (
                part is null
                || members.Any(member => !TryText(part[member], out _))
                || part["properties"] is not null and not JsonObject
            )
                return new(
                    null,
                    null,
                    null,
                    EvaluationBody.Malformed(
                        $"{name} is missing, or not of its form; send an object with {string.Join(" and ", members)}."
                    )
                );
            parts.Add(name, part);
        }
        return (evaluation["context"] ?? defaults?["context"]) is not null and not JsonObject
            ? new(null, null, null, EvaluationBody.Malformed("context is no object; send one, or none."))
            : new(parts["subject"], parts["action"], parts["resource"], null);
    }

    /// <summary>Turns the evaluation into a question that the caller may ask.</summary>
    public AskedEvaluation Ask(Caller caller)
    {
        if (Malformed is not null)
            return new(null, new(400, Malformed.Detail));
        if ((string)Subject!["type"]! != SubjectType)
            return Unknown($"subject.type is {Characters.Quote((string)Subject["type"]!)}; send {SubjectType}.");
        var type = (string)Resource!["type"]!;
        if (type is not (VideoType or ContentType))
            return Unknown($"resource.type is {Characters.Quote(type)}; send {VideoType} or {ContentType}.");
        if (!Requester.TryParse((string)Subject["id"]!, out var requester))
            return Unknown(ValidationRules.NotAnId("subject.id", Characters.Quote((string)Subject["id"]!)));
        if (!(type == ContentType ? ReadContent() : ReadVideo()).Succeeded(out var target, out var wrong))
            return Unknown(wrong.Detail);
        if (!Purpose.TryParse((string)Action!["name"]!, out var purpose))
            return Unknown(ValidationRules.NotAPurpose("action.name", Characters.Quote((string)Action["name"]!)));
        if (requester != caller.OwnRequester && !caller.Has(Scopes.CheckAny))
            return new(
                null,
                new(
                    403,
                    $"subject.id is not the token's client_id; send that, or a token with the scope {Scopes.CheckAny}."
                )
            );
        return new(
            new(
                target,
                purpose,
                requester,
                NoVersions,
                MaxStalenessMs: 0,
                Explain: false,
                SeesCarriers: caller.Has(Scopes.CheckAny)
            ),
            null
        );
    }

    private Result<CheckTarget> ReadContent()
    {
        if (
            !TryText(Resource!["properties"]?["scheme"], out var word)
            || !Wording.TryParse<IdentifierScheme>(word, out var scheme)
        )
            return new Failure(
                FailureCode.Invalid,
                $"resource.properties.scheme is missing or unknown; send one of: {string.Join(", ", Wording.All<IdentifierScheme>())}."
            );
        return ContentIdentifier.Parse(scheme, (string)Resource["id"]!).Succeeded(out var identifier, out var failure)
            ? new CheckTarget.OfContent([identifier])
            : new Failure(failure.Code, $"resource.id{failure.Detail[failure.Field!.Length..]}");
    }

    private Result<CheckTarget> ReadVideo() =>
        TryVideo(out var video)
            ? new CheckTarget.OfVideo(video)
            : new Failure(
                FailureCode.Invalid,
                "resource names no video; send its id and properties.creatorId, or an id \"creatorId/videoId\", each "
                    + $"of {Identifier.Grammar}."
            );

    private bool TryVideo(out VideoKey video)
    {
        video = default;
        var id = (string)Resource!["id"]!;
        string? owner = null;
        if (Resource["properties"]?["creatorId"] is { } named)
        {
            if (!TryText(named, out owner))
                return false;
        }
        else if (id.IndexOf('/') is > 0 and var slash)
        {
            (owner, id) = (id[..slash], id[(slash + 1)..]);
        }
        if (!CreatorId.TryParse(owner, out var creator) || !VideoId.TryParse(id, out var name))
            return false;
        video = new(creator, name);
        return true;
    }

    private static AskedEvaluation Unknown(string message) => new(null, new(422, message));

    private static bool TryText(JsonNode? node, [NotNullWhen(true)] out string? text)
    {
        text = null;
        return node is JsonValue value
            && value.GetValueKind() == JsonValueKind.String
            && value.TryGetValue(out text)
            && text is not null;
    }
}

/// <summary>
/// Puts decisions into the specification's words: a yes or no, and in the context what the registry has to say beside.
/// </summary>
internal static class EvaluationAnswer
{
    public static JsonObject Create(FreshFacts facts, Question question, RequestChecks answers) =>
        facts.Set.Vocabulary.TryFind(question.Purpose, out _)
            ? Create(question, facts.Answer(question, new()), facts.Set.Vocabulary.Version, answers)
            : Create(
                new EvaluationError(
                    422,
                    ValidationRules.NotAPurpose("action.name", Characters.Quote(question.Purpose.Name))
                ),
                answers
            );

    public static JsonObject Create(EvaluationError error, RequestChecks answers)
    {
        answers.AddRefused();
        return new()
        {
            ["decision"] = false,
            // For whoever looks at the effect and not at the error: what has no decision is denied.
            ["context"] = new JsonObject
            {
                ["effect"] = Effect.Deny.Word(),
                ["error"] = new JsonObject { ["status"] = error.Status, ["message"] = error.Message },
            },
        };
    }

    public static JsonObject Indeterminate(Question question, RequestChecks answers) =>
        Create(question, DecisionBodies.Indeterminate, vocabularyVersion: null, answers);

    private static JsonObject Create(
        Question question,
        DecisionBody decision,
        int? vocabularyVersion,
        RequestChecks answers
    )
    {
        answers.Add(question, decision, vocabularyVersion);
        var context = JsonSerializer.SerializeToNode(decision, Json.Options)!.AsObject();
        context.Remove("allowed");
        return new() { ["decision"] = decision.Allowed, ["context"] = context };
    }
}
