using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Persistence.Migrations;
using ConsentRegistry.Api.Sequencing;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ConsentRegistry.Api.Startup;

/// <summary>What a migration marked and sealed.</summary>
/// <param name="Events">The events that were marked.</param>
/// <param name="Streams">The streams that were sealed, or not.</param>
internal readonly record struct Migrated(Adopted Events, Sealing Streams);

/// <summary>
/// Brings the database to the shape that this version of the service needs, and checks that it can be relied on.
/// </summary>
internal static class Migrator
{
    /// <summary>The oldest major version of PostgreSQL that the service is tested with.</summary>
    private const int OldestPostgres = 15;

    /// <summary>How long the database may take to say by which keys was written, in seconds.</summary>
    private const int KeyNameSeconds = 30;

    /// <summary>
    /// The table that says which migrations were applied: where it is, there is a database of some version.
    /// </summary>
    private const string MigrationTable = "migration";

    /// <summary>
    /// Applies what migrations are missing, writes the vocabulary's first version, and notes which log the database
    /// belongs to. The login owns what it makes.
    /// </summary>
    /// <param name="connectionString">How the owner connects.</param>
    /// <param name="host">The log of this host.</param>
    /// <param name="keys">What marks events.</param>
    /// <param name="isOwn">Whether a checkpoint is signed with the log's keys.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>What was marked and sealed, of before nodes did so.</returns>
    /// <exception cref="StartupException">
    /// The database belongs to another log, was restored without its roles, or is not what its log says.
    /// </exception>
    public static async Task<Migrated> MigrateAsync(
        string connectionString,
        LogIdentity host,
        IntegrityKeys keys,
        Func<string, bool> isOwn,
        CancellationToken cancellation
    )
    {
        await using var login = Database.OfLogin(connectionString);
        await using var connection = await login.OpenConnectionAsync(cancellation);
        // Before anything is altered: a database of another log is not this host's to migrate.
        LogOwnership.Require(await LogIdentityStore.ReadAsync(connection, cancellation), host);
        var adopted = await ApplyAsync(login, connection, keys, isOwn, cancellation);
        await LogIdentityStore.ClaimAsync(connection, host, cancellation);
        LogOwnership.Require(await LogIdentityStore.ReadAsync(connection, cancellation), host);
        await VerifyServerAsync(login, cancellation);
        return adopted;
    }

    /// <summary>Refuses a server that waits for no standby before it answers a commit.</summary>
    /// <exception cref="StartupException"><c>synchronous_standby_names</c> is empty.</exception>
    public static async Task RequireStandbyAsync(string connectionString, CancellationToken cancellation)
    {
        await using var login = Database.OfLogin(connectionString);
        await using var ask = login.CreateCommand(ConfirmedCommit.AskStandby);
        if (await ask.ExecuteScalarAsync(cancellation) is not true)
            throw new StartupException(
                "Database:RequireSynchronous is true, and PostgreSQL has no synchronous standby: "
                    + "synchronous_standby_names is empty. See docs/how-to/survive-failover.md."
            );
    }

    /// <summary>
    /// Makes the roles that the database gives rights to, so that a dump of one can be restored on a new server.
    /// </summary>
    /// <returns>Those that were made.</returns>
    public static async Task<IReadOnlyList<string>> CreateRolesAsync(
        string connectionString,
        CancellationToken cancellation
    )
    {
        await using var login = Database.OfLogin(connectionString);
        await using var connection = await login.OpenConnectionAsync(cancellation);
        return await DatabaseRoles.CreateMissingAsync(connection, cancellation);
    }

    /// <summary>Gives a restored copy of a database to this host's log, and migrates it.</summary>
    /// <returns>How many leaves of the history log the former log's keys vouch for.</returns>
    /// <exception cref="StartupException">There is no database, or a node uses it.</exception>
    public static async Task<long> DeclareCopyAsync(
        string connectionString,
        LogIdentity host,
        IntegrityKeys keys,
        CancellationToken cancellation
    )
    {
        await using var login = Database.OfLogin(connectionString);
        await using var connection = await login.OpenConnectionAsync(cancellation);
        if (!await LogIdentityStore.HasTableAsync(connection, MigrationTable, cancellation))
            throw NotMigrated();
        await RequireUnusedAsync(connection, cancellation);
        await ApplyAsync(login, connection, keys, isOwn: null, cancellation);
        return await LogIdentityStore.DeclareAsync(connection, host, cancellation);
    }

    /// <summary>
    /// Refuses a database that this host's login cannot use, that is not migrated, or that could lose what it has
    /// acknowledged.
    /// </summary>
    /// <exception cref="StartupException">The database cannot be relied on.</exception>
    public static async Task VerifyAsync(string connectionString, Database database, CancellationToken cancellation)
    {
        await using (var login = Database.OfLogin(connectionString))
        await using (var connection = await login.OpenConnectionAsync(cancellation))
        {
            if (!await LogIdentityStore.HasTableAsync(connection, MigrationTable, cancellation))
                throw NotMigrated();
            await RequireRolesAsync(connection, cancellation);
            var faults = await DatabaseRoles.FindFaultsAsync(connection, hasSchema: true, cancellation);
            if (faults.NotTaken.Count > 0)
                throw new StartupException(
                    $"The login '{connection.UserName}' may not take the role {faults.NotTaken[0]}. As its owner: GRANT {string.Join(", ", Database.HostRoles)} TO \"{connection.UserName}\";"
                );
        }
        await VerifyServerAsync(database.Changes, cancellation);
    }

    /// <summary>Applies migrations as the owner.</summary>
    private static async Task<Migrated> ApplyAsync(
        NpgsqlDataSource login,
        NpgsqlConnection connection,
        IntegrityKeys keys,
        Func<string, bool>? isOwn,
        CancellationToken cancellation
    )
    {
        if (await LogIdentityStore.HasTableAsync(connection, MigrationTable, cancellation))
        {
            await RequireRolesAsync(connection, cancellation);
            await FormerIds.RenameAsync(connection, cancellation);
        }
        await using var db = RegistryContext.Over(login);
        await db.Database.MigrateAsync(cancellation);
        // Whoever gives a copy to another log has other keys.
        if (isOwn is not null)
            await RequireKeysAsync(login, keys, cancellation);
        try
        {
            var adopted = await EventAdoption.RunAsync(connection, keys, isOwn, cancellation);
            await VocabularyStore.EnsureInitialAsync(connection, keys, cancellation);
            var streams = await StreamSealing.RunAsync(connection, keys, cancellation);
            // A copy has other keys, and one of before the digest has none.
            if (isOwn is null || await LogDigest.ReadAsync(connection, keys, cancellation) is null)
                await WriteDigestAsync(connection, keys, cancellation);
            return new(adopted ?? default, streams);
        }
        catch (Exception e) when (e is IntegrityException or LogIntegrityException)
        {
            throw new StartupException($"{e.Message} See docs/how-to/respond-to-alarms.md.");
        }
    }

    private static async Task WriteDigestAsync(
        NpgsqlConnection connection,
        IntegrityKeys keys,
        CancellationToken cancellation
    )
    {
        // What is there stays as it is: events that come meanwhile follow on the digest.
        var size = await LogStore.ReadSizeAsync(connection, cancellation);
        var digest = await SequencedLog.ReadDigestAsync(connection, keys, stored: null, size, cancellation);
        await digest.WriteAsync(connection, cancellation);
    }

    /// <summary>Refuses a database to which nodes with other keys wrote.</summary>
    private static async Task RequireKeysAsync(
        NpgsqlDataSource login,
        IntegrityKeys keys,
        CancellationToken cancellation
    )
    {
        var names = await KeyNames.ReadAsync(login, KeyNames.OfNodes, KeyNameSeconds, cancellation);
        if (names.FirstOrDefault(kid => !keys.Has(kid)) is { } lacking)
            throw new StartupException(
                $"Integrity:KeyFile lacks the key '{lacking}', by which nodes wrote to this database. Give this host the "
                    + "file of the nodes, with all of its keys: see docs/how-to/rotate-keys.md."
            );
    }

    /// <summary>
    /// Refuses a database whose rights were lost, as they are where a dump is restored on a server that lacks the
    /// roles.
    /// </summary>
    private static async Task RequireRolesAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var faults = await DatabaseRoles.FindFaultsAsync(connection, hasSchema: true, cancellation);
        if (faults.Missing.Count > 0)
        {
            throw new StartupException(
                $"The server lacks the roles that the database gives rights to ({string.Join(", ", faults.Missing)}): "
                    + "a dump was restored before they were there. "
                    + "Make them with the host's `migrate --roles`, and restore the dump again into an empty database: "
                    + "see docs/how-to/restore.md."
            );
        }
        if (faults.WithoutRights.Count > 0)
        {
            throw new StartupException(
                $"The roles {string.Join(", ", faults.WithoutRights)} have no rights in the database: a dump was "
                    + "restored before they were there, or without rights. "
                    + "Restore it again into an empty database: see docs/how-to/restore.md."
            );
        }
    }

    /// <summary>Refuses a database that a node follows: its row in <c>node</c> changes within twice its Δ.</summary>
    private static async Task RequireUnusedAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var before = await NodeHeartbeats.ReadAsync(connection, cancellation);
        var wait = before.Count == 0 ? TimeSpan.Zero : 2 * before.Values.Max(node => node.Delta);
        for (var started = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(started) < wait; )
        {
            await Task.Delay(NodeHeartbeats.BetweenLooks, cancellation);
            var now = await NodeHeartbeats.ReadAsync(connection, cancellation);
            if (now.Any(node => !before.TryGetValue(node.Key, out var seen) || seen.Beat != node.Value.Beat))
                throw new StartupException(
                    "A node uses this database. Stop every host of it first; a database that is in use is no copy."
                );
        }
    }

    private static async Task VerifyServerAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using (var version = source.CreateCommand("SELECT current_setting('server_version_num')::int"))
        {
            if (await version.ExecuteScalarAsync(cancellation) is not >= OldestPostgres * 10_000)
                throw new StartupException($"PostgreSQL {OldestPostgres} or later is needed.");
        }
        await using var db = RegistryContext.Over(source);
        if ((await db.Database.GetPendingMigrationsAsync(cancellation)).Any())
            throw NotMigrated();
        foreach (var setting in new[] { "fsync", "full_page_writes", "synchronous_commit" })
        {
            await using var command = source.CreateCommand($"SHOW {setting}");
            if (await command.ExecuteScalarAsync(cancellation) is not "on")
                throw new StartupException(
                    $"PostgreSQL runs with {setting} off: what it has acknowledged could be lost."
                );
        }
    }

    private static StartupException NotMigrated() =>
        new("The database is not migrated; run the host's `migrate` command.");
}
