using System.Collections.Immutable;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Domain.Usages;

/// <summary>Whether a use had consent.</summary>
public enum UseStatus : byte
{
    /// <summary>It had the consent of everybody concerned.</summary>
    Consented,

    /// <summary>It had not.</summary>
    Unconsented,
}

/// <summary>Why a use had consent, or had none. The first three are consent.</summary>
public enum UseReason : byte
{
    /// <summary>A creator-wide setting allowed it.</summary>
    CreatorDefault,

    /// <summary>A setting for the video allowed it.</summary>
    VideoOverride,

    /// <summary>A grant allowed it.</summary>
    Grant,

    /// <summary>Somebody denied it, or had said nothing.</summary>
    NoConsent,

    /// <summary>A lockdown stood.</summary>
    Lockdown,

    /// <summary>A hold stood.</summary>
    Hold,

    /// <summary>It took an approval that nobody gave.</summary>
    NotApproved,

    /// <summary>
    /// It was approved once, but the uses that were granted had all been recorded before, or their time was over.
    /// </summary>
    BeyondGrant,

    /// <summary>Nobody registered the video.</summary>
    UnknownVideo,

    /// <summary>The vocabulary does not know the purpose, so that nobody can have consented.</summary>
    UnknownPurpose,

    /// <summary>The receipt is none that this registry signed.</summary>
    ForgedReceipt,

    /// <summary>The receipt is too old to be relied on.</summary>
    ExpiredReceipt,

    /// <summary>The receipt is of another check: another video, purpose or requester.</summary>
    OtherReceipt,

    /// <summary>The receipt is from after the use, which cannot have relied on it.</summary>
    LaterReceipt,

    /// <summary>
    /// The use is said to have been long before it was recorded, and no receipt shows what was answered then.
    /// </summary>
    NoReceipt,

    /// <summary>The decision that is said to have been relied on did not allow the use, or came after it.</summary>
    OtherDecision,

    /// <summary>More videos are concerned than a check may consult.</summary>
    Indeterminate,
}

/// <summary>What was made of the videos.</summary>
/// <param name="Video">A derived video; null if it was none.</param>
/// <param name="TrainingRun">The platform's own id of a training run; null if it was none.</param>
public sealed record Made(VideoKey? Video, string? TrainingRun);

/// <summary>The decision that a use is said to have relied on.</summary>
/// <param name="DecidedAt">The moment that it was made from.</param>
/// <param name="HasReceipt">Whether a receipt shows it; if not, it is the requester's word.</param>
public sealed record ReliedOn(Instant DecidedAt, bool HasReceipt)
{
    /// <summary>
    /// The id of the decision; null if it has none that is known. It stands beside the record: no event has it.
    /// </summary>
    public Guid? DecisionId { get; init; }
}

/// <summary>One video that was used.</summary>
/// <param name="Video">The video.</param>
/// <param name="Reason">Why the use had consent, or had none.</param>
/// <param name="Spent">The counted grants of which it spent a use, by id.</param>
/// <param name="ReliedOn">
/// The decision that it is said to have relied on; null if none is named, or its receipt cannot be relied on.
/// </param>
public sealed record UsedVideo(VideoKey Video, UseReason Reason, ImmutableArray<Guid> Spent, ReliedOn? ReliedOn)
{
    /// <summary>Whether the use had consent.</summary>
    public UseStatus Status => StatusOf(Reason);

    /// <summary>Whether a reason is one of consent.</summary>
    public static UseStatus StatusOf(UseReason reason) =>
        reason is UseReason.CreatorDefault or UseReason.VideoOverride or UseReason.Grant
            ? UseStatus.Consented
            : UseStatus.Unconsented;

    /// <inheritdoc/>
    public bool Equals(UsedVideo? other) =>
        other is not null
        && Video == other.Video
        && Reason == other.Reason
        && Spent.SequenceEqual(other.Spent)
        && ReliedOn == other.ReliedOn;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Video, Reason);
}

/// <summary>
/// A use that was recorded: what was made of which videos, for which purpose, by whom. It never changes.
/// </summary>
/// <param name="Requester">Who used the videos.</param>
/// <param name="Purpose">For which purpose.</param>
/// <param name="Made">What was made of them; null if the platform did not say.</param>
/// <param name="Videos">The videos; at least one.</param>
/// <param name="UsedAt">When, by the platform's word.</param>
/// <param name="Stamp">The change that recorded it.</param>
public sealed record UseRecord(
    Requester Requester,
    Purpose Purpose,
    Made? Made,
    ImmutableArray<UsedVideo> Videos,
    Instant UsedAt,
    Stamp Stamp
)
{
    /// <summary>
    /// How far two clocks may be apart, and how long ago a use may have been that no receipt goes with.
    /// </summary>
    public static readonly TimeSpan Recent = TimeSpan.FromMinutes(5);

    /// <summary>For how long a receipt can be relied on: a month is time enough to record a use.</summary>
    public static readonly TimeSpan ReliedOnFor = TimeSpan.FromDays(30);

    /// <summary>The first video whose use had no consent; the first of all if each had.</summary>
    public UsedVideo Deciding => Videos.FirstOrDefault(video => video.Status == UseStatus.Unconsented) ?? Videos[0];

    /// <inheritdoc/>
    public bool Equals(UseRecord? other) =>
        other is not null
        && Requester == other.Requester
        && Purpose == other.Purpose
        && Made == other.Made
        && Videos.SequenceEqual(other.Videos)
        && UsedAt == other.UsedAt
        && Stamp == other.Stamp;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Requester, Purpose, UsedAt, Stamp);
}
