using Npgsql;

namespace ConsentRegistry.Soak.Alterations;

/// <summary>A column of the schema.</summary>
/// <param name="Table">Its table.</param>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
/// <param name="IsGuarded">Whether a trigger of its table stops those who do not turn triggers off.</param>
internal sealed record SchemaColumn(string Table, string Name, string Type, bool IsGuarded)
{
    /// <summary>All columns, by table and place.</summary>
    public static async Task<IReadOnlyList<SchemaColumn>> ReadAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(AlteredRegistry.AsAdministrator(connectionString));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            """
            SELECT c.relname, a.attname, format_type(a.atttypid, NULL),
                EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal)
            FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
            WHERE c.relnamespace = 'consent'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
                AND NOT a.attisdropped AND a.attgenerated = ''
            ORDER BY 1, a.attnum
            """,
            connection
        );
        await using var reader = await command.ExecuteReaderAsync();
        var columns = new List<SchemaColumn>();
        while (await reader.ReadAsync())
            columns.Add(new(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetBoolean(3)));
        return columns;
    }

    /// <summary>Another value of its type, as an expression over the value that a row has.</summary>
    /// <param name="random">Draws it.</param>
    public string AnotherValue(Random random) =>
        Type switch
        {
            "text" => $"{Name} || '{(char)('a' + random.Next(26))}'",
            "bigint" or "integer" => $"{Name} + {random.Next(10_000, 20_000)}",
            "smallint" => $"{Name} + {random.Next(1, 7)}",
            "boolean" => $"NOT {Name}",
            "timestamp with time zone" => $"{Name} + interval '{random.Next(1, 1_000_000_000)} microseconds'",
            "bytea" => FlippedBit(random.Next(1_000_000)),
            "uuid" => $"'{new Guid(Bytes(random))}'",
            "text[]" => $"array_append({Name}, '{(char)('a' + random.Next(26))}')",
            "uuid[]" => $"array_append({Name}, '{new Guid(Bytes(random))}')",
            // A vocabulary that was not known, an effect that was not set, or another version.
            "jsonb" => random.Next(3) switch
            {
                0 => $"jsonb_set({Name}, '{{0,vocabularyVersion}}', '7')",
                1 => $"jsonb_set({Name}, '{{0,version}}', '{random.Next(1_000, 2_000)}')",
                _ => $"jsonb_set({Name}, '{{0,changedAt}}', '\"2001-01-01T00:00:00.000000Z\"')",
            },
            _ => throw new InvalidOperationException($"How to alter a column of type {Type} is not known."),
        };

    private string FlippedBit(int drawn)
    {
        var bit = $"{drawn} % (8 * length({Name}))";
        return $"set_bit({Name}, {bit}, 1 - get_bit({Name}, {bit}))";
    }

    private static byte[] Bytes(Random random)
    {
        var bytes = new byte[16];
        random.NextBytes(bytes);
        return bytes;
    }
}
