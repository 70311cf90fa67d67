using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using Npgsql;
using NpgsqlTypes;

namespace ConsentRegistry.Api.Notifications;

/// <summary>Who is told by a webhook.</summary>
public enum WebhookAudience
{
    /// <summary>A platform: everybody's changes, stops and new purposes.</summary>
    Platform,

    /// <summary>A requester: what concerns their own requests and uses, and new purposes.</summary>
    Requester,

    /// <summary>A creator's agents: what appears in the creator's inbox.</summary>
    Creator,
}

/// <summary>Whose webhook it is.</summary>
/// <param name="Audience">Who is told.</param>
/// <param name="Name">The platform's client, the requester or the creator.</param>
internal readonly record struct WebhookOwner(WebhookAudience Audience, string Name);

/// <summary>A webhook without its secrets.</summary>
internal sealed record WebhookRow(
    Guid Id,
    WebhookOwner Owner,
    string Url,
    string[]? Kinds,
    DisabledReason? DisabledFor,
    Instant? FailingSince,
    Instant? FormerSecretUntil,
    Instant CreatedAt
);

/// <summary>A delivery as its owner sees it.</summary>
internal sealed record DeliveryRow(
    Guid Notification,
    string Kind,
    Instant CreatedAt,
    DeliveryState State,
    int Attempts,
    Instant? DueAt,
    Instant? TriedAt,
    int? Status,
    DeliveryError? Error
);

/// <summary>How far a delivery is.</summary>
public enum DeliveryState
{
    /// <summary>It waits for an attempt, the first or a further one.</summary>
    Pending,

    /// <summary>The receiver has it.</summary>
    Delivered,

    /// <summary>It is tried no more, unless it is asked for.</summary>
    Failed,
}

/// <summary>Reads and writes webhooks.</summary>
internal static class WebhookStore
{
    /// <summary>
    /// Webhooks of one owner, at most: each of them is told everything, and waits for the same turns.
    /// </summary>
    public const int MaxPerOwner = 10;

    /// <summary>Secrets that one transaction looks at.</summary>
    private const int SecretsPerPage = 500;

    private const string Columns =
        "w.id, w.audience, w.owner, w.url, w.kinds, w.disabled_for, w.failing_since, (SELECT max(until) "
        + "FROM consent.former_secret f WHERE f.webhook = w.id AND f.until > now()), w.created_at";

    /// <summary>The former secrets of a webhook <c>w</c> that sign beside its own, newest first.</summary>
    public const string FormerSecrets =
        "ARRAY(SELECT f.secret FROM consent.former_secret f WHERE f.webhook = w.id AND f.until > clock_timestamp() "
        + "ORDER BY f.until DESC)";

    public static async Task<WebhookRow?> FindAsync(Database database, Guid id, CancellationToken cancellation)
    {
        await using var command = database.Reads.CreateCommand(
            $"SELECT {Columns} FROM consent.webhook w WHERE w.id = $1"
        );
        command.Parameters.Add(new() { Value = id });
        return (await ReadAsync(command, cancellation)).SingleOrDefault();
    }

    /// <summary>Webhooks in the order of their ids: those of these owners, or everybody's.</summary>
    public static async Task<IReadOnlyList<WebhookRow>> ListAsync(
        Database database,
        IReadOnlyCollection<WebhookOwner>? owners,
        Guid after,
        int count,
        CancellationToken cancellation
    )
    {
        await using var command = database.Reads.CreateCommand(
            $"""
            SELECT {Columns} FROM consent.webhook w
            WHERE w.id > $1 AND ($4 OR (w.audience, w.owner) IN (SELECT * FROM unnest($2, $3))) ORDER BY w.id LIMIT $5
            """
        );
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = owners?.Select(owner => owner.Audience.Word()).ToArray() ?? [] });
        command.Parameters.Add(new() { Value = owners?.Select(owner => owner.Name).ToArray() ?? [] });
        command.Parameters.Add(new() { Value = owners is null });
        command.Parameters.Add(new() { Value = count });
        return await ReadAsync(command, cancellation);
    }

    /// <summary>Makes a webhook, with its secret as it is stored.</summary>
    /// <returns>It; or that the owner has one of this address, or too many.</returns>
    public static async Task<Result<WebhookRow>> CreateAsync(
        Database database,
        Guid id,
        WebhookOwner owner,
        Uri url,
        string[]? kinds,
        byte[] secret,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.Changes.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // One at a time of an owner: what is counted stays counted.
        await using (var order = new NpgsqlCommand("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", connection))
        {
            order.Parameters.Add(new() { Value = $"{owner.Audience} {owner.Name}" });
            await order.ExecuteNonQueryAsync(cancellation);
        }
        await using (
            var count = new NpgsqlCommand(
                "SELECT count(*)::int FROM consent.webhook WHERE audience = $1 AND owner = $2",
                connection
            )
        )
        {
            count.Parameters.Add(new() { Value = owner.Audience.Word() });
            count.Parameters.Add(new() { Value = owner.Name });
            if (await count.ExecuteScalarAsync(cancellation) is >= MaxPerOwner)
                return new Failure(
                    FailureCode.TooMany,
                    $"The owner has {MaxPerOwner} webhooks, which is the limit; delete another first.",
                    "owner"
                );
        }
        await using var insert = new NpgsqlCommand(
            $"""
            INSERT INTO consent.webhook AS w (id, audience, owner, url, host, kinds, secret)
                VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (audience, owner, url) DO NOTHING RETURNING {Columns}
            """,
            connection
        );
        foreach (var value in new object[] { id, owner.Audience.Word(), owner.Name, url.AbsoluteUri, url.Authority })
            insert.Parameters.Add(new() { Value = value });
        insert.Parameters.Add(KindsOf(kinds));
        insert.Parameters.Add(new() { Value = secret });
        if ((await ReadAsync(insert, cancellation)).SingleOrDefault() is not { } row)
            return Exists;
        await ConfirmedCommit.CommitAsync(transaction, database.RequiresStandby);
        return row;
    }

    /// <summary>The refusal of what a disabled webhook cannot do.</summary>
    public static readonly Failure Disabled = new(
        Http.ProblemCode.WebhookDisabled,
        "The webhook is disabled; enable it first."
    );

    /// <summary>The refusal of a second webhook of one owner at one address.</summary>
    public static readonly Failure Exists = new(
        Http.ProblemCode.WebhookExists,
        "The owner has a webhook at this address already; change that one, or send another address.",
        "url"
    );

    /// <summary>Alters a webhook; enabling one that was disabled begins anew.</summary>
    /// <returns>It; null if it is gone; or that the owner has another one of this address.</returns>
    public static async Task<Result<WebhookRow?>> UpdateAsync(
        Database database,
        Guid id,
        Uri url,
        string[]? kinds,
        bool enabled,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            $"""
            WITH w AS (
                UPDATE consent.webhook SET url = $2, host = $3, kinds = $4, enabled = $5, disabled_for = CASE WHEN $5
                    THEN NULL ELSE coalesce(disabled_for, 'owner') END,
                    failing_since = CASE WHEN enabled THEN failing_since END
                WHERE id = $1 RETURNING *
            ), dropped AS (
                UPDATE consent.delivery d SET state = 'failed', error = 'disabled' FROM w WHERE d.webhook = w.id
                    AND d.state = 'pending' AND NOT w.enabled
            )
            SELECT {Columns} FROM w
            """
        );
        foreach (var value in new object[] { id, url.AbsoluteUri, url.Authority })
            command.Parameters.Add(new() { Value = value });
        command.Parameters.Add(KindsOf(kinds));
        command.Parameters.Add(new() { Value = enabled });
        try
        {
            return Result.Success(
                await ConfirmedCommit.RunAsync(
                    database,
                    command,
                    async update => (await ReadAsync(update, cancellation)).SingleOrDefault(),
                    cancellation
                )
            );
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return Exists;
        }
    }

    /// <summary>Deletes a webhook and its deliveries.</summary>
    public static async Task DeleteAsync(Database database, Guid id, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("DELETE FROM consent.webhook WHERE id = $1");
        command.Parameters.Add(new() { Value = id });
        await ConfirmedCommit.RunAsync(
            database,
            command,
            delete => delete.ExecuteNonQueryAsync(cancellation),
            cancellation
        );
    }

    /// <summary>
    /// Replaces the secret; the one before goes on signing beside it for a while, however often it is replaced: whoever
    /// never got an answer asks again, and receivers have the one before that.
    /// </summary>
    /// <returns>It; null if it is gone; or that too many were replaced within a day.</returns>
    public static async Task<Result<WebhookRow?>> RotateAsync(
        Database database,
        Guid id,
        byte[] secret,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.Changes.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // One after the other: each keeps the secret that the one before has made.
        await using (
            var order = new NpgsqlCommand("SELECT FROM consent.webhook WHERE id = $1 FOR NO KEY UPDATE", connection)
        )
        {
            order.Parameters.Add(new() { Value = id });
            await order.ExecuteNonQueryAsync(cancellation);
        }
        await using (
            var over = new NpgsqlCommand(
                "DELETE FROM consent.former_secret WHERE webhook = $1 AND until <= clock_timestamp()",
                connection
            )
        )
        {
            over.Parameters.Add(new() { Value = id });
            await over.ExecuteNonQueryAsync(cancellation);
        }
        await using (
            var keep = new NpgsqlCommand(
                """
                INSERT INTO consent.former_secret (webhook, secret, until) SELECT id, secret, clock_timestamp() + $2
                    FROM consent.webhook
                WHERE id = $1 AND (SELECT count(*) FROM consent.former_secret WHERE webhook = $1) < $3
                """,
                connection
            )
        )
        {
            keep.Parameters.Add(new() { Value = id });
            keep.Parameters.Add(new() { Value = WebhookSecret.FormerFor });
            keep.Parameters.Add(new() { Value = WebhookSecret.MaxFormer });
            if (
                await keep.ExecuteNonQueryAsync(cancellation) == 0
                && await FindAsync(database, id, cancellation) is not null
            )
                return new Failure(
                    FailureCode.TooMany,
                    $"The secret was replaced {WebhookSecret.MaxFormer} times within a day, and each of those before "
                        + "signs for its 24 hours; replace it again after that."
                );
        }
        await using var replace = new NpgsqlCommand(
            $"UPDATE consent.webhook w SET secret = $2 WHERE id = $1 RETURNING {Columns}",
            connection
        );
        replace.Parameters.Add(new() { Value = id });
        replace.Parameters.Add(new() { Value = secret });
        var row = (await ReadAsync(replace, cancellation)).SingleOrDefault();
        await ConfirmedCommit.CommitAsync(transaction, database.RequiresStandby);
        return Result.Success(row);
    }

    /// <summary>The secrets that sign now, as they are stored, the newest first.</summary>
    public static async Task<IReadOnlyList<byte[]>> ReadSecretsAsync(
        Database database,
        Guid id,
        CancellationToken cancellation
    )
    {
        await using var command = database.Reads.CreateCommand(
            $"SELECT w.secret || {FormerSecrets} FROM consent.webhook w WHERE w.id = $1"
        );
        command.Parameters.Add(new() { Value = id });
        return await command.ExecuteScalarAsync(cancellation) as byte[][] ?? [];
    }

    /// <summary>Secrets as they are stored, one for each key of the ring that encrypted any.</summary>
    public static async Task<IReadOnlyList<(Guid Webhook, byte[] Secret)>> ListOnePerKeyAsync(
        Database database,
        CancellationToken cancellation
    )
    {
        // The format of the framework's data protection: four bytes of its own, then the id of the key.
        await using var command = database.Changes.CreateCommand(
            """
            SELECT DISTINCT ON (substring(secret FROM 5 FOR 16)) id, secret
            FROM (SELECT id, secret FROM consent.webhook UNION ALL SELECT webhook, secret
                FROM consent.former_secret) AS s WHERE octet_length(secret) > $1
            """
        );
        command.Parameters.Add(new() { Value = WebhookSecret.MaxLength });
        return await ReadSecretsAsync(command, cancellation);
    }

    /// <summary>Replaces secrets as they are stored, those of a few webhooks after the other.</summary>
    /// <param name="database">The pools.</param>
    /// <param name="onlyClear">Whether only those are looked at that are not encrypted.</param>
    /// <param name="replace">What to store in a secret's place; null where it is as it should be.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task ReplaceSecretsAsync(
        Database database,
        bool onlyClear,
        Func<Guid, byte[], byte[]?> replace,
        CancellationToken cancellation
    )
    {
        foreach (var (table, webhook) in new[] { ("webhook", "id"), ("former_secret", "webhook") })
        {
            for (Guid? after = Guid.Empty; after is not null; )
                after = await ReplaceSecretsAsync(
                    database,
                    table,
                    webhook,
                    onlyClear,
                    after.Value,
                    replace,
                    cancellation
                );
        }
    }

    /// <returns>The last webhook of a full page; null if there are no more.</returns>
    private static async Task<Guid?> ReplaceSecretsAsync(
        Database database,
        string table,
        string webhook,
        bool onlyClear,
        Guid after,
        Func<Guid, byte[], byte[]?> replace,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.Changes.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var select = new NpgsqlCommand(
            $"""
            SELECT {webhook}, secret FROM consent.{table}
            WHERE {webhook} IN (SELECT {webhook} FROM consent.{table} WHERE {webhook} > $1 AND (NOT $2
                OR octet_length(secret) <= $3) ORDER BY {webhook} LIMIT $4)
            ORDER BY {webhook} FOR UPDATE
            """,
            connection
        );
        foreach (var value in new object[] { after, onlyClear, WebhookSecret.MaxLength, SecretsPerPage })
            select.Parameters.Add(new() { Value = value });
        var page = await ReadSecretsAsync(select, cancellation);
        foreach (var (id, secret) in page)
        {
            if (replace(id, secret) is not { } other)
                continue;
            await using var update = new NpgsqlCommand(
                $"UPDATE consent.{table} SET secret = $3 WHERE {webhook} = $1 AND secret = $2",
                connection
            );
            foreach (var value in new object[] { id, secret, other })
                update.Parameters.Add(new() { Value = value });
            await update.ExecuteNonQueryAsync(cancellation);
        }
        await transaction.CommitAsync(cancellation);
        return page.Count < SecretsPerPage ? null : page[^1].Webhook;
    }

    private static async Task<IReadOnlyList<(Guid Webhook, byte[] Secret)>> ReadSecretsAsync(
        NpgsqlCommand command,
        CancellationToken cancellation
    )
    {
        var secrets = new List<(Guid, byte[])>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            secrets.Add((reader.GetGuid(0), reader.GetFieldValue<byte[]>(1)));
        return secrets;
    }

    /// <summary>Deliveries of a webhook, newest first.</summary>
    public static async Task<IReadOnlyList<DeliveryRow>> ListDeliveriesAsync(
        Database database,
        Guid id,
        Guid? before,
        int count,
        CancellationToken cancellation
    )
    {
        await using var command = database.Reads.CreateCommand(
            $"{DeliveryColumns} WHERE d.webhook = $1 AND ($2 IS NULL OR d.notification < $2) "
                + "ORDER BY d.notification DESC LIMIT $3"
        );
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = (object?)before ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = count });
        return await ReadDeliveriesAsync(command, cancellation);
    }

    /// <summary>Has a notification sent once more, whatever became of it, with all its attempts before it.</summary>
    /// <returns>The delivery; null if the webhook was never told of this notification, or too long ago.</returns>
    public static async Task<DeliveryRow?> RedeliverAsync(
        Database database,
        Guid id,
        Guid notification,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            """
            WITH d AS (
                UPDATE consent.delivery SET state = 'pending', attempts = 0, due_at = clock_timestamp()
                    WHERE webhook = $1 AND notification = $2 RETURNING *
            )
            """
                + "\n"
                + DeliveryColumns.Replace("consent.delivery d", "d", StringComparison.Ordinal)
        );
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = notification });
        return await ConfirmedCommit.RunAsync(
            database,
            command,
            async update => (await ReadDeliveriesAsync(update, cancellation)).SingleOrDefault(),
            cancellation
        );
    }

    private const string DeliveryColumns =
        "SELECT d.notification, n.kind, n.created_at, d.state, d.attempts, d.due_at, d.tried_at, d.status, d.error "
        + "FROM consent.delivery d JOIN consent.notification n ON n.id = d.notification";

    private static NpgsqlParameter KindsOf(string[]? kinds) =>
        new() { Value = (object?)kinds ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

    private static async Task<IReadOnlyList<WebhookRow>> ReadAsync(
        NpgsqlCommand command,
        CancellationToken cancellation
    )
    {
        var rows = new List<WebhookRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(
                new(
                    reader.GetGuid(0),
                    new(Wording.Parse<WebhookAudience>(reader.GetString(1)), reader.GetString(2)),
                    reader.GetString(3),
                    reader.IsDBNull(4) ? null : reader.GetFieldValue<string[]>(4),
                    reader.IsDBNull(5) ? null : Wording.Parse<DisabledReason>(reader.GetString(5)),
                    MomentAt(reader, 6),
                    MomentAt(reader, 7),
                    Instant.From(reader.GetDateTime(8))
                )
            );
        }
        return rows;
    }

    private static async Task<IReadOnlyList<DeliveryRow>> ReadDeliveriesAsync(
        NpgsqlCommand command,
        CancellationToken cancellation
    )
    {
        var rows = new List<DeliveryRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var state = Wording.Parse<DeliveryState>(reader.GetString(3));
            rows.Add(
                new(
                    reader.GetGuid(0),
                    reader.GetString(1),
                    Instant.From(reader.GetDateTime(2)),
                    state,
                    reader.GetInt32(4),
                    state == DeliveryState.Pending ? Instant.From(reader.GetDateTime(5)) : null,
                    MomentAt(reader, 6),
                    reader.IsDBNull(7) ? null : reader.GetInt32(7),
                    reader.IsDBNull(8) ? null : Wording.Parse<DeliveryError>(reader.GetString(8))
                )
            );
        }
        return rows;
    }

    private static Instant? MomentAt(NpgsqlDataReader reader, int at) =>
        reader.IsDBNull(at) ? null : Instant.From(reader.GetDateTime(at));
}
