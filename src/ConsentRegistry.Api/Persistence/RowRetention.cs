using Npgsql;

namespace ConsentRegistry.Api.Persistence;

/// <summary>Deletes rows that are kept for a time only.</summary>
internal static class RowRetention
{
    /// <summary>
    /// Deletes some of the oldest rows; those that somebody else has locked are left for the next time.
    /// </summary>
    /// <param name="source">The connections.</param>
    /// <param name="table">The table, which has an index of its column <c>created_at</c>.</param>
    /// <param name="key">The columns that tell its rows apart.</param>
    /// <param name="age">Younger rows stay.</param>
    /// <param name="most">Rows of one statement, so that none holds locks for long.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>How many were deleted.</returns>
    public static async Task<int> DeleteAsync(
        NpgsqlDataSource source,
        string table,
        string key,
        TimeSpan age,
        int most,
        CancellationToken cancellation
    )
    {
        await using var command = source.CreateCommand(
            $"""
            DELETE FROM {table} WHERE ({key}) IN (
                SELECT {key} FROM {table} WHERE created_at <= clock_timestamp() - $1 ORDER BY created_at LIMIT $2 FOR
                    UPDATE SKIP LOCKED)
            """
        );
        command.Parameters.Add(new() { Value = age });
        command.Parameters.Add(new() { Value = most });
        return await command.ExecuteNonQueryAsync(cancellation);
    }
}
