namespace ConsentRegistry.Client;

/// <summary>A video by its owner and the owner's name for it.</summary>
/// <param name="CreatorId">The owner.</param>
/// <param name="VideoId">The owner's id for the video.</param>
public sealed record VideoName(string CreatorId, string VideoId);

/// <summary>Another creator concerned by a video.</summary>
/// <param name="CreatorId">Who.</param>
/// <param name="Role">How: <see cref="Roles.CoCreator"/> or <see cref="Roles.Depicted"/>.</param>
public sealed record Participant(string CreatorId, string Role);

/// <summary>What a platform says about a video. What is null stays as it is; a list is the wanted list.</summary>
public sealed record VideoFacts
{
    /// <summary>When it was published; not in the future.</summary>
    public DateTimeOffset? PublishedAt { get; init; }

    /// <summary>Everybody else who is concerned; at most 64.</summary>
    public IReadOnlyList<Participant>? Participants { get; init; }

    /// <summary>
    /// The videos it was made from; at most 64. What was made from more than 63 in all is denied to everybody.
    /// </summary>
    public IReadOnlyList<VideoName>? DerivedFrom { get; init; }

    /// <summary>
    /// What it is known by outside the platform; at most 16. Each that is added has to be one that the client may speak
    /// for: else status 403 <c>identifierNotYours</c>.
    /// </summary>
    public IReadOnlyList<WantedIdentifier>? Identifiers { get; init; }

    /// <summary>Why; required of an administrator who changes facts in the direction that can widen consent.</summary>
    public string? Reason { get; init; }
}

/// <summary>A video to register among many.</summary>
/// <param name="CreatorId">The owner.</param>
/// <param name="VideoId">The owner's id for the video.</param>
public sealed record VideoToRegister(string CreatorId, string VideoId)
{
    /// <inheritdoc cref="VideoFacts.PublishedAt"/>
    public DateTimeOffset? PublishedAt { get; init; }

    /// <inheritdoc cref="VideoFacts.Participants"/>
    public IReadOnlyList<Participant>? Participants { get; init; }

    /// <inheritdoc cref="VideoFacts.DerivedFrom"/>
    public IReadOnlyList<VideoName>? DerivedFrom { get; init; }

    /// <inheritdoc cref="VideoFacts.Identifiers"/>
    public IReadOnlyList<WantedIdentifier>? Identifiers { get; init; }

    /// <inheritdoc cref="VideoFacts.Reason"/>
    public string? Reason { get; init; }
}

/// <summary>What is registered about a video.</summary>
/// <param name="CreatorId">The owner.</param>
/// <param name="VideoId">The owner's id for the video.</param>
/// <param name="PublishedAt">When it was published; null if that is unknown.</param>
/// <param name="Participants">Everybody else who is concerned.</param>
/// <param name="DerivedFrom">The videos it was made from.</param>
public sealed record Video(
    string CreatorId,
    string VideoId,
    DateTimeOffset? PublishedAt,
    IReadOnlyList<Participant> Participants,
    IReadOnlyList<VideoName> DerivedFrom
)
{
    /// <summary>
    /// What it is known by outside the platform, by scheme and value; none of an older registry, which has no
    /// identifiers.
    /// </summary>
    public IReadOnlyList<RegisteredIdentifier> Identifiers
    {
        get;
        init => field = value ?? [];
    } = [];
}

/// <summary>The answer to a registration.</summary>
/// <param name="Video">What is registered now.</param>
/// <param name="Version">The version of the owner's stream, for <see cref="Check.MinVersions"/>.</param>
/// <param name="Changes">1, or 0 if what was said already stood.</param>
/// <param name="EffectiveEverywhere">
/// Whether every check that starts from now on is answered with the facts; false where it was superseded.
/// </param>
public sealed record Registered(Video Video, long Version, int Changes, bool EffectiveEverywhere) : ChangeAnswer;

/// <summary>What became of one video among many.</summary>
/// <param name="CreatorId">The owner.</param>
/// <param name="VideoId">The owner's id for the video.</param>
/// <param name="Version">The version of the owner's stream; null of a refused item.</param>
/// <param name="Changes">1, or 0 if what was said already stood; null of a refused item.</param>
/// <param name="Error">Why the item was refused; null of an accepted one.</param>
public sealed record RegisteredItem(
    string? CreatorId,
    string? VideoId,
    long? Version = null,
    int? Changes = null,
    ItemError? Error = null
);

/// <summary>What became of many videos, in the order of the request.</summary>
/// <param name="Results">For each video.</param>
/// <param name="EffectiveEverywhere">
/// Whether every check that starts from now on is answered with the facts; false where it was superseded.
/// </param>
public sealed record RegisteredBatch(IReadOnlyList<RegisteredItem> Results, bool EffectiveEverywhere) : ChangeAnswer;

/// <summary>A video with its effective consent.</summary>
/// <param name="Video">What is registered; null of a video that nobody registered.</param>
/// <param name="Consent">The decision for each purpose asked about.</param>
public sealed record VideoConsent(Video? Video, IReadOnlyList<PurposeConsent> Consent);

/// <summary>Effective consent for one purpose.</summary>
/// <param name="Purpose">The purpose.</param>
/// <param name="Decision">What a check would be answered.</param>
public sealed record PurposeConsent(string Purpose, Decision Decision);

/// <summary>Which videos to list; null in a member for all.</summary>
public sealed record VideoFilter
{
    /// <summary>
    /// Only videos whose decision has this effect, for the purpose that the list decides on: one has to be named. Pages
    /// may then have fewer items than asked for, or none, before the last one.
    /// </summary>
    public Effect? Effect { get; init; }

    /// <summary>Only videos whose id begins so.</summary>
    public string? IdPrefix { get; init; }

    /// <summary>Only videos for which the creator has an override.</summary>
    public bool Overridden { get; init; }
}

/// <summary>
/// Registers videos (scope <c>videos:write</c>), and reads them with their effective consent (the creator, or
/// <c>consent:audit</c>).
/// </summary>
public sealed class VideosClient
{
    private readonly Wire wire;

    internal VideosClient(Wire wire) => this.wire = wire;

    /// <summary>
    /// Registers facts about a video. Status 409 <c>wouldWiden</c> where they would change in the incautious direction.
    /// </summary>
    public Task<Registered> RegisterAsync(
        string creatorId,
        string videoId,
        VideoFacts facts,
        ChangeOptions? options = null,
        CancellationToken cancellation = default
    ) =>
        wire.ChangeAsync<VideoFacts, Registered>(
            HttpMethod.Put,
            Path(creatorId, videoId),
            facts,
            options,
            cancellation
        );

    /// <summary>
    /// Registers 1 to 10,000 videos of any creators. A refused item spoils no other; the accepted ones commit together.
    /// </summary>
    /// <returns>As many results as videos, in their order.</returns>
    public async Task<RegisteredBatch> RegisterAsync(
        IReadOnlyList<VideoToRegister> videos,
        ChangeOptions? options = null,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(videos);
        var batch = await wire.ChangeAsync<VideosToRegister, RegisteredBatch>(
            HttpMethod.Post,
            Wire.Path("v1", "videos", "batch"),
            new(videos),
            options,
            cancellation
        );
        return batch.Results.Count == videos.Count
            ? batch
            : throw Wire.Unreadable($"{videos.Count} videos have {batch.Results.Count} results.");
    }

    /// <summary>
    /// Reads what is registered about a video; status 404 where nothing is. Whoever appears in it may read it as well.
    /// </summary>
    public Task<Video> GetAsync(string creatorId, string videoId, CancellationToken cancellation = default) =>
        wire.GetAsync<Video>(Path(creatorId, videoId), cancellation);

    /// <summary>
    /// Gives the videos that carry each of 1 to 1,000 identifiers (scope <c>videos:write</c>, <c>consent:check:any</c>
    /// or <c>consent:audit</c>).
    /// </summary>
    /// <returns>As many results as identifiers, in their order.</returns>
    public async Task<IReadOnlyList<LookupResult>> LookUpAsync(
        IReadOnlyList<Identifier> identifiers,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(identifiers);
        var found = await wire.AskAsync<IdentifiersToLookUp, Lookup>(
            Wire.Path("v1", "lookups"),
            new(identifiers),
            cancellation
        );
        return found.Results.Count == identifiers.Count
            ? found.Results
            : throw Wire.Unreadable($"{identifiers.Count} identifiers have {found.Results.Count} results.");
    }

    /// <summary>Effective consent for every purpose, for a requester or for one that nobody named.</summary>
    public Task<VideoConsent> GetConsentAsync(
        string creatorId,
        string videoId,
        string? requester = null,
        CancellationToken cancellation = default
    ) =>
        wire.GetAsync<VideoConsent>(
            Path(creatorId, videoId, "consent") + Wire.Query(("requester", requester)),
            cancellation
        );

    /// <summary>
    /// Lists the registered videos of a creator with their effective consent, page by page while it is enumerated.
    /// </summary>
    /// <param name="creatorId">The creator.</param>
    /// <param name="purpose">The purpose to decide on; every one if null.</param>
    /// <param name="requester">For whom; for one that nobody named if null.</param>
    /// <param name="pageSize">Items of one request, 1 to 1,000; the registry's default (100) if null.</param>
    /// <param name="filter">Which videos; all if null.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public PagedList<VideoConsent> ListAsync(
        string creatorId,
        string? purpose = null,
        string? requester = null,
        int? pageSize = null,
        VideoFilter? filter = null,
        CancellationToken cancellation = default
    ) =>
        wire.List<VideoConsent>(
            Wire.Path("v1", "creators", creatorId, "videos"),
            pageSize,
            [
                ("purpose", purpose),
                ("requester", requester),
                ("effect", filter?.Effect is { } effect ? EffectConverter.WordOf(effect) : null),
                ("idPrefix", filter?.IdPrefix),
                ("overridden", filter?.Overridden is true ? "true" : null),
            ],
            cancellation
        );

    private static string Path(string creatorId, string videoId, params string[] rest) =>
        Wire.Path(["v1", "creators", creatorId, "videos", videoId, .. rest]);
}

internal sealed record VideosToRegister(IReadOnlyList<VideoToRegister> Videos);

internal sealed record IdentifiersToLookUp(IReadOnlyList<Identifier> Identifiers);

internal sealed record Lookup(IReadOnlyList<LookupResult> Results);
