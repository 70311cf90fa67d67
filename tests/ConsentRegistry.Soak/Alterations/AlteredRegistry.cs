using System.Globalization;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.DevelopmentServer;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Cryptography;
using ConsentRegistry.Domain.Integrity;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.TestSupport;
using Npgsql;

namespace ConsentRegistry.Soak.Alterations;

/// <summary>
/// The database of the registry that is altered, copies of it, and the keys, which are outside of it.
/// </summary>
internal sealed class AlteredRegistry(Scratch scratch)
{
    private int copies;

    /// <summary>The server, and where files are put.</summary>
    public Scratch Scratch => scratch;

    /// <summary>The original, which nobody alters.</summary>
    public string Original => scratch.Postgres.ConnectionString;

    /// <summary>The keys of the log, with their private parts.</summary>
    public KeySet LogKeySet => LogKeys.Read(scratch.KeyFile, Ed25519);

    /// <summary>Signs as the log does.</summary>
    public LogSigner Signer => new(RegistryOptions.DevelopmentOrigin, LogKeySet);

    /// <summary>The keys of the nodes.</summary>
    public IntegrityKeys NodeKeys =>
        new(IntegrityKey.ReadAll(File.ReadAllText(HostCommand.IntegrityKeyBeside(scratch.KeyFile)))!);

    /// <summary>What signs checkpoints.</summary>
    public static IEd25519 Ed25519 { get; } = new NSecEd25519();

    /// <summary>How somebody connects whom nothing stops.</summary>
    public static string AsAdministrator(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString)
        {
            Username = PrivatePostgres.Administrator,
            Pooling = false,
        }.ConnectionString;

    /// <summary>A copy of the original, on which no node has been yet.</summary>
    public async Task<string> CopyAsync()
    {
        NpgsqlConnection.ClearAllPools();
        var original = new NpgsqlConnectionStringBuilder(Original);
        var name = string.Create(CultureInfo.InvariantCulture, $"copy{++copies}");
        await ExecuteAsync(
            new NpgsqlConnectionStringBuilder(Original) { Database = "postgres" }.ConnectionString,
            $"CREATE DATABASE {name} OWNER {original.Username} TEMPLATE {original.Database} STRATEGY FILE_COPY"
        );
        return new NpgsqlConnectionStringBuilder(Original) { Database = name }.ConnectionString;
    }

    /// <summary>Removes a copy, with whoever is connected to it.</summary>
    public async Task DropAsync(string copy)
    {
        NpgsqlConnection.ClearAllPools();
        await ExecuteAsync(
            new NpgsqlConnectionStringBuilder(Original) { Database = "postgres" }.ConnectionString,
            $"DROP DATABASE {new NpgsqlConnectionStringBuilder(copy).Database} WITH (FORCE)"
        );
    }

    /// <summary>Executes statements as an administrator.</summary>
    /// <returns>How many rows they wrote.</returns>
    public static async Task<int> ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(AsAdministrator(connectionString));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 120 };
        return await command.ExecuteNonQueryAsync();
    }

    /// <summary>Executes statements as an administrator who turns triggers off if it takes that.</summary>
    public static Task<int> AlterAsync(string connectionString, Means means, string sql) =>
        ExecuteAsync(
            connectionString,
            means == Means.DatabaseWithoutTriggers ? $"SET session_replication_role = replica; {sql}" : sql
        );

    /// <summary>The first column of the rows of a statement.</summary>
    public static async Task<IReadOnlyList<T>> QueryAsync<T>(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(AsAdministrator(connectionString));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync())
            rows.Add(await reader.GetFieldValueAsync<T>(0));
        return rows;
    }

    /// <summary>
    /// Takes away what the schema would refuse: the rules of an administrator's own tables stop nobody. That each event
    /// has a mark stays a rule: without it a migration takes events that have none.
    /// </summary>
    public Task DropRulesAsync() =>
        ExecuteAsync(
            Original,
            """
            DO $$
            DECLARE rule record;
            BEGIN
                FOR rule IN SELECT conrelid::regclass AS name, conname FROM pg_constraint
                    WHERE connamespace = 'consent'::regnamespace AND contype IN ('c', 'f', 'u')
                    ORDER BY contype = 'u' LOOP
                    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', rule.name, rule.conname);
                END LOOP;
                FOR rule IN SELECT indexrelid::regclass AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                    WHERE c.relnamespace = 'consent'::regnamespace AND i.indisunique AND NOT i.indisprimary LOOP
                    EXECUTE format('DROP INDEX %s', rule.name);
                END LOOP;
                FOR rule IN SELECT attrelid::regclass AS name, attname FROM pg_attribute a
                    JOIN pg_class c ON c.oid = a.attrelid
                    WHERE relnamespace = 'consent'::regnamespace AND relkind = 'r' AND attnum > 0 AND attnotnull
                        AND attname NOT IN ('kid', 'mac')
                        AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary
                            AND a.attnum = ANY(i.indkey)) LOOP
                    EXECUTE format('ALTER TABLE %s ALTER COLUMN %I DROP NOT NULL', rule.name, rule.attname);
                END LOOP;
            END $$
            """
        );

    /// <summary>Takes away that each event has a mark.</summary>
    public const string NoMarks =
        "ALTER TABLE consent.inbox ALTER COLUMN kid DROP NOT NULL, ALTER COLUMN mac DROP NOT NULL; "
        + "ALTER TABLE consent.history ALTER COLUMN kid DROP NOT NULL, ALTER COLUMN mac DROP NOT NULL; ";
}
