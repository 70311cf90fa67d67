using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using FluentValidation;

namespace ConsentRegistry.Api.Features.Checks;

/// <summary>Answers many checks from one snapshot. A bad item spoils no other; facts that cannot be read make every item indeterminate.</summary>
/// <remarks>
/// The answers stand in the order of the checks. An item that is no check, or whose requester the token may not name, has an <c>error</c>
/// beside <c>allowed: false</c>.
/// </remarks>
internal static partial class CheckBatch
{
    public static async Task<IResult> Handle(
        Body<BatchRequest> body, IValidator<CheckRequest> validator, FactReader reader, Receipts receipts, ILogger<FactReader> logger, HttpContext http, CancellationToken cancellation)
    {
        var caller = Caller.Of(http);
        var (defaults, checks) = (body.Value.Defaults, body.Value.Checks!);
        var questions = new Question?[checks.Count];
        var results = new object[checks.Count];
        for (var i = 0; i < checks.Count; i++)
        {
            var check = WithDefaults(checks[i], defaults);
            var problem = Validation.Check(validator, check);
            if (problem is null && check.AsOf is not null)
                problem = Problem.Of(422, FailureCode.Invalid, "asOf", "A past moment is asked about one check at a time.");
            if (problem is null)
                Asking.TryRead(check, caller, out questions[i], out problem);
            if (problem is not null)
                results[i] = Refuse(problem);
        }

        var asked = questions.OfType<Question>().ToList();
        var facts = asked.Count == 0 ? null : await TryReadAsync(reader, asked, logger, cancellation);
        var budget = new TraceBudget();
        long? maxAgeMs = null;
        for (var i = 0; i < checks.Count; i++)
        {
            if (questions[i] is not { } question)
                continue;
            if (facts is null || !facts.Knows(question.MinVersions))
                results[i] = Answers.Indeterminate;
            else if (!facts.Vocabulary.TryFind(question.Purpose, out _))
                results[i] = Refuse(RequestShape.UnknownPurpose("purpose"));
            else
                results[i] = receipts.Attach(facts.Answer(question, budget), facts, question);
            if (results[i] is DecisionBody decision)
                maxAgeMs = Math.Min(maxAgeMs ?? decision.MaxAgeMs, decision.MaxAgeMs);
        }
        return Results.Ok(new BatchBody(results, facts?.ReadAt, maxAgeMs ?? 0));
    }

    private static async Task<FactSet?> TryReadAsync(FactReader reader, List<Question> asked, ILogger logger, CancellationToken cancellation)
    {
        try
        {
            return await reader.ReadAsync(
                [.. asked.Select(question => question.Video).Distinct()],
                Asking.RequestersOf(asked),
                asked.SelectMany(question => question.MinVersions.Keys).Distinct(StringComparer.Ordinal),
                cancellation);
        }
        catch (Exception e) when (Unexpected.MeansUnavailable(e))
        {
            LogUnreadable(logger, e.GetType().Name);
            return null;
        }
    }

    private static CheckRequest WithDefaults(CheckRequest check, CheckDefaults? defaults) => defaults is null ? check : new(
        check.CreatorId ?? defaults.CreatorId,
        check.VideoId,
        check.Purpose ?? defaults.Purpose,
        check.Requester ?? defaults.Requester,
        check.MinVersions ?? defaults.MinVersions,
        check.Consistency ?? defaults.Consistency,
        check.MaxStalenessMs ?? defaults.MaxStalenessMs,
        check.Explain ?? defaults.Explain,
        check.Receipt ?? defaults.Receipt,
        check.AsOf);

    private static RefusedItem Refuse(Problem problem) => new(Allowed: false, ItemError.Of(problem));

    [LoggerMessage(3, LogLevel.Warning, "The facts of a batch could not be read: {Kind}")]
    private static partial void LogUnreadable(ILogger logger, string kind);
}
