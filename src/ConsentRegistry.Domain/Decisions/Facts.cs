using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Domain.Decisions;

/// <summary>A creator, as the source of facts numbers them. The evaluator only passes it on.</summary>
public readonly record struct CreatorHandle(long Value);

/// <summary>A video, as the source of facts numbers it. The evaluator compares and passes it on.</summary>
public readonly record struct VideoHandle(long Value);

/// <summary>
/// What the evaluator may ask of the registry: facts for one check, seen from its requester, at one moment. All answers
/// together are one consistent state.
/// </summary>
public interface IFacts
{
    /// <summary>Reads what is registered about a video.</summary>
    /// <param name="video">The checked video or a source of one that was read.</param>
    /// <param name="facts">The facts; its spans hold until the check ends.</param>
    /// <returns>
    /// False if it cannot be read, which makes the decision indeterminate. A video that nobody registered can be read.
    /// </returns>
    bool TryRead(VideoHandle video, out VideoFacts facts);

    /// <summary>Reads what a creator has said that may bear on a video.</summary>
    /// <param name="creator">The owner or a participant of <paramref name="video"/>.</param>
    /// <param name="video">The video that the creator decides about.</param>
    /// <param name="usedIn">The checked video: grants are for use in one.</param>
    /// <param name="facts">The facts; its spans hold until the next creator is read.</param>
    /// <returns>
    /// False if it cannot be read, which makes the decision indeterminate. A creator never heard of can be read.
    /// </returns>
    bool TryRead(CreatorHandle creator, VideoHandle video, VideoHandle usedIn, out CreatorFacts facts);
}

/// <summary>What is registered about a video.</summary>
public readonly ref struct VideoFacts
{
    /// <summary>The owner.</summary>
    public required CreatorHandle Owner { get; init; }

    /// <summary>Whether the platform has registered it. If not, the rest is empty.</summary>
    public bool IsRegistered { get; init; }

    /// <summary>When it was published; null if that is unknown.</summary>
    public Instant? PublishedAt { get; init; }

    /// <summary>Participants, by creator id byte by byte, then by role.</summary>
    public ReadOnlySpan<Participant> Participants { get; init; }

    /// <summary>The videos it was made from, in their listed order.</summary>
    public ReadOnlySpan<VideoHandle> Sources { get; init; }
}

/// <summary>Another creator concerned by a video.</summary>
/// <param name="Creator">Who.</param>
/// <param name="Role">How; never the owner.</param>
public readonly record struct Participant(CreatorHandle Creator, Role Role);

/// <summary>What one creator has said that may bear on one video.</summary>
public readonly ref struct CreatorFacts
{
    /// <summary>Whether the creator was erased: a tombstone that denies everything.</summary>
    public bool IsErased { get; init; }

    /// <summary>The stops that stand, the operator's first.</summary>
    public ReadOnlySpan<StopFact> Stops { get; init; }

    /// <summary>
    /// The creator's defaults, a setting for each segment, and their overrides for the video. In any order, except that
    /// the segments of one default stand together, oldest first.
    /// </summary>
    public ReadOnlySpan<Setting> Settings { get; init; }

    /// <summary>
    /// The creator's grants to the check's requester for the video, for use in the checked video, in any order.
    /// </summary>
    public ReadOnlySpan<Grant> Grants { get; init; }
}

/// <summary>A stop as the evaluator sees it.</summary>
/// <param name="Kind">Whose it is.</param>
/// <param name="Covers">The listed purposes; <see cref="PurposeSet.All"/> for everything.</param>
/// <param name="Stamp">The change that last altered it.</param>
public readonly record struct StopFact(StopKind Kind, PurposeSet Covers, Stamp Stamp)
{
    /// <summary>The stops of a creator that stand, in the order in which a decision names them (R1).</summary>
    /// <param name="hold">The operator's; null if there is none.</param>
    /// <param name="lockdown">The creator's own; null if there is none.</param>
    /// <param name="vocabulary">The vocabulary that knows their purposes.</param>
    public static StopFact[] Standing(Stop? hold, Stop? lockdown, Vocabulary vocabulary) =>
        (hold, lockdown) switch
        {
            (null, null) => [],
            (not null, null) => [CreateStop(StopKind.Hold, hold, vocabulary)],
            (null, not null) => [CreateStop(StopKind.Lockdown, lockdown, vocabulary)],
            _ => [CreateStop(StopKind.Hold, hold, vocabulary), CreateStop(StopKind.Lockdown, lockdown, vocabulary)],
        };

    private static StopFact CreateStop(StopKind kind, Stop stop, Vocabulary vocabulary)
    {
        if (stop.Purposes is not { } listed)
            return new(kind, PurposeSet.All, stop.Stamp);
        var covers = PurposeSet.None;
        foreach (var purpose in listed)
            covers = covers.With(vocabulary.Find(purpose));
        return new(kind, covers, stop.Stamp);
    }
}

/// <summary>Whether a setting is for every video of a creator or for one. In order of specificity.</summary>
public enum Scope : byte
{
    /// <summary>Creator-wide.</summary>
    Default,

    /// <summary>For one video.</summary>
    Override,
}

/// <summary>Whom a setting names, seen from the requester of the check. In order of specificity.</summary>
public enum Audience : byte
{
    /// <summary>Nobody: it is for anybody.</summary>
    Anybody,

    /// <summary>The requester of the check.</summary>
    Requester,

    /// <summary>Another requester; such a setting does not speak.</summary>
    SomebodyElse,
}

/// <summary>
/// One setting, or one segment of a default, as the evaluator sees it: plain values, nothing to follow.
/// </summary>
public readonly record struct Setting
{
    /// <summary>Default or override for the video.</summary>
    public Scope Scope { get; init; }

    /// <summary>Whom it names.</summary>
    public Audience Audience { get; init; }

    /// <summary>The purpose it is for.</summary>
    public PurposeIndex Purpose { get; init; }

    /// <summary>What it says.</summary>
    public Effect Effect { get; init; }

    /// <summary>What it attaches.</summary>
    public Conditions Conditions { get; init; }

    /// <summary>The vocabulary version that the creator knew.</summary>
    public int VocabularyVersion { get; init; }

    /// <summary>
    /// The start of a segment; <see cref="Instant.Beginning"/> on the first of a default that covers every video, and
    /// on an override.
    /// </summary>
    public Instant From { get; init; }

    /// <summary>Whether it is a further segment of the default that stands before it.</summary>
    public bool IsFurtherSegment { get; init; }

    /// <summary>The expiry of an allow; <see cref="Instant.Never"/> if it has none.</summary>
    public Instant ExpiresAt { get; init; }

    /// <summary>The change that last altered it.</summary>
    public Stamp Stamp { get; init; }

    /// <summary>Appends a default, a setting for each segment.</summary>
    public static void Add(
        ICollection<Setting> settings,
        DefaultSetting setting,
        PurposeIndex purpose,
        Audience audience
    )
    {
        foreach (var segment in setting.Segments)
        {
            settings.Add(
                Create(segment.Choice, segment.Stamp, purpose, audience) with
                {
                    From = segment.From ?? Instant.Beginning,
                    IsFurtherSegment = segment != setting.Segments[0],
                }
            );
        }
    }

    /// <summary>An override for the video.</summary>
    public static Setting Create(OverrideSetting setting, PurposeIndex purpose, Audience audience) =>
        Create(setting.Choice, setting.Stamp, purpose, audience) with
        {
            Scope = Scope.Override,
        };

    private static Setting Create(Choice choice, Stamp stamp, PurposeIndex purpose, Audience audience) =>
        new()
        {
            Audience = audience,
            Purpose = purpose,
            Effect = choice.Effect,
            Conditions = choice.Conditions,
            VocabularyVersion = choice.VocabularyVersion,
            From = Instant.Beginning,
            ExpiresAt = choice.ExpiresAt ?? Instant.Never,
            Stamp = stamp,
        };
}

/// <summary>A creator's approval of one request, as the evaluator sees it.</summary>
public readonly record struct Grant
{
    /// <summary>The purpose that was approved.</summary>
    public PurposeIndex Purpose { get; init; }

    /// <summary>What the creator attached.</summary>
    public Conditions Conditions { get; init; }

    /// <summary>The vocabulary version at the approval.</summary>
    public int VocabularyVersion { get; init; }

    /// <summary>When it ends; <see cref="Instant.Never"/> if it does not.</summary>
    public Instant ExpiresAt { get; init; }

    /// <summary>Uses that are left; null if they are not counted.</summary>
    public int? UsesLeft { get; init; }

    /// <summary>Whether it was revoked, which is for good.</summary>
    public bool IsRevoked { get; init; }

    /// <summary>The change that last altered it.</summary>
    public Stamp Stamp { get; init; }

    /// <summary>
    /// Whether a deny set by the same creator touches, and so revokes, a grant: same video (any, for a default), same
    /// requester (any, if it names nobody), purpose equal, below or above (R6).
    /// </summary>
    /// <param name="deny">Where the deny applies.</param>
    /// <param name="grant">The granted video, purpose and requester.</param>
    public static bool IsTouchedBy(SettingKey deny, SettingKey grant) =>
        (deny.Video is null || deny.Video == grant.Video)
        && (deny.Requester is null || deny.Requester == grant.Requester)
        && (deny.Purpose.IsAtOrBelow(grant.Purpose) || grant.Purpose.IsBelow(deny.Purpose));
}
