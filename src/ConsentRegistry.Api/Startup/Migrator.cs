using ConsentRegistry.Api.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ConsentRegistry.Api.Startup;

/// <summary>Brings the database to the shape that this version of the service needs, and checks that it can be relied on.</summary>
internal static class Migrator
{
    /// <summary>The oldest major version of PostgreSQL that the service is tested with.</summary>
    private const int OldestPostgres = 15;

    /// <summary>Applies what migrations are missing, and writes the vocabulary's first version. The login owns what it makes.</summary>
    public static async Task MigrateAsync(string connectionString, CancellationToken cancellation)
    {
        await using var owner = Database.OfOwner(connectionString);
        await using var db = RegistryContext.Over(owner);
        await db.Database.MigrateAsync(cancellation);
        await VocabularyStore.EnsureInitialAsync(db, cancellation);
    }

    /// <summary>Refuses a database that is not migrated, or that could lose what it has acknowledged.</summary>
    /// <exception cref="StartupException">The database cannot be relied on.</exception>
    public static async Task VerifyAsync(Database database, CancellationToken cancellation)
    {
        try
        {
            await VerifyServerAsync(database, cancellation);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InvalidParameterValue or PostgresErrorCodes.UndefinedTable)
        {
            // The roles that connections take are made by a migration.
            throw NotMigrated();
        }
    }

    private static async Task VerifyServerAsync(Database database, CancellationToken cancellation)
    {
        await using (var version = database.Changes.CreateCommand("SELECT current_setting('server_version_num')::int"))
        {
            if (await version.ExecuteScalarAsync(cancellation) is not >= OldestPostgres * 10_000)
                throw new StartupException($"PostgreSQL {OldestPostgres} or later is needed.");
        }
        await using var db = RegistryContext.Over(database.Changes);
        if ((await db.Database.GetPendingMigrationsAsync(cancellation)).Any())
            throw NotMigrated();
        foreach (var setting in new[] { "fsync", "full_page_writes", "synchronous_commit" })
        {
            await using var command = database.Changes.CreateCommand($"SHOW {setting}");
            if (await command.ExecuteScalarAsync(cancellation) is not "on")
                throw new StartupException($"PostgreSQL runs with {setting} off: what it has acknowledged could be lost.");
        }
    }

    private static StartupException NotMigrated() => new("The database is not migrated; run the host's `migrate` command.");
}
