using System.Text.Json.Nodes;
using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Telemetry;

namespace ConsentRegistry.Api.Features.AuthZen;

/// <summary>
/// Evaluates many requests, in their order, with what they have in common said once. Without any it is a single
/// evaluation.
/// </summary>
internal static class EvaluateMany
{
    internal const string ExecuteAll = "execute_all";
    internal const string DenyOnFirstDeny = "deny_on_first_deny";
    internal const string PermitOnFirstPermit = "permit_on_first_permit";

    public static async Task<IResult> Handle(
        MemoryFacts memory,
        CheckRecorder answered,
        HttpContext http,
        CancellationToken cancellation
    )
    {
        var (body, problem) = await EvaluationBody.ReadAsync(http);
        if (problem is not null)
            return problem;
        if (!TryReadSemantic(body!, out var semantic))
            return EvaluationBody.Malformed(
                $"options.evaluations_semantic is not known; send {ExecuteAll}, {DenyOnFirstDeny} or "
                    + $"{PermitOnFirstPermit}."
            );
        if (body!["evaluations"] is not null and not JsonArray)
            return EvaluationBody.Malformed("evaluations is no list; send one, or none.");
        if (body["evaluations"] is not JsonArray { Count: > 0 } items)
            return await Evaluate.AnswerAsync(
                EvaluationRequest.Read(body, defaults: null),
                memory,
                answered,
                http,
                cancellation
            );
        if (EvaluationRequest.WrongPart(body) is { } wrong)
            return wrong;
        if (items.Count > Question.PerRequest)
            return EvaluationBody.Malformed(
                $"evaluations has {items.Count} items; send at most {Question.PerRequest}."
            );
        if (items.Any(item => item is not JsonObject))
            return EvaluationBody.Malformed("evaluations has an item that is no object; send objects only.");

        var caller = Caller.From(http);
        var asked = items.Select(item => EvaluationRequest.Read(item!.AsObject(), body).Ask(caller)).ToList();
        var questions = asked.Select(one => one.Question).OfType<Question>().ToList();
        var facts =
            questions.Count == 0
                ? null
                : await memory.TakeAsync(
                    questions.Select(question => question.Target),
                    Question.RequestersOf(questions),
                    default,
                    cancellation
                );
        var (evaluations, answers) = (new JsonArray(), answered.Begin(CheckChannel.AuthZen));
        foreach (var one in asked)
        {
            var answer =
                one.Question is not { } question ? EvaluationAnswer.Create(one.Error!, answers)
                : facts is null ? EvaluationAnswer.Indeterminate(question, answers)
                : EvaluationAnswer.Create(facts, question, answers);
            evaluations.Add(answer);
            var isAllowed = (bool)answer["decision"]!;
            if ((semantic == DenyOnFirstDeny && !isAllowed) || (semantic == PermitOnFirstPermit && isAllowed))
                break;
        }
        answered.Add(answers);
        return TypedResults.Ok(new JsonObject { ["evaluations"] = evaluations });
    }

    private static bool TryReadSemantic(JsonObject body, out string semantic)
    {
        semantic = ExecuteAll;
        if (body["options"] is not { } options)
            return true;
        if (options is not JsonObject named)
            return false;
        if (named["evaluations_semantic"] is not { } given)
            return true;
        semantic = given is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
        return semantic is ExecuteAll or DenyOnFirstDeny or PermitOnFirstPermit;
    }
}
