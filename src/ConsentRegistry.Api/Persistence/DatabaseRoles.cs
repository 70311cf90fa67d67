using Npgsql;

namespace ConsentRegistry.Api.Persistence;

/// <summary>
/// What is wrong with the roles that the database gives rights to, as a server may have them after a dump was restored.
/// </summary>
/// <param name="Missing">Roles that the server does not have.</param>
/// <param name="WithoutRights">Roles that have no rights in the schema.</param>
/// <param name="NotTaken">Roles of the host that the present login is not a member of.</param>
internal sealed record RoleFaults(
    IReadOnlyList<string> Missing,
    IReadOnlyList<string> WithoutRights,
    IReadOnlyList<string> NotTaken
);

/// <summary>
/// The roles that the database gives rights to. They belong to the whole server, and no dump of one database has them.
/// </summary>
internal static class DatabaseRoles
{
    /// <summary>
    /// Makes those that are missing. The login needs <c>CREATEROLE</c> for that, and may take them afterwards.
    /// </summary>
    /// <returns>Those that were made.</returns>
    public static async Task<IReadOnlyList<string>> CreateMissingAsync(
        NpgsqlConnection connection,
        CancellationToken cancellation
    )
    {
        var missing = (await FindFaultsAsync(connection, hasSchema: false, cancellation)).Missing;
        foreach (var role in missing)
        {
            await using var create = new NpgsqlCommand(
                $"CREATE ROLE {role} NOLOGIN; GRANT {role} TO CURRENT_USER",
                connection
            );
            await create.ExecuteNonQueryAsync(cancellation);
        }
        return missing;
    }

    /// <summary>Looks at the roles.</summary>
    /// <param name="connection">A connection of the login, which has taken no role.</param>
    /// <param name="hasSchema">Whether there is a schema to have rights in.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<RoleFaults> FindFaultsAsync(
        NpgsqlConnection connection,
        bool hasSchema,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT name, oid IS NULL,
                oid IS NOT NULL AND $2 AND NOT has_schema_privilege(oid, $3, 'USAGE'),
                oid IS NOT NULL AND name = ANY ($4) AND NOT pg_has_role(oid, 'MEMBER')
            FROM unnest($1) WITH ORDINALITY AS wanted (name, place) LEFT JOIN pg_catalog.pg_roles ON rolname = name
            ORDER BY place
            """,
            connection
        )
        {
            Parameters =
            {
                new() { Value = Database.Roles.ToArray() },
                new() { Value = hasSchema },
                new() { Value = RegistryContext.Schema },
                new() { Value = Database.HostRoles.ToArray() },
            },
        };
        var (missing, withoutRights, notTaken) = (new List<string>(), new List<string>(), new List<string>());
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var name = reader.GetString(0);
            if (reader.GetBoolean(1))
                missing.Add(name);
            if (reader.GetBoolean(2))
                withoutRights.Add(name);
            if (reader.GetBoolean(3))
                notTaken.Add(name);
        }
        return new(missing, withoutRights, notTaken);
    }
}
