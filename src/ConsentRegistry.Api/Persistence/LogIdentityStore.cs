using ConsentRegistry.Api.Configuration;
using Npgsql;

namespace ConsentRegistry.Api.Persistence;

/// <summary>Which history log a database belongs to.</summary>
internal static class LogIdentityStore
{
    // The same as the migration `identity` does, for a database that an older version migrated last.
    private const string OfCheckpoints = """
        SELECT split_part(note, E'\n', 1), split_part(note, E'\n', 1) = 'development.invalid/consent-registry'
        FROM consent.tree_head ORDER BY 2, size DESC LIMIT 1
        """;

    /// <summary>The log that the database belongs to; null if no host has used it.</summary>
    public static async Task<LogIdentity?> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var sql =
            await HasTableAsync(connection, "log_identity", cancellation)
                ? "SELECT origin, development FROM consent.log_identity"
            : await HasTableAsync(connection, "tree_head", cancellation) ? OfCheckpoints
            : null;
        if (sql is null)
            return null;
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? new(reader.GetString(0), reader.GetBoolean(1)) : null;
    }

    /// <summary>
    /// Whether the schema has this table. The catalog says so to everybody, whatever rights they have in the schema.
    /// </summary>
    public static async Task<bool> HasTableAsync(
        NpgsqlConnection connection,
        string table,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            "SELECT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
                + "WHERE n.nspname = $1 AND c.relname = $2)",
            connection
        )
        {
            Parameters =
            {
                new() { Value = RegistryContext.Schema },
                new() { Value = table },
            },
        };
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Gives a database that belongs to no log yet to this one. Only the owner may.</summary>
    public static async Task ClaimAsync(
        NpgsqlConnection connection,
        LogIdentity identity,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            "INSERT INTO consent.log_identity (origin, development) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING",
            connection
        )
        {
            Parameters =
            {
                new() { Value = identity.Origin },
                new() { Value = identity.IsDevelopment },
            },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>
    /// Gives the database to this log from its present size on, whatever log it belonged to. Where it goes from
    /// production to Development, all webhooks are disabled: their receivers are real. Only the owner may.
    /// </summary>
    /// <returns>How many leaves earlier keys vouch for.</returns>
    public static async Task<long> DeclareAsync(
        NpgsqlConnection connection,
        LogIdentity identity,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            """
            WITH disabled AS (
                UPDATE consent.webhook SET enabled = false, disabled_for = 'owner'
                WHERE enabled AND $2 AND NOT coalesce((SELECT development FROM consent.log_identity), true)
            )
            INSERT INTO consent.log_identity (origin, development, since)
            SELECT $1, $2, coalesce(max(size), 0) FROM consent.tree_head
            ON CONFLICT (id) DO UPDATE SET origin = excluded.origin, development = excluded.development,
                since = excluded.since
            RETURNING since
            """,
            connection
        )
        {
            Parameters =
            {
                new() { Value = identity.Origin },
                new() { Value = identity.IsDevelopment },
            },
        };
        return (long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>
    /// The newest checkpoint that the keys of the database's log must have signed; null if there is none yet.
    /// </summary>
    public static async Task<string?> ReadNewestOwnNoteAsync(
        NpgsqlConnection connection,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT note FROM consent.tree_head, consent.log_identity
            WHERE size > since AND split_part(note, E'\n', 1) = origin
            ORDER BY size DESC LIMIT 1
            """,
            connection
        );
        return (string?)await command.ExecuteScalarAsync(cancellation);
    }

    /// <summary>
    /// The origin of the newest checkpoint that was signed since the database belongs to its log; null if there is none
    /// yet.
    /// </summary>
    public static async Task<string?> ReadNewestOriginAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "SELECT split_part(note, E'\n', 1) FROM consent.tree_head, consent.log_identity WHERE size > since "
                + "ORDER BY size DESC LIMIT 1",
            connection
        );
        return (string?)await command.ExecuteScalarAsync(cancellation);
    }
}
