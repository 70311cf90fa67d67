using System.ComponentModel.DataAnnotations;
using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.History;
using FluentValidation;

namespace ConsentRegistry.Api.Features.Checks;

/// <summary>How a check comes by its facts.</summary>
public enum Consistency
{
    /// <summary>The node's own facts, which no acknowledged change is missing from.</summary>
    Fast,

    /// <summary>Facts of a poll that was sent after the request arrived.</summary>
    Strong,
}

/// <summary>
/// One question: may this requester use this video for this purpose? The video is named by <c>creatorId</c> and
/// <c>videoId</c>, or by <c>content</c>.
/// </summary>
/// <param name="CreatorId">The video's owner; not with <c>content</c>.</param>
/// <param name="VideoId">The owner's id for the video; not with <c>content</c>.</param>
/// <param name="Purpose">The purpose.</param>
/// <param name="Requester">Who wants to use the video; the token's own client without it.</param>
/// <param name="MinVersions">Streams' versions that the answer must know at least, by creator; at most 64.</param>
/// <param name="Consistency">How the check comes by its facts.</param>
/// <param name="MaxStalenessMs">
/// For how long the caller means to reuse an allow, in milliseconds, at most 300,000. Such reuse is outside the promise
/// that an acknowledged change is in force.
/// </param>
/// <param name="Explain">Whether to say how the decision came about.</param>
/// <param name="Receipt">
/// Whether to answer with a receipt: the decision, signed, which anybody can verify and decide again later.
/// </param>
/// <param name="AsOf">
/// A past moment, RFC 3339, to be asked about instead of now; takes <c>consent:audit</c>. Not in a batch.
/// </param>
/// <param name="DecisionId">
/// Whether to answer with an id of the decision. A receipt, a recorded use and the operator's log of decisions name it,
/// too.
/// </param>
/// <param name="Versions">
/// Whether to answer with the versions of all streams consulted, for a cache that follows <c>GET /v1/changes</c>.
/// </param>
/// <param name="Content">
/// 1 to 16 identifiers of one content, in place of the ids. They stand for every registered video that carries one of
/// them, and the strictest answer decides. Not with <c>asOf</c> or <c>receipt</c>, which take ids:
/// <c>POST /v1/lookups</c> gives them.
/// </param>
public sealed record CheckRequest(
    [property: Id] string? CreatorId,
    [property: Id] string? VideoId,
    [property: Required] [property: PurposeName] string? Purpose,
    [property: Id] string? Requester,
    [property: Versions(Limits.VideosPerCheck)] IReadOnlyDictionary<string, long>? MinVersions,
    [property: Words<Consistency>] string? Consistency,
    [property: Between(0, CheckValidator.MaxStalenessMs)] int? MaxStalenessMs,
    bool? Explain,
    bool? Receipt,
    [property: Time] string? AsOf,
    bool? DecisionId = null,
    bool? Versions = null,
    [property: Items(1, Limits.IdentifiersPerVideo)] IReadOnlyList<IdentifierReference>? Content = null
);

/// <summary>Fields that checks of a batch have in common; a check's own field goes before.</summary>
/// <param name="CreatorId">The videos' owner.</param>
/// <param name="Purpose">The purpose.</param>
/// <param name="Requester">Who wants to use the videos.</param>
/// <param name="MinVersions">Streams' versions that the answers must know at least.</param>
/// <param name="Consistency">How the checks come by their facts.</param>
/// <param name="MaxStalenessMs">For how long the caller means to reuse an allow.</param>
/// <param name="Explain">Whether to say how the decisions came about.</param>
/// <param name="Receipt">Whether to answer with receipts.</param>
/// <param name="DecisionId">Whether to answer with ids of the decisions.</param>
/// <param name="Versions">Whether to answer with the versions of all streams consulted.</param>
public sealed record CheckDefaults(
    [property: Id] string? CreatorId,
    [property: PurposeName] string? Purpose,
    [property: Id] string? Requester,
    [property: Versions(Limits.VideosPerCheck)] IReadOnlyDictionary<string, long>? MinVersions,
    [property: Words<Consistency>] string? Consistency,
    [property: Between(0, CheckValidator.MaxStalenessMs)] int? MaxStalenessMs,
    bool? Explain,
    bool? Receipt,
    bool? DecisionId = null,
    bool? Versions = null
);

/// <summary>Many questions at once.</summary>
/// <param name="Defaults">What the checks have in common.</param>
/// <param name="Checks">The checks; 1 to 1,000.</param>
[SchemaName("CheckBatchRequest")]
public sealed record BatchRequest(
    CheckDefaults? Defaults,
    [property: Required] [property: Items(1, Question.PerRequest)] IReadOnlyList<CheckRequest>? Checks
);

/// <summary>The answers to many questions, in the order of the checks.</summary>
/// <param name="Results">A result for each check.</param>
/// <param name="FreshAt">
/// The database's time at the poll that the answer is as new as; null if the facts could not be read.
/// </param>
/// <param name="MaxAgeMs">How long the answers may all be reused, in milliseconds.</param>
[SchemaName("CheckBatch")]
public sealed record BatchBody(
    [property: Items(1, Question.PerRequest)] IReadOnlyList<CheckResult> Results,
    Instant? FreshAt,
    [property: AtLeast(0)] long MaxAgeMs
);

internal sealed class CheckValidator : AbstractValidator<CheckRequest>
{
    /// <summary>The longest reuse of an allow that a caller can ask for, in milliseconds: five minutes.</summary>
    public const int MaxStalenessMs = 300_000;

    private const string WithContent = "with content, which names the video as well";

    private const string TakesIds = "with content, and takes ids, which POST /v1/lookups gives";

    public CheckValidator()
    {
        When(
                check => check.Content is null,
                () =>
                {
                    RuleFor(check => check.CreatorId).MustBeGiven("the id of the video's owner, or content");
                    RuleFor(check => check.VideoId).MustBeGiven("the owner's id for the video, or content");
                }
            )
            .Otherwise(() =>
            {
                RuleFor(check => check.CreatorId).MustBeAbsent(WithContent);
                RuleFor(check => check.VideoId).MustBeAbsent(WithContent);
                RuleFor(check => check.AsOf).MustBeAbsent(TakesIds);
                RuleFor(check => check.Receipt)
                    .Must(receipt => receipt is not true)
                    .WithMessage($"{ValidationRules.Field} is sent {TakesIds}; leave it out.");
                RuleFor(check => check.Content)
                    .MustHaveItems("at least one identifier")
                    .MustHaveAtMost(Limits.IdentifiersPerVideo, "identifiers");
                RuleForEach(check => check.Content).MustBeIdentifiers();
            });
        RuleFor(check => check.CreatorId).MustBeId();
        RuleFor(check => check.VideoId).MustBeId();
        RuleFor(check => check.Purpose).MustBeGiven("the purpose that the check is for").MustBePurpose();
        RuleFor(check => check.Requester).MustBeId();
        RuleFor(check => check.AsOf).MustBeTime();
        RuleFor(check => check.Receipt)
            .Must((check, receipt) => receipt is not true || check.AsOf is null)
            .WithMessage(
                $"{ValidationRules.Field} is sent with asOf, and a receipt is only made for a decision of now; leave "
                    + "one of them out."
            );
        RuleFor(check => check.Consistency).MustBeWord<CheckRequest, Consistency>();
        RuleFor(check => check.MaxStalenessMs)
            .InclusiveBetween(0, MaxStalenessMs)
            .WithMessage(
                $"{ValidationRules.Field} is {ValidationRules.Sent}; send milliseconds, a whole number from 0 to "
                    + $"{MaxStalenessMs}."
            );
        RuleFor(check => check.MinVersions)
            .Must(versions => versions is null || versions.Count <= Limits.VideosPerCheck)
            .WithErrorCode(FailureCode.TooMany)
            .WithMessage(
                $"{ValidationRules.Field} names {ValidationRules.Count} streams; send at most {Limits.VideosPerCheck}."
            )
            .Must(versions =>
                versions is null
                || versions.All(version =>
                    (Identifier.IsValid(version.Key) || version.Key == StreamId.Vocabulary.Name) && version.Value >= 0
                )
            )
            .WithMessage(
                $"{ValidationRules.Field} has a name of no stream or a negative version; send versions of creators' "
                    + "streams, each 0 or more."
            );
    }
}

internal sealed class BatchValidator : AbstractValidator<BatchRequest>
{
    public BatchValidator()
    {
        RuleFor(batch => batch.Checks)
            .MustHaveItems("at least one check")
            .MustHaveAtMost(Question.PerRequest, "checks");
        RuleForEach(batch => batch.Checks).MustBeGiven("a check, which is an object");
    }
}
