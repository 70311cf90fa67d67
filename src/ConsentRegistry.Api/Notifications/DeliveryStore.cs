using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using Npgsql;
using NpgsqlTypes;

namespace ConsentRegistry.Api.Notifications;

/// <summary>A delivery that this node has taken.</summary>
/// <param name="Permits">Of which it uses one.</param>
/// <param name="DueAt">Until when it is this node's: what tells it from one that another node took over.</param>
/// <param name="Failed">Attempts that have failed.</param>
/// <param name="Url">Where to.</param>
/// <param name="Secrets">What signs it, as it is stored.</param>
/// <param name="Message">What.</param>
/// <param name="TraceParent">
/// The trace of the change that it tells of; null if that was not traced, or is too old.
/// </param>
internal sealed record TakenDelivery(
    DeliveryPermits Permits,
    DateTime DueAt,
    int Failed,
    Uri Url,
    IReadOnlyList<byte[]> Secrets,
    Message Message,
    string? TraceParent
);

/// <summary>The tables of what is told: from the outbox to inboxes and deliveries, and on to receivers.</summary>
internal static class DeliveryStore
{
    /// <summary>Notifications that one transaction hands on.</summary>
    public const int BatchSize = 500;

    /// <summary>Webhooks that are looked at at once, at random where there are more.</summary>
    private const int MaxDue = 1_000;

    /// <summary>Owners who are told at once that others got an identifier which their videos carry.</summary>
    private const int MostOwnersTold = 10_000;

    /// <summary>Videos that got one identifier, and are looked at at once.</summary>
    private const int MostClaims = 100;

    /// <summary>Rows that one statement of the cleaning deletes, so that none holds locks for long.</summary>
    public const int RowsCleaned = 1_000;

    /// <summary>
    /// For how long a delivery is a node's own: longer than an attempt takes, and so long it waits if the node dies.
    /// </summary>
    public static readonly TimeSpan Lease = WebhookSender.Timeout * 2;

    // Any number that nothing else in this database locks by.
    private const long RelayLock = 0x6e6f7469;

    // A video got identifiers: it is told to whoever else carries them, to each once, however many videos are handed on.
    private const string IsClaim = "kind = 'identifierClaimed' AND creator IS NULL";

    /// <summary>
    /// Waits until nobody hands anything on, and keeps others from it until the transaction ends: an erasure deletes
    /// what is told to and of a creator, and nothing of that may come after it.
    /// </summary>
    public static async Task HoldRelayAsync(StreamTransaction change, CancellationToken cancellation)
    {
        await using var command = change.Command($"SELECT pg_advisory_xact_lock({RelayLock})");
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>
    /// Hands on what the outbox holds: gives it its place among all notifications, and makes a delivery for each
    /// webhook that is told of it. One transaction at a time does so, of all nodes, so that places become visible in
    /// their order.
    /// </summary>
    /// <returns>
    /// How many were handed on; fewer than <see cref="BatchSize"/> if no more are there, or if another node is at it.
    /// </returns>
    public static async Task<int> RelayAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        // Looked at first, and alone: mostly there is nothing.
        await using (var look = new NpgsqlCommand("SELECT EXISTS (SELECT FROM consent.outbox)", connection))
        {
            if (await look.ExecuteScalarAsync(cancellation) is false)
                return 0;
        }
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (var claim = new NpgsqlCommand($"SELECT pg_try_advisory_xact_lock({RelayLock})", connection))
        {
            if (await claim.ExecuteScalarAsync(cancellation) is false)
                return 0;
        }
        // A place that somebody has seen must not be given to another notification after a crash.
        await using (var durable = new NpgsqlCommand(ConfirmedCommit.IsWanted, connection))
            await durable.ExecuteNonQueryAsync(cancellation);
        // A webhook that is being deleted is waited for, and then told of nothing.
        await using var move = new NpgsqlCommand(
            $"""
            WITH taken AS (
                DELETE FROM consent.outbox WHERE id = ANY(ARRAY(SELECT id FROM consent.outbox ORDER BY id LIMIT $1 FOR
                    UPDATE SKIP LOCKED)) RETURNING *
            ), claim AS (
                SELECT n.name, t.data -> 'video' AS video, t.created_at,
                    row_number() OVER (PARTITION BY n.name ORDER BY t.id) AS place
                FROM taken t CROSS JOIN LATERAL (
                    SELECT ((i ->> 'scheme') || ':' || (i ->> 'value')) COLLATE "C" AS name
                    FROM jsonb_array_elements(t.data -> 'identifiers') AS i) AS n
                WHERE {IsClaim}
            ), carrier AS (
                SELECT n.name, v.owner, v.video FROM (SELECT DISTINCT name FROM claim) AS n CROSS JOIN LATERAL (
                    SELECT owner, min(video) AS video FROM consent.video
                    WHERE identifiers @> ARRAY[n.name] AND cardinality(identifiers) > 0
                    GROUP BY owner LIMIT {MostOwnersTold}) AS v
            ), shared AS (
                SELECT k.owner, min(k.video) AS video, array_agg(DISTINCT k.name) AS names,
                    array_agg(DISTINCT c.video) AS claims, max(c.created_at) AS created_at
                FROM carrier k JOIN claim c ON c.name = k.name AND c.place <= {MostClaims}
                    AND (c.video ->> 'creatorId') COLLATE "C" <> k.owner
                GROUP BY k.owner
            ), told AS (
                SELECT id, kind, creator, requester, to_platforms, created_at, data FROM taken WHERE NOT ({IsClaim})
                UNION ALL
                SELECT gen_random_uuid(), 'identifierClaimed', owner, NULL, false, created_at, jsonb_build_object(
                    'creatorId', owner, 'video', jsonb_build_object('creatorId', owner, 'videoId', video),
                    'identifiers', (SELECT jsonb_agg(jsonb_build_object('scheme', split_part(i.name, ':', 1),
                            'value', substr(i.name, strpos(i.name, ':') + 1)) ORDER BY i.place)
                        FROM unnest(names[1:{Limits.IdentifiersPerVideo}]) WITH ORDINALITY AS i(name, place)),
                    'claimedBy', to_jsonb(claims[1:{NotificationFactory.ClaimsNamed}]))
                FROM shared
            ), placed AS (
                INSERT INTO consent.notification (place, id, kind, creator, requester, to_platforms, created_at, data)
                SELECT nextval('consent.notification_place'), id, kind, creator, requester, to_platforms, created_at,
                    data FROM (SELECT * FROM told ORDER BY created_at, id) AS told
                RETURNING id, kind, creator, requester, to_platforms
            ), platforms AS (
                SELECT w.id AS webhook, p.id AS notification FROM placed p JOIN consent.webhook w ON p.to_platforms
                    AND w.audience = 'platform'
                    AND w.enabled AND (w.kinds IS NULL OR p.kind = ANY(w.kinds)) FOR KEY SHARE OF w
            ), requesters AS (
                SELECT w.id AS webhook, p.id AS notification FROM placed p JOIN consent.webhook w
                    ON w.audience = 'requester' AND (w.owner = p.requester OR p.kind = 'purposeRegistered')
                    AND w.enabled AND (w.kinds IS NULL OR p.kind = ANY(w.kinds)) FOR KEY SHARE OF w
            ), agents AS (
                SELECT w.id AS webhook, p.id AS notification FROM placed p JOIN consent.webhook w
                    ON w.audience = 'creator' AND w.owner = p.creator
                    AND w.enabled AND (w.kinds IS NULL OR p.kind = ANY(w.kinds)) FOR KEY SHARE OF w
            ), made AS (
                INSERT INTO consent.delivery (webhook, notification) TABLE platforms UNION ALL TABLE requesters
                    UNION ALL TABLE agents
            )
            SELECT count(*)::int FROM taken
            """,
            connection
        );
        move.Parameters.Add(new() { Value = BatchSize });
        var count = (int)(await move.ExecuteScalarAsync(cancellation))!;
        await transaction.CommitAsync(cancellation);
        return count;
    }

    /// <summary>The webhooks for which something is due, in any order.</summary>
    public static async Task<IReadOnlyList<DueWebhook>> ListDueAsync(
        NpgsqlDataSource source,
        CancellationToken cancellation
    )
    {
        // From one webhook to the next by the index: a receiver with a million deliveries costs as little as one with a
        // single one.
        await using var command = source.CreateCommand(
            """
            WITH RECURSIVE waiting AS (
                (SELECT webhook FROM consent.delivery WHERE state = 'pending' ORDER BY webhook LIMIT 1)
                UNION ALL
                SELECT (SELECT d.webhook FROM consent.delivery d WHERE d.state = 'pending'
                    AND d.webhook > waiting.webhook ORDER BY d.webhook LIMIT 1)
                FROM waiting WHERE waiting.webhook IS NOT NULL
            )
            SELECT w.id, w.host, w.failing_since IS NOT NULL FROM waiting JOIN consent.webhook w
                ON w.id = waiting.webhook
            WHERE w.enabled AND EXISTS (SELECT FROM consent.delivery d WHERE d.webhook = w.id AND d.state = 'pending'
                AND d.due_at <= clock_timestamp())
            ORDER BY random() LIMIT $1
            """
        );
        command.Parameters.Add(new() { Value = MaxDue });
        var due = new List<DueWebhook>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            due.Add(new(reader.GetGuid(0), reader.GetString(1), reader.GetBoolean(2)));
        return due;
    }

    /// <summary>Takes what is due, so many of each webhook; what another node is taking is passed over.</summary>
    public static async Task<IReadOnlyList<TakenDelivery>> TakeAsync(
        NpgsqlDataSource source,
        IReadOnlyList<DeliveryPermits> permits,
        CancellationToken cancellation
    )
    {
        await using var command = source.CreateCommand(
            $"""
            UPDATE consent.delivery d SET due_at = clock_timestamp() + $3
            FROM unnest($1, $2) AS wanted(webhook, count)
                CROSS JOIN LATERAL (
                    SELECT webhook, notification FROM consent.delivery
                    WHERE webhook = wanted.webhook AND state = 'pending' AND due_at <= clock_timestamp()
                    ORDER BY due_at LIMIT wanted.count FOR UPDATE SKIP LOCKED) AS picked
                JOIN consent.webhook w ON w.id = picked.webhook AND w.enabled
                JOIN consent.notification n ON n.id = picked.notification
            WHERE d.webhook = picked.webhook AND d.notification = picked.notification
            RETURNING d.webhook, d.due_at, d.attempts, w.url, w.secret || {WebhookStore.FormerSecrets}, n.id, n.kind,
                n.created_at, n.data::text,
                (SELECT t.traceparent FROM consent.trace t WHERE t.id = n.id)
            """
        );
        command.Parameters.Add(new() { Value = permits.Select(one => one.Webhook).ToArray() });
        command.Parameters.Add(new() { Value = permits.Select(one => one.Count).ToArray() });
        command.Parameters.Add(new() { Value = Lease });
        var byWebhook = permits.ToDictionary(one => one.Webhook);
        var taken = new List<TakenDelivery>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            taken.Add(
                new(
                    byWebhook[reader.GetGuid(0)],
                    reader.GetDateTime(1),
                    reader.GetInt32(2),
                    new Uri(reader.GetString(3)),
                    reader.GetFieldValue<byte[][]>(4),
                    new(
                        reader.GetGuid(5),
                        reader.GetString(6),
                        Instant.From(reader.GetDateTime(7)),
                        reader.GetString(8)
                    ),
                    reader.IsDBNull(9) ? null : reader.GetString(9)
                )
            );
        }
        return taken;
    }

    /// <summary>Records that the receiver has it.</summary>
    public static async Task RecordDeliveredAsync(
        NpgsqlDataSource source,
        TakenDelivery delivery,
        Attempt attempt,
        CancellationToken cancellation
    )
    {
        await using var batch = source.CreateBatch();
        var record = new NpgsqlBatchCommand(
            """
            UPDATE consent.delivery SET state = 'delivered', attempts = attempts + 1, tried_at = clock_timestamp(),
                status = $3, error = NULL
            WHERE webhook = $1 AND notification = $2
            """
        );
        Bind(record, delivery.Permits.Webhook, delivery.Message.Id, attempt.Status!.Value);
        var recovered = new NpgsqlBatchCommand(
            "UPDATE consent.webhook SET failing_since = NULL WHERE id = $1 AND failing_since IS NOT NULL"
        );
        Bind(recovered, delivery.Permits.Webhook);
        // The webhook's row is locked before those of its deliveries wherever both are: a deletion does so too.
        batch.BatchCommands.Add(recovered);
        batch.BatchCommands.Add(record);
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>
    /// Records that an attempt failed, and when the next one is due; with none, the delivery has failed.
    /// </summary>
    public static async Task RecordFailedAsync(
        NpgsqlDataSource source,
        TakenDelivery delivery,
        Attempt attempt,
        TimeSpan? next,
        CancellationToken cancellation
    )
    {
        await using var batch = source.CreateBatch();
        // What another node has taken since, or an owner wants to have sent anew, goes its own way.
        var record = new NpgsqlBatchCommand(
            """
            UPDATE consent.delivery SET attempts = attempts + 1, tried_at = clock_timestamp(), status = $4, error = $5,
                state = CASE WHEN $6 IS NULL THEN 'failed' ELSE 'pending' END, due_at = clock_timestamp() + coalesce($6, interval '0')
            WHERE webhook = $1 AND notification = $2 AND due_at = $3 AND state = 'pending'
            """
        );
        Bind(record, delivery.Permits.Webhook, delivery.Message.Id, delivery.DueAt);
        record.Parameters.Add(
            new() { Value = (object?)attempt.Status ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer }
        );
        record.Parameters.Add(
            new() { Value = (object?)attempt.Error?.Word() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text }
        );
        record.Parameters.Add(new() { Value = (object?)next ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Interval });
        var failing = new NpgsqlBatchCommand(
            "UPDATE consent.webhook SET failing_since = clock_timestamp() WHERE id = $1 AND failing_since IS NULL"
        );
        Bind(failing, delivery.Permits.Webhook);
        batch.BatchCommands.Add(failing);
        batch.BatchCommands.Add(record);
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Disables a webhook; what waits for it will not be sent.</summary>
    /// <param name="source">The connections.</param>
    /// <param name="webhook">The webhook.</param>
    /// <param name="reason">Why.</param>
    /// <param name="failingFor">Only if nothing has succeeded for so long.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>Whether it is this call that disabled it.</returns>
    public static async Task<bool> DisableAsync(
        NpgsqlDataSource source,
        Guid webhook,
        DisabledReason reason,
        TimeSpan? failingFor,
        CancellationToken cancellation
    )
    {
        await using var command = source.CreateCommand(
            """
            WITH disabled AS (
                UPDATE consent.webhook SET enabled = false, disabled_for = $2 WHERE id = $1 AND enabled AND ($3 IS NULL
                    OR failing_since <= clock_timestamp() - $3) RETURNING id
            ), dropped AS (
                UPDATE consent.delivery d SET state = 'failed', error = 'disabled' FROM disabled
                    WHERE d.webhook = disabled.id AND d.state = 'pending'
            )
            SELECT EXISTS (SELECT FROM disabled)
            """
        );
        command.Parameters.Add(new() { Value = webhook });
        command.Parameters.Add(new() { Value = reason.Word() });
        command.Parameters.Add(
            new() { Value = (object?)failingFor ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Interval }
        );
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    /// <summary>Deletes notifications that are older, with their deliveries.</summary>
    public static Task<int> CleanAsync(NpgsqlDataSource source, TimeSpan age, CancellationToken cancellation) =>
        RowRetention.DeleteAsync(source, "consent.notification", "place", age, RowsCleaned, cancellation);

    private static void Bind(NpgsqlBatchCommand command, params object[] values)
    {
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
    }
}
