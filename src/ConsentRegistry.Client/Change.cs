namespace ConsentRegistry.Client;

/// <summary>The answer to a change of settings or stops.</summary>
/// <param name="CreatorId">The creator.</param>
/// <param name="Version">The version of the creator's stream, for <see cref="Check.MinVersions"/>.</param>
/// <param name="SettingsVersion">
/// The version of the settings, for <see cref="ChangeOptions.IfSettingsVersion"/>.
/// </param>
/// <param name="Changes">How many records were altered; 0 if what was asked for already stood.</param>
/// <param name="Exceptions">What a new ask or deny did not reach.</param>
/// <param name="EffectiveEverywhere">
/// Whether every check that starts from now on, on any node, is answered with the change; false where it was
/// superseded.
/// </param>
/// <param name="Setting">The setting as stored, where a single one was set; null otherwise.</param>
/// <param name="Stop">The stop that stands, where one was set; null otherwise.</param>
public sealed record Change(
    string CreatorId,
    long Version,
    long SettingsVersion,
    int Changes,
    MilderSettings Exceptions,
    bool EffectiveEverywhere,
    Setting? Setting = null,
    Stop? Stop = null
) : ChangeAnswer
{
    /// <summary>How many of the changes are grants that a deny revoked.</summary>
    public int RevokedGrants { get; init; }
}

/// <summary>The settings that a new ask or deny did not reach, because they are more specific.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="First">The first 100.</param>
public sealed record MilderSettings(int Count, IReadOnlyList<MilderSetting> First);

/// <summary>A more specific setting that answers less restrictively than a new ask or deny.</summary>
/// <param name="Video">The video of an override; null for a default.</param>
/// <param name="Purpose">The purpose that it is for.</param>
/// <param name="Requester">The requester that it names; null for anybody.</param>
/// <param name="Effect">Its least restrictive effect.</param>
public sealed record MilderSetting(VideoName? Video, string Purpose, string? Requester, Effect Effect);

/// <summary>What a bulk change would do, had it been made.</summary>
/// <param name="CreatorId">The creator.</param>
/// <param name="SettingsVersion">The version of the settings that stand.</param>
/// <param name="Changes">How many records would be altered.</param>
/// <param name="Exceptions">What a new ask or deny would not reach.</param>
/// <param name="Flips">How many videos' effective consent would flip, by purpose and requester.</param>
/// <param name="First">The first 100 videos whose effective consent would flip, by owner and video.</param>
/// <param name="Complete">
/// Whether everything was looked at that the change bears on; if not, the numbers are of what was looked at.
/// </param>
public sealed record Preview(
    string CreatorId,
    long SettingsVersion,
    int Changes,
    MilderSettings Exceptions,
    IReadOnlyList<FlipCount> Flips,
    IReadOnlyList<FlippedVideo> First,
    bool Complete
)
{
    /// <summary>The grants that a deny would revoke; null where an older registry answers.</summary>
    public PreviewedGrants? RevokedGrants { get; init; }

    /// <summary>Who would be told to stop; null where an older registry answers.</summary>
    public PreviewedRecalls? Recalls { get; init; }
}

/// <summary>The grants that a deny would revoke.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="First">The first 100.</param>
public sealed record PreviewedGrants(int Count, IReadOnlyList<Grant> First);

/// <summary>Who would be told to stop.</summary>
/// <param name="Count">How many recalls there would be.</param>
/// <param name="First">The first 100.</param>
public sealed record PreviewedRecalls(int Count, IReadOnlyList<PreviewedRecall> First);

/// <summary>Somebody who used a video with consent, or took a receipt for it, and would be told to stop.</summary>
/// <param name="Requester">Who.</param>
/// <param name="Video">The video.</param>
/// <param name="Purpose">For which purpose.</param>
public sealed record PreviewedRecall(string Requester, VideoName Video, string Purpose);

/// <summary>How many videos' effective consent would flip.</summary>
/// <param name="Purpose">The purpose.</param>
/// <param name="Requester">The requester; null for one that nobody named.</param>
/// <param name="Count">How many videos.</param>
public sealed record FlipCount(string Purpose, string? Requester, int Count);

/// <summary>A video whose effective consent would flip.</summary>
/// <param name="Video">The video.</param>
/// <param name="Flips">For which purposes and requesters, and how; the first 100.</param>
public sealed record FlippedVideo(VideoName Video, IReadOnlyList<Flip> Flips)
{
    /// <summary>
    /// For how many purposes and requesters it would flip; null where an older registry answers, which lists all.
    /// </summary>
    public int? Count { get; init; }
}

/// <summary>One flip of effective consent.</summary>
/// <param name="Purpose">The purpose.</param>
/// <param name="Requester">The requester; null for one that nobody named.</param>
/// <param name="Before">The effect that stands.</param>
/// <param name="After">The effect after the change.</param>
public sealed record Flip(string Purpose, string? Requester, Effect Before, Effect After);
