using Npgsql;

namespace ConsentRegistry.Api.Auditing;

/// <summary>The names of creators or requesters that any table has, a page at a time.</summary>
internal static class NamePages
{
    /// <summary>Reads the next names, in their order.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="selects">
    /// Statements of one column each, in which $1 is the name before and $2 how many are wanted.
    /// </param>
    /// <param name="after">The name before.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<List<string>> ReadAsync(
        NpgsqlConnection connection,
        IEnumerable<string> selects,
        string after,
        int count,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            $"SELECT name FROM ({string.Join(" UNION ", selects)}) AS n(name) ORDER BY name LIMIT $2",
            connection
        )
        {
            Parameters =
            {
                new() { Value = after },
                new() { Value = count },
            },
            CommandTimeout = DatabaseAudit.StatementSeconds,
        };
        var names = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            names.Add(reader.GetString(0));
        return names;
    }
}
