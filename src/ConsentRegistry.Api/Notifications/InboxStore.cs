using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Notifications;
using Npgsql;
using NpgsqlTypes;

namespace ConsentRegistry.Api.Notifications;

/// <summary>A notification in an inbox.</summary>
internal sealed record InboxRow(
    long Place,
    Guid Id,
    NotificationKind Kind,
    Instant CreatedAt,
    Instant? ReadAt,
    string Data
);

/// <summary>Reads creators' inboxes.</summary>
internal static class InboxStore
{
    /// <summary>Unread notifications that are counted; a larger number is said as this one.</summary>
    public const int UnreadCounted = 10_000;

    /// <summary>Notifications of an inbox, newest first.</summary>
    public static async Task<IReadOnlyList<InboxRow>> ListAsync(
        Database database,
        CreatorId creator,
        NotificationKind? kind,
        bool? unread,
        long before,
        int count,
        CancellationToken cancellation
    )
    {
        await using var command = database.Reads.CreateCommand(
            """
            SELECT place, id, kind, created_at, read_at, data::text FROM consent.notification
            WHERE creator = $1 AND place < $2 AND ($3 IS NULL OR kind = $3) AND ($4 IS NULL OR (read_at IS NULL) = $4)
                ORDER BY place DESC LIMIT $5
            """
        );
        command.Parameters.Add(new() { Value = creator.Value });
        command.Parameters.Add(new() { Value = before });
        command.Parameters.Add(
            new() { Value = (object?)kind?.Word() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text }
        );
        command.Parameters.Add(new() { Value = (object?)unread ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Boolean });
        command.Parameters.Add(new() { Value = count });
        return await ReadAsync(command, cancellation);
    }

    /// <summary>How many notifications of a kind a creator has not read; a larger number is said as this one.</summary>
    public static async Task<int> CountUnreadAsync(
        StreamTransaction change,
        CreatorId creator,
        NotificationKind kind,
        int most,
        CancellationToken cancellation
    )
    {
        await using var command = change.Command(
            """
            SELECT count(*) FROM (SELECT FROM consent.notification
                WHERE creator = $1 AND kind = $2 AND read_at IS NULL LIMIT $3) AS unread
            """
        );
        command.Parameters.Add(new() { Value = creator.Value });
        command.Parameters.Add(new() { Value = kind.Word() });
        command.Parameters.Add(new() { Value = most });
        return (int)(long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Notifications of an inbox that came after a place, in their order.</summary>
    public static async Task<IReadOnlyList<InboxRow>> ListAfterAsync(
        NpgsqlDataSource source,
        CreatorId creator,
        long after,
        int count,
        CancellationToken cancellation
    )
    {
        await using var command = source.CreateCommand(
            """
            SELECT place, id, kind, created_at, read_at, data::text FROM consent.notification WHERE creator = $1
                AND place > $2 ORDER BY place LIMIT $3
            """
        );
        command.Parameters.Add(new() { Value = creator.Value });
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = count });
        return await ReadAsync(command, cancellation);
    }

    /// <summary>How many are unread, and the place of the newest; 0 if there is none.</summary>
    public static async Task<(int Unread, long Newest)> CountAsync(
        Database database,
        CreatorId creator,
        CancellationToken cancellation
    )
    {
        await using var command = database.Reads.CreateCommand(
            """
            SELECT (SELECT count(*) FROM (SELECT FROM consent.notification WHERE creator = $1 AND read_at IS NULL
                LIMIT $2) AS counted)::int,
                (SELECT coalesce(max(place), 0) FROM consent.notification WHERE creator = $1)
            """
        );
        command.Parameters.Add(new() { Value = creator.Value });
        command.Parameters.Add(new() { Value = UnreadCounted });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return (reader.GetInt32(0), reader.GetInt64(1));
    }

    /// <summary>
    /// The last place that any notification was given, if it is before a place from which somebody follows.
    /// </summary>
    /// <remarks>
    /// Not the last of the one inbox: what was there may have been dropped for its age, and everything new comes after
    /// the last of all.
    /// </remarks>
    public static async Task<long?> FindEndAsync(NpgsqlDataSource source, long after, CancellationToken cancellation)
    {
        if (after <= 0)
            return null;
        await using var command = source.CreateCommand(
            "SELECT coalesce(pg_sequence_last_value('consent.notification_place'), 0)"
        );
        var end = (long)(await command.ExecuteScalarAsync(cancellation))!;
        return end < after ? end : null;
    }

    /// <summary>Marks notifications of an inbox as read: those named, or all that are not newer.</summary>
    /// <returns>How many were unread before.</returns>
    public static async Task<int> MarkReadAsync(
        Database database,
        CreatorId creator,
        Guid[]? ids,
        Instant? upTo,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            """
            UPDATE consent.notification SET read_at = clock_timestamp() WHERE creator = $1 AND read_at IS NULL
                AND (id = ANY($2) OR created_at <= $3)
            """
        );
        command.Parameters.Add(new() { Value = creator.Value });
        command.Parameters.Add(new() { Value = ids ?? [] });
        command.Parameters.Add(
            new() { Value = (object?)upTo?.ToDateTime() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz }
        );
        return await ConfirmedCommit.RunAsync(
            database,
            command,
            update => update.ExecuteNonQueryAsync(cancellation),
            cancellation
        );
    }

    private static async Task<IReadOnlyList<InboxRow>> ReadAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        var rows = new List<InboxRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(
                new(
                    reader.GetInt64(0),
                    reader.GetGuid(1),
                    Wording.Parse<NotificationKind>(reader.GetString(2)),
                    Instant.From(reader.GetDateTime(3)),
                    reader.IsDBNull(4) ? null : Instant.From(reader.GetDateTime(4)),
                    reader.GetString(5)
                )
            );
        }
        return rows;
    }
}
