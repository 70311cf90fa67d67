using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

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

/// <summary>The answer to a check.</summary>
public readonly record struct Decision
{
    /// <summary>The effect.</summary>
    public required Effect Effect { get; init; }

    /// <summary>What decided.</summary>
    public required Reason Reason { get; init; }

    /// <summary>Why there is no consent.</summary>
    public Detail Detail { get; init; }

    /// <summary>Who decided; null if the decision is indeterminate.</summary>
    public Decider? DecidedBy { get; init; }

    /// <summary>The setting or grant that decided; null for a stop and for silence.</summary>
    public DecidingSetting? Setting { get; init; }

    /// <summary>The change that last altered the deciding record; null for silence.</summary>
    public Stamp? Stamp { get; init; }

    /// <summary>What the requester must observe; none unless the effect is allow.</summary>
    public Conditions Obligations { get; init; }

    /// <summary>Purposes below the checked one for which an allow does not speak.</summary>
    public PurposeSet Excludes { get; init; }

    /// <summary>The earliest expiry among what an allow rests on; <see cref="Instant.Never"/> if nothing of it expires.</summary>
    public required Instant HoldsUntil { get; init; }

    /// <summary>Whether an allow rests on a grant whose uses are counted, so that another check may well be answered differently.</summary>
    public bool RestsOnCountedGrant { get; init; }

    /// <summary>Whether the use may go ahead: for allow and for nothing else.</summary>
    public bool IsAllowed => Effect == Effect.Allow;

    /// <summary>The answer where a fact cannot be read or a limit is exceeded.</summary>
    public static Decision Indeterminate { get; } = new() { Effect = Effect.Deny, Reason = Reason.Indeterminate, HoldsUntil = Instant.Never };
}
