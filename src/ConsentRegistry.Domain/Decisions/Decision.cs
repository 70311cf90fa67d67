using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Domain.Decisions;

/// <summary>One question: may the requester, from whom the facts are seen, use this video for this purpose?</summary>
/// <param name="Video">The checked video.</param>
/// <param name="Purpose">The purpose, known to the vocabulary.</param>
/// <param name="Now">The moment of the check: what expires at it has expired.</param>
public readonly record struct Check(VideoHandle Video, PurposeIndex Purpose, Instant Now);

/// <summary>What decided.</summary>
public enum Reason : byte
{
    /// <summary>A fact could not be read or a limit was exceeded; never more than deny.</summary>
    Indeterminate,

    /// <summary>The operator's stop.</summary>
    Hold,

    /// <summary>The creator's emergency stop.</summary>
    Lockdown,

    /// <summary>Silence.</summary>
    NoConsent,

    /// <summary>A creator-wide setting.</summary>
    CreatorDefault,

    /// <summary>A setting for the video.</summary>
    VideoOverride,

    /// <summary>A grant that answered an ask.</summary>
    Grant,
}

/// <summary>Why there is no consent. In the order in which the first that applies is named (R5).</summary>
public enum Detail : byte
{
    /// <summary>The reason is another than <see cref="Reason.NoConsent"/>.</summary>
    None,

    /// <summary>The creator was erased.</summary>
    Erased,

    /// <summary>Nobody registered the video, so nobody knows who else is concerned.</summary>
    VideoNotRegistered,

    /// <summary>The video is older than the consent, and the consent was for the future.</summary>
    PublishedBeforeConsent,

    /// <summary>The purpose is newer than the consent.</summary>
    PurposeNewerThanConsent,

    /// <summary>The consent has expired.</summary>
    Expired,

    /// <summary>Nothing was ever set that could answer.</summary>
    NeverSet,
}

/// <summary>Who and what decided.</summary>
public readonly record struct Decider
{
    /// <summary>The creator who decided.</summary>
    public required CreatorHandle Creator { get; init; }

    /// <summary>How the creator is concerned by <see cref="Video"/>.</summary>
    public required Role Role { get; init; }

    /// <summary>The video decided about: the checked one, or a source of it.</summary>
    public required VideoHandle Video { get; init; }
}

/// <summary>The setting or grant that decided.</summary>
/// <param name="Scope">Default or override; null for a grant.</param>
/// <param name="Purpose">The purpose it is for.</param>
/// <param name="NamesRequester">Whether it names the requester of the check.</param>
public readonly record struct DecidingSetting(Scope? Scope, PurposeIndex Purpose, bool NamesRequester);

/// <summary>The answer to a check. Only the evaluator makes one.</summary>
/// <remarks>
/// Its parts lie side by side, those too that a decision may do without, and the evaluator writes them where they are
/// read: a decision takes less time than copying it a few times would.
/// </remarks>
public record struct Decision
{
    private PurposeSet excludes;
    private Stamp stamp;
    private Instant holdsUntil;
    private CreatorHandle creator;
    private VideoHandle video;
    private Role role;
    private Effect effect;
    private Reason reason;
    private Detail detail;
    private PurposeIndex purpose;
    private bool namesRequester;
    private Conditions obligations;
    private bool restsOnCountedGrant;
    private bool isOfNobody;

    /// <summary>The effect.</summary>
    public readonly Effect Effect => effect;

    /// <summary>What decided.</summary>
    public readonly Reason Reason => reason;

    /// <summary>Why there is no consent.</summary>
    public readonly Detail Detail => detail;

    /// <summary>Who decided; null if the decision is indeterminate, or nobody's (R10).</summary>
    public readonly Decider? DecidedBy =>
        reason == Reason.Indeterminate || isOfNobody
            ? null
            : new()
            {
                Creator = creator,
                Role = role,
                Video = video,
            };

    /// <summary>The setting or grant that decided; null for a stop and for silence.</summary>
    public readonly DecidingSetting? Setting =>
        reason switch
        {
            Reason.CreatorDefault => new(Scope.Default, purpose, namesRequester),
            Reason.VideoOverride => new(Scope.Override, purpose, namesRequester),
            Reason.Grant => new(null, purpose, namesRequester),
            _ => null,
        };

    /// <summary>The change that last altered the deciding record; null for silence.</summary>
    public readonly Stamp? Stamp => reason is Reason.Indeterminate or Reason.NoConsent ? null : stamp;

    /// <summary>What the requester must observe; none unless the effect is allow.</summary>
    public readonly Conditions Obligations => obligations;

    /// <summary>Purposes below the checked one for which an allow does not speak.</summary>
    public readonly PurposeSet Excludes => excludes;

    /// <summary>
    /// The earliest expiry among what an allow rests on; <see cref="Instant.Never"/> if nothing of it expires.
    /// </summary>
    public readonly Instant HoldsUntil => holdsUntil;

    /// <summary>
    /// Whether an allow rests on a grant whose uses are counted, so that another check may well be answered
    /// differently.
    /// </summary>
    public readonly bool RestsOnCountedGrant => restsOnCountedGrant;

    /// <summary>Whether the use may go ahead: for allow and for nothing else.</summary>
    public readonly bool IsAllowed => effect == Effect.Allow;

    /// <summary>The answer where a fact cannot be read or a limit is exceeded.</summary>
    public static Decision Indeterminate { get; } =
        new()
        {
            effect = Effect.Deny,
            reason = Reason.Indeterminate,
            holdsUntil = Instant.Never,
        };

    /// <summary>There is nobody who could consent: no video carries the content of a check (R10).</summary>
    /// <param name="detail">Why there is nobody.</param>
    public static Decision OfNobody(Detail detail) =>
        new()
        {
            effect = Effect.Deny,
            reason = Reason.NoConsent,
            detail = detail,
            holdsUntil = Instant.Never,
            isOfNobody = true,
        };

    /// <summary>Nobody has answered yet.</summary>
    internal readonly bool IsNone => effect == default;

    /// <summary>A creator is silent.</summary>
    internal static void Silence(in Decider decider, Detail detail, out Decision decision)
    {
        Deny(decider, Reason.NoConsent, out decision);
        decision.detail = detail;
    }

    /// <summary>A creator's stop, or the operator's, denies.</summary>
    internal static void Stop(in Decider decider, in StopFact stop, out Decision decision)
    {
        Deny(decider, stop.Kind == StopKind.Hold ? Reason.Hold : Reason.Lockdown, out decision);
        decision.stamp = stop.Stamp;
    }

    /// <summary>A creator's settings answer; only an allow attaches anything.</summary>
    internal static void Say(
        in Decider decider,
        Effect effect,
        in Setting named,
        in Attachments attached,
        out Decision decision
    )
    {
        Deny(decider, named.Scope == Scope.Override ? Reason.VideoOverride : Reason.CreatorDefault, out decision);
        decision.purpose = named.Purpose;
        decision.namesRequester = named.Audience == Audience.Requester;
        decision.stamp = named.Stamp;
        decision.effect = effect;
        if (effect == Effect.Allow)
            decision.Attach(attached);
    }

    /// <summary>A creator's grant answers.</summary>
    internal static void Grant(in Decider decider, in Grant grant, in Attachments attached, out Decision decision)
    {
        Deny(decider, Reason.Grant, out decision);
        decision.purpose = grant.Purpose;
        decision.namesRequester = true;
        decision.stamp = grant.Stamp;
        decision.effect = Effect.Allow;
        decision.Attach(attached);
    }

    /// <summary>Adds to an allow what another one attaches too.</summary>
    internal void Attach(in Decision other)
    {
        obligations |= other.obligations;
        excludes |= other.excludes;
        holdsUntil = Instant.Earlier(holdsUntil, other.holdsUntil);
        restsOnCountedGrant |= other.restsOnCountedGrant;
    }

    private void Attach(in Attachments attached)
    {
        obligations = attached.Conditions;
        excludes = attached.Excludes;
        holdsUntil = attached.HoldsUntil;
        restsOnCountedGrant = attached.RestsOnCountedGrant;
    }

    private static void Deny(in Decider decider, Reason reason, out Decision decision)
    {
        decision = default;
        decision.effect = Effect.Deny;
        decision.reason = reason;
        decision.creator = decider.Creator;
        decision.role = decider.Role;
        decision.video = decider.Video;
        decision.holdsUntil = Instant.Never;
    }
}
