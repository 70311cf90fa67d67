using Npgsql;

namespace ConsentRegistry.Api.Tests;

public sealed class PostgresFixtureTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Each_database_is_new_and_empty()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var first = NpgsqlDataSource.Create(await postgres.CreateDatabaseAsync());
        await using var second = NpgsqlDataSource.Create(await postgres.CreateDatabaseAsync());
        await first.CreateCommand("CREATE TABLE mine (id int)").ExecuteNonQueryAsync(cancellation);

        Assert.Equal(DBNull.Value, await second.CreateCommand("SELECT to_regclass('mine')::text").ExecuteScalarAsync(cancellation));
    }
}
