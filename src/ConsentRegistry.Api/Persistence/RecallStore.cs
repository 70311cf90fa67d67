using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Usages;
using Npgsql;
using NpgsqlTypes;

namespace ConsentRegistry.Api.Persistence;

/// <summary>Somebody who relies on consent, and whose consent has to be looked at.</summary>
/// <param name="Key">Who, and for what.</param>
/// <param name="Since">Since when.</param>
/// <param name="Row">The version of the row (xmin): whoever relies anew meanwhile has changed it.</param>
internal readonly record struct DueReliance(RelianceKey Key, Instant Since, string Row);

/// <summary>A recall as it is stored.</summary>
/// <param name="Id">The recall.</param>
/// <param name="Record">What it says.</param>
/// <param name="Since">Since when the requester has relied on consent.</param>
/// <param name="CreatedAt">When they were told.</param>
/// <param name="Made">What they made of the video since.</param>
/// <param name="StatementKey">The key of the statement's digest; null with the statement.</param>
internal sealed record StoredRecall(
    Guid Id,
    RecallRecord Record,
    Instant Since,
    Instant CreatedAt,
    IReadOnlyList<Made> Made,
    byte[]? StatementKey = null
);

/// <summary>Follows withdrawn consent to those who rely on it, and keeps what they were told.</summary>
internal static class RecallStore
{
    /// <summary>Things made that a recall names.</summary>
    private const int MadeNamed = 100;

    /// <summary>
    /// Uses among which they are looked for: of a requester who records without end, no recall is slow to list.
    /// </summary>
    private const int UsesRead = 1_000;

    /// <summary>
    /// The columns of a recall <c>r</c>, with what was made of the video since, in the order in which
    /// <see cref="ReadAsync"/> takes them.
    /// </summary>
    /// <remarks>
    /// The ids of uses rise with the time of their recording, as far as requests do not wait for each other.
    /// </remarks>
    public static readonly string Columns = $"""
        r.id, r.requester, r.owner, r.video, r.purpose, r.creator, r.reason, r.stop_by, r.state, r.statement, r.version, r.changed_at, r.since, r.created_at,
        ARRAY(
            SELECT coalesce(u.made_owner || '/' || u.made_video, u.training_run) AS made
            FROM (
                SELECT v.usage FROM consent.used_video v
                WHERE v.owner = r.owner AND v.video = r.video AND v.requester = r.requester AND v.purpose = r.purpose
                    AND v.usage >= (lpad(to_hex((extract(epoch
                        FROM r.since) * 1000)::bigint - 2000), 12, '0') || repeat('0', 20))::uuid
                ORDER BY v.usage LIMIT {UsesRead}) AS v
            JOIN consent.usage u ON u.id = v.usage
            WHERE u.recorded_at BETWEEN r.since AND r.created_at AND coalesce(u.made_video, u.training_run) IS NOT NULL
            GROUP BY made ORDER BY min(u.recorded_at), made LIMIT {MadeNamed}),
        r.statement_key
        """;

    /// <summary>Whether there is more of the log to read, or somebody is due.</summary>
    public static async Task<bool> HasWorkAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            """
            SELECT EXISTS (SELECT FROM consent.history h, consent.recall_position p WHERE h.seq > p.seq)
                OR EXISTS (SELECT FROM consent.recall_due)
                OR EXISTS (SELECT FROM consent.reliance WHERE check_at <= clock_timestamp())
            """
        );
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>
    /// Reads on in the log, and notes the creators on whom somebody relies and whose events may have withdrawn consent.
    /// The first registration of a video withdraws none: before it nobody could use what it is about.
    /// </summary>
    /// <returns>How many events were read; none where another node reads.</returns>
    public static async Task<int> FollowAsync(
        StreamTransaction change,
        string[] altering,
        int limit,
        CancellationToken cancellation
    )
    {
        await using var command = change.Command(
            $"""
            WITH here AS MATERIALIZED (SELECT seq FROM consent.recall_position FOR UPDATE SKIP LOCKED),
            events AS MATERIALIZED (SELECT h.seq, h.creator, h.type, h.body FROM here JOIN consent.history h
                ON h.seq > here.seq ORDER BY h.seq LIMIT @limit),
            noted AS (
                INSERT INTO consent.recall_due (creator)
                SELECT DISTINCT e.creator FROM events e
                WHERE e.type = ANY(@altering)
                    AND CASE WHEN e.type = '{EventType.VideoRegistered}'
                        THEN convert_from(e.body, 'UTF8')::json ->> 'before' IS NOT NULL ELSE true END
                    AND EXISTS (SELECT FROM consent.reliance_concern c WHERE c.creator = e.creator)
                ON CONFLICT (creator) DO UPDATE SET owner = '', video = '', purpose = '', requester = ''),
            moved AS (UPDATE consent.recall_position SET seq = (SELECT max(seq) FROM events) WHERE EXISTS (SELECT
                FROM events))
            SELECT count(*)::int FROM events
            """
        );
        command.Parameters.AddWithValue("limit", limit);
        command.Parameters.AddWithValue("altering", altering);
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>
    /// Makes due who relies on one of the noted creators: a page of them, so that a new reliance never waits long for
    /// their rows. Each creator in turn; where somebody else holds one of the rows, the same page again a little later.
    /// </summary>
    /// <returns>How many creators were served: one, or none where nobody is noted or another node works.</returns>
    public static async Task<int> SpreadAsync(
        StreamTransaction change,
        int limit,
        int putOffSeconds,
        CancellationToken cancellation
    )
    {
        await using var command = change.Command(
            """
            WITH here AS MATERIALIZED (SELECT seq FROM consent.recall_position FOR UPDATE SKIP LOCKED),
            noted AS MATERIALIZED (SELECT d.* FROM here, consent.recall_due d WHERE d.served_at <= clock_timestamp()
                ORDER BY d.served_at LIMIT 1),
            page AS MATERIALIZED (
                SELECT c.* FROM noted n CROSS JOIN LATERAL (
                    SELECT c.owner, c.video, c.purpose, c.requester FROM consent.reliance_concern c
                    WHERE c.creator = n.creator AND (c.owner, c.video, c.purpose, c.requester) > (n.owner, n.video,
                        n.purpose, n.requester)
                    ORDER BY c.owner, c.video, c.purpose, c.requester LIMIT @limit) AS c),
            locked AS MATERIALIZED (
                SELECT r.owner, r.video, r.purpose, r.requester FROM page p JOIN consent.reliance r
                    USING (owner, video, purpose, requester)
                ORDER BY r.owner, r.video, r.purpose, r.requester FOR UPDATE OF r SKIP LOCKED),
            due AS (
                UPDATE consent.reliance r SET check_at = clock_timestamp() FROM locked l
                WHERE r.owner = l.owner AND r.video = l.video AND r.purpose = l.purpose AND r.requester = l.requester),
            last AS (SELECT * FROM page ORDER BY owner DESC, video DESC, purpose DESC, requester DESC LIMIT 1),
            took AS (SELECT (SELECT count(*) FROM page) AS rows, (SELECT count(*) FROM page) = (SELECT count(*)
                FROM locked) AS all_of_them),
            again AS (
                UPDATE consent.recall_due d SET served_at = clock_timestamp() + make_interval(secs => @seconds)
                FROM noted n, took t WHERE d.creator = n.creator AND NOT t.all_of_them),
            moved AS (
                UPDATE consent.recall_due d SET served_at = clock_timestamp(), owner = l.owner, video = l.video,
                    purpose = l.purpose, requester = l.requester
                FROM noted n, last l, took t WHERE d.creator = n.creator AND t.all_of_them AND t.rows = @limit),
            done AS (DELETE FROM consent.recall_due d USING noted n, took t WHERE d.creator = n.creator
                AND t.all_of_them AND t.rows < @limit)
            SELECT count(*)::int FROM noted
            """
        );
        command.Parameters.AddWithValue("limit", limit);
        command.Parameters.AddWithValue("seconds", (double)putOffSeconds);
        return (int)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>
    /// Takes reliances that are due; none where another node does. They are not locked yet: whoever records a use locks
    /// a stream first, and so it has to be here.
    /// </summary>
    public static async Task<List<DueReliance>> TakeDueAsync(
        StreamTransaction change,
        int limit,
        CancellationToken cancellation
    )
    {
        await using var command = change.Command(
            """
            WITH here AS MATERIALIZED (SELECT seq FROM consent.recall_position FOR UPDATE SKIP LOCKED)
            SELECT owner, video, purpose, requester, since, r.xmin::text FROM here, consent.reliance r
            WHERE check_at <= clock_timestamp() ORDER BY check_at LIMIT @limit
            """
        );
        command.Parameters.AddWithValue("limit", limit);
        var due = new List<DueReliance>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            due.Add(new(RelianceStore.Read(reader, 0), Instant.From(reader.GetDateTime(4)), reader.GetString(5)));
        return due;
    }

    /// <summary>
    /// Locks what was taken, in the order in which all do. What has changed since, or somebody else holds, is left out.
    /// </summary>
    public static async Task<HashSet<RelianceKey>> LockAsync(
        StreamTransaction change,
        IReadOnlyCollection<DueReliance> due,
        CancellationToken cancellation
    )
    {
        await using var command = change.Command(
            """
            SELECT r.owner, r.video, r.purpose, r.requester FROM consent.reliance r
            JOIN unnest(@owners, @videos, @purposes, @requesters, @rows) AS n(owner, video, purpose, requester, row)
                ON r.owner = n.owner AND r.video = n.video AND r.purpose = n.purpose AND r.requester = n.requester AND r.xmin::text = n.row
            ORDER BY r.owner, r.video, r.purpose, r.requester FOR UPDATE OF r SKIP LOCKED
            """
        );
        RelianceStore.Bind(command.Parameters, due, one => one.Key);
        command.Parameters.AddWithValue("rows", due.Select(one => one.Row).ToArray());
        var locked = new HashSet<RelianceKey>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            locked.Add(RelianceStore.Read(reader, 0));
        return locked;
    }

    /// <summary>Puts off those whose consent stands until it expires.</summary>
    public static Task KeepAsync(
        StreamTransaction change,
        IReadOnlyCollection<(RelianceKey Key, Instant HoldsUntil)> kept,
        CancellationToken cancellation
    ) =>
        change.WriteAsync(
            """
            UPDATE consent.reliance r SET check_at = n.check_at
                FROM unnest(@owners, @videos, @purposes, @requesters, @times) AS n(owner, video, purpose, requester,
                check_at)
            WHERE r.owner = n.owner AND r.video = n.video AND r.purpose = n.purpose AND r.requester = n.requester
            """,
            kept,
            (parameters, part) =>
            {
                RelianceStore.Bind(parameters, part, one => one.Key);
                parameters.Add(
                    TimestampArray.Parameter(
                        "times",
                        part.Select(one => one.HoldsUntil == Instant.Never ? (Instant?)null : one.HoldsUntil)
                    )
                );
            },
            cancellation
        );

    /// <summary>
    /// Has those looked at again a little later who could not be told now; whose row somebody else holds is left as it
    /// is.
    /// </summary>
    public static async Task<int> PutOffAsync(
        StreamTransaction change,
        IReadOnlyCollection<RelianceKey> keys,
        int seconds,
        CancellationToken cancellation
    )
    {
        await using var command = change.Command(
            """
            WITH free AS MATERIALIZED (
                SELECT r.owner, r.video, r.purpose, r.requester FROM consent.reliance r
                JOIN unnest(@owners, @videos, @purposes, @requesters) AS n(owner, video, purpose, requester)
                    USING (owner, video, purpose, requester)
                FOR UPDATE OF r SKIP LOCKED)
            UPDATE consent.reliance r SET check_at = clock_timestamp() + make_interval(secs => @seconds) FROM free f
            WHERE r.owner = f.owner AND r.video = f.video AND r.purpose = f.purpose AND r.requester = f.requester
            """
        );
        RelianceStore.Bind(command.Parameters, keys, key => key);
        command.Parameters.AddWithValue("seconds", (double)seconds);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>
    /// Writes recalls in place of what they end. They concern on whose word it rested, and on whose it would now.
    /// </summary>
    public static async Task InsertAsync(
        StreamTransaction change,
        IReadOnlyCollection<(StoredRecall Recall, IReadOnlyCollection<CreatorId> Concerned)> issued,
        CancellationToken cancellation
    )
    {
        var recalls = issued.Select(one => one.Recall).ToList();
        await change.WriteAsync(
            """
            INSERT INTO consent.recall (id, requester, owner, video, purpose, creator, reason, since, stop_by, state,
                version, changed_at, created_at)
            SELECT n.id, n.requester, n.owner, n.video, n.purpose, n.creator, n.reason, n.since, n.stop_by, 'open',
                n.version, n.created_at, n.created_at
            FROM unnest(@ids, @requesters, @owners, @videos, @purposes, @creators, @reasons, @since, @stops, @versions,
                @times)
                AS n(id, requester, owner, video, purpose, creator, reason, since, stop_by, version, created_at)
            """,
            recalls,
            (parameters, part) =>
            {
                RelianceStore.Bind(parameters, part, KeyOf);
                parameters.AddWithValue("ids", part.Select(one => one.Id).ToArray());
                parameters.Add(
                    new("creators", NpgsqlDbType.Array | NpgsqlDbType.Text)
                    {
                        Value = part.Select(one => one.Record.Creator?.Value).ToArray(),
                    }
                );
                parameters.AddWithValue("reasons", part.Select(one => one.Record.Reason.Word()).ToArray());
                parameters.AddWithValue("since", part.Select(one => one.Since.ToDateTime()).ToArray());
                parameters.AddWithValue("stops", part.Select(one => one.Record.StopBy.ToDateTime()).ToArray());
                parameters.AddWithValue("versions", part.Select(one => one.Record.Stamp.Version).ToArray());
                parameters.AddWithValue("times", part.Select(one => one.CreatedAt.ToDateTime()).ToArray());
            },
            cancellation
        );
        await change.WriteAsync(
            """
            INSERT INTO consent.recall_concern (recall, creator)
            SELECT n.id, c.creator FROM unnest(@ids, @owners, @videos, @purposes, @requesters) AS n(id, owner, video,
                purpose, requester)
                JOIN consent.reliance_concern c USING (owner, video, purpose, requester) LEFT JOIN consent.creator known
                    ON known.id = c.creator
            WHERE known.erased_at IS NULL OR c.creator = n.owner
            """,
            recalls,
            (parameters, part) =>
            {
                RelianceStore.Bind(parameters, part, KeyOf);
                parameters.AddWithValue("ids", part.Select(one => one.Id).ToArray());
            },
            cancellation
        );
        await change.WriteAsync(
            "INSERT INTO consent.recall_concern (recall, creator) SELECT * FROM unnest(@ids, @creators) ON CONFLICT "
                + "DO NOTHING",
            [.. issued.SelectMany(one => one.Concerned.Select(creator => (one.Recall.Id, Creator: creator)))],
            (parameters, part) =>
            {
                parameters.AddWithValue("ids", part.Select(one => one.Id).ToArray());
                parameters.AddWithValue("creators", part.Select(one => one.Creator.Value).ToArray());
            },
            cancellation
        );
        await change.WriteAsync(
            """
            DELETE FROM consent.reliance r USING unnest(@owners, @videos, @purposes, @requesters) AS n(owner, video,
                purpose, requester)
            WHERE r.owner = n.owner AND r.video = n.video AND r.purpose = n.purpose AND r.requester = n.requester
            """,
            recalls,
            (parameters, part) => RelianceStore.Bind(parameters, part, KeyOf),
            cancellation
        );
    }

    /// <summary>A recall of a requester; null if they have none of that id.</summary>
    public static async Task<StoredRecall?> FindAsync(
        StreamTransaction change,
        Requester requester,
        Guid id,
        CancellationToken cancellation
    )
    {
        await using var command = change.Command(
            $"SELECT {Columns} FROM consent.recall r WHERE r.id = @id AND r.requester = @requester"
        );
        command.Parameters.AddWithValue("id", id);
        command.Parameters.AddWithValue("requester", requester.Value);
        return (await ReadAsync(command, cancellation)).FirstOrDefault();
    }

    /// <summary>Writes what a requester said.</summary>
    public static async Task UpdateAsync(StreamTransaction change, StoredRecall recall, CancellationToken cancellation)
    {
        await using var command = change.Command(
            "UPDATE consent.recall SET state = @state, statement = @statement, statement_key = @key, version = "
                + "@version, changed_at = @changed_at WHERE id = @id"
        );
        command.Parameters.AddWithValue("id", recall.Id);
        command.Parameters.AddWithValue("state", recall.Record.State.Word());
        command.Parameters.Add(
            new("statement", NpgsqlDbType.Text) { Value = (object?)recall.Record.Statement?.Text ?? DBNull.Value }
        );
        command.Parameters.Add(new("key", NpgsqlDbType.Bytea) { Value = (object?)recall.StatementKey ?? DBNull.Value });
        command.Parameters.AddWithValue("version", recall.Record.Stamp.Version);
        command.Parameters.AddWithValue("changed_at", recall.Record.Stamp.At.ToDateTime());
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The recalls of a statement's rows.</summary>
    public static async Task<List<StoredRecall>> ReadAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        var recalls = new List<StoredRecall>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var key = reader.IsDBNull(15) ? null : reader.GetFieldValue<byte[]>(15);
            recalls.Add(
                new(
                    reader.GetGuid(0),
                    new(
                        Requester.Parse(reader.GetString(1)),
                        new(CreatorId.Parse(reader.GetString(2)), VideoId.Parse(reader.GetString(3))),
                        Purpose.Parse(reader.GetString(4)),
                        reader.IsDBNull(5) ? null : CreatorId.Parse(reader.GetString(5)),
                        Wording.Parse<Reason>(reader.GetString(6)),
                        Instant.From(reader.GetDateTime(7)),
                        Wording.Parse<RecallState>(reader.GetString(8)),
                        key is null ? null : Statement.Seal(reader.GetString(9), key),
                        new(reader.GetInt64(10), Instant.From(reader.GetDateTime(11)))
                    ),
                    Instant.From(reader.GetDateTime(12)),
                    Instant.From(reader.GetDateTime(13)),
                    [.. reader.GetFieldValue<string[]>(14).Select(MadeOf)],
                    key
                )
            );
        }
        return recalls;
    }

    // No id contains a slash.
    private static Made MadeOf(string name) =>
        name.Split('/') is [var owner, var video]
            ? new(new VideoKey(CreatorId.Parse(owner), VideoId.Parse(video)), null)
            : new(null, name);

    private static RelianceKey KeyOf(StoredRecall recall) =>
        new(recall.Record.Video, recall.Record.Purpose, recall.Record.Requester);
}
