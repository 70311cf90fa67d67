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
);

/// <summary>Asks the primary what has changed: one statement, so one snapshot and one round trip.</summary>
/// <remarks>
/// What this node knows to wait for the log is not read again, neither while it waits nor from the log: polls are many,
/// and one change can have thousands of events. One statement is also all that Npgsql writes without a thread of the pool
/// when it is called synchronously.
/// </remarks>
internal static class Feed
{
    // The columns behind those of an event.
    private static readonly int PartColumn = EventStore.LastColumn + 1;
    private static readonly int TimeColumn = PartColumn + 1;
    private static readonly int SnapshotColumn = TimeColumn + 1;
    private static readonly int ServerColumn = SnapshotColumn + 1;
    private static readonly int StandbyColumn = ServerColumn + 1;
    private static readonly int NodesColumn = StandbyColumn + 1;
    private static readonly int BeatsColumn = NodesColumn + 1;
    private static readonly int DeltasColumn = BeatsColumn + 1;

    /// <summary>
    /// The statement. Its parameters: from where on the log is read, how many events of it, which ones are known to wait,
    /// and the anchor. Of an event that is known only its place is read. Rows come in any order: to sort whole rows takes
    /// the server longer than this node.
    /// </summary>
    /// <remarks>
    /// The inbox is empty most of the time, and its statistics say so, also when one change puts 10,000 events into it. So
    /// what is known is compared in ways that have no nested loop, which would take seconds: by the hash table of a
    /// subquery, and by a full join.
    /// </remarks>
    internal static readonly string Text = $"""
        SELECT seq, creator, version, ordinal, count, event_id, type, tx, CASE WHEN is_known THEN NULL ELSE leaf END,
            CASE WHEN is_known THEN NULL ELSE body END, CASE WHEN is_known THEN NULL ELSE salt END,
            CASE WHEN is_known THEN NULL ELSE kid END, CASE WHEN is_known THEN NULL ELSE mac END,
            {(int)Part.Logged}, NULL, NULL, NULL, NULL, NULL, NULL, NULL
        FROM (SELECT *, event_id IN (SELECT unnest(array_append($3, $4))) AS is_known
            FROM consent.history WHERE seq >= $1 ORDER BY seq LIMIT $2) AS next
        UNION ALL
        SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
            {(int)Part.State}, now(), pg_current_snapshot()::text,
            {ServerIdentity.Column},
            {ConfirmedCommit.HasStandby}, array_agg(id), array_agg(beat), array_agg(delta_ms)
        FROM consent.node
        UNION ALL
        SELECT NULL::bigint, {EventStore.Columns["seq, ".Length..]},
            {(int)Part.Waiting}, NULL, NULL, NULL, NULL, NULL, NULL, NULL
        FROM consent.inbox WHERE event_id NOT IN (SELECT unnest($3))
        UNION ALL
        SELECT NULL, NULL, NULL, NULL, NULL, id, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
            {(int)Part.Left}, NULL, NULL, NULL, NULL, NULL, NULL, NULL
        FROM unnest($3) AS known(id) FULL JOIN consent.inbox ON event_id = id WHERE event_id IS NULL
        """;

    /// <summary>What a row is.</summary>
    private enum Part
    {
        /// <summary>The one row about the server and the nodes.</summary>
        State,

        /// <summary>An event of the log.</summary>
        Logged,

        /// <summary>An event that waits for it.</summary>
        Waiting,

        /// <summary>The id of an event that was known to wait, and does not any more.</summary>
        Left,
    }

    /// <summary>Polls. It blocks, and needs no thread of the pool unless creators are read anew.</summary>
    /// <param name="connection">A connection to the primary.</param>
    /// <param name="keys">What marks of events are verified by.</param>
    /// <param name="follower">Who follows: it says from where on is read, and what it knows already.</param>
    /// <param name="reload">Creators of whom everything is read.</param>
    /// <exception cref="NpgsqlException">The database cannot be asked, or is a standby.</exception>
    public static Poll Poll(
        NpgsqlConnection connection,
        IntegrityKeys keys,
        Follower follower,
        IReadOnlyCollection<CreatorId> reload
    )
    {
        var limit = follower.Limit;
        using var batch = new NpgsqlBatch(connection);
        if (reload.Count > 0)
            batch.BatchCommands.Add(new("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
        batch.BatchCommands.Add(
            new(Text)
            {
                Parameters =
                {
                    new() { Value = follower.From },
                    new() { Value = limit + 1 },
                    new() { Value = (Guid[])[.. follower.Waiting] },
                    new() { Value = follower.Anchor },
                },
            }
        );
        if (reload.Count > 0)
        {
            CreatorRecords.AddTo(batch, [.. reload.Select(creator => creator.Value)]);
            batch.BatchCommands.Add(new("COMMIT"));
        }
        var sentAt = BootClock.Now;
        using var reader = batch.ExecuteReader();
        var poll = Read(reader, keys, sentAt, limit);
        return reload.Count > 0 ? poll with { Reloaded = ReadRecords(reader, keys) } : poll;
    }

    private static Poll Read(NpgsqlDataReader reader, IntegrityKeys keys, long sentAt, int limit)
    {
        Poll? poll = null;
        var (logged, waiting, left) = (new List<FeedEvent>(), new List<FeedEvent>(), new List<Guid>());
        while (reader.Read())
        {
            switch ((Part)reader.GetInt32(PartColumn))
            {
                case Part.State:
                    poll = ReadState(reader, sentAt);
                    break;
                case Part.Left:
                    left.Add(reader.GetGuid(EventStore.IdColumn));
                    break;
                case var part when ReadEvent(reader, keys) is { } read:
                    (part == Part.Logged ? logged : waiting).Add(read);
                    break;
            }
        }
        logged.Sort((one, other) => one.Seq!.Value.CompareTo(other.Seq!.Value));
        var isCut = logged.Count > limit;
        if (isCut)
            logged.RemoveAt(logged.Count - 1);
        return poll! with { History = logged, IsCut = isCut, Inbox = waiting, Left = left };
    }

    private static Poll ReadState(NpgsqlDataReader reader, long sentAt) =>
        new(
            sentAt,
            Instant.From(reader.GetDateTime(TimeColumn)),
            reader.GetString(SnapshotColumn),
            ServerIdentity.Read(reader, ServerColumn),
            reader.GetBoolean(StandbyColumn),
            reader.IsDBNull(NodesColumn) ? [] : ReadNodes(reader),
            History: [],
            IsCut: false,
            Inbox: [],
            Left: [],
            Reloaded: []
        );

    private static NodeRow[] ReadNodes(NpgsqlDataReader reader) =>
        [
            .. reader
                .GetFieldValue<Guid[]>(NodesColumn)
                .Zip(reader.GetFieldValue<long[]>(BeatsColumn), reader.GetFieldValue<int[]>(DeltasColumn))
                .Select(node => new NodeRow(node.First, node.Second, TimeSpan.FromMilliseconds(node.Third))),
        ];

    // Of what waits, a row of no stream is nobody's event. In the log it is a gap.
    private static FeedEvent? ReadEvent(NpgsqlDataReader reader, IntegrityKeys keys)
    {
        if (!EventStore.HasStream(reader))
            return null;
        // Without a leaf it is known: each event has one for ever.
        if (reader.IsDBNull(EventStore.LeafColumn))
        {
            var (seq, stream, version, ordinal, count, eventId, type) = EventStore.ReadPlace(reader);
            return new(seq, stream, version, ordinal, count, eventId, type, Body: null, IsAuthentic: true);
        }
        var stored = EventStore.Read(reader);
        return new(
            stored.Seq,
            stored.Stream,
            stored.Version,
            stored.Ordinal,
            stored.Count,
            stored.EventId,
            stored.Type,
            stored.Body,
            keys.IsAuthentic(stored)
        );
    }

    // It is shared with those who read many at a time. Here it is rare.
    private static List<CreatorRecords> ReadRecords(NpgsqlDataReader reader, IntegrityKeys keys) =>
        [
            .. CreatorRecords
                .ReadAsync(reader, CancellationToken.None)
                .GetAwaiter()
                .GetResult()
                .Select(records => records.Verify(keys)),
        ];
}
