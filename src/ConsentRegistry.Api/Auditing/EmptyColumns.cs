using Npgsql;

namespace ConsentRegistry.Api.Auditing;

/// <summary>
/// Finds rows that lack what every row has. The schema does not take such a row; whoever owns it can drop that rule, and
/// then nobody can read the table.
/// </summary>
internal static class EmptyColumns
{
    /// <summary>
    /// Looks at the columns whose rule is gone: where all of them stand, which is nearly always, this reads no table.
    /// </summary>
    /// <returns>Whether there are any such rows.</returns>
    public static async Task<bool> FindAsync(
        NpgsqlConnection connection,
        Findings findings,
        CancellationToken cancellation
    )
    {
        var before = findings.Count;
        foreach (var table in AuditedTables.All.Where(table => table.Required.Count > 0))
        {
            foreach (var column in await FreedAsync(connection, table, cancellation))
                await FindAsync(connection, table, column, findings, cancellation);
        }
        return findings.Count > before;
    }

    private static async Task<IReadOnlyList<string>> FreedAsync(
        NpgsqlConnection connection,
        AuditedTable table,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            "SELECT attname::text FROM pg_attribute WHERE attrelid = to_regclass('consent.' || $1) "
                + "AND attname::text = ANY($2) AND NOT attnotnull",
            connection
        )
        {
            Parameters =
            {
                new() { Value = table.Name },
                new() { Value = table.Required.ToArray() },
            },
        };
        var freed = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            freed.Add(reader.GetString(0));
        return freed;
    }

    private static async Task FindAsync(
        NpgsqlConnection connection,
        AuditedTable table,
        string column,
        Findings findings,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            $"{table.Select($"{column} IS NULL")} LIMIT {Findings.MostOfAKind}",
            connection
        )
        {
            CommandTimeout = DatabaseAudit.StatementSeconds,
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            findings.Add(
                new(
                    FindingCode.ValueDiffers,
                    table.Name,
                    [
                        .. table.Key.Select(
                            (key, at) => KeyValuePair.Create(key, ColumnText.Format(reader.GetValue(at)))
                        ),
                    ],
                    column
                )
            );
    }
}
