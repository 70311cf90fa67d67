using System.Text.Json;

namespace ConsentRegistry.Client;

/// <summary>What somebody is told of, as the registry's words. A newer registry may use others.</summary>
public static class NotificationKinds
{
    /// <summary>A creator's settings, their hold or whether they exist at all was changed.</summary>
    public const string ConsentChanged = "consentChanged";

    /// <summary>A creator's emergency stop was set, extended or lifted.</summary>
    public const string Lockdown = "lockdown";

    /// <summary>A requester asks a creator for an approval.</summary>
    public const string ApprovalRequested = "approvalRequested";

    /// <summary>A creator approved a request.</summary>
    public const string ApprovalApproved = "approvalApproved";

    /// <summary>A creator refused a request.</summary>
    public const string ApprovalRefused = "approvalRefused";

    /// <summary>A request or an approval is about to expire.</summary>
    public const string ApprovalExpiring = "approvalExpiring";

    /// <summary>A video was used with consent.</summary>
    public const string Used = "used";

    /// <summary>A video was used although consent was denied.</summary>
    public const string UsedWithoutConsent = "usedWithoutConsent";

    /// <summary>A creator wants what was made of their videos withdrawn.</summary>
    public const string Recall = "recall";

    /// <summary>A purpose entered the vocabulary.</summary>
    public const string PurposeRegistered = "purposeRegistered";

    /// <summary>
    /// A video of the creator got an identifier that says nothing of whose it is, or a video of another creator got one
    /// that theirs carries.
    /// </summary>
    public const string IdentifierClaimed = "identifierClaimed";

    /// <summary>
    /// Somebody without the creator's token imported consents for them: proposals, which change nothing until the
    /// creator imports them.
    /// </summary>
    public const string ImportProposed = "importProposed";
}

/// <summary>What happened that concerns a creator.</summary>
/// <param name="NotificationId">Its id; a webhook has the same as <c>webhook-id</c>.</param>
/// <param name="Kind">What happened: a word of <see cref="NotificationKinds"/>.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="ReadAt">When it was marked as read; null if it was not.</param>
/// <param name="Data">What happened, in detail.</param>
public sealed record Notification(
    Guid NotificationId,
    string Kind,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ReadAt,
    JsonElement Data
);

/// <summary>A page of an inbox.</summary>
/// <param name="Items">The notifications, newest first.</param>
/// <param name="Unread">How many of the whole inbox are unread; counted up to 10,000.</param>
/// <param name="LastEventId">What to send as <c>Last-Event-ID</c> to follow live from here on.</param>
/// <param name="NextCursor">Where the list goes on; null on the last page.</param>
public sealed record InboxPage(
    IReadOnlyList<Notification> Items,
    int Unread,
    string LastEventId,
    string? NextCursor = null
);

/// <summary>A notification that came while an inbox was followed.</summary>
/// <param name="Notification">The notification.</param>
/// <param name="LastEventId">Where to go on from, to miss nothing after it.</param>
public sealed record FollowedNotification(Notification Notification, string LastEventId);

/// <summary>What was marked as read.</summary>
/// <param name="Count">How many were unread and are no more.</param>
/// <param name="Unread">How many still are; counted up to 10,000.</param>
public sealed record MarkedRead(
    [property: System.Text.Json.Serialization.JsonPropertyName("marked")] int Count,
    int Unread
);

/// <summary>Reads a creator's inbox. Needs <c>consent:manage</c> for that creator.</summary>
public sealed class NotificationsClient
{
    private readonly Wire wire;

    internal NotificationsClient(Wire wire) => this.wire = wire;

    /// <summary>Reads a page of notifications, newest first, with how many of all are unread.</summary>
    /// <param name="creatorId">The creator.</param>
    /// <param name="pageSize">Items, 1 to 1,000; the registry's default (100) if null.</param>
    /// <param name="unread">Only unread ones, or only read ones; both if null.</param>
    /// <param name="cursor"><see cref="InboxPage.NextCursor"/> of the page before; null for the first.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<InboxPage> GetAsync(
        string creatorId,
        int? pageSize = null,
        bool? unread = null,
        string? cursor = null,
        CancellationToken cancellation = default
    ) =>
        wire.GetAsync<InboxPage>(
            Path(creatorId)
                + Wire.Query(
                    ("limit", pageSize?.ToString(System.Globalization.CultureInfo.InvariantCulture)),
                    ("unread", Word(unread)),
                    ("cursor", cursor)
                ),
            cancellation
        );

    /// <summary>Lists notifications, newest first, page by page while it is enumerated.</summary>
    /// <param name="creatorId">The creator.</param>
    /// <param name="kind">Only of this kind, a word of <see cref="NotificationKinds"/>; every one if null.</param>
    /// <param name="unread">Only unread ones, or only read ones; both if null.</param>
    /// <param name="pageSize">Items of one request, 1 to 1,000; the registry's default (100) if null.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public PagedList<Notification> ListAsync(
        string creatorId,
        string? kind = null,
        bool? unread = null,
        int? pageSize = null,
        CancellationToken cancellation = default
    ) => wire.List<Notification>(Path(creatorId), pageSize, [("kind", kind), ("unread", Word(unread))], cancellation);

    /// <summary>
    /// Follows an inbox: every notification a moment after what it tells of, in the order in which they were handed on.
    /// </summary>
    /// <remarks>
    /// It ends after about an hour, or when the node that answers stops, and it is the caller's to connect again, from
    /// the <see cref="FollowedNotification.LastEventId"/> of the last one that was dealt with: then nothing is missed.
    /// Where the connection breaks, or nothing comes for a minute, that is an <see cref="HttpRequestException"/>;
    /// status 503 where the node follows for too many callers, and status 422 where <paramref name="lastEventId"/> is
    /// beyond the last place of any inbox: the registry is not the one that was followed, and the inbox is to be read
    /// anew. The <see cref="HttpClient.Timeout"/> is for the beginning alone.
    /// </remarks>
    /// <param name="creatorId">The creator.</param>
    /// <param name="lastEventId">
    /// Where to go on from: <see cref="InboxPage.LastEventId"/> of a page, or that of the last notification; what comes
    /// from now on if null.
    /// </param>
    /// <param name="cancellation">Ends it.</param>
    public async IAsyncEnumerable<FollowedNotification> FollowAsync(
        string creatorId,
        string? lastEventId = null,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation = default
    )
    {
        await foreach (
            var (notification, id) in wire.FollowAsync<Notification>(Path(creatorId), lastEventId, cancellation)
        )
            yield return new(notification, id);
    }

    /// <summary>Marks notifications as read: 1 to 1,000. Those that are not of this inbox are passed over.</summary>
    public Task<MarkedRead> MarkReadAsync(
        string creatorId,
        IReadOnlyList<Guid> notificationIds,
        CancellationToken cancellation = default
    ) =>
        wire.SendAsync<ReadMark, MarkedRead>(
            HttpMethod.Post,
            Path(creatorId, "read"),
            new(notificationIds, null),
            cancellation
        );

    /// <summary>Marks all notifications as read that happened at a moment or before.</summary>
    public Task<MarkedRead> MarkReadAsync(
        string creatorId,
        DateTimeOffset upTo,
        CancellationToken cancellation = default
    ) => wire.SendAsync<ReadMark, MarkedRead>(HttpMethod.Post, Path(creatorId, "read"), new(null, upTo), cancellation);

    private static string? Word(bool? value) =>
        value switch
        {
            true => "true",
            false => "false",
            null => null,
        };

    private static string Path(string creatorId, params string[] rest) =>
        Wire.Path(["v1", "creators", creatorId, "notifications", .. rest]);
}

internal sealed record ReadMark(IReadOnlyList<Guid>? NotificationIds, DateTimeOffset? UpTo);
