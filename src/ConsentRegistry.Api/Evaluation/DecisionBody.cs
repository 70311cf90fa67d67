using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Api.Evaluation;

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

/// <summary>Who and what decided.</summary>
/// <param name="CreatorId">The creator who decided.</param>
/// <param name="Role">How the creator is concerned by the video.</param>
/// <param name="Video">The video decided about: the checked one, or one that it was made from.</param>
/// <param name="Scope">
/// <c>default</c>, <c>override</c> or <c>grant</c>; null for a stop and for <c>noConsent</c>.
/// </param>
/// <param name="Purpose">The purpose of the deciding setting; null for a stop and for <c>noConsent</c>.</param>
/// <param name="Requester">
/// The requester that the deciding setting names; null for anybody, for a stop and for <c>noConsent</c>.
/// </param>
/// <param name="Version">
/// The version of the creator's stream that last altered the deciding record; null for <c>noConsent</c>.
/// </param>
/// <param name="ChangedAt">When the deciding record was last altered; null for <c>noConsent</c>.</param>
public sealed record DeciderBody(
    [property: Id] string CreatorId,
    Role Role,
    VideoName Video,
    [property: Words<DecidingScope>] string? Scope,
    [property: PurposeName] string? Purpose,
    [property: Id] string? Requester,
    [property: AtLeast(0)] long? Version,
    Instant? ChangedAt
);

/// <summary>The answer to a check.</summary>
/// <param name="Allowed">Whether the use may go ahead: true for the effect <c>allow</c> and for nothing else.</param>
/// <param name="Effect">The effect.</param>
/// <param name="Reason">What decided.</param>
/// <param name="Detail">For <c>noConsent</c>: why there is none.</param>
/// <param name="DecidedBy">Who and what decided; null if the decision is <c>indeterminate</c>.</param>
/// <param name="Obligations">What the requester must observe: the conditions of everybody concerned.</param>
/// <param name="Excludes">
/// Purposes below the checked one that an allow does not speak for: a use of them needs a check of its own.
/// </param>
/// <param name="Version">
/// The version of the owner's stream that the answer knows; null if the facts could not be read.
/// </param>
/// <param name="FreshAt">
/// The database's time at the poll that the answer is as new as; null if the facts could not be read.
/// </param>
/// <param name="MaxAgeMs">How long the answer may be reused, in milliseconds.</param>
/// <param name="AskAt">For the effect <c>ask</c>: where to ask.</param>
/// <param name="Versions">
/// With <c>versions</c> or <c>explain</c>: the versions of all streams consulted, that of the vocabulary under
/// <c>$vocabulary</c>. Left out where the answers of a request would list more than 20,000.
/// </param>
/// <param name="Trace">With <c>explain</c>: each creator considered, and what each of their settings did.</param>
/// <param name="TraceIsCut">
/// With <c>explain</c>: true where the trace would list more than 20,000 creators and settings, and lists the first.
/// </param>
/// <param name="Receipt">
/// With <c>receipt</c>: the decision as a compact JWS. There is none of an <c>indeterminate</c> one.
/// </param>
/// <param name="DecisionId">With <c>decisionId</c>: the id of the decision.</param>
/// <param name="Videos">
/// With <c>content</c>: the registered videos that carry it, by owner and id. A deny does not tell them to a caller who
/// may only check for itself.
/// </param>
public record DecisionBody(
    bool Allowed,
    Effect Effect,
    [property: Required] Reason? Reason,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] [property: Words<Detail>] string? Detail,
    DeciderBody? DecidedBy,
    [property: Words<Conditions>] [property: WordList(0)] IReadOnlyList<string> Obligations,
    [property: Purposes(0)] IReadOnlyList<string> Excludes,
    [property: AtLeast(0)] long? Version,
    Instant? FreshAt,
    [property: AtLeast(0)] long MaxAgeMs,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? AskAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [property: Versions]
        IReadOnlyDictionary<string, long>? Versions,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ConsideredBody>? Trace,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? TraceIsCut,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Receipt = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? DecisionId = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [property: Items(0, Limits.VideosPerCheck)]
        IReadOnlyList<VideoName>? Videos = null
)
{
    /// <summary>The video that decided about content, whether or not the caller is told.</summary>
    internal VideoKey? DecidingVideo { get; init; }
}

/// <summary>One creator's part in a decision.</summary>
/// <param name="CreatorId">The creator.</param>
/// <param name="Role">How they are concerned by the video.</param>
/// <param name="Video">The video.</param>
/// <param name="Effect">Their own answer.</param>
/// <param name="Reason">What decided it.</param>
/// <param name="Detail">For <c>noConsent</c>: why there is none.</param>
/// <param name="Settings">
/// Their settings that were looked at, and what became of each. Empty where a stop decided.
/// </param>
[SchemaName("ConsideredCreator")]
public sealed record ConsideredBody(
    [property: Id] string CreatorId,
    Role Role,
    VideoName Video,
    Effect Effect,
    Reason Reason,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] [property: Words<Detail>] string? Detail,
    IReadOnlyList<WeighedBody> Settings
);

/// <summary>A setting in the course of a decision.</summary>
/// <param name="Scope">Whether it is a default or an override for the video.</param>
/// <param name="Purpose">The purpose that it is for.</param>
/// <param name="Requester">The requester that it names; null for anybody.</param>
/// <param name="Effect">What it says.</param>
/// <param name="Standing">
/// What became of it: <c>unbeaten</c> and <c>beaten</c> were candidates, the others say why it was none.
/// </param>
/// <param name="BeatenBy">Of a beaten one: the candidate that beats it.</param>
/// <param name="Version">The version of the creator's stream that last altered it.</param>
[SchemaName("WeighedSetting")]
public sealed record WeighedBody(
    Scope Scope,
    [property: PurposeName] string Purpose,
    [property: Id] string? Requester,
    Effect Effect,
    Standing Standing,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] BeaterBody? BeatenBy,
    [property: AtLeast(0)] long Version
);

/// <summary>The candidate that beats another.</summary>
/// <param name="Scope">Whether it is a default or an override for the video.</param>
/// <param name="Purpose">The purpose that it is for.</param>
/// <param name="Requester">The requester that it names; null for anybody.</param>
[SchemaName("BeatingSetting")]
public sealed record BeaterBody(Scope Scope, [property: PurposeName] string Purpose, [property: Id] string? Requester);
