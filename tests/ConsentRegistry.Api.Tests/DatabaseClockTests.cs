using ConsentRegistry.TestSupport;
using Npgsql;

namespace ConsentRegistry.Api.Tests;

/// <summary>The clock that runs: as the real one does, and so far ahead or behind as it is told.</summary>
public sealed class DatabaseClockTests(PostgresFixture postgres)
{
    private const string Difference =
        "SELECT now() - pg_catalog.now(), clock_timestamp() - pg_catalog.clock_timestamp()";

    [Fact]
    public async Task A_clock_that_is_stepped_shows_another_time_and_goes_on()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var database = await postgres.CreateDatabaseAsync();
        var clock = await DatabaseClock.InstallAsync(database, standing: null, cancellation);
        await using var connections = NpgsqlDataSource.Create(database);
        foreach (var ahead in new[] { TimeSpan.Zero, TimeSpan.FromMinutes(5), TimeSpan.FromDays(-400) })
        {
            await clock.StepToAsync(ahead, cancellation);
            await using var command = connections.CreateCommand(Difference);
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            Assert.True(await reader.ReadAsync(cancellation));
            Assert.Equal(ahead, reader.GetFieldValue<TimeSpan>(0));
            // The two are read one after the other.
            Assert.InRange(reader.GetFieldValue<TimeSpan>(1) - ahead, TimeSpan.FromSeconds(-1), TimeSpan.Zero);
        }
    }
}
