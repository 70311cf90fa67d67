using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.History;
using Npgsql;

namespace ConsentRegistry.Api.Replica;

/// <summary>A row of the nodes.</summary>
internal readonly record struct NodeRow(Guid Id, long Beat, TimeSpan Delta);

/// <summary>An event as the feed brings it.</summary>
/// <param name="Seq">Its place in the log; null if it still waits in the inbox.</param>
/// <param name="Stream">Its stream.</param>
/// <param name="Version">The version of the stream.</param>
/// <param name="Ordinal">Its place in the version.</param>
/// <param name="Count">How many events make up the version.</param>
/// <param name="EventId">Its id.</param>
/// <param name="Type">One of <see cref="EventType"/>.</param>
/// <param name="Body">What it says; null if it was erased, and if this node knows it already.</param>
/// <param name="IsAuthentic">Whether a node wrote it as it is, or this node knows it already.</param>
internal sealed record FeedEvent(
    long? Seq,
    StreamId Stream,
    long Version,
    int Ordinal,
    int Count,
    Guid EventId,
    string Type,
    byte[]? Body,
    bool IsAuthentic
);

/// <summary>What one snapshot of the database says.</summary>
/// <param name="SentAt">This node's time just before it was asked for.</param>
/// <param name="DatabaseTime">The database's time.</param>
/// <param name="Snapshot">The snapshot, as PostgreSQL writes it.</param>
/// <param name="Server">Which history it is of; null if it was promoted, and no node has said so yet.</param>
/// <param name="HasStandby">Whether commits wait for a synchronous standby.</param>
/// <param name="Nodes">The nodes.</param>
/// <param name="History">The log from the wanted place on, in its order.</param>
/// <param name="IsCut">Whether there is more of it than was read.</param>
/// <param name="Inbox">What waits for the log, and was not known to.</param>
/// <param name="Left">What was known to wait for the log, and does not any more.</param>
/// <param name="Reloaded">All that stands of the creators who were asked for.</param>
internal sealed record Poll(
    long SentAt,
    Instant DatabaseTime,
    string Snapshot,
    ServerIdentity? Server,
    bool HasStandby,
    IReadOnlyList<NodeRow> Nodes,
    IReadOnlyList<FeedEvent> History,
    bool IsCut,
    IReadOnlyList<FeedEvent> Inbox,
    IReadOnlyCollection<Guid> Left,
    IReadOnlyList<CreatorRecords> Reloaded
)
{
    /// <summary>
    /// Whether the beat that was sent along found this node's row; null if none was sent. It was confirmed, and the
    /// poll's snapshot with it.
    /// </summary>
    public bool? HasBeaten { get; init; }
}

/// <summary>Asks the primary what has changed: one snapshot, in one round trip.</summary>
/// <remarks>
/// What this node knows to wait for the log is not read again, neither while it waits nor from the log: polls are many,
/// and one change can have thousands of events.
/// </remarks>
internal static class Feed
{
    // Of an event that is known, its place. In any order: to sort whole rows takes the server longer than this node.
    private const string History = """
        SELECT seq, creator, version, ordinal, count, event_id, type, tx, CASE WHEN known.id IS NULL THEN leaf END,
            CASE WHEN known.id IS NULL THEN body END, CASE WHEN known.id IS NULL THEN salt END,
            CASE WHEN known.id IS NULL THEN kid END, CASE WHEN known.id IS NULL THEN mac END
        FROM (SELECT * FROM consent.history WHERE seq >= $1 ORDER BY seq LIMIT $2) AS next
            LEFT JOIN (SELECT DISTINCT id FROM unnest($3) AS id) AS known ON known.id = event_id
        """;

    private const string Inbox = $"""
        SELECT NULL::bigint AS {EventStore.Columns} FROM consent.inbox
        WHERE NOT EXISTS (SELECT FROM unnest($1) AS known(id) WHERE known.id = event_id)
        """;

    private const string Left = """
        SELECT id FROM unnest($1) AS known(id)
        WHERE NOT EXISTS (SELECT FROM consent.inbox WHERE event_id = known.id)
        """;

    /// <summary>Polls.</summary>
    /// <param name="connection">A connection to the primary.</param>
    /// <param name="keys">What marks of events are verified by.</param>
    /// <param name="follower">Who follows: it says from where on is read, and what it knows already.</param>
    /// <param name="reload">Creators of whom everything is read.</param>
    /// <param name="beat">The beat to send along; null for none.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="NpgsqlException">The database cannot be asked, or is a standby.</exception>
    /// <exception cref="OutcomeUnknownException">
    /// The synchronous standby did not confirm the beat: this server may be one that is not the primary any more.
    /// </exception>
    public static async Task<Poll> PollAsync(
        NpgsqlConnection connection,
        IntegrityKeys keys,
        Follower follower,
        IReadOnlyCollection<CreatorId> reload,
        Beat? beat,
        CancellationToken cancellation
    )
    {
        var limit = follower.Limit;
        Guid[] waiting = [.. follower.Waiting];
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
                new(
                    $"SELECT now(), pg_current_snapshot()::text, {ServerIdentity.Column}, {ConfirmedCommit.HasStandby}"
                ),
                new("SELECT id, beat, delta_ms FROM consent.node"),
                new(History)
                {
                    Parameters =
                    {
                        new() { Value = follower.From },
                        new() { Value = limit + 1 },
                        new() { Value = (Guid[])[.. waiting, follower.Anchor] },
                    },
                },
                new(Inbox) { Parameters = { new() { Value = waiting } } },
                new(Left) { Parameters = { new() { Value = waiting } } },
            },
        };
        if (reload.Count > 0)
            CreatorRecords.AddTo(batch, [.. reload.Select(creator => creator.Value)]);
        batch.BatchCommands.Add(new("COMMIT"));
        // After the snapshot, in a transaction of its own, which waits for the standby: whoever confirms it was the
        // primary's standby when the poll was sent.
        if (beat is not null)
        {
            batch.BatchCommands.Add(new("BEGIN"));
            batch.BatchCommands.Add(new(beat.Durability));
            batch.BatchCommands.Add(beat.Update);
            batch.BatchCommands.Add(new("COMMIT"));
        }

        using var warnings = new ConfirmedCommit.WarningListener(connection);
        var sentAt = BootClock.Now;
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var (time, snapshot, server, hasStandby) = (
            Instant.From(reader.GetDateTime(0)),
            reader.GetString(1),
            ServerIdentity.Read(reader, 2),
            reader.GetBoolean(3)
        );
        await reader.NextResultAsync(cancellation);
        var nodes = new List<NodeRow>();
        while (await reader.ReadAsync(cancellation))
            nodes.Add(new(reader.GetGuid(0), reader.GetInt64(1), TimeSpan.FromMilliseconds(reader.GetInt32(2))));
        await reader.NextResultAsync(cancellation);
        var history = await ReadEventsAsync(reader, keys, cancellation);
        history.Sort((one, other) => one.Seq!.Value.CompareTo(other.Seq!.Value));
        var isCut = history.Count > limit;
        if (isCut)
            history.RemoveAt(history.Count - 1);
        await reader.NextResultAsync(cancellation);
        var inbox = await ReadEventsAsync(reader, keys, cancellation);
        await reader.NextResultAsync(cancellation);
        var left = new List<Guid>();
        while (await reader.ReadAsync(cancellation))
            left.Add(reader.GetGuid(0));
        IReadOnlyList<CreatorRecords> reloaded =
            reload.Count == 0
                ? []
                : [.. (await CreatorRecords.ReadAsync(reader, cancellation)).Select(records => records.Verify(keys))];
        // What comes last is known when all is read.
        while (await reader.NextResultAsync(cancellation)) { }
        await reader.CloseAsync();
        warnings.ThrowIfAny();
        return new(sentAt, time, snapshot, server, hasStandby, nodes, history, isCut, inbox, left, reloaded)
        {
            HasBeaten = beat is null ? null : beat.Update.RecordsAffected > 0,
        };
    }

    private static async Task<List<FeedEvent>> ReadEventsAsync(
        NpgsqlDataReader reader,
        IntegrityKeys keys,
        CancellationToken cancellation
    )
    {
        var events = new List<FeedEvent>();
        while (await reader.ReadAsync(cancellation))
        {
            // Of what waits, a row of no stream is nobody's event. In the log it is a gap.
            if (!EventStore.HasStream(reader))
                continue;
            // Without a leaf it is known: each event has one for ever.
            if (reader.IsDBNull(EventStore.LeafColumn))
            {
                var (seq, stream, version, ordinal, count, eventId, type) = EventStore.ReadPlace(reader);
                events.Add(new(seq, stream, version, ordinal, count, eventId, type, Body: null, IsAuthentic: true));
                continue;
            }
            var stored = EventStore.Read(reader);
            events.Add(
                new(
                    stored.Seq,
                    stored.Stream,
                    stored.Version,
                    stored.Ordinal,
                    stored.Count,
                    stored.EventId,
                    stored.Type,
                    stored.Body,
                    keys.IsAuthentic(stored)
                )
            );
        }
        return events;
    }
}
