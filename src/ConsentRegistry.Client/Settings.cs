namespace ConsentRegistry.Client;

/// <summary>
/// Reads and changes a creator's settings. Needs the scope <c>consent:manage</c> for that creator; to read,
/// <c>consent:audit</c> will do.
/// </summary>
public sealed class SettingsClient
{
    private readonly Wire wire;

    internal SettingsClient(Wire wire) => this.wire = wire;

    /// <summary>Reads all defaults and stops. A creator never heard of reads as version 0.</summary>
    public Task<Consent> GetAsync(string creatorId, CancellationToken cancellation = default) =>
        wire.GetAsync<Consent>(ConsentPath(creatorId), cancellation);

    /// <summary>Reads all defaults and stops as they were at a past moment.</summary>
    /// <param name="creatorId">The creator.</param>
    /// <param name="asOf">The moment, not in the future.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<Consent> GetAsync(string creatorId, DateTimeOffset asOf, CancellationToken cancellation = default) =>
        wire.GetAsync<Consent>(ConsentPath(creatorId) + Wire.Query(("asOf", Wire.Moment(asOf))), cancellation);

    /// <summary>
    /// Reads all defaults and stops if they are not of the version that the caller has already; null if they are.
    /// </summary>
    /// <param name="creatorId">The creator.</param>
    /// <param name="settingsVersion">The <see cref="Consent.SettingsVersion"/> that the caller has.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<Consent?> GetIfChangedAsync(
        string creatorId,
        long settingsVersion,
        CancellationToken cancellation = default
    )
    {
        // What else changed of the creator makes the registry answer in full, and is nothing to who asks for the
        // settings.
        var consent = await wire.GetUnlessAsync<Consent>(ConsentPath(creatorId), settingsVersion, cancellation);
        return consent?.SettingsVersion == settingsVersion ? null : consent;
    }

    /// <summary>Sets a default, for anybody or for the requester that is named.</summary>
    public Task<Change> SetDefaultAsync(
        string creatorId,
        string purpose,
        Choice choice,
        string? requester = null,
        ChangeOptions? options = null,
        CancellationToken cancellation = default
    ) =>
        wire.ChangeAsync<Choice, Change>(
            HttpMethod.Put,
            DefaultPath(creatorId, purpose, requester),
            choice,
            options,
            cancellation
        );

    /// <summary>
    /// Clears a default, for anybody or for the requester that is named. It reaches every video; more specific settings
    /// stay.
    /// </summary>
    public Task<Change> ClearDefaultAsync(
        string creatorId,
        string purpose,
        string? requester = null,
        ChangeOptions? options = null,
        CancellationToken cancellation = default
    ) => wire.ChangeAsync<Change>(HttpMethod.Delete, DefaultPath(creatorId, purpose, requester), options, cancellation);

    /// <summary>
    /// Sets an override: for an own video, registered or not, or for one in which the creator is registered as a
    /// participant (status 403 otherwise).
    /// </summary>
    public Task<Change> SetOverrideAsync(
        string creatorId,
        VideoName video,
        string purpose,
        Choice choice,
        string? requester = null,
        ChangeOptions? options = null,
        CancellationToken cancellation = default
    ) =>
        wire.ChangeAsync<Choice, Change>(
            HttpMethod.Put,
            OverridePath(creatorId, video, purpose, requester),
            choice,
            options,
            cancellation
        );

    /// <summary>Clears an override, for anybody or for the requester that is named.</summary>
    public Task<Change> ClearOverrideAsync(
        string creatorId,
        VideoName video,
        string purpose,
        string? requester = null,
        ChangeOptions? options = null,
        CancellationToken cancellation = default
    ) =>
        wire.ChangeAsync<Change>(
            HttpMethod.Delete,
            OverridePath(creatorId, video, purpose, requester),
            options,
            cancellation
        );

    /// <summary>
    /// Makes 1 to 10,000 changes as one: if one is refused, none is made. Two changes of one setting are refused with
    /// status 422.
    /// </summary>
    /// <param name="creatorId">The creator.</param>
    /// <param name="changes">The changes.</param>
    /// <param name="reason">Why, for the history; at most 1,000 characters.</param>
    /// <param name="vocabularyVersion">The vocabulary that the creator saw, 1 or more; the current one if null.</param>
    /// <param name="options">What the change depends on.</param>
    /// <param name="cancellation">Ends the wait; the change may have been made.</param>
    public Task<Change> ChangeAsync(
        string creatorId,
        IReadOnlyList<SettingChange> changes,
        string? reason = null,
        int? vocabularyVersion = null,
        ChangeOptions? options = null,
        CancellationToken cancellation = default
    ) =>
        wire.ChangeAsync<SettingChanges, Change>(
            HttpMethod.Post,
            ConsentPath(creatorId, "changes"),
            new(changes, reason, vocabularyVersion),
            options,
            cancellation
        );

    /// <summary>Says what such changes would do, and changes nothing.</summary>
    /// <param name="creatorId">The creator.</param>
    /// <param name="changes">The changes; 1 to 10,000.</param>
    /// <param name="vocabularyVersion">The vocabulary that the creator saw, 1 or more; the current one if null.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<Preview> PreviewAsync(
        string creatorId,
        IReadOnlyList<SettingChange> changes,
        int? vocabularyVersion = null,
        CancellationToken cancellation = default
    ) =>
        wire.AskAsync<SettingChanges, Preview>(
            ConsentPath(creatorId, "changes", "preview"),
            new(changes, Reason: null, vocabularyVersion),
            cancellation
        );

    /// <summary>
    /// Lists every override of the creator, for their own videos and others', page by page while it is enumerated.
    /// </summary>
    /// <param name="creatorId">The creator.</param>
    /// <param name="pageSize">Items of one request, 1 to 1,000; the registry's default (100) if null.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public PagedList<Setting> ListOverridesAsync(
        string creatorId,
        int? pageSize = null,
        CancellationToken cancellation = default
    ) => wire.List<Setting>(ConsentPath(creatorId, "overrides"), pageSize, [], cancellation);

    /// <summary>
    /// Lists every video of somebody else in which the creator is registered as a participant, page by page while it is
    /// enumerated.
    /// </summary>
    /// <param name="creatorId">The creator.</param>
    /// <param name="pageSize">Items of one request, 1 to 1,000; the registry's default (100) if null.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public PagedList<Appearance> ListAppearancesAsync(
        string creatorId,
        int? pageSize = null,
        CancellationToken cancellation = default
    ) => wire.List<Appearance>(Wire.Path("v1", "creators", creatorId, "appearances"), pageSize, [], cancellation);

    private static string ConsentPath(string creatorId, params string[] rest) =>
        Wire.Path(["v1", "creators", creatorId, "consent", .. rest]);

    private static string DefaultPath(string creatorId, string purpose, string? requester) =>
        ConsentPath(creatorId, "defaults", purpose) + Wire.Query(("requester", requester));

    private static string OverridePath(string creatorId, VideoName video, string purpose, string? requester)
    {
        ArgumentNullException.ThrowIfNull(video);
        return (
                video.CreatorId == creatorId
                    ? Wire.Path("v1", "creators", creatorId, "videos", video.VideoId, "consent", purpose)
                    : Wire.Path(
                        "v1",
                        "creators",
                        creatorId,
                        "appearances",
                        video.CreatorId,
                        video.VideoId,
                        "consent",
                        purpose
                    )
            ) + Wire.Query(("requester", requester));
    }
}

internal sealed record SettingChanges(IReadOnlyList<SettingChange> Changes, string? Reason, int? VocabularyVersion);
