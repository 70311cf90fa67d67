using System.Text.Json.Serialization;

namespace ConsentRegistry.Client;

/// <summary>The words for what decided. A newer registry may know more of them.</summary>
public static class Reasons
{
    /// <summary>A creator-wide setting.</summary>
    public const string CreatorDefault = "creatorDefault";

    /// <summary>A setting for the video.</summary>
    public const string VideoOverride = "videoOverride";

    /// <summary>A grant that answered an ask.</summary>
    public const string Grant = "grant";

    /// <summary>Silence: <see cref="Decision.Detail"/> says why there is no consent.</summary>
    public const string NoConsent = "noConsent";

    /// <summary>The creator's emergency stop.</summary>
    public const string Lockdown = "lockdown";

    /// <summary>The operator's stop.</summary>
    public const string Hold = "hold";

    /// <summary>
    /// A fact could not be read, or a limit was exceeded. Never an allow; the same check may be answered otherwise in a
    /// moment.
    /// </summary>
    public const string Indeterminate = "indeterminate";
}

/// <summary>The words for how a creator is concerned by a video.</summary>
public static class Roles
{
    /// <summary>Whose video it is. Never registered as a participant's role.</summary>
    public const string Owner = "owner";

    /// <summary>They made it with the owner, and decide on every purpose.</summary>
    public const string CoCreator = "coCreator";

    /// <summary>Their voice or likeness appears in it; they decide where a purpose uses likeness.</summary>
    public const string Depicted = "depicted";
}

/// <summary>The answer to a check.</summary>
public sealed record Decision
{
    /// <summary>
    /// Whether the use may go ahead, and the one thing to ask: true where the registry says so, with the effect
    /// <see cref="Effect.Allow"/> and no error. An answer that contradicts itself, or speaks of an effect that this
    /// client does not know, allows nothing.
    /// </summary>
    public required bool Allowed
    {
        get => field && Effect is Client.Effect.Allow && Error is null;
        init;
    }

    /// <summary>The effect; <see cref="Client.Effect.Deny"/> of an item among many that is no check.</summary>
    public Effect? Effect { get; init; }

    /// <summary>What decided, a word of <see cref="Reasons"/>; null of an item that is no check.</summary>
    public string? Reason { get; init; }

    /// <summary>
    /// For <see cref="Reasons.NoConsent"/>, why there is none: <c>neverSet</c>, <c>publishedBeforeConsent</c>,
    /// <c>purposeNewerThanConsent</c>, <c>expired</c>, <c>videoNotRegistered</c> or <c>erased</c>. Null otherwise.
    /// </summary>
    public string? Detail { get; init; }

    /// <summary>
    /// Who and what decided; null if the decision is <see cref="Reasons.Indeterminate"/>. With
    /// <see cref="Check.Content"/> also null where no video carries it, and where the caller is not told whose it is.
    /// </summary>
    public DecidedBy? DecidedBy { get; init; }

    /// <summary>
    /// What the requester must observe, words of <see cref="Conditions"/>; a use that cannot observe one, or does not
    /// know it, may not go ahead.
    /// </summary>
    public IReadOnlyList<string> Obligations
    {
        get => field ?? [];
        init;
    }

    /// <summary>
    /// Purposes below the checked one that an allow does not speak for: a use of them needs a check of its own.
    /// </summary>
    public IReadOnlyList<string> Excludes
    {
        get => field ?? [];
        init;
    }

    /// <summary>The version of the owner's stream that the answer knows; null if the facts could not be read.</summary>
    public long? Version { get; init; }

    /// <summary>The registry's time at the read that answered; null if the facts could not be read.</summary>
    public DateTimeOffset? FreshAt { get; init; }

    /// <summary>
    /// How long the answer may be reused: for an allow not at all, unless <see cref="Check.MaxStaleness"/> asked for
    /// it.
    /// </summary>
    [JsonPropertyName("maxAgeMs")]
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan MaxAge { get; init; }

    /// <summary>
    /// For the effect <see cref="Client.Effect.Ask"/>: the path to ask at, which
    /// <see cref="ApprovalsClient.RequestAsync"/> knows.
    /// </summary>
    public string? AskAt { get; init; }

    /// <summary>
    /// With <see cref="Check.Versions"/> or <see cref="Check.Explain"/>: the versions of all streams consulted, that of
    /// the vocabulary under <c>$vocabulary</c>. Null where the answers of a request would list more than 20,000.
    /// </summary>
    public IReadOnlyDictionary<string, long>? Versions { get; init; }

    /// <summary>
    /// With <see cref="Check.Explain"/>: each creator considered, and what each of their settings did.
    /// </summary>
    public IReadOnlyList<Considered>? Trace { get; init; }

    /// <summary>
    /// Whether <see cref="Trace"/> is cut off, for it would list more than 20,000 creators and settings.
    /// </summary>
    public bool TraceIsCut { get; init; }

    /// <summary>
    /// With <see cref="Check.Receipt"/>: the decision as a compact JWS, which anybody can verify, and by which a use is
    /// judged for 30 days (<see cref="VideoUse.Receipt"/>). There is none of an <see cref="Reasons.Indeterminate"/>
    /// one.
    /// </summary>
    public string? Receipt { get; init; }

    /// <summary>
    /// With <see cref="Check.DecisionId"/>: the id of the decision, which the receipt, recorded uses and the operator's
    /// log of decisions name, too.
    /// </summary>
    public Guid? DecisionId { get; init; }

    /// <summary>
    /// With <see cref="Check.Content"/>: the registered videos that carry it. Null of a deny to a caller who may only
    /// check for itself, who is told neither these nor who decided.
    /// </summary>
    public IReadOnlyList<VideoName>? Videos { get; init; }

    /// <summary>Of an item of a batch, or a check of a stream, that is none: why. Null otherwise.</summary>
    public ItemError? Error { get; init; }
}

/// <summary>Who and what decided.</summary>
/// <param name="CreatorId">The creator.</param>
/// <param name="Role">How the creator is concerned by the video, a word of <see cref="Roles"/>.</param>
/// <param name="Video">The video decided about: the checked one, or one that it was made from.</param>
/// <param name="Scope">
/// <c>default</c>, <c>override</c> or <c>grant</c>; null for a stop and for <c>noConsent</c>.
/// </param>
/// <param name="Purpose">The purpose of the deciding setting; null for a stop and for <c>noConsent</c>.</param>
/// <param name="Requester">The requester that it names; null for anybody, for a stop and for <c>noConsent</c>.</param>
/// <param name="Version">
/// The version of the creator's stream that last altered the deciding record; null for <c>noConsent</c>.
/// </param>
/// <param name="ChangedAt">When it was last altered; null for <c>noConsent</c>.</param>
public sealed record DecidedBy(
    string CreatorId,
    string Role,
    VideoName Video,
    string? Scope,
    string? Purpose,
    string? Requester,
    long? Version,
    DateTimeOffset? ChangedAt
);

/// <summary>One creator's part in a decision.</summary>
/// <param name="CreatorId">The creator.</param>
/// <param name="Role">How they are concerned by the video, a word of <see cref="Roles"/>.</param>
/// <param name="Video">The video.</param>
/// <param name="Effect">Their own answer.</param>
/// <param name="Reason">What decided it, a word of <see cref="Reasons"/>.</param>
/// <param name="Settings">
/// Their settings that were looked at, and what became of each. Empty where a stop decided.
/// </param>
/// <param name="Detail">For <c>noConsent</c>: why there is none.</param>
public sealed record Considered(
    string CreatorId,
    string Role,
    VideoName Video,
    Effect Effect,
    string Reason,
    IReadOnlyList<WeighedSetting> Settings,
    string? Detail = null
);

/// <summary>A setting in the course of a decision.</summary>
/// <param name="Scope"><c>default</c> or <c>override</c>.</param>
/// <param name="Purpose">The purpose that it is for.</param>
/// <param name="Requester">The requester that it names; null for anybody.</param>
/// <param name="Effect">What it says.</param>
/// <param name="Standing"><c>unbeaten</c> and <c>beaten</c> were candidates; another word says why it was none.</param>
/// <param name="Version">The version of the creator's stream that last altered it.</param>
/// <param name="BeatenBy">Of a beaten one: the candidate that beats it.</param>
public sealed record WeighedSetting(
    string Scope,
    string Purpose,
    string? Requester,
    Effect Effect,
    string Standing,
    long Version,
    BeatingSetting? BeatenBy = null
);

/// <summary>The candidate that beats another.</summary>
/// <param name="Scope"><c>default</c> or <c>override</c>.</param>
/// <param name="Purpose">The purpose that it is for.</param>
/// <param name="Requester">The requester that it names; null for anybody.</param>
public sealed record BeatingSetting(string Scope, string Purpose, string? Requester);

/// <summary>Why one item among many was refused.</summary>
/// <param name="Code">A stable word for programs, as in <see cref="ConsentRegistryException.Code"/>.</param>
/// <param name="Detail">A sentence for people.</param>
public sealed record ItemError(string Code, string Detail);

/// <summary>The answers to many checks.</summary>
/// <param name="Results">As many as there were checks, in their order.</param>
/// <param name="FreshAt">The registry's time at the read that answered; null if the facts could not be read.</param>
/// <param name="MaxAge">How long the answers may all be reused.</param>
public sealed record BatchDecision(
    IReadOnlyList<Decision> Results,
    DateTimeOffset? FreshAt,
    [property: JsonPropertyName("maxAgeMs")] [property: JsonConverter(typeof(MillisecondsConverter))] TimeSpan MaxAge
);
