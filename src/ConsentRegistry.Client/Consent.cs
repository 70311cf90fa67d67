namespace ConsentRegistry.Client;

/// <summary>Everything that a creator has said, apart from single videos.</summary>
/// <param name="CreatorId">The creator.</param>
/// <param name="Version">
/// The version of the creator's stream, for <see cref="Check.MinVersions"/>; 0 for a creator never heard of.
/// </param>
/// <param name="SettingsVersion">
/// The version of the settings, for <see cref="ChangeOptions.IfSettingsVersion"/>.
/// </param>
/// <param name="ChangedAt">When the stream last changed; null if it never did.</param>
/// <param name="Defaults">All defaults, by purpose and requester; at most 10,000 allow or ask.</param>
/// <param name="Lockdown">The emergency stop; null if none stands.</param>
/// <param name="Hold">The operator's stop; null if none stands.</param>
/// <param name="Overrides">How many overrides there are, for the creator's own videos and others'.</param>
public sealed record Consent(
    string CreatorId,
    long Version,
    long SettingsVersion,
    DateTimeOffset? ChangedAt,
    IReadOnlyList<Setting> Defaults,
    Stop? Lockdown,
    Stop? Hold,
    long Overrides
);

/// <summary>A setting as stored.</summary>
/// <param name="Video">The video of an override; null for a default.</param>
/// <param name="Purpose">The purpose that it is for, and every one below.</param>
/// <param name="Requester">The requester that it names; null for anybody.</param>
/// <param name="Effect">What it says; of a default, what its newest segment says.</param>
/// <param name="Conditions">What it attaches.</param>
/// <param name="ExpiresAt">When an allow ends; null if it does not.</param>
/// <param name="VocabularyVersion">
/// The vocabulary that the creator knew: an allow does not reach newer purposes below its own.
/// </param>
/// <param name="Version">The version of the creator's stream that last altered it.</param>
/// <param name="ChangedAt">When it was last altered.</param>
/// <param name="Segments">
/// Of a default: what it says for videos of which age, oldest first; null of an override.
/// </param>
public sealed record Setting(
    VideoName? Video,
    string Purpose,
    string? Requester,
    Effect Effect,
    IReadOnlyList<string> Conditions,
    DateTimeOffset? ExpiresAt,
    int VocabularyVersion,
    long Version,
    DateTimeOffset ChangedAt,
    IReadOnlyList<Segment>? Segments = null
);

/// <summary>What a default says for videos published from a moment on, until the next segment starts.</summary>
/// <param name="From">The moment; null for every video, those without a known date included.</param>
/// <param name="Effect">What it says.</param>
/// <param name="Conditions">What it attaches.</param>
/// <param name="ExpiresAt">When an allow ends; null if it does not.</param>
/// <param name="VocabularyVersion">The vocabulary that the creator knew.</param>
/// <param name="Version">The version of the creator's stream that last altered it.</param>
/// <param name="ChangedAt">When it was last altered.</param>
public sealed record Segment(
    DateTimeOffset? From,
    Effect Effect,
    IReadOnlyList<string> Conditions,
    DateTimeOffset? ExpiresAt,
    int VocabularyVersion,
    long Version,
    DateTimeOffset ChangedAt
);

/// <summary>A stop that stands.</summary>
/// <param name="Purposes">What it stops, with everything above and below; null for everything.</param>
/// <param name="Version">The version of the creator's stream that last altered it.</param>
/// <param name="ChangedAt">When it was last altered.</param>
public sealed record Stop(IReadOnlyList<string>? Purposes, long Version, DateTimeOffset ChangedAt);

/// <summary>A video of somebody else in which a creator is registered as a participant.</summary>
/// <param name="Video">The video.</param>
/// <param name="PublishedAt">When it was published; null if that is unknown.</param>
/// <param name="Roles">
/// How the creator is concerned: <see cref="Roles.CoCreator"/>, <see cref="Roles.Depicted"/> or both.
/// </param>
public sealed record Appearance(VideoName Video, DateTimeOffset? PublishedAt, IReadOnlyList<string> Roles);
