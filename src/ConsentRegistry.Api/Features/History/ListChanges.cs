using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.History;
using Npgsql;

namespace ConsentRegistry.Api.Features.History;

/// <summary>Everybody's changes, in log order.</summary>
/// <param name="Items">The events, by <c>seq</c>.</param>
/// <param name="NextAfter">
/// What to ask for next; null if the log has no more yet, and the last item's <c>seq</c> is what to come back with.
/// </param>
public sealed record ChangesPage(
    [property: Items(0, RequestShape.MaxPage)] IReadOnlyList<HistoryItem> Items,
    long? NextAfter
);

/// <summary>How far a stream of changes is.</summary>
/// <param name="After">The <c>seq</c> up to which all is told; null before the first.</param>
/// <param name="At">
/// The database's time: every change that was acknowledged before is told. Null while that is not known.
/// </param>
internal sealed record FeedPosition(long? After, Instant? At);

/// <summary>
/// Lists everybody's changes. In the order of the log, for a platform's own caches; as server-sent events it follows
/// live.
/// </summary>
/// <remarks>
/// With <c>Accept: text/event-stream</c> each event has its <c>seq</c> as id. So a client that reconnects with
/// <c>Last-Event-ID</c> misses nothing. A stream ends after an hour, or with its token, and clients connect again. A
/// node serves 20 streams for one caller. A place beyond the log's end is refused with 422: the log is not the one that
/// was followed. A <c>heartbeat</c> says each second how far the stream is: <c>{"after": 812, "at": "…"}</c>. The
/// stream has told every change that was acknowledged before <c>at</c>, a time of the database. Where <c>at</c> stands
/// still, the stream is behind. An erased event says only that it was: drop what you keep of its creator when
/// <c>creatorErased</c> comes. An event of a requester's stream names an erased creator by a pseudonym, which is
/// nobody's id. What requesters and creators wrote to each other is null without <c>consent:audit</c>.
/// </remarks>
internal static class ListChanges
{
    public static async Task<IResult> Handle(
        LeafCounts counts,
        int? limit,
        HttpContext http,
        Database database,
        IntegrityKeys keys,
        FollowerReads reads,
        ConcurrencyLimits limits,
        LogWatch log,
        TimeProvider clock,
        IHostApplicationLifetime host,
        CancellationToken cancellation
    )
    {
        if (!TryReadStart(http, counts, out var after))
            return Problem.OfField(
                400,
                ProblemCode.InvalidHeader,
                LastEventId,
                "Last-Event-ID is no id of an event of this stream; send the id of the last event that was read, "
                    + "or none."
            );
        // Platforms follow what stands; what requesters and creators wrote to each other is theirs, and the auditors'.
        var showsTexts = Caller.From(http).Has(Scopes.Audit);
        var size = limit ?? RequestShape.DefaultPage;
        var isLive = EventStreams.AreAskedFor(http.Request);
        var items = isLive ? [] : await ReadAsync(database.Reads, keys, after, size + 1, showsTexts, cancellation);
        if (items.Count == 0 && await FindEndAsync(database.Reads, after, cancellation) is { } end)
            return BeyondTheEnd(http, after, end);
        if (isLive)
            return StreamOf(
                http,
                limits.ChangeStreams,
                ending => FollowAsync(after, showsTexts, reads, keys, log, ending),
                clock,
                host.ApplicationStopping
            );
        return Results.Ok(new ChangesPage([.. items.Take(size)], items.Count > size ? items[size - 1].Seq : null));
    }

    private const string LastEventId = "Last-Event-ID";

    /// <summary>
    /// How long a stream waits with the next heartbeat. A cache that follows has to know soon that it is behind.
    /// </summary>
    private static readonly TimeSpan BetweenHeartbeats = TimeSpan.FromSeconds(1);

    // A client that reconnects says where it was; that is later than where it first began.
    private static bool TryReadStart(HttpContext http, LeafCounts counts, out long after)
    {
        after = counts["after"] ?? -1;
        return http.Request.Headers[LastEventId] is not [{ } text]
            || long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out after);
    }

    // What a follower saw that is not there was seen in another log, or made up: all that is still to come up to there
    // would be passed over.
    private static Problem BeyondTheEnd(HttpContext http, long after, long end)
    {
        var name = http.Request.Headers.ContainsKey(LastEventId) ? LastEventId : "after";
        return LeafCounts.OutOfRange(
            name,
            $"{name} is {after}, and the log's last seq is {end}; drop what you keep, and follow from the start or "
                + "from a seq that the log has."
        );
    }

    /// <summary>
    /// The log's last seq, if it is before a place from which somebody follows; -1 if the log is empty.
    /// </summary>
    private static async Task<long?> FindEndAsync(NpgsqlDataSource source, long after, CancellationToken cancellation)
    {
        if (after < 0)
            return null;
        await using var command = source.CreateCommand("SELECT coalesce(max(seq), -1) FROM consent.history");
        var end = (long)(await command.ExecuteScalarAsync(cancellation))!;
        return end < after ? end : null;
    }

    private static IResult StreamOf(
        HttpContext http,
        ConcurrencyLimit limit,
        Func<CancellationToken, IAsyncEnumerable<SseItem<JsonElement?>>> follow,
        TimeProvider clock,
        CancellationToken stopping
    )
    {
        var caller = Caller.From(http);
        if (limit.TryAcquire(caller.Identity) is not { } share)
            return limit.Refusal;
        // With the request, however that ends.
        http.Response.RegisterForDispose(share);
        var ending = LiveStream.Ending(caller, clock, stopping, http.RequestAborted);
        http.Response.RegisterForDispose(ending);
        StreamedResponse.Begin(http);
        return TypedResults.ServerSentEvents(follow(ending.Token));
    }

    private static async IAsyncEnumerable<SseItem<JsonElement?>> FollowAsync(
        long after,
        bool showsTexts,
        FollowerReads reads,
        IntegrityKeys keys,
        LogWatch log,
        CancellationToken ending,
        [EnumeratorCancellation] CancellationToken cancellation = default
    )
    {
        var heartbeatAt = TimeProvider.System.GetTimestamp();
        Instant? completeUntil = null;
        yield return HeartbeatAt(after, completeUntil);
        while (!ending.IsCancellationRequested)
        {
            var state = log.State;
            var items =
                state?.Size - 1 > after
                    ? await reads.ReadAsync(
                        source => ReadAsync(source, keys, after, RequestShape.DefaultPage, showsTexts, cancellation),
                        otherwise: [],
                        cancellation
                    )
                    : [];
            foreach (var item in items)
            {
                after = item.Seq!.Value;
                yield return new(JsonSerializer.SerializeToElement(item, Json.Options), item.Kind)
                {
                    EventId = after.ToString(CultureInfo.InvariantCulture),
                };
                if (ending.IsCancellationRequested)
                    yield break;
            }
            // What the look saw has been told, whatever has come since.
            if (state?.Size - 1 <= after)
                completeUntil = state!.CompleteUntil;
            if (TimeProvider.System.GetElapsedTime(heartbeatAt) >= BetweenHeartbeats)
            {
                heartbeatAt = TimeProvider.System.GetTimestamp();
                yield return HeartbeatAt(after, completeUntil);
            }
            // A database that was restored meanwhile: whoever connects again is told. The last look may only be older
            // than what was read.
            if (
                items.Count == 0
                && state?.Size <= after
                && await reads.ReadAsync(
                    source => FindEndAsync(source, after, cancellation),
                    otherwise: null,
                    cancellation
                )
                    is not null
            )
            {
                yield break;
            }
            if (items.Count == 0)
                await NextAsync(log, ending);
        }
    }

    private static SseItem<JsonElement?> HeartbeatAt(long after, Instant? completeUntil) =>
        new(
            JsonSerializer.SerializeToElement(new FeedPosition(after < 0 ? null : after, completeUntil), Json.Options),
            LiveStream.HeartbeatType
        );

    // The next look, or a heartbeat's time: there is no look while the database is out of reach.
    private static async Task NextAsync(LogWatch log, CancellationToken ending)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(ending);
        silence.CancelAfter(BetweenHeartbeats);
        await ((Task)log.NextAsync(silence.Token)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task<List<HistoryItem>> ReadAsync(
        NpgsqlDataSource source,
        IntegrityKeys keys,
        long after,
        int count,
        bool showsTexts,
        CancellationToken cancellation
    )
    {
        await using var command = source.CreateCommand(
            $"SELECT {EventStore.Columns} FROM consent.event WHERE seq > $1 ORDER BY seq LIMIT $2"
        );
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = count });
        var events = await EventStore
            .ReadAsync(command, keys, cancellation)
            .Select(stored => (Stored: stored, Body: stored.ReadBody()))
            .ToListAsync(cancellation);

        // Requesters' streams name creators by pseudonyms. Who was erased stays without a name.
        var names = events
            .Where(one => one.Stored.Stream.IsRequesters && one.Body is not null)
            .SelectMany(one => Pseudonym.NamesIn(one.Body!.Change, one.Body.By))
            .ToHashSet(StringComparer.Ordinal);
        var known = names.Count == 0 ? null : await PseudonymStore.RevealAsync(source, names, cancellation);
        return events.ConvertAll(one =>
            HistoryItem.From(
                one.Stored,
                known is null || one.Body is null || !one.Stored.Stream.IsRequesters
                    ? one.Body
                    : one.Body with
                    {
                        By = Pseudonym.Rename(one.Body.By, Reveal),
                        Change = Pseudonym.Rename(one.Body.Change, Reveal),
                    },
                showsTexts
            )
        );

        string Reveal(string name) => known!.GetValueOrDefault(name, name);
    }
}
