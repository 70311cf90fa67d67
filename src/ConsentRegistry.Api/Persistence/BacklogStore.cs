using Npgsql;

namespace ConsentRegistry.Api.Persistence;

/// <summary>
/// What waits in the database, for whoever watches it. Numbers are counted up to <see cref="BacklogStore.Counted"/>.
/// </summary>
/// <param name="Outbox">Notifications that wait to be handed on.</param>
/// <param name="OutboxAge">How long the oldest of them has waited.</param>
/// <param name="Deliveries">Deliveries to enabled webhooks that are under way or will be tried again.</param>
/// <param name="DeliveryAge">For how long the delivery that is due longest has been due.</param>
/// <param name="Disabled">Webhooks that are disabled, by reason.</param>
/// <param name="RecallsOpen">Recalls whose requesters have time left to stop, and have not answered.</param>
/// <param name="RecallsOverdue">Recalls that were not answered in time.</param>
internal sealed record Backlog(
    int Outbox,
    TimeSpan OutboxAge,
    int Deliveries,
    TimeSpan DeliveryAge,
    IReadOnlyDictionary<string, int> Disabled,
    int RecallsOpen,
    int RecallsOverdue
);

/// <summary>Looks at what waits.</summary>
internal static class BacklogStore
{
    /// <summary>Rows that are counted, so that a look costs little however many there are.</summary>
    public const int Counted = 10_000;

    /// <summary>Looks.</summary>
    public static async Task<Backlog> ReadAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var batch = source.CreateBatch();
        batch.BatchCommands.Add(
            new(
                """
                SELECT (SELECT count(*) FROM (SELECT FROM consent.outbox LIMIT $1) AS counted)::int,
                    (SELECT clock_timestamp() - min(created_at) FROM (SELECT created_at FROM consent.outbox ORDER BY id
                        LIMIT $1) AS oldest),
                    (SELECT count(*) FROM (SELECT FROM consent.delivery WHERE state = 'pending'
                        LIMIT $1) AS counted)::int,
                    (SELECT clock_timestamp() - min(due_at) FROM (
                        SELECT due_at FROM consent.delivery WHERE state = 'pending' LIMIT $1) AS oldest),
                    (SELECT count(*) FROM (SELECT FROM consent.recall WHERE state = 'open'
                        AND stop_by > clock_timestamp() LIMIT $1) AS counted)::int,
                    (SELECT count(*) FROM (SELECT FROM consent.recall WHERE state = 'open'
                        AND stop_by <= clock_timestamp() LIMIT $1) AS counted)::int
                """
            )
            {
                Parameters = { new() { Value = Counted } },
            }
        );
        batch.BatchCommands.Add(
            new("SELECT disabled_for, count(*)::int FROM consent.webhook WHERE NOT enabled GROUP BY disabled_for")
        );
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var (outbox, outboxAge) = (reader.GetInt32(0), AgeAt(1));
        var (deliveries, deliveryAge) = (reader.GetInt32(2), AgeAt(3));
        var (open, overdue) = (reader.GetInt32(4), reader.GetInt32(5));
        var disabled = new Dictionary<string, int>(StringComparer.Ordinal);
        await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            disabled.Add(reader.GetString(0), reader.GetInt32(1));
        return new(outbox, outboxAge, deliveries, deliveryAge, disabled, open, overdue);

        // What is not due yet has a negative age.
        TimeSpan AgeAt(int column) =>
            reader.IsDBNull(column) ? TimeSpan.Zero : TimeSpan.FromTicks(Math.Max(0, reader.GetTimeSpan(column).Ticks));
    }
}
