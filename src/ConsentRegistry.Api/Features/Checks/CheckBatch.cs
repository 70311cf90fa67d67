using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Api.Telemetry;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConsentRegistry.Api.Features.Checks;

/// <summary>
/// Answers many checks from one snapshot. A bad item spoils no other; facts that cannot be read make every item
/// indeterminate.
/// </summary>
/// <remarks>
/// The answers stand in the order of the checks. An item is refused if it is no check, or if the token may not name its
/// requester. It then has an <c>error</c> beside <c>allowed: false</c> and <c>effect: deny</c>. The <c>error</c> of
/// every other item is null.
/// </remarks>
internal static class CheckBatch
{
    public static async Task<Results<Ok<BatchBody>, Problem>> Handle(
        Body<BatchRequest> body,
        IValidator<CheckRequest> validator,
        MemoryFacts memory,
        ReceiptSigner receipts,
        CheckRecorder answered,
        HttpContext http,
        CancellationToken cancellation
    )
    {
        var arrivedAt = BootClock.Now;
        var caller = Caller.From(http);
        var (defaults, checks) = (body.Value.Defaults, body.Value.Checks!);
        var questions = new Question?[checks.Count];
        var results = new CheckResult[checks.Count];
        for (var i = 0; i < checks.Count; i++)
        {
            var check = WithDefaults(checks[i], defaults);
            var problem = Validation.Check(validator, check);
            if (problem is null && check.AsOf is not null)
                problem = CheckQuestions.PastOneAtATime;
            if (problem is null)
                CheckQuestions.TryRead(check, caller, out questions[i], out problem);
            if (problem is not null)
                results[i] = CheckResult.Refused(problem);
        }

        var asked = questions.OfType<Question>().ToList();
        var facts = asked.Count == 0 ? null : await TakeAsync(memory, asked, arrivedAt, cancellation);
        var budget = new TraceBudget();
        var reliances = new List<Reliance>();
        for (var i = 0; i < checks.Count; i++)
        {
            if (questions[i] is not { } question)
                continue;
            if (facts is null || !question.MinVersions.All(wanted => facts.Reached[wanted.Key] >= wanted.Value))
                results[i] = CheckResult.From(DecisionBodies.IndeterminateTo(question));
            else if (!facts.Set.Vocabulary.TryFind(question.Purpose, out _))
                results[i] = CheckResult.Refused(RequestShape.UnknownPurpose("purpose", question.Purpose.Name));
            else
                results[i] = CheckResult.From(
                    receipts.Sign(facts.Answer(question, budget), facts.Set, question, reliances)
                );
        }
        if (!await receipts.TryKeepAsync(reliances, cancellation))
            results = Array.ConvertAll(
                results,
                result => ReceiptSigner.RestsOnReliance(result) ? result.Withdrawn() : result
            );
        var answers = answered.Begin(CheckChannel.Batch);
        foreach (var (question, result) in questions.Zip(results))
            answers.Add(question, result, facts?.Set.Vocabulary.Version);
        answered.Add(answers);
        return TypedResults.Ok(new BatchBody(results, facts?.FreshAt, results.Min(result => result.MaxAgeMs)));
    }

    // A version that nobody has reached spoils its own items only: the others are answered from what there is.
    private static async Task<FreshFacts?> TakeAsync(
        MemoryFacts memory,
        List<Question> asked,
        long arrivedAt,
        CancellationToken cancellation
    )
    {
        var targets = asked.ConvertAll(question => question.Target);
        var requesters = Question.RequestersOf(asked);
        var versions = asked
            .SelectMany(question => question.MinVersions)
            .GroupBy(wanted => wanted.Key, StringComparer.Ordinal)
            .ToDictionary(stream => stream.Key, stream => stream.Max(wanted => wanted.Value), StringComparer.Ordinal);
        var need = FreshnessRequirement.OfCheck(
            versions,
            asked.Exists(question => question.IsStrong) ? arrivedAt : null
        );
        var wait = new SharedWait();
        return await memory.TakeAsync(targets, requesters, need, cancellation, versions.Keys, wait)
            ?? (
                versions.Count == 0
                    ? null
                    : await memory.TakeAsync(
                        targets,
                        requesters,
                        need with
                        {
                            MinVersions = null,
                        },
                        cancellation,
                        versions.Keys,
                        wait
                    )
            );
    }

    private static CheckRequest WithDefaults(CheckRequest check, CheckDefaults? defaults) =>
        defaults is null
            ? check
            : new(
                // An owner that all have in common is nothing to a check that names content.
                check.CreatorId
                    ?? (check.Content is null ? defaults.CreatorId : null),
                check.VideoId,
                check.Purpose ?? defaults.Purpose,
                check.Requester ?? defaults.Requester,
                check.MinVersions ?? defaults.MinVersions,
                check.Consistency ?? defaults.Consistency,
                check.MaxStalenessMs ?? defaults.MaxStalenessMs,
                check.Explain ?? defaults.Explain,
                check.Receipt ?? defaults.Receipt,
                check.AsOf,
                check.DecisionId ?? defaults.DecisionId,
                check.Versions ?? defaults.Versions,
                check.Content
            );
}
