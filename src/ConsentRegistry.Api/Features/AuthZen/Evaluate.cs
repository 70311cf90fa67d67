using System.Text.Json.Nodes;
using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Telemetry;

namespace ConsentRegistry.Api.Features.AuthZen;

/// <summary>Evaluates one request: may the subject do the action to the resource?</summary>
internal static class Evaluate
{
    public static async Task<IResult> Handle(
        MemoryFacts memory,
        CheckRecorder answered,
        HttpContext http,
        CancellationToken cancellation
    )
    {
        var (body, problem) = await EvaluationBody.ReadAsync(http);
        return problem is not null
            ? problem
            : await AnswerAsync(EvaluationRequest.Read(body!, defaults: null), memory, answered, http, cancellation);
    }

    /// <summary>
    /// The answer to one request: what is malformed or not the caller's to ask is an error of HTTP, anything else a
    /// decision.
    /// </summary>
    public static async Task<IResult> AnswerAsync(
        EvaluationRequest request,
        MemoryFacts memory,
        CheckRecorder answered,
        HttpContext http,
        CancellationToken cancellation
    )
    {
        if (request.Malformed is { } malformed)
            return malformed;
        var asked = request.Ask(Caller.From(http));
        if (asked.Error is { Status: 403 })
            return new Problem(403, ProblemCode.RequesterNotYours, asked.Error.Message);
        var answers = answered.Begin(CheckChannel.AuthZen);
        if (asked.Question is not { } question)
            return Counted(EvaluationAnswer.Create(asked.Error!, answers));
        return
            await memory.TakeAsync([question.Target], Question.RequestersOf([question]), default, cancellation)
                is { } facts
            ? Counted(EvaluationAnswer.Create(facts, question, answers))
            : MemoryFacts.Unavailable;

        IResult Counted(JsonObject answer)
        {
            answered.Add(answers);
            return TypedResults.Ok(answer);
        }
    }
}
