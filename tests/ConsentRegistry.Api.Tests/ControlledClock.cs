using ConsentRegistry.Domain;
using Npgsql;

namespace ConsentRegistry.Api.Tests;

/// <summary>
/// A clock of the test's own: in one database, what tells the time tells what the test says. The server and the service stay as they are, for
/// functions that stand before PostgreSQL's own on the search path take their place.
/// </summary>
public sealed class ControlledClock
{
    private readonly string connectionString;

    private ControlledClock(string connectionString, Instant now) => (this.connectionString, Now) = (connectionString, now);

    /// <summary>What the clock shows.</summary>
    public Instant Now { get; private set; }

    /// <summary>Puts the clock into an empty database; connections that are opened from then on see it.</summary>
    public static async Task<ControlledClock> InstallAsync(string connectionString)
    {
        // Behind the real time, so that it can be moved on for years before it would be ahead of tokens and keys.
        var clock = new ControlledClock(connectionString, Instant.From(new DateTime(2025, 1, 1, 12, 0, 0, DateTimeKind.Utc)));
        await clock.ExecuteAsync(
            $"""
            CREATE SCHEMA clock;
            GRANT USAGE ON SCHEMA clock TO PUBLIC;
            CREATE TABLE clock.shown AS SELECT timestamptz '{clock.Now}' AS time;
            GRANT SELECT ON clock.shown TO PUBLIC;
            CREATE FUNCTION clock.now() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT time FROM clock.shown';
            CREATE FUNCTION clock.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS 'SELECT time FROM clock.shown';
            ALTER DATABASE {new NpgsqlConnectionStringBuilder(connectionString).Database} SET search_path = clock, pg_catalog, public;
            """);
        return clock;
    }

    /// <summary>Moves the clock on, or back.</summary>
    public Task MoveAsync(TimeSpan by)
    {
        Now = Now.Plus(by);
        return ExecuteAsync($"UPDATE clock.shown SET time = '{Now}'");
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
