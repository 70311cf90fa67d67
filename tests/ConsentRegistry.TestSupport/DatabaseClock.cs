using ConsentRegistry.Domain;
using Npgsql;

namespace ConsentRegistry.TestSupport;

/// <summary>
/// A clock of one database that can be stepped, forth and back: functions that stand before PostgreSQL's own on the
/// search path tell its time. The server and the service stay as they are.
/// </summary>
internal sealed class DatabaseClock
{
    private readonly string connectionString;

    private DatabaseClock(string connectionString) => this.connectionString = connectionString;

    /// <summary>
    /// How far it is ahead of what it showed at first, or of the real time; negative if it is behind.
    /// </summary>
    public TimeSpan Ahead { get; private set; }

    /// <summary>Puts the clock into an empty database; connections that are opened from then on see it.</summary>
    /// <param name="connectionString">The database, as its owner.</param>
    /// <param name="standing">Where the clock stands still; null for one that goes as the real one does.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<DatabaseClock> InstallAsync(
        string connectionString,
        Instant? standing,
        CancellationToken cancellation
    )
    {
        var clock = new DatabaseClock(connectionString);
        // Microseconds, since an interval of days is longer or shorter where the hour changes.
        await clock.ExecuteAsync(
            $"""
            CREATE SCHEMA clock;
            GRANT USAGE ON SCHEMA clock TO PUBLIC;
            CREATE TABLE clock.shown AS SELECT {(
                standing is { } time ? $"'{time}'" : "NULL"
            )}::timestamptz AS standing, 0::bigint AS ahead;
            GRANT SELECT ON clock.shown TO PUBLIC;
            CREATE FUNCTION clock.now() RETURNS timestamptz LANGUAGE sql STABLE AS
                'SELECT coalesce(standing, pg_catalog.now()) + ahead * interval ''1 microsecond'' FROM clock.shown';
            CREATE FUNCTION clock.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS
                'SELECT coalesce(standing, pg_catalog.clock_timestamp()) + ahead * interval ''1 microsecond'' FROM clock.shown';
            ALTER DATABASE {new NpgsqlConnectionStringBuilder(
                connectionString
            ).Database} SET search_path = clock, pg_catalog, public;
            """,
            cancellation
        );
        return clock;
    }

    /// <summary>Steps the clock to so far ahead.</summary>
    public async Task StepToAsync(TimeSpan ahead, CancellationToken cancellation)
    {
        await ExecuteAsync(
            $"UPDATE clock.shown SET ahead = {ahead.Ticks / TimeSpan.TicksPerMicrosecond}",
            cancellation
        );
        Ahead = ahead;
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
