using Npgsql;

namespace ConsentRegistry.Api.Persistence;

/// <summary>
/// Tables of the names of all keys by which something that is kept was made. A node that lacks one of them is not
/// ready.
/// </summary>
internal static class KeyNames
{
    /// <summary>Keys of the hashes that erasures keep of identifiers.</summary>
    public const string OfIdentifiers = "consent.identifier_key";

    /// <summary>Keys by which nodes mark what they write.</summary>
    public const string OfNodes = "consent.integrity_key";

    /// <summary>The names.</summary>
    /// <param name="source">The connections.</param>
    /// <param name="table">One of the tables.</param>
    /// <param name="timeout">How long the database may take, in seconds.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<IReadOnlyList<string>> ReadAsync(
        NpgsqlDataSource source,
        string table,
        int timeout,
        CancellationToken cancellation
    )
    {
        await using var command = source.CreateCommand($"SELECT kid FROM {table}");
        command.CommandTimeout = timeout;
        var kids = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            kids.Add(reader.GetString(0));
        return kids;
    }

    /// <summary>
    /// Notes the key by which this node writes. One that lacks a key of the others notes nothing: it would take their
    /// readiness from them.
    /// </summary>
    public static async Task NoteAsync(NpgsqlDataSource source, IntegrityKeys keys, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(
            $"INSERT INTO {OfNodes} (kid) SELECT $1 WHERE NOT EXISTS (SELECT FROM {OfNodes} WHERE kid <> ALL($2)) "
                + "ON CONFLICT DO NOTHING"
        );
        command.Parameters.Add(new() { Value = keys.Newest.Kid });
        command.Parameters.Add(new() { Value = keys.All.Select(key => key.Kid).ToArray() });
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
