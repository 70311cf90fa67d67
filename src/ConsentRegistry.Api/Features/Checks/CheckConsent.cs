using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Api.Telemetry;
using ConsentRegistry.Domain;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConsentRegistry.Api.Features.Checks;

/// <summary>Answers one check. A deny is an answer; not being able to answer is 503.</summary>
/// <remarks>
/// Without <c>requester</c> the check is for the token's own <c>client_id</c>; to name another takes the scope
/// <c>consent:check:any</c>. The scope <c>consent:audit</c> is for checks with <c>asOf</c> alone. Ask again for each
/// use: <c>maxAgeMs</c> says how long an answer may be reused. For an allow that is 0 unless <c>maxStalenessMs</c> was
/// asked for.
/// </remarks>
internal static class CheckConsent
{
    public static async Task<Results<Ok<DecisionBody>, Problem>> Handle(
        Body<CheckRequest> body,
        MemoryFacts memory,
        PastFacts past,
        ReceiptSigner receipts,
        CheckRecorder answered,
        HttpContext http,
        CancellationToken cancellation
    )
    {
        var arrivedAt = BootClock.Now;
        if (!CheckQuestions.TryRead(body.Value, Caller.From(http), out var question, out var problem))
            return problem;
        if (Instant.TryParseInRange(body.Value.AsOf, out var at))
            return await AnswerAsync(past, answered, question, at, cancellation);
        var need = FreshnessRequirement.OfCheck(question.MinVersions, question.IsStrong ? arrivedAt : null);
        if (
            await memory.TakeAsync([question.Target], Question.RequestersOf([question]), need, cancellation)
            is not { } facts
        )
            return MemoryFacts.Unavailable;
        if (!facts.Set.Vocabulary.TryFind(question.Purpose, out _))
            return RequestShape.UnknownPurpose("purpose", question.Purpose.Name);
        if (
            await receipts.AttachAsync(facts.Answer(question, new()), facts.Set, question, cancellation)
            is not { } answer
        )
            return MemoryFacts.Unavailable;
        answered.Add(CheckChannel.Single, question, answer, facts.Set.Vocabulary.Version);
        return TypedResults.Ok(answer);
    }

    private static async Task<Results<Ok<DecisionBody>, Problem>> AnswerAsync(
        PastFacts past,
        CheckRecorder answered,
        Question question,
        Instant at,
        CancellationToken cancellation
    )
    {
        if (!(await past.ReadAsync(question, at, cancellation)).Succeeded(out var facts, out var failure))
            return Problem.From(failure);
        if (!facts.Vocabulary.TryFind(question.Purpose, out _))
            return RequestShape.UnknownPurpose("purpose", question.Purpose.Name);
        var answer = new FreshFacts(facts, at).Answer(question, new()) with { MaxAgeMs = 0 };
        answered.Add(CheckChannel.Past, question, answer, facts.Vocabulary.Version);
        return TypedResults.Ok(answer);
    }
}
