using System.Globalization;
using System.Security.Cryptography;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Tests;
using ConsentRegistry.Api.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Npgsql;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace ConsentRegistry.Api.Tests;

/// <summary>
/// One PostgreSQL server for all tests of this assembly, from where <see cref="TestServer.Variable"/> says. Tests share
/// the server but never rows: each takes a database of its own. No test ends, pauses or configures it; those that have
/// to start one of their own.
/// </summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    /// <summary>Below the server's connections, so that several test classes at once have room.</summary>
    private const int ConnectionsPerDatabase = 20;

    private readonly string login = $"consent_test_{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
    private readonly string password = RandomNumberGenerator.GetHexString(32, lowercase: true);
    private TestServer? server;
    private Version? version;
    private int databases;
    private Lazy<Task<string>>? migrated;

    private TestServer Server => server ?? throw new InvalidOperationException("The server has not been started.");

    public async ValueTask InitializeAsync()
    {
        await OpenAsync(Environment.GetEnvironmentVariable(TestServer.Variable));
        TestContext.Current.SendDiagnosticMessage("Tests use PostgreSQL {0}: {1}.", version, Server.Description);
    }

    /// <summary>Opens the server that was chosen; null for any.</summary>
    internal async ValueTask OpenAsync(string? choice)
    {
        server = await TestServer.OpenAsync(choice, TestContext.Current.CancellationToken);
        await using var connection = await ConnectAsync();
        version = connection.PostgreSqlVersion;
        await DatabaseRoles.CreateMissingAsync(connection, TestContext.Current.CancellationToken);
        // An owner of databases as in operation, who is no superuser, and takes the roles without making them.
        await ExecuteAsync(connection, $"CREATE ROLE {login} LOGIN CREATEDB PASSWORD '{password}'");
        await ExecuteAsync(connection, $"GRANT {string.Join(", ", Database.Roles)} TO {login}");
        // With hundreds of databases that live for seconds, it would take a good part of the processors to look at them.
        if (!Server.Kept)
        {
            await ExecuteAsync(connection, "ALTER SYSTEM SET autovacuum = off");
            await ExecuteAsync(connection, "SELECT pg_reload_conf()");
        }
        migrated = new(MigrateOneAsync);
    }

    /// <summary>
    /// Creates a database with a new name that has its tables, and nothing in them: a host that starts on it has as
    /// little to do as one that was migrated before. It sorts text by bytes, wherever the server comes from.
    /// </summary>
    /// <returns>How to connect to it, as its owner. It is gone after the last test.</returns>
    public async Task<string> CreateDatabaseAsync() => await CreateAsync(await migrated!.Value);

    /// <summary>Creates a database with a new name that has nothing in it, not even tables.</summary>
    /// <returns>How to connect to it, as its owner. It is gone after the last test.</returns>
    public Task<string> CreateEmptyDatabaseAsync() => CreateAsync("template0 ENCODING 'UTF8' LOCALE 'C'");

    // Applying the scripts takes longer than copying what they make.
    private async Task<string> MigrateOneAsync()
    {
        var connectionString = await CreateEmptyDatabaseAsync();
        await using (var owner = Database.OfLogin(connectionString))
        await using (var context = RegistryContext.Over(owner))
            await context.Database.MigrateAsync(CancellationToken.None);
        return new NpgsqlConnectionStringBuilder(connectionString).Database!;
    }

    /// <summary>Copies a database that nobody uses.</summary>
    /// <returns>How to connect to the copy, as its owner. It is gone after the last test.</returns>
    public Task<string> CopyDatabaseAsync(string connectionString)
    {
        NpgsqlConnection.ClearAllPools();
        return CreateAsync(new NpgsqlConnectionStringBuilder(connectionString).Database!);
    }

    private async Task<string> CreateAsync(string template)
    {
        var name = DatabaseName(Interlocked.Increment(ref databases));
        await using var connection = await ConnectAsync();
        await ExecuteAsync(connection, $"CREATE DATABASE {name} OWNER {login} TEMPLATE {template}");
        return new NpgsqlConnectionStringBuilder(Server.Administrator)
        {
            Database = name,
            Username = login,
            Password = password,
            MaxPoolSize = ConnectionsPerDatabase,
            Pooling = true,
        }.ConnectionString;
    }

    /// <summary>How to connect to the same database as somebody whom nothing stops: a superuser.</summary>
    public string AsAdministrator(string connectionString) => Server.AdministratorOf(connectionString);

    public async ValueTask DisposeAsync()
    {
        if (server is null)
            return;
        if (server.Kept)
        {
            NpgsqlConnection.ClearAllPools();
            await using var connection = await ConnectAsync();
            for (var number = 1; number <= databases; number++)
                await ExecuteAsync(connection, $"DROP DATABASE IF EXISTS {DatabaseName(number)} WITH (FORCE)");
            await ExecuteAsync(connection, $"DROP ROLE {login}");
        }
        await server.EndAsync();
    }

    /// <summary>
    /// To make or drop a database takes a checkpoint of the whole server, which other tests keep busy.
    /// </summary>
    private static readonly TimeSpan AdministrationLimit = TimeSpan.FromMinutes(5);

    private string DatabaseName(int number) => $"{login}_{number.ToString(CultureInfo.InvariantCulture)}";

    private async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(Server.Administrator);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection)
        {
            CommandTimeout = (int)AdministrationLimit.TotalSeconds,
        };
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
