using ConsentRegistry.Api.Replica.Facts;
using ConsentRegistry.Domain;
using Npgsql;

namespace ConsentRegistry.Api.Replica;

/// <summary>
/// Compares what is loaded with the log that it came from: rows that were set back together with their seal are as a
/// node once wrote them, and only the log knows that they are not the newest.
/// </summary>
internal static class LogComparison
{
    /// <summary>
    /// Finds the creators whose row has another version than the newest of their events, in the log or waiting for it.
    /// </summary>
    /// <param name="connection">In the snapshot that is loaded.</param>
    /// <param name="seconds">How long the database may take.</param>
    /// <param name="cancellation">Ends the comparison.</param>
    /// <returns>The creators, and the version that the log says they have.</returns>
    /// <exception cref="MemoryLostException">
    /// The log itself lacks events: of whom they were, nobody can tell.
    /// </exception>
    public static async Task<IReadOnlyDictionary<CreatorId, long>> FindSetBackAsync(
        NpgsqlConnection connection,
        int seconds,
        CancellationToken cancellation
    )
    {
        // The first row is about the log as a whole. Checkpoints of other logs say nothing about this one.
        await using var command = new NpgsqlCommand(
            """
            WITH told AS (SELECT creator, max(version) AS version, count(seq) AS logged, max(seq) AS last
                FROM (SELECT creator, version, seq FROM consent.history
                    UNION ALL SELECT creator, version, NULL FROM consent.inbox) AS event GROUP BY creator)
            SELECT NULL, coalesce(sum(logged), 0)::bigint, coalesce(max(last) + 1, 0),
                coalesce((SELECT size FROM consent.tree_head WHERE starts_with(note,
                    (SELECT origin FROM consent.log_identity) || chr(10)) ORDER BY size DESC LIMIT 1), 0) FROM told
            UNION ALL
            SELECT coalesce(told.creator, stream.id), coalesce(told.version, 0), NULL, NULL
            FROM told FULL JOIN consent.creator AS stream ON stream.id = told.creator
            WHERE coalesce(told.version, 0) <> coalesce(stream.version, 0)
            """,
            connection
        )
        {
            CommandTimeout = seconds,
        };
        var found = new Dictionary<CreatorId, long>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            if (reader.IsDBNull(0))
            {
                var (leaves, size, signed) = (reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3));
                if (leaves != size || size < signed)
                    throw new MemoryLostException(
                        $"The log has {leaves} leaves, and should have {Math.Max(size, signed)}."
                    );
            }
            else if (CreatorId.TryParse(reader.GetString(0), out var creator))
            {
                found.Add(creator, reader.GetInt64(1));
            }
        }
        return found;
    }
}
