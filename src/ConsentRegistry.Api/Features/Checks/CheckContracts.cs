using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using ConsentRegistry.Api.Features.Settings;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Settings;
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

/// <summary>One question: may this requester use this video for this purpose?</summary>
/// <param name="CreatorId">The video's owner.</param>
/// <param name="VideoId">The owner's id for the video.</param>
/// <param name="Purpose">The purpose.</param>
/// <param name="Requester">Who wants to use the video; the token's own client without it.</param>
/// <param name="MinVersions">Streams' versions that the answer must know at least, by creator; at most 64.</param>
/// <param name="Consistency">How the check comes by its facts.</param>
/// <param name="MaxStalenessMs">For how long the caller means to reuse an allow, in milliseconds, at most 300,000; such reuse is outside the promise that an acknowledged change is in force.</param>
/// <param name="Explain">Whether to say how the decision came about.</param>
/// <param name="Receipt">Whether to answer with a receipt: the decision, signed, which anybody can verify and decide again later.</param>
/// <param name="AsOf">A past moment, RFC 3339, to be asked about instead of now; takes <c>consent:audit</c>. Not in a batch.</param>
/// <param name="DecisionId">Whether to answer with an id of the decision. A receipt, a recorded use and the operator's log of decisions name it, too.</param>
public sealed record CheckRequest(
    [property: Required] string? CreatorId,
    [property: Required] string? VideoId,
    [property: Required] string? Purpose,
    string? Requester,
    IReadOnlyDictionary<string, long>? MinVersions,
    [property: Words<Consistency>] string? Consistency,
    int? MaxStalenessMs,
    bool? Explain,
    bool? Receipt,
    [property: Time] string? AsOf,
    bool? DecisionId = null);

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
public sealed record CheckDefaults(
    string? CreatorId,
    string? Purpose,
    string? Requester,
    IReadOnlyDictionary<string, long>? MinVersions,
    [property: Words<Consistency>] string? Consistency,
    int? MaxStalenessMs,
    bool? Explain,
    bool? Receipt,
    bool? DecisionId = null);

/// <summary>Many questions at once.</summary>
/// <param name="Defaults">What the checks have in common.</param>
/// <param name="Checks">The checks; 1 to 1,000.</param>
public sealed record BatchRequest(CheckDefaults? Defaults, [property: Required] IReadOnlyList<CheckRequest>? Checks);

/// <summary>Who and what decided.</summary>
/// <param name="CreatorId">The creator who decided.</param>
/// <param name="Role">How the creator is concerned by the video.</param>
/// <param name="Video">The video decided about: the checked one, or one that it was made from.</param>
/// <param name="Scope"><c>default</c>, <c>override</c> or <c>grant</c>; null for a stop and for <c>noConsent</c>.</param>
/// <param name="Purpose">The purpose of the deciding setting; null for a stop and for <c>noConsent</c>.</param>
/// <param name="Requester">The requester that the deciding setting names; null for anybody, for a stop and for <c>noConsent</c>.</param>
/// <param name="Version">The version of the creator's stream that last altered the deciding record; null for <c>noConsent</c>.</param>
/// <param name="ChangedAt">When the deciding record was last altered; null for <c>noConsent</c>.</param>
public sealed record DeciderBody(
    string CreatorId, Role Role, VideoName Video, [property: Words<DecidingScope>] string? Scope, string? Purpose, string? Requester, long? Version, Instant? ChangedAt);

/// <summary>The words for what kind of record decided.</summary>
public enum DecidingScope
{
    /// <summary>A creator-wide setting.</summary>
    Default,

    /// <summary>A setting for the video.</summary>
    Override,

    /// <summary>A grant.</summary>
    Grant,
}

/// <summary>The answer to a check.</summary>
/// <param name="Allowed">Whether the use may go ahead: true for the effect <c>allow</c> and for nothing else.</param>
/// <param name="Effect">The effect.</param>
/// <param name="Reason">What decided.</param>
/// <param name="Detail">For <c>noConsent</c>: why there is none.</param>
/// <param name="DecidedBy">Who and what decided; null if the decision is <c>indeterminate</c>.</param>
/// <param name="Obligations">What the requester must observe: the conditions of everybody concerned.</param>
/// <param name="Excludes">Purposes below the checked one that an allow does not speak for: a use of them needs a check of its own.</param>
/// <param name="Version">The version of the owner's stream that the answer knows; null if the facts could not be read.</param>
/// <param name="FreshAt">The database's time at the poll that the answer is as new as; null if the facts could not be read.</param>
/// <param name="MaxAgeMs">How long the answer may be reused, in milliseconds.</param>
/// <param name="AskAt">For the effect <c>ask</c>: where to ask.</param>
/// <param name="Versions">With <c>explain</c>: the versions of all streams consulted, that of the vocabulary under <c>$vocabulary</c>.</param>
/// <param name="Trace">With <c>explain</c>: each creator considered, and what each of their settings did.</param>
/// <param name="TraceIsCut">With <c>explain</c>: true where the trace would list more than 20,000 creators and settings, and lists the first.</param>
/// <param name="Receipt">With <c>receipt</c>: the decision as a compact JWS. There is none of an <c>indeterminate</c> one.</param>
/// <param name="DecisionId">With <c>decisionId</c>: the id of the decision.</param>
public record DecisionBody(
    bool Allowed,
    Effect Effect,
    [property: Required] Reason? Reason,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] [property: Words<Detail>] string? Detail,
    DeciderBody? DecidedBy,
    [property: Words<Conditions>] IReadOnlyList<string> Obligations,
    IReadOnlyList<string> Excludes,
    long? Version,
    Instant? FreshAt,
    long MaxAgeMs,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? AskAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, long>? Versions,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ConsideredBody>? Trace,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? TraceIsCut,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Receipt = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? DecisionId = null);

/// <summary>One creator's part in a decision.</summary>
/// <param name="CreatorId">The creator.</param>
/// <param name="Role">How they are concerned by the video.</param>
/// <param name="Video">The video.</param>
/// <param name="Effect">Their own answer.</param>
/// <param name="Reason">What decided it.</param>
/// <param name="Detail">For <c>noConsent</c>: why there is none.</param>
/// <param name="Settings">Their settings that were looked at, and what became of each. Empty where a stop decided.</param>
public sealed record ConsideredBody(
    string CreatorId,
    Role Role,
    VideoName Video,
    Effect Effect,
    Reason Reason,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] [property: Words<Detail>] string? Detail,
    IReadOnlyList<WeighedBody> Settings);

/// <summary>A setting in the course of a decision.</summary>
/// <param name="Scope">Whether it is a default or an override for the video.</param>
/// <param name="Purpose">The purpose that it is for.</param>
/// <param name="Requester">The requester that it names; null for anybody.</param>
/// <param name="Effect">What it says.</param>
/// <param name="Standing">What became of it: <c>unbeaten</c> and <c>beaten</c> were candidates, the others say why it was none.</param>
/// <param name="BeatenBy">Of a beaten one: the candidate that beats it.</param>
/// <param name="Version">The version of the creator's stream that last altered it.</param>
public sealed record WeighedBody(
    Scope Scope,
    string Purpose,
    string? Requester,
    Effect Effect,
    Standing Standing,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] BeaterBody? BeatenBy,
    long Version);

/// <summary>The candidate that beats another.</summary>
/// <param name="Scope">Whether it is a default or an override for the video.</param>
/// <param name="Purpose">The purpose that it is for.</param>
/// <param name="Requester">The requester that it names; null for anybody.</param>
public sealed record BeaterBody(Scope Scope, string Purpose, string? Requester);

/// <summary>Why one item among many was refused.</summary>
/// <param name="Code">A stable word for programs, as in problem details.</param>
/// <param name="Detail">A sentence for people, the field named.</param>
public sealed record ItemError(string Code, string Detail)
{
    internal static ItemError Of(Problem problem) => new(
        problem.Code,
        problem.Errors.IsEmpty ? problem.Detail : string.Join(" ", problem.Errors.SelectMany(field => field.Value)));
}

/// <summary>
/// The answer to one check among many. A refused item has the same members as any other: it is not allowed, its effect
/// is <c>deny</c>, nothing decided, and <c>error</c> says why. So a client that does not look at <c>error</c> reads a
/// refusal.
/// </summary>
public sealed record CheckResult : DecisionBody
{
    private CheckResult(DecisionBody decision)
        : base(decision)
    {
    }

    /// <summary>Why the item is no check; null of a decision.</summary>
    [JsonPropertyOrder(1)]
    public ItemError? Error { get; private init; }

    /// <summary>Of a refused line of a stream: its number, from 1. Absent otherwise.</summary>
    [JsonPropertyOrder(2)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Line { get; private init; }

    internal static CheckResult Of(DecisionBody decision) => new(decision);

    /// <summary>The answer where this one cannot be given after all. Its id stays.</summary>
    internal CheckResult Withdrawn() => Of(Answers.Indeterminate with { DecisionId = DecisionId });

    internal static CheckResult Refused(Problem problem, long? line = null) =>
        new(Answers.Indeterminate with { Reason = null, MaxAgeMs = Answers.RefusalReuseMs }) { Error = ItemError.Of(problem), Line = line };
}

/// <summary>The answers to many questions, in the order of the checks.</summary>
/// <param name="Results">A result for each check.</param>
/// <param name="FreshAt">The database's time at the poll that the answer is as new as; null if the facts could not be read.</param>
/// <param name="MaxAgeMs">How long the answers may all be reused, in milliseconds.</param>
public sealed record BatchBody(IReadOnlyList<CheckResult> Results, Instant? FreshAt, long MaxAgeMs);

internal sealed class CheckValidator : AbstractValidator<CheckRequest>
{
    /// <summary>The longest reuse of an allow that a caller can ask for, in milliseconds: five minutes.</summary>
    public const int MaxStalenessMs = 300_000;

    public CheckValidator()
    {
        RuleFor(check => check.CreatorId).MustBeGiven("the id of the video's owner").MustBeId();
        RuleFor(check => check.VideoId).MustBeGiven("the owner's id for the video").MustBeId();
        RuleFor(check => check.Purpose).MustBeGiven("the purpose that the check is for").MustBePurpose();
        RuleFor(check => check.Requester).MustBeId();
        RuleFor(check => check.AsOf).MustBeTime();
        RuleFor(check => check.Receipt).Must((check, receipt) => receipt is not true || check.AsOf is null).WithMessage($"{Rules.Field} is sent with asOf, and a receipt is only made for a decision of now; leave one of them out.");
        RuleFor(check => check.Consistency).MustBeWord<CheckRequest, Consistency>();
        RuleFor(check => check.MaxStalenessMs).InclusiveBetween(0, MaxStalenessMs).WithMessage($"{Rules.Field} is {Rules.Sent}; send milliseconds, a whole number from 0 to {MaxStalenessMs}.");
        RuleFor(check => check.MinVersions)
            .Must(versions => versions is null || versions.Count <= Limits.VideosPerCheck)
            .WithErrorCode(FailureCode.TooMany)
            .WithMessage($"{Rules.Field} names {Rules.Count} streams; send at most {Limits.VideosPerCheck}.")
            .Must(versions => versions is null || versions.All(version => (Identifier.IsValid(version.Key) || version.Key == StreamId.Vocabulary.Name) && version.Value >= 0))
            .WithMessage($"{Rules.Field} has a name of no stream or a negative version; send versions of creators' streams, each 0 or more.");
    }
}

internal sealed class BatchValidator : AbstractValidator<BatchRequest>
{
    /// <summary>Checks of one batch.</summary>
    public const int MaxChecks = 1_000;

    public BatchValidator()
    {
        RuleFor(batch => batch.Checks).MustHaveItems("at least one check").MustHaveAtMost(MaxChecks, "checks");
        RuleForEach(batch => batch.Checks).MustBeGiven("a check, which is an object");
    }
}
