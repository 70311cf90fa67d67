namespace ConsentRegistry.Client;

/// <summary>A video that was used.</summary>
/// <param name="CreatorId">The owner.</param>
/// <param name="VideoId">The owner's id for the video.</param>
/// <param name="Receipt">
/// The receipt of the check that was relied on, by whose time the use is judged; null if there is none.
/// </param>
public sealed record VideoUse(string CreatorId, string VideoId, string? Receipt = null)
{
    /// <summary>
    /// Instead of a receipt: the decision that was relied on. It is kept with the use, which is judged by the consent
    /// of now.
    /// </summary>
    public NamedDecision? Decision { get; init; }
}

/// <summary>A decision that was relied on, as a check with <see cref="Check.Explain"/> answered it.</summary>
/// <param name="FreshAt"><see cref="Client.Decision.FreshAt"/> of it.</param>
/// <param name="Versions"><see cref="Client.Decision.Versions"/> of it.</param>
public sealed record NamedDecision(DateTimeOffset FreshAt, IReadOnlyDictionary<string, long> Versions)
{
    /// <summary><see cref="Client.Decision.DecisionId"/> of it; null if it had none.</summary>
    public Guid? DecisionId { get; init; }
}

/// <summary>What was made: a video, or a training run.</summary>
public sealed record MadeOfVideos
{
    /// <summary>
    /// A derived video: the used ones become its sources, which takes <c>videos:write</c> where that alters what is
    /// registered.
    /// </summary>
    public VideoName? Video { get; init; }

    /// <summary>
    /// When the derived video was published, where it is not registered yet: a first date cannot be registered later.
    /// </summary>
    public DateTimeOffset? PublishedAt { get; init; }

    /// <summary>The platform's own id of a training run.</summary>
    public string? TrainingRun { get; init; }
}

/// <summary>A use to record.</summary>
/// <param name="Purpose">For which purpose.</param>
/// <param name="Videos">The videos; 1 to 1,000.</param>
public sealed record UseToRecord(string Purpose, IReadOnlyList<VideoUse> Videos)
{
    /// <summary>
    /// Who used them; the token's own client if null. To name another takes <c>consent:check:any</c>.
    /// </summary>
    public string? Requester { get; init; }

    /// <summary>What was made of them.</summary>
    public MadeOfVideos? Made { get; init; }

    /// <summary>When; now if null. More than 5 minutes back takes a receipt.</summary>
    public DateTimeOffset? UsedAt { get; init; }
}

/// <summary>One video of a use, judged.</summary>
/// <param name="Video">The video.</param>
/// <param name="Status"><c>consented</c> or <c>unconsented</c>.</param>
/// <param name="Reason">Why, for example <c>grant</c>, <c>noConsent</c> or <c>beyondGrant</c>.</param>
/// <param name="SpentGrants">The counted grants of which it spent a use.</param>
/// <param name="ReliedOn">The decision that was relied on; null if none is known.</param>
public sealed record JudgedVideo(
    VideoName Video,
    string Status,
    string Reason,
    IReadOnlyList<Guid> SpentGrants,
    ReliedOn? ReliedOn = null
);

/// <summary>The decision that a use relied on.</summary>
/// <param name="DecidedAt">The moment that it was made from.</param>
/// <param name="Receipt">Whether a receipt shows it; if not, it is the word of whoever recorded the use.</param>
public sealed record ReliedOn(DateTimeOffset DecidedAt, bool Receipt)
{
    /// <summary>The id of the decision; null if it is not known.</summary>
    public Guid? DecisionId { get; init; }
}

/// <summary>A recorded use.</summary>
/// <param name="Id">The use.</param>
/// <param name="Requester">Who used the videos.</param>
/// <param name="Purpose">For which purpose.</param>
/// <param name="Status"><c>consented</c> if the use of every video had consent, otherwise <c>unconsented</c>.</param>
/// <param name="Reason">Why; of the first video without consent, if there is one.</param>
/// <param name="Videos">Each video, judged.</param>
/// <param name="UsedAt">When, by the word of whoever recorded it.</param>
/// <param name="RecordedAt">When it was recorded.</param>
/// <param name="Made">What was made; null if that was not said.</param>
public sealed record Use(
    Guid Id,
    string Requester,
    string Purpose,
    string Status,
    string Reason,
    IReadOnlyList<JudgedVideo> Videos,
    DateTimeOffset UsedAt,
    DateTimeOffset RecordedAt,
    MadeOfVideos? Made = null
);

/// <summary>The use of one video, as a creator whom it concerns sees it.</summary>
/// <param name="UseId">The use.</param>
/// <param name="Video">The video.</param>
/// <param name="Requester">Who used it.</param>
/// <param name="Purpose">For which purpose.</param>
/// <param name="Status"><c>consented</c> or <c>unconsented</c>.</param>
/// <param name="Reason">Why.</param>
/// <param name="SpentGrants">The counted grants of which it spent a use.</param>
/// <param name="UsedAt">When, by the word of whoever recorded it.</param>
/// <param name="RecordedAt">When it was recorded.</param>
/// <param name="Made">What was made; null if that was not said.</param>
/// <param name="ReliedOn">The decision that was relied on; null if none is known.</param>
public sealed record ConcerningUse(
    Guid UseId,
    VideoName Video,
    string Requester,
    string Purpose,
    string Status,
    string Reason,
    IReadOnlyList<Guid> SpentGrants,
    DateTimeOffset UsedAt,
    DateTimeOffset RecordedAt,
    MadeOfVideos? Made = null,
    ReliedOn? ReliedOn = null
);

/// <summary>What became of one use among many.</summary>
/// <param name="Use">The use, judged; null of a refused item.</param>
/// <param name="Error">Why the item was refused; null of a recorded use.</param>
public sealed record UseResult(Use? Use = null, ItemError? Error = null);

/// <summary>How often a creator's videos were used.</summary>
/// <param name="Consented">Uses with consent.</param>
/// <param name="Unconsented">Uses without.</param>
/// <param name="Items">By purpose and requester; the first 1,000.</param>
public sealed record UseTotals(long Consented, long Unconsented, IReadOnlyList<UseTotal> Items);

/// <summary>How often a requester used a creator's videos for a purpose.</summary>
/// <param name="Purpose">The purpose.</param>
/// <param name="Requester">The requester.</param>
/// <param name="Consented">Uses with consent.</param>
/// <param name="Unconsented">Uses without.</param>
public sealed record UseTotal(string Purpose, string Requester, long Consented, long Unconsented);

/// <summary>Which uses are meant. What is null is no condition.</summary>
public sealed record UseFilter
{
    /// <summary>Of this video: the creator's own of this id, or with <see cref="OwnerId"/> that owner's.</summary>
    public string? VideoId { get; init; }

    /// <summary>Of this owner's videos.</summary>
    public string? OwnerId { get; init; }

    /// <summary>For this purpose.</summary>
    public string? Purpose { get; init; }

    /// <summary>By this requester.</summary>
    public string? Requester { get; init; }

    /// <summary>Recorded at this moment or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Recorded before this moment.</summary>
    public DateTimeOffset? To { get; init; }

    internal (string Name, string? Value)[] Parameters =>
        [
            ("videoId", VideoId),
            ("ownerId", OwnerId),
            ("purpose", Purpose),
            ("requester", Requester),
            ("from", Wire.Moment(From)),
            ("to", Wire.Moment(To)),
        ];
}

/// <summary>Records what was used, and shows it to those concerned.</summary>
public sealed class UsagesClient
{
    private readonly Wire wire;

    internal UsagesClient(Wire wire) => this.wire = wire;

    /// <summary>
    /// Records a use. Needs <c>usage:write</c>. It is stored with consent or without: <see cref="Use.Status"/> says
    /// which. With <see cref="ChangeOptions.IdempotencyKey"/> a 503 can be repeated until it is answered, and the use
    /// is recorded and spent once.
    /// </summary>
    public async Task<Use> RecordAsync(
        UseToRecord use,
        ChangeOptions? options = null,
        CancellationToken cancellation = default
    ) =>
        (
            await wire.ChangeAsync<UseToRecord, RecordedUse>(
                HttpMethod.Post,
                Wire.Path("v1", "usages"),
                use,
                options,
                cancellation
            )
        ).Use;

    /// <summary>
    /// Records 1 to 1,000 uses, with 10,000 videos, and 1,000 receipts and decisions at most, in their order. A refused
    /// item spoils no other.
    /// </summary>
    /// <returns>As many results as uses, in their order.</returns>
    public async Task<IReadOnlyList<UseResult>> RecordAsync(
        IReadOnlyList<UseToRecord> uses,
        ChangeOptions? options = null,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(uses);
        var batch = await wire.ChangeAsync<UsesToRecord, RecordedUses>(
            HttpMethod.Post,
            Wire.Path("v1", "usages", "batch"),
            new(uses),
            options,
            cancellation
        );
        return batch.Results.Count == uses.Count
            ? batch.Results
            : throw Wire.Unreadable($"{uses.Count} uses have {batch.Results.Count} results.");
    }

    /// <summary>Lists the caller's own uses, newest first.</summary>
    public PagedList<Use> ListOwnAsync(int? pageSize = null, CancellationToken cancellation = default) =>
        wire.List<Use>(Wire.Path("v1", "usages"), pageSize, [], cancellation);

    /// <summary>Lists the uses that concern a creator, newest first.</summary>
    public PagedList<ConcerningUse> ListAsync(
        string creatorId,
        UseFilter? filter = null,
        int? pageSize = null,
        CancellationToken cancellation = default
    ) =>
        wire.List<ConcerningUse>(
            Wire.Path("v1", "creators", creatorId, "usages"),
            pageSize,
            (filter ?? new()).Parameters,
            cancellation
        );

    /// <summary>Counts the uses that concern a creator.</summary>
    public Task<UseTotals> CountAsync(
        string creatorId,
        UseFilter? filter = null,
        CancellationToken cancellation = default
    ) =>
        wire.GetAsync<UseTotals>(
            Wire.Path("v1", "creators", creatorId, "usages", "totals") + Wire.Query((filter ?? new()).Parameters),
            cancellation
        );
}

internal sealed record UsesToRecord(IReadOnlyList<UseToRecord> Usages);

internal sealed record RecordedUse(Use Use);

internal sealed record RecordedUses(IReadOnlyList<UseResult> Results);
