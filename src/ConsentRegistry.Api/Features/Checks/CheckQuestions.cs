using System.Diagnostics.CodeAnalysis;
using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Api.Features.Checks;

/// <summary>Turns a validated check into a question, for the requester that the caller may ask for.</summary>
internal static class CheckQuestions
{
    /// <summary>The refusal of a past moment where many checks are answered together.</summary>
    public static readonly Problem PastOneAtATime = Problem.OfField(
        422,
        FailureCode.Invalid,
        "asOf",
        "asOf is sent in a batch or a stream; send it with POST /v1/checks, which answers one check."
    );

    public static bool TryRead(
        CheckRequest check,
        Caller caller,
        [NotNullWhen(true)] out Question? question,
        [NotNullWhen(false)] out Problem? problem
    )
    {
        question = null;
        Requester? named = check.Requester is { } name ? Requester.Parse(name) : null;
        var mayCheck = caller.Has(Scopes.Check) || caller.Has(Scopes.CheckAny);
        // An auditor asks about the past for anybody, and about now for nobody.
        var audits = check.AsOf is not null && caller.Has(Scopes.Audit);
        if (!audits && (check.AsOf is not null || !mayCheck))
        {
            problem = Problem.Forbidden(
                $"the scope {(check.AsOf is null ? Scopes.Check : $"{Scopes.Audit}, which a check with asOf takes")}"
            );
            return false;
        }
        if (!RequesterAuthorization.TryRead(named, caller, out var requester, out problem, forAnybody: audits))
            return false;
        question = new(
            check.Content is { } content
                ? new CheckTarget.OfContent(content.Select(one => one.ToIdentifier()))
                : new CheckTarget.OfVideo(new(CreatorId.Parse(check.CreatorId!), VideoId.Parse(check.VideoId!))),
            Purpose.Parse(check.Purpose!),
            requester,
            check.MinVersions ?? Question.NoVersions,
            check.MaxStalenessMs ?? 0,
            check.Explain ?? false,
            check.Receipt ?? false,
            check.Consistency == Consistency.Strong.Word(),
            check.DecisionId ?? false,
            check.Versions ?? false,
            caller.Has(Scopes.CheckAny)
        );
        return true;
    }
}
