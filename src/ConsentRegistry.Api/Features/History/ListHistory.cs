using System.Data;
using System.Globalization;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Purposes;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace ConsentRegistry.Api.Features.History;

/// <summary>
/// Lists a creator's consent history. Newest first: who changed what from what to what, when and on whose behalf.
/// </summary>
/// <remarks>
/// An event that the log does not have yet says <c>sequenced: false</c>; it counts all the same. With a filter a page
/// may hold fewer items than its limit, or none, and still have a <c>nextCursor</c>: only its absence means the end.
/// </remarks>
internal static class ListHistory
{
    /// <summary>Events that one request looks at: a rare thing in a long history takes several.</summary>
    private const int EventsPerRequest = 10_000;

    private sealed record Filter(VideoId? Video, Purpose? Purpose, string? Kind)
    {
        public bool PassesAll => this is { Video: null, Purpose: null, Kind: null };
    }

    public static async Task<Results<Ok<Page<HistoryItem>>, Problem>> Handle(
        CreatorId creatorId,
        string? videoId,
        string? purpose,
        string? kind,
        TimeRange range,
        int? limit,
        Cursor cursor,
        Database database,
        IntegrityKeys keys,
        CancellationToken cancellation
    )
    {
        if (kind is not null && !EventType.All.Contains(kind))
            return Problem.OfField(
                422,
                FailureCode.Invalid,
                "kind",
                $"kind is {Characters.Quote(kind)}; send one of: {string.Join(", ", EventType.All)}."
            );
        if (!TryReadPlace(cursor, out var version, out var ordinal))
            return Cursor.NotOfThisList;
        var filter = new Filter(
            videoId is null ? null : VideoId.Parse(videoId),
            purpose is null ? null : Purpose.Parse(purpose),
            kind
        );
        var size = limit ?? RequestShape.DefaultPage;
        await using var connection = await database.Reads.OpenConnectionAsync(cancellation);
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var (first, last) = await FindRangeAsync(new(connection, keys), creatorId, range, cancellation);
        await using var command = new NpgsqlCommand(
            $"""
            SELECT {EventStore.Columns} FROM consent.event
            WHERE creator = $1 AND (version, ordinal) < ($2, $3) AND version >= $4 AND version <= $5
            ORDER BY version DESC, ordinal DESC LIMIT $6
            """,
            connection
        );
        foreach (
            var value in new object[]
            {
                creatorId.Value,
                version,
                ordinal,
                first,
                last,
                (filter.PassesAll ? size : EventsPerRequest) + 1,
            }
        )
            command.Parameters.Add(new() { Value = value });
        var events = EventStore.ReadAsync(command, keys, cancellation);
        return TypedResults.Ok(await ReadAsync(events, (version, ordinal), (first, last), filter, size, cursor));
    }

    // Which versions the times enclose. Nothing between them is passed over.
    private static async Task<(long First, long Last)> FindRangeAsync(
        StreamReading reading,
        CreatorId creator,
        TimeRange range,
        CancellationToken cancellation
    )
    {
        var stream = StreamId.OfCreator(creator);
        return (
            range.From == Instant.Beginning
                ? 1
                : await reading.FindVersionAsync(stream, new(range.From.Microseconds - 1), cancellation) + 1,
            range.To == Instant.Never
                ? (await reading.FindEndAsync(stream, cancellation)).Version
                : await reading.FindVersionAsync(stream, new(range.To.Microseconds - 1), cancellation)
        );
    }

    private static async Task<Page<HistoryItem>> ReadAsync(
        IAsyncEnumerable<StoredEvent> events,
        (long Version, int Ordinal) before,
        (long First, long Last) range,
        Filter filter,
        int limit,
        Cursor cursor
    )
    {
        var items = new List<HistoryItem>();
        var seen = 0;
        StoredEvent? last = null;
        await foreach (var stored in events)
        {
            if (last is not null)
                StreamReading.RequireNext(stored, last);
            else if (before.Version > range.Last)
                StreamReading.RequireLast(stored, range.Last);
            else
                StreamReading.RequireBefore(stored, before.Version, before.Ordinal);
            if (items.Count == limit || seen == EventsPerRequest)
                return new(items, PlaceAfter(cursor, last!));
            seen++;
            last = stored;
            var body = stored.ReadBody();
            if (Passes(filter, stored, body))
                // The creator and auditors, who alone read this, may read what was written to the creator.
                items.Add(HistoryItem.From(stored, body, showsTexts: true));
        }
        // Nothing is left out at the end either; before the first event there is none.
        StreamReading.Require(
            last is null
                ? range.Last < range.First
                    || before.Version < range.First
                    || (before.Version == range.First && before.Ordinal == 1)
                : last.Version == range.First && last.Ordinal == 1
        );
        return new(items, null);
    }

    private static bool Passes(Filter filter, StoredEvent stored, EventBody? body)
    {
        if (filter.Kind is not null && filter.Kind != stored.Type)
            return false;
        if (filter.Video is null && filter.Purpose is null)
            return true;
        // What was erased passes no filter on what it said.
        var change = body is null ? null : RecordedChange.Read(body.Change);
        return (filter.Video is not { } video || VideosOf(change).Contains(video))
            && (filter.Purpose is not { } purpose || Concerns(change, purpose));
    }

    private static IEnumerable<VideoId> VideosOf(RecordedChange? change) =>
        change switch
        {
            RecordedChange.OfOverride setting => [setting.Key.Video.Video],
            RecordedChange.OfVideo video => [video.Video.Video],
            RecordedChange.OfApproval { After: var part } => part
                .Videos.Append(part.Wanted.UsedIn)
                .Select(video => video.Video),
            RecordedChange.OfGrant { After: var grant } => [grant.Video.Video, grant.UsedIn.Video],
            _ => [],
        };

    private static bool Concerns(RecordedChange? change, Purpose purpose) =>
        change switch
        {
            RecordedChange.OfDefault setting => setting.Key.Purpose == purpose,
            RecordedChange.OfOverride setting => setting.Key.Purpose == purpose,
            RecordedChange.OfApproval part => part.After.Wanted.Purpose == purpose,
            RecordedChange.OfGrant { Before: var before, After: var after } => before?.Terms.Purpose == purpose
                || after.Terms.Purpose == purpose,
            RecordedChange.OfStop stop => new[] { stop.Before, stop.After }.Any(each =>
                each is not null && (each.Purposes is not { } listed || listed.Contains(purpose))
            ),
            _ => false,
        };

    private static string PlaceAfter(Cursor cursor, StoredEvent stored) =>
        cursor.After(
            stored.Version.ToString(CultureInfo.InvariantCulture),
            stored.Ordinal.ToString(CultureInfo.InvariantCulture)
        );

    private static bool TryReadPlace(Cursor cursor, out long version, out int ordinal)
    {
        (version, ordinal) = (long.MaxValue, int.MaxValue);
        return cursor.IsStart
            || (
                cursor.Key.Count == 2
                && long.TryParse(cursor.Key[0], NumberStyles.None, CultureInfo.InvariantCulture, out version)
                && int.TryParse(cursor.Key[1], NumberStyles.None, CultureInfo.InvariantCulture, out ordinal)
            );
    }
}
