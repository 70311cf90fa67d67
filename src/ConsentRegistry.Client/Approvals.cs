namespace ConsentRegistry.Client;

/// <summary>What a requester asks for, as the token's own client.</summary>
/// <param name="CreatorId">The video's owner.</param>
/// <param name="VideoId">The owner's id for the video.</param>
/// <param name="Purpose">The purpose.</param>
/// <param name="Use">What is meant to be done, in plain words for the creators; 1 to 1,000 characters.</param>
public sealed record WantedApproval(string CreatorId, string VideoId, string Purpose, string Use)
{
    /// <summary>For how long; for good if null.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>How many uses, at least 1; any number if null.</summary>
    public int? Uses { get; init; }
}

/// <summary>What a creator approves: what was asked for, or less. What is null is as it was asked for.</summary>
public sealed record Approval
{
    /// <summary>The purpose that was asked for, or one below.</summary>
    public string? Purpose { get; init; }

    /// <summary>What the requester has to do, words of <see cref="Client.Conditions"/>.</summary>
    public IReadOnlyList<string>? Conditions { get; init; }

    /// <summary>When it ends, not later than was asked for.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>For how many uses, not more than were asked for.</summary>
    public int? Uses { get; init; }

    /// <summary>The vocabulary that the creator saw: the grant never reaches purposes newer than it.</summary>
    public int? VocabularyVersion { get; init; }

    /// <summary>A word to the history; at most 1,000 characters.</summary>
    public string? Reason { get; init; }
}

/// <summary>A grant: what a creator approved.</summary>
/// <param name="Id">The grant.</param>
/// <param name="RequestId">The request that it answers.</param>
/// <param name="Video">The video about which the creator decided.</param>
/// <param name="UsedIn">The video in which alone it may be used.</param>
/// <param name="Requester">To whom it was given.</param>
/// <param name="Purpose">The purpose.</param>
/// <param name="Conditions">What the requester has to do, words of <see cref="Client.Conditions"/>.</param>
/// <param name="VocabularyVersion">The vocabulary version that the creator knew.</param>
/// <param name="Used">How many uses were recorded; 0 where they are not counted.</param>
/// <param name="Status">Where it stands: <c>standing</c>, <c>spent</c>, <c>revoked</c> or <c>expired</c>.</param>
/// <param name="Version">The version of the creator's stream that last altered it.</param>
/// <param name="ChangedAt">When it was last altered.</param>
/// <param name="ExpiresAt">When it ends; null if it does not.</param>
/// <param name="Uses">How many uses it is for; null if they are not counted.</param>
public sealed record Grant(
    Guid Id,
    Guid RequestId,
    VideoName Video,
    VideoName UsedIn,
    string Requester,
    string Purpose,
    IReadOnlyList<string> Conditions,
    int VocabularyVersion,
    int Used,
    string Status,
    long Version,
    DateTimeOffset ChangedAt,
    DateTimeOffset? ExpiresAt = null,
    int? Uses = null
);

/// <summary>One creator who is asked.</summary>
/// <param name="CreatorId">The creator.</param>
/// <param name="Status">
/// What they answered: <c>open</c>, <c>approved</c>, <c>refused</c>, <c>withdrawn</c> or <c>expired</c>.
/// </param>
/// <param name="Grants">What they granted, a grant for each video of theirs.</param>
/// <param name="Reason">Why they refused, if they said so.</param>
public sealed record AskedCreator(string CreatorId, string Status, IReadOnlyList<Grant> Grants, string? Reason = null);

/// <summary>An approval request as its requester sees it: one, however many creators it concerns.</summary>
/// <param name="Id">The request.</param>
/// <param name="Requester">Who asks.</param>
/// <param name="Video">The video that they want to use.</param>
/// <param name="Purpose">For which purpose.</param>
/// <param name="Use">What they mean to do.</param>
/// <param name="Status">
/// Where it stands as a whole: <c>open</c>, <c>approved</c>, <c>refused</c>, <c>withdrawn</c> or <c>expired</c>.
/// </param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">Until when it can be answered.</param>
/// <param name="Asked">Everybody who is asked, and what they answered.</param>
/// <param name="Until">For how long it is wanted; null if for good.</param>
/// <param name="Uses">How many uses are wanted; null if any number.</param>
public sealed record ApprovalRequest(
    Guid Id,
    string Requester,
    VideoName Video,
    string Purpose,
    string Use,
    string Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt,
    IReadOnlyList<AskedCreator> Asked,
    DateTimeOffset? Until = null,
    int? Uses = null
);

/// <summary>An approval request as one creator who is asked sees it.</summary>
/// <param name="Id">The request.</param>
/// <param name="Requester">Who asks.</param>
/// <param name="Video">The video that they want to use.</param>
/// <param name="Videos">The videos about which this creator is asked.</param>
/// <param name="Purpose">For which purpose.</param>
/// <param name="Use">What the requester means to do.</param>
/// <param name="Status">What the creator answered.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">Until when it can be answered.</param>
/// <param name="Grants">What the creator granted.</param>
/// <param name="Until">For how long it is wanted; null if for good.</param>
/// <param name="Uses">How many uses are wanted; null if any number.</param>
/// <param name="Reason">Why the creator refused.</param>
public sealed record AskedApproval(
    Guid Id,
    string Requester,
    VideoName Video,
    IReadOnlyList<VideoName> Videos,
    string Purpose,
    string Use,
    string Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt,
    IReadOnlyList<Grant> Grants,
    DateTimeOffset? Until = null,
    int? Uses = null,
    string? Reason = null
);

/// <summary>The answer to a requester who asked, or took a request back.</summary>
/// <param name="Request">The request as it stands.</param>
/// <param name="Versions">
/// The versions of the streams of everybody who is asked, for <see cref="Check.MinVersions"/>.
/// </param>
/// <param name="EffectiveEverywhere">Whether every node knows; false where it was superseded.</param>
public sealed record ApprovalRequestChange(
    ApprovalRequest Request,
    IReadOnlyDictionary<string, long> Versions,
    bool EffectiveEverywhere
) : ChangeAnswer;

/// <summary>The answer to a creator who approved or refused.</summary>
/// <param name="CreatorId">The creator.</param>
/// <param name="Version">The version of the creator's stream, for <see cref="Check.MinVersions"/>.</param>
/// <param name="Request">The request as it stands.</param>
/// <param name="EffectiveEverywhere">
/// Whether every check that starts from now on, on any node, is answered with it; false where it was superseded.
/// </param>
public sealed record AskedChange(string CreatorId, long Version, AskedApproval Request, bool EffectiveEverywhere)
    : ChangeAnswer;

/// <summary>The answer to a creator who revoked a grant.</summary>
/// <param name="CreatorId">The creator.</param>
/// <param name="Version">The version of the creator's stream, for <see cref="Check.MinVersions"/>.</param>
/// <param name="Changes">1; 0 if it was revoked before, or has expired.</param>
/// <param name="Grant">The grant as it stands.</param>
/// <param name="EffectiveEverywhere">
/// Whether every check that starts from now on, on any node, is answered with it; false where it was superseded.
/// </param>
public sealed record GrantChange(string CreatorId, long Version, int Changes, Grant Grant, bool EffectiveEverywhere)
    : ChangeAnswer;

/// <summary>A requester whom a creator keeps from asking.</summary>
/// <param name="Requester">The requester.</param>
/// <param name="Version">The version of the creator's stream that blocked them.</param>
/// <param name="ChangedAt">When they were blocked.</param>
public sealed record BlockedRequester(string Requester, long Version, DateTimeOffset ChangedAt);

/// <summary>The answer to a creator who blocked a requester, or lets them ask again.</summary>
/// <param name="CreatorId">The creator.</param>
/// <param name="Version">The version of the creator's stream.</param>
/// <param name="Changes">1; 0 if it was so already.</param>
/// <param name="EffectiveEverywhere">Whether every node knows; false where it was superseded.</param>
/// <param name="Blocked">The block that stands; null if none does.</param>
public sealed record BlockedChange(
    string CreatorId,
    long Version,
    int Changes,
    bool EffectiveEverywhere,
    BlockedRequester? Blocked = null
) : ChangeAnswer;

/// <summary>
/// Where an ask leads: a requester asks, the creators concerned approve or refuse, and what they approved is a grant.
/// </summary>
public sealed class ApprovalsClient
{
    private readonly Wire wire;

    internal ApprovalsClient(Wire wire) => this.wire = wire;

    /// <summary>
    /// Asks everybody concerned. Needs <c>consent:check</c>; accepted only while the answer as a whole is ask.
    /// </summary>
    /// <remarks>
    /// Refused with status 409 and the code <c>notAsked</c>, <c>alreadyAsked</c>, <c>refusedBefore</c> or
    /// <c>askingBlocked</c> where there is nothing to ask, or nobody who wants to be asked.
    /// </remarks>
    public Task<ApprovalRequestChange> RequestAsync(
        WantedApproval wanted,
        ChangeOptions? options = null,
        CancellationToken cancellation = default
    ) =>
        wire.ChangeAsync<WantedApproval, ApprovalRequestChange>(
            HttpMethod.Post,
            Wire.Path("v1", "approval-requests"),
            wanted,
            options,
            cancellation
        );

    /// <summary>Lists the caller's own requests, newest first.</summary>
    /// <param name="pageSize">Items of one request, 1 to 1,000; the registry's default (100) if null.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public PagedList<ApprovalRequest> ListOwnAsync(int? pageSize = null, CancellationToken cancellation = default) =>
        wire.List<ApprovalRequest>(Wire.Path("v1", "approval-requests"), pageSize, [], cancellation);

    /// <summary>Reads a request of the caller's; an auditor reads any.</summary>
    public Task<ApprovalRequest> GetAsync(Guid requestId, CancellationToken cancellation = default) =>
        wire.GetAsync<ApprovalRequest>(Wire.Path("v1", "approval-requests", requestId.ToString()), cancellation);

    /// <summary>Takes a request back; refused with the code <c>notOpen</c> if nobody can answer it any more.</summary>
    public Task<ApprovalRequestChange> WithdrawAsync(
        Guid requestId,
        ChangeOptions? options = null,
        CancellationToken cancellation = default
    ) =>
        wire.ChangeAsync<ApprovalRequestChange>(
            HttpMethod.Post,
            Wire.Path("v1", "approval-requests", requestId.ToString(), "withdraw"),
            options,
            cancellation
        );

    /// <summary>Lists what a creator is or was asked, newest first.</summary>
    /// <param name="creatorId">The creator, whom the caller manages or audits.</param>
    /// <param name="state">Only requests that stand so, for example <c>open</c>; every one if null.</param>
    /// <param name="pageSize">Items of one request, 1 to 1,000; the registry's default (100) if null.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public PagedList<AskedApproval> ListAskedAsync(
        string creatorId,
        string? state = null,
        int? pageSize = null,
        CancellationToken cancellation = default
    ) => wire.List<AskedApproval>(Path(creatorId, "approval-requests"), pageSize, [("state", state)], cancellation);

    /// <summary>
    /// Approves a request, as a whole or in part; refused with the code <c>notOpen</c> if it cannot be answered any
    /// more.
    /// </summary>
    public Task<AskedChange> ApproveAsync(
        string creatorId,
        Guid requestId,
        Approval? approval = null,
        ChangeOptions? options = null,
        CancellationToken cancellation = default
    ) =>
        wire.ChangeAsync<Approval, AskedChange>(
            HttpMethod.Post,
            Path(creatorId, "approval-requests", requestId.ToString(), "approve"),
            approval ?? new(),
            options,
            cancellation
        );

    /// <summary>Refuses a request. The same cannot be asked again for a while.</summary>
    /// <param name="creatorId">The creator, whom the caller manages.</param>
    /// <param name="requestId">The request.</param>
    /// <param name="reason">Why, for the requester; at most 1,000 characters.</param>
    /// <param name="options">What makes it safe to repeat.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<AskedChange> RefuseAsync(
        string creatorId,
        Guid requestId,
        string? reason = null,
        ChangeOptions? options = null,
        CancellationToken cancellation = default
    ) =>
        wire.ChangeAsync<Refusal, AskedChange>(
            HttpMethod.Post,
            Path(creatorId, "approval-requests", requestId.ToString(), "refuse"),
            new(reason),
            options,
            cancellation
        );

    /// <summary>Lists a creator's grants, newest first, those that do not stand any more among them.</summary>
    public PagedList<Grant> ListGrantsAsync(
        string creatorId,
        int? pageSize = null,
        CancellationToken cancellation = default
    ) => wire.List<Grant>(Path(creatorId, "grants"), pageSize, [], cancellation);

    /// <summary>
    /// Revokes a grant, for good. Also one that is spent or has expired: what was used with it is recalled.
    /// </summary>
    public Task<GrantChange> RevokeGrantAsync(
        string creatorId,
        Guid grantId,
        ChangeOptions? options = null,
        CancellationToken cancellation = default
    ) =>
        wire.ChangeAsync<GrantChange>(
            HttpMethod.Delete,
            Path(creatorId, "grants", grantId.ToString()),
            options,
            cancellation
        );

    /// <summary>Lists whom a creator keeps from asking.</summary>
    public PagedList<BlockedRequester> ListBlockedAsync(
        string creatorId,
        int? pageSize = null,
        CancellationToken cancellation = default
    ) => wire.List<BlockedRequester>(Path(creatorId, "blocked-requesters"), pageSize, [], cancellation);

    /// <summary>Keeps a requester from asking.</summary>
    public Task<BlockedChange> BlockAsync(
        string creatorId,
        string requester,
        ChangeOptions? options = null,
        CancellationToken cancellation = default
    ) =>
        wire.ChangeAsync<BlockedChange>(
            HttpMethod.Put,
            Path(creatorId, "blocked-requesters", requester),
            options,
            cancellation
        );

    /// <summary>Lets a requester ask again.</summary>
    public Task<BlockedChange> UnblockAsync(
        string creatorId,
        string requester,
        ChangeOptions? options = null,
        CancellationToken cancellation = default
    ) =>
        wire.ChangeAsync<BlockedChange>(
            HttpMethod.Delete,
            Path(creatorId, "blocked-requesters", requester),
            options,
            cancellation
        );

    private static string Path(string creatorId, params string[] rest) =>
        Wire.Path(["v1", "creators", creatorId, .. rest]);
}

internal sealed record Refusal(string? Reason);
