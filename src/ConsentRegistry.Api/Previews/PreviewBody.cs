using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Previews;

/// <summary>What a change would do, had it been made.</summary>
/// <param name="CreatorId">The creator.</param>
/// <param name="SettingsVersion">The version of the settings that stand.</param>
/// <param name="Changes">How many records would be altered.</param>
/// <param name="Exceptions">What a new ask or deny would not reach.</param>
/// <param name="Flips">How many videos' effective consent would flip, by purpose and requester.</param>
/// <param name="First">The first 100 videos whose effective consent would flip, by owner and video.</param>
/// <param name="RevokedGrants">The grants that a deny would revoke.</param>
/// <param name="Recalls">The uses and receipts that would be recalled.</param>
/// <param name="Complete">
/// Whether everything was looked at that the change bears on. It is false where that takes more than 400,000 checks of
/// videos, or as many of those who rely on the creator's consent. Then the numbers are of what was looked at.
/// </param>
public sealed record PreviewBody(
    [property: Id] string CreatorId,
    [property: AtLeast(0)] long SettingsVersion,
    [property: AtLeast(0)] int Changes,
    ExceptionsBody Exceptions,
    IReadOnlyList<FlipCount> Flips,
    [property: Items(0, Preview.Named)] IReadOnlyList<FlippedVideo> First,
    RevokedGrantsBody RevokedGrants,
    PreviewedRecallsBody Recalls,
    bool Complete
);

/// <summary>The grants that a deny would revoke.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="First">The first 100.</param>
public sealed record RevokedGrantsBody(
    [property: AtLeast(0)] int Count,
    [property: Items(0, Preview.Named)] IReadOnlyList<GrantBody> First
);

/// <summary>Who would be told to stop.</summary>
/// <param name="Count">How many recalls there would be: one for each requester, video and purpose.</param>
/// <param name="First">The first 100, by video, purpose and requester.</param>
public sealed record PreviewedRecallsBody(
    [property: AtLeast(0)] int Count,
    [property: Items(0, Preview.Named)] IReadOnlyList<PreviewedRecall> First
);

/// <summary>Somebody who used a video with consent, or took a receipt for it, and would be told to stop.</summary>
/// <param name="Requester">Who.</param>
/// <param name="Video">The video.</param>
/// <param name="Purpose">For which purpose.</param>
public sealed record PreviewedRecall(
    [property: Id] string Requester,
    VideoName Video,
    [property: PurposeName] string Purpose
);

/// <summary>How many videos' effective consent would flip.</summary>
/// <param name="Purpose">The purpose.</param>
/// <param name="Requester">The requester; null for one that nobody named.</param>
/// <param name="Count">How many videos.</param>
public sealed record FlipCount(
    [property: PurposeName] string Purpose,
    [property: Id] string? Requester,
    [property: AtLeast(0)] int Count
);

/// <summary>A video whose effective consent would flip.</summary>
/// <param name="Video">The video.</param>
/// <param name="Count">For how many purposes and requesters.</param>
/// <param name="Flips">For which, and how: the first 100.</param>
public sealed record FlippedVideo(
    VideoName Video,
    [property: AtLeast(0)] int Count,
    [property: Items(1, Preview.Named)] IReadOnlyList<FlipBody> Flips
);

/// <summary>One flip of effective consent.</summary>
/// <param name="Purpose">The purpose.</param>
/// <param name="Requester">The requester; null for one that nobody named.</param>
/// <param name="Before">The effect that stands.</param>
/// <param name="After">The effect after the change.</param>
public sealed record FlipBody(
    [property: PurposeName] string Purpose,
    [property: Id] string? Requester,
    Effect Before,
    Effect After
);
