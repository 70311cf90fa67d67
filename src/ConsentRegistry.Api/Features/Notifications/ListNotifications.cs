using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Notifications;

namespace ConsentRegistry.Api.Features.Notifications;

/// <summary>What happened that concerns a creator.</summary>
/// <param name="NotificationId">Its id; a webhook has the same as <c>webhook-id</c>.</param>
/// <param name="Kind">What happened.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="ReadAt">When it was marked as read; null if it was not.</param>
/// <param name="Data">What happened, in detail.</param>
public sealed record NotificationItem(
    Guid NotificationId,
    NotificationKind Kind,
    Instant CreatedAt,
    Instant? ReadAt,
    [property: Shape<NotificationData>] JsonElement Data
)
{
    internal static NotificationItem From(InboxRow row) =>
        new(row.Id, row.Kind, row.CreatedAt, row.ReadAt, JsonElement.Parse(row.Data));
}

/// <summary>A page of an inbox.</summary>
/// <param name="Items">The notifications, newest first.</param>
/// <param name="NextCursor">Where the list goes on; absent on the last page.</param>
/// <param name="Unread">How many of the inbox are unread, whatever the page shows; counted up to 10,000.</param>
/// <param name="LastEventId">What to send as <c>Last-Event-ID</c> to follow live from here on.</param>
public sealed record NotificationsPage(
    [property: Items(0, RequestShape.MaxPage)] IReadOnlyList<NotificationItem> Items,
    [property: System.Text.Json.Serialization.JsonIgnore(
        Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull
    )]
    [property: TextLength(1, Cursor.MaxLength)]
        string? NextCursor,
    [property: Between(0, InboxStore.UnreadCounted)] int Unread,
    [property: Grammar("^[0-9]{1,19}$")] string LastEventId
);

/// <summary>Lists a creator's notifications. Newest first; as server-sent events it follows live.</summary>
/// <remarks>
/// A notification appears a moment after what it tells of. With <c>Accept: text/event-stream</c> it is a stream. A
/// client that sends the <c>Last-Event-ID</c> of the page, or reconnects with that of the last event, misses nothing.
/// Without it the stream begins with what comes next. A <c>Last-Event-ID</c> beyond the last place of any inbox is
/// refused with 422: it is of another registry, or of a copy that was replaced. A stream knows no filter, and ends
/// after an hour, or with its token: clients connect again. A node serves ten streams of one inbox, and 200 for one
/// caller. Notifications are kept for 90 days unless the operator says otherwise.
/// </remarks>
internal static class ListNotifications
{
    private const string LastEventId = "Last-Event-ID";

    public static async Task<IResult> Handle(
        CreatorId creatorId,
        string? kind,
        TruthFilter unread,
        int? limit,
        Cursor cursor,
        Database database,
        FollowerReads reads,
        ConcurrencyLimits limits,
        InboxWatch watch,
        TimeProvider clock,
        IHostApplicationLifetime host,
        HttpContext http,
        CancellationToken cancellation
    )
    {
        if (EventStreams.AreAskedFor(http.Request))
            return await StreamAsync(
                creatorId,
                database,
                limits,
                (after, ending) => FollowAsync(creatorId, after, reads, watch, ending),
                clock,
                http,
                host.ApplicationStopping
            );
        NotificationKind? only = null;
        if (kind is not null)
        {
            if (!Wording.TryParse<NotificationKind>(kind, out var known))
                return Problem.OfField(
                    422,
                    FailureCode.Invalid,
                    "kind",
                    ValidationRules.NotAWord<NotificationKind>("kind", Characters.Quote(kind))
                );
            only = known;
        }
        var before = long.MaxValue;
        if (
            !cursor.IsStart
            && !long.TryParse(cursor.Part(0), NumberStyles.None, CultureInfo.InvariantCulture, out before)
        )
            return Cursor.NotOfThisList;

        var size = limit ?? RequestShape.DefaultPage;
        // Counted before it is listed: following from the count's place may repeat what the list shows, and misses
        // nothing.
        var (count, newest) = await InboxStore.CountAsync(database, creatorId, cancellation);
        var rows = await InboxStore.ListAsync(database, creatorId, only, unread.Value, before, size + 1, cancellation);
        var page = Page<NotificationItem>.Create(rows, size, cursor, NotificationItem.From, row => [IdOf(row.Place)]);
        return Results.Ok(new NotificationsPage(page.Items, page.NextCursor, count, IdOf(newest)));
    }

    private static async Task<IResult> StreamAsync(
        CreatorId creator,
        Database database,
        ConcurrencyLimits limits,
        Func<long, CancellationToken, IAsyncEnumerable<SseItem<JsonElement?>>> follow,
        TimeProvider clock,
        HttpContext http,
        CancellationToken stopping
    )
    {
        long after;
        if (http.Request.Headers[LastEventId] is not [{ } text])
            (_, after) = await InboxStore.CountAsync(database, creator, http.RequestAborted);
        else if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out after))
            return Problem.OfField(
                400,
                ProblemCode.InvalidHeader,
                LastEventId,
                "Last-Event-ID is no id of an event of this stream; send the id of the last event that was read, "
                    + "or none."
            );
        if (await InboxStore.FindEndAsync(database.Reads, after, http.RequestAborted) is { } end)
        {
            return Problem.OfField(
                422,
                FailureCode.Invalid,
                LastEventId,
                $"{LastEventId} is {after}, and the last place of any inbox is {end}; read the inbox, and follow "
                    + "from its lastEventId."
            );
        }
        var caller = Caller.From(http);
        foreach (
            var (limit, holder) in new[]
            {
                (limits.StreamsOfOneInbox, creator.Value),
                (limits.InboxStreams, caller.Identity),
            }
        )
        {
            if (limit.TryAcquire(holder) is not { } share)
                return limit.Refusal;
            // With the request, however that ends.
            http.Response.RegisterForDispose(share);
        }
        var ending = LiveStream.Ending(caller, clock, stopping, http.RequestAborted);
        http.Response.RegisterForDispose(ending);
        StreamedResponse.Begin(http);
        return TypedResults.ServerSentEvents(follow(after, ending.Token));
    }

    private static async IAsyncEnumerable<SseItem<JsonElement?>> FollowAsync(
        CreatorId creator,
        long after,
        FollowerReads reads,
        InboxWatch watch,
        CancellationToken ending,
        [EnumeratorCancellation] CancellationToken cancellation = default
    )
    {
        watch.Follow(creator.Value);
        try
        {
            yield return LiveStream.Heartbeat;
            while (!ending.IsCancellationRequested)
            {
                // Taken before the inbox is read, so that what comes in between is announced.
                var next = watch.NextAsync();
                var rows = await reads.ReadAsync(
                    source => InboxStore.ListAfterAsync(source, creator, after, RequestShape.DefaultPage, cancellation),
                    otherwise: [],
                    cancellation
                );
                foreach (var row in rows)
                {
                    after = row.Place;
                    yield return new(
                        JsonSerializer.SerializeToElement(NotificationItem.From(row), Json.Options),
                        row.Kind.Word()
                    )
                    {
                        EventId = IdOf(row.Place),
                    };
                    if (ending.IsCancellationRequested)
                        yield break;
                }
                // What could not be read now is read after the next announcement or heartbeat.
                if (
                    rows.Count > 0
                    || await IsAnnouncedAsync(creator.Value, next, ending)
                    || ending.IsCancellationRequested
                )
                    continue;
                // A database that was restored meanwhile: whoever connects again is told.
                if (
                    await reads.ReadAsync(
                        source => InboxStore.FindEndAsync(source, after, cancellation),
                        otherwise: null,
                        cancellation
                    )
                    is not null
                )
                    yield break;
                yield return LiveStream.Heartbeat;
            }
        }
        finally
        {
            watch.Leave(creator.Value);
        }
    }

    /// <summary>
    /// Waits until something new is announced for the creator; false if nothing was for as long as a stream may be
    /// silent.
    /// </summary>
    private static async Task<bool> IsAnnouncedAsync(string creator, Task<InboxPosition> next, CancellationToken ending)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(ending);
        silence.CancelAfter(LiveStream.LongestSilence);
        try
        {
            while (true)
            {
                var look = await next.WaitAsync(silence.Token);
                if (look.Creators.Contains(creator))
                    return true;
                next = look.Next;
            }
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static string IdOf(long place) => place.ToString(CultureInfo.InvariantCulture);
}
