namespace ConsentRegistry.Client;

/// <summary>What a setting says; deny is more restrictive than ask, ask more than allow.</summary>
public enum Effect
{
    /// <summary>No effect: a value that nobody set. Nothing may go ahead.</summary>
    None,

    /// <summary>The use may go ahead, under the obligations.</summary>
    Allow,

    /// <summary>The use may go ahead only with the creator's approval.</summary>
    Ask,

    /// <summary>The use may not go ahead.</summary>
    Deny,
}

/// <summary>A video by its owner and the owner's name for it.</summary>
/// <param name="CreatorId">The owner.</param>
/// <param name="VideoId">The owner's id for the video.</param>
public sealed record VideoName(string CreatorId, string VideoId);

/// <summary>What a creator wants to set.</summary>
/// <param name="Effect">The effect.</param>
public sealed record Choice(Effect Effect)
{
    /// <summary>Of an allow default: <c>future</c> (if null) or <c>all</c>, the creator's explicit word for every video.</summary>
    public string? AppliesTo { get; init; }

    /// <summary>What an allow or ask attaches: <c>attribution</c>, <c>labelAsAi</c>, <c>nonCommercial</c>.</summary>
    public IReadOnlyList<string>? Conditions { get; init; }

    /// <summary>Of an allow: when it ends.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Of an ask or deny default: also clear the more specific settings that answer less restrictively.</summary>
    public bool? ClearExceptions { get; init; }

    /// <summary>Why, for the history.</summary>
    public string? Reason { get; init; }

    /// <summary>The vocabulary version that the creator saw.</summary>
    public int? VocabularyVersion { get; init; }
}

/// <summary>One item of a bulk change.</summary>
/// <param name="Op"><c>setDefault</c>, <c>clearDefault</c>, <c>setOverride</c> or <c>clearOverride</c>.</param>
/// <param name="Purpose">The purpose of the setting.</param>
public sealed record SettingChange(string Op, string Purpose)
{
    /// <summary>The requester that the setting names; anybody if null.</summary>
    public string? Requester { get; init; }

    /// <summary>Of an override: the video.</summary>
    public VideoName? Video { get; init; }

    /// <summary>Where something is set: the effect.</summary>
    public Effect? Effect { get; init; }

    /// <summary>Of an allow default: which videos it reaches.</summary>
    public string? AppliesTo { get; init; }

    /// <summary>What an allow or ask attaches.</summary>
    public IReadOnlyList<string>? Conditions { get; init; }

    /// <summary>Of an allow: when it ends.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Of an ask or deny default: also clear exceptions, those of the same request apart.</summary>
    public bool? ClearExceptions { get; init; }
}

/// <summary>A stretch of a default.</summary>
/// <param name="From">From which publication time it holds; null for every video.</param>
/// <param name="Effect">What it says.</param>
/// <param name="Conditions">What it attaches.</param>
/// <param name="ExpiresAt">When an allow ends.</param>
/// <param name="VocabularyVersion">The vocabulary that the creator knew.</param>
/// <param name="Version">The version of the stream that last altered it.</param>
/// <param name="ChangedAt">When it was last altered.</param>
public sealed record Segment(
    DateTimeOffset? From, Effect Effect, IReadOnlyList<string> Conditions, DateTimeOffset? ExpiresAt, int VocabularyVersion, long Version, DateTimeOffset ChangedAt);

/// <summary>A setting as stored.</summary>
/// <param name="Video">The video of an override; null for a default.</param>
/// <param name="Purpose">The purpose that it is for.</param>
/// <param name="Requester">The requester that it names; null for anybody.</param>
/// <param name="Effect">What it says; of a default, what its newest segment says.</param>
/// <param name="Conditions">What it attaches.</param>
/// <param name="ExpiresAt">When an allow ends.</param>
/// <param name="VocabularyVersion">The vocabulary that the creator knew.</param>
/// <param name="Version">The version of the stream that last altered it.</param>
/// <param name="ChangedAt">When it was last altered.</param>
/// <param name="Segments">Of a default: what it says for videos of which age, oldest first.</param>
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
    IReadOnlyList<Segment>? Segments);

/// <summary>A stop that stands.</summary>
/// <param name="Purposes">What it stops; null for everything.</param>
/// <param name="Version">The version of the stream that last altered it.</param>
/// <param name="ChangedAt">When it was last altered.</param>
public sealed record Stop(IReadOnlyList<string>? Purposes, long Version, DateTimeOffset ChangedAt);

/// <summary>A more specific setting that answers less restrictively than a new ask or deny.</summary>
/// <param name="Video">The video of an override; null for a default.</param>
/// <param name="Purpose">The purpose that it is for.</param>
/// <param name="Requester">The requester that it names; null for anybody.</param>
/// <param name="Effect">Its least restrictive effect.</param>
public sealed record MilderSetting(VideoName? Video, string Purpose, string? Requester, Effect Effect);

/// <summary>What a new ask or deny did not reach.</summary>
/// <param name="Count">How many settings.</param>
/// <param name="First">The first 100.</param>
public sealed record MilderSettings(int Count, IReadOnlyList<MilderSetting> First);

/// <summary>The answer to a change of settings.</summary>
/// <param name="CreatorId">The creator.</param>
/// <param name="Version">The version of the creator's stream, for <see cref="Check.MinVersions"/>.</param>
/// <param name="SettingsVersion">The version of the settings, for <see cref="ChangeOptions.IfSettingsVersion"/>.</param>
/// <param name="Changes">How many records were altered; 0 if what was asked for already stood.</param>
/// <param name="Setting">The setting as stored, where a single one was set.</param>
/// <param name="Stop">The stop that stands, where one was set.</param>
/// <param name="Exceptions">What a new ask or deny did not reach.</param>
/// <param name="EffectiveEverywhere">Whether every check that starts from now on is answered with the change.</param>
public sealed record Change(
    string CreatorId, long Version, long SettingsVersion, int Changes, Setting? Setting, Stop? Stop, MilderSettings Exceptions, bool EffectiveEverywhere);

/// <summary>Everything that a creator has said, apart from single videos.</summary>
/// <param name="CreatorId">The creator.</param>
/// <param name="Version">The version of the creator's stream; 0 for a creator never heard of.</param>
/// <param name="SettingsVersion">The version of the settings.</param>
/// <param name="ChangedAt">When the stream last changed.</param>
/// <param name="Defaults">All defaults.</param>
/// <param name="Lockdown">The emergency stop, if one stands.</param>
/// <param name="Hold">The operator's stop, if one stands.</param>
/// <param name="Overrides">How many overrides there are.</param>
public sealed record Consent(
    string CreatorId, long Version, long SettingsVersion, DateTimeOffset? ChangedAt, IReadOnlyList<Setting> Defaults, Stop? Lockdown, Stop? Hold, long Overrides);

/// <summary>What a bulk change would do.</summary>
/// <param name="CreatorId">The creator.</param>
/// <param name="SettingsVersion">The version of the settings that stand.</param>
/// <param name="Changes">How many records would be altered.</param>
/// <param name="Exceptions">What a new ask or deny would not reach.</param>
/// <param name="Flips">How many videos' effective consent would flip.</param>
/// <param name="First">The first 100 of those videos.</param>
/// <param name="Complete">Whether every video was looked at.</param>
public sealed record Preview(
    string CreatorId, long SettingsVersion, int Changes, MilderSettings Exceptions, IReadOnlyList<FlipCount> Flips, IReadOnlyList<FlippedVideo> First, bool Complete);

/// <summary>How many videos' effective consent would flip, for one purpose and requester.</summary>
/// <param name="Purpose">The purpose.</param>
/// <param name="Requester">The requester; null for one that nobody named.</param>
/// <param name="Count">How many.</param>
public sealed record FlipCount(string Purpose, string? Requester, int Count);

/// <summary>A video whose effective consent would flip.</summary>
/// <param name="Video">The video.</param>
/// <param name="Flips">For what, and how.</param>
public sealed record FlippedVideo(VideoName Video, IReadOnlyList<Flip> Flips);

/// <summary>One flip of effective consent.</summary>
/// <param name="Purpose">The purpose.</param>
/// <param name="Requester">The requester; null for one that nobody named.</param>
/// <param name="Before">The effect that stands.</param>
/// <param name="After">The effect after the change.</param>
public sealed record Flip(string Purpose, string? Requester, Effect Before, Effect After);

/// <summary>A video of somebody else in which a creator is registered as a participant.</summary>
/// <param name="Video">The video.</param>
/// <param name="PublishedAt">When it was published.</param>
/// <param name="Roles"><c>coCreator</c>, <c>depicted</c> or both.</param>
public sealed record Appearance(VideoName Video, DateTimeOffset? PublishedAt, IReadOnlyList<string> Roles);

/// <summary>Reads and changes a creator's settings. Needs the scope <c>consent:manage</c> for that creator; to read, <c>consent:audit</c> will do.</summary>
public sealed class SettingsClient
{
    private readonly Wire wire;

    internal SettingsClient(Wire wire) => this.wire = wire;

    /// <summary>Reads all defaults and stops.</summary>
    public Task<Consent> GetAsync(string creatorId, CancellationToken cancellation = default) =>
        wire.GetAsync<Consent>(Wire.Path("v1", "creators", creatorId, "consent"), cancellation);

    /// <summary>Sets a default, for anybody or for the requester that is named.</summary>
    public Task<Change> SetDefaultAsync(
        string creatorId, string purpose, Choice choice, string? requester = null, ChangeOptions? options = null, CancellationToken cancellation = default) =>
        wire.SendAsync<Change>(HttpMethod.Put, DefaultPath(creatorId, purpose, requester), choice, options, cancellation);

    /// <summary>Clears a default. It reaches every video.</summary>
    public Task<Change> ClearDefaultAsync(
        string creatorId, string purpose, string? requester = null, ChangeOptions? options = null, CancellationToken cancellation = default) =>
        wire.SendAsync<Change>(HttpMethod.Delete, DefaultPath(creatorId, purpose, requester), body: null, options, cancellation);

    /// <summary>Sets an override: for an own video, or for one in which the creator is registered as a participant (status 403 otherwise).</summary>
    public Task<Change> SetOverrideAsync(
        string creatorId, VideoName video, string purpose, Choice choice, string? requester = null, ChangeOptions? options = null, CancellationToken cancellation = default) =>
        wire.SendAsync<Change>(HttpMethod.Put, OverridePath(creatorId, video, purpose, requester), choice, options, cancellation);

    /// <summary>Clears an override.</summary>
    public Task<Change> ClearOverrideAsync(
        string creatorId, VideoName video, string purpose, string? requester = null, ChangeOptions? options = null, CancellationToken cancellation = default) =>
        wire.SendAsync<Change>(HttpMethod.Delete, OverridePath(creatorId, video, purpose, requester), body: null, options, cancellation);

    /// <summary>Makes 1 to 10,000 changes as one: all of them, or none.</summary>
    public Task<Change> ChangeAsync(
        string creatorId, IReadOnlyList<SettingChange> changes, string? reason = null, ChangeOptions? options = null, CancellationToken cancellation = default) =>
        wire.SendAsync<Change>(HttpMethod.Post, Wire.Path("v1", "creators", creatorId, "consent", "changes"), new { changes, reason }, options, cancellation);

    /// <summary>Says what the changes would do, and changes nothing.</summary>
    public Task<Preview> PreviewAsync(string creatorId, IReadOnlyList<SettingChange> changes, CancellationToken cancellation = default) =>
        wire.SendAsync<Preview>(HttpMethod.Post, Wire.Path("v1", "creators", creatorId, "consent", "changes"), new { changes, dryRun = true }, options: null, cancellation);

    /// <summary>Lists every override of the creator.</summary>
    public IAsyncEnumerable<Setting> ListOverridesAsync(string creatorId, CancellationToken cancellation = default) =>
        wire.ListAsync<Setting>(Wire.Path("v1", "creators", creatorId, "consent", "overrides"), [], cancellation);

    /// <summary>Lists every video of somebody else in which the creator is registered as a participant.</summary>
    public IAsyncEnumerable<Appearance> ListAppearancesAsync(string creatorId, CancellationToken cancellation = default) =>
        wire.ListAsync<Appearance>(Wire.Path("v1", "creators", creatorId, "appearances"), [], cancellation);

    private static string DefaultPath(string creatorId, string purpose, string? requester) =>
        Wire.Path("v1", "creators", creatorId, "consent", "defaults", purpose) + Wire.Query(("requester", requester));

    private static string OverridePath(string creatorId, VideoName video, string purpose, string? requester) =>
        (video.CreatorId == creatorId
            ? Wire.Path("v1", "creators", creatorId, "videos", video.VideoId, "consent", purpose)
            : Wire.Path("v1", "creators", creatorId, "appearances", video.CreatorId, video.VideoId, "consent", purpose))
        + Wire.Query(("requester", requester));
}
