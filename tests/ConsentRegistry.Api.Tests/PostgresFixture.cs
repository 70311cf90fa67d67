using System.Globalization;
using ConsentRegistry.Api.Startup;
using ConsentRegistry.Api.Tests;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace ConsentRegistry.Api.Tests;

/// <summary>One PostgreSQL server for all tests of this assembly. Tests share the server but never rows: each takes a database of its own.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    /// <summary>Below the server's 200 connections, so that several test classes at once have room.</summary>
    private const int ConnectionsPerDatabase = 20;

    private readonly string folder = Path.Combine(Path.GetTempPath(), $"consent-tests-{Guid.NewGuid():N}");
    private PrivatePostgres? postgres;
    private int databases;

    public async ValueTask InitializeAsync() =>
        postgres = await PrivatePostgres.StartAsync(folder, NullLogger.Instance, TestContext.Current.CancellationToken);

    /// <summary>Creates an empty database with a new name.</summary>
    /// <returns>How to connect to it, as its owner. It is gone after the last test.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        var server = postgres ?? throw new InvalidOperationException("The server has not been started.");
        var name = $"test_{Interlocked.Increment(ref databases).ToString(CultureInfo.InvariantCulture)}";
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name} TEMPLATE template0", connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = name, MaxPoolSize = ConnectionsPerDatabase }.ConnectionString;
    }

    /// <summary>How to connect to the same database as somebody whom nothing stops: a superuser.</summary>
    public static string AsAdministrator(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString) { Username = PrivatePostgres.Administrator, Pooling = false }.ConnectionString;

    public async ValueTask DisposeAsync()
    {
        if (postgres is not null)
        {
            await postgres.DisposeAsync();
            Directory.Delete(postgres.HomeFolder, recursive: true);
        }

        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }
}
