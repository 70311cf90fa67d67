using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Api.Telemetry;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Api.Features.Checks;

/// <summary>Answers one check. A deny is an answer; not being able to answer is 503.</summary>
/// <remarks>
/// Without <c>requester</c> the check is for the token's own <c>client_id</c>; to name another takes the scope <c>consent:check:any</c>. Ask again for
/// each use: <c>maxAgeMs</c> says how long an answer may be reused, and for an allow that is 0 unless <c>maxStalenessMs</c> was asked for.
/// </remarks>
internal static class CheckConsent
{
    public static async Task<IResult> Handle(
        Body<CheckRequest> body, CheckFacts memory, PastReader past, Receipts receipts, AnsweredChecks answered, HttpContext http, CancellationToken cancellation)
    {
        var arrivedAt = Elapsed.Now;
        if (!Asking.TryRead(body.Value, Caller.Of(http), out var question, out var problem))
            return problem.AsResult();
        if (Instant.TryParseInRange(body.Value.AsOf, out var at))
            return await AnswerAsync(past, answered, question, at, cancellation);
        var need = new Need(question.MinVersions, question.IsStrong ? arrivedAt : null);
        if (await memory.TakeAsync([question.Video], Asking.RequestersOf([question]), need, cancellation) is not { } facts)
            return CheckFacts.Unavailable.AsResult();
        if (!facts.Set.Vocabulary.TryFind(question.Purpose, out _))
            return RequestShape.UnknownPurpose("purpose", question.Purpose.Name).AsResult();
        if (await receipts.AttachAsync(facts.Answer(question, new()), facts.Set, question, cancellation) is not { } answer)
            return CheckFacts.Unavailable.AsResult();
        answered.Add(CheckWay.Single, question, answer, facts.Set.Vocabulary.Version);
        return Results.Ok(answer);
    }

    private static async Task<IResult> AnswerAsync(
        PastReader past, AnsweredChecks answered, Question question, Instant at, CancellationToken cancellation)
    {
        if (!(await past.ReadAsync(question, at, cancellation)).Succeeded(out var facts, out var failure))
            return Problem.Of(failure).AsResult();
        if (!facts.Vocabulary.TryFind(question.Purpose, out _))
            return RequestShape.UnknownPurpose("purpose", question.Purpose.Name).AsResult();
        var answer = new FreshFacts(facts, at).Answer(question, new()) with { MaxAgeMs = 0 };
        answered.Add(CheckWay.Past, question, answer, facts.Vocabulary.Version);
        return Results.Ok(answer);
    }
}

/// <summary>Turns a validated check into a question, for the requester that the caller may ask for.</summary>
internal static class Asking
{
    public static readonly IReadOnlyDictionary<string, long> NoVersions = new Dictionary<string, long>();

    /// <summary>The token names no client that could be a requester.</summary>
    public static readonly Problem NoRequester = Problem.Of(422, FailureCode.Invalid, "requester", $"requester is missing, and the token's claim client_id names none; send requester with a token that has the scope {Scopes.CheckAny}, or a token with client_id.");

    public static readonly Problem RequesterNotYours = new(403, ProblemCode.RequesterNotYours, $"requester is not the token's client_id; send that, or a token with the scope {Scopes.CheckAny}.");

    /// <summary>The refusal of a past moment where many checks are answered together.</summary>
    public static readonly Problem PastOneAtATime = Problem.Of(
        422, FailureCode.Invalid, "asOf", "asOf is sent in a batch or a stream; send it with POST /v1/checks, which answers one check.");

    public static bool TryRead(
        CheckRequest check,
        Caller caller,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Question? question,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out Problem? problem)
    {
        (question, problem) = (null, null);
        Requester? requester = check.Requester is { } named ? Requester.Parse(named) : caller.OwnRequester;
        var mayCheck = caller.Has(Scopes.Check) || caller.Has(Scopes.CheckAny);
        // An auditor asks about the past for anybody, and about now for nobody.
        var audits = check.AsOf is not null && caller.Has(Scopes.Audit);
        if (!audits && (check.AsOf is not null || !mayCheck))
            problem = Problem.Forbidden($"the scope {(check.AsOf is null ? Scopes.Check : $"{Scopes.Audit}, which a check with asOf takes")}");
        else if (requester is null)
            problem = NoRequester;
        else if (requester != caller.OwnRequester && !caller.Has(Scopes.CheckAny) && !audits)
            problem = RequesterNotYours;
        if (problem is not null)
            return false;
        question = new(
            new(CreatorId.Parse(check.CreatorId!), VideoId.Parse(check.VideoId!)),
            Purpose.Parse(check.Purpose!),
            requester,
            check.MinVersions ?? NoVersions,
            check.MaxStalenessMs ?? 0,
            check.Explain ?? false,
            check.Receipt ?? false,
            check.Consistency == Consistency.Strong.Word(),
            check.DecisionId ?? false);
        return true;
    }

    public static HashSet<Requester> RequestersOf(IEnumerable<Question> questions) =>
        [.. questions.Select(question => question.Requester).OfType<Requester>()];
}
