using ConsentRegistry.Api.DevelopmentServer;
using ConsentRegistry.Api.Tests.Servers;
using Npgsql;

namespace ConsentRegistry.Api.Tests;

public sealed class PostgresFixtureTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_database_is_new_and_empty()
    {
        await using var first = NpgsqlDataSource.Create(await postgres.CreateEmptyDatabaseAsync());
        await using var second = NpgsqlDataSource.Create(await postgres.CreateEmptyDatabaseAsync());
        await first.CreateCommand("CREATE TABLE mine (id int)").ExecuteNonQueryAsync(Cancellation);

        Assert.Equal(
            DBNull.Value,
            await second.CreateCommand("SELECT to_regclass('mine')::text").ExecuteScalarAsync(Cancellation)
        );
    }

    [Theory]
    [InlineData("fsync", "on")]
    [InlineData("full_page_writes", "on")]
    [InlineData("synchronous_commit", "on")]
    [InlineData("server_encoding", "UTF8")]
    [InlineData("is_superuser", "off")]
    public async Task The_server_is_as_the_service_needs_it_wherever_it_comes_from(string setting, string value)
    {
        await using var database = NpgsqlDataSource.Create(await postgres.CreateEmptyDatabaseAsync());
        Assert.Equal(
            value,
            await database.CreateCommand($"SELECT current_setting('{setting}')").ExecuteScalarAsync(Cancellation)
        );
    }

    [Fact]
    public async Task Nothing_of_the_tests_stays_on_a_server_that_was_given()
    {
        const string Names =
            "SELECT string_agg(name, ' ' ORDER BY name) FROM (SELECT rolname FROM pg_roles UNION ALL SELECT datname "
            + "FROM pg_database) AS n(name) WHERE name LIKE $1";
        var given = postgres.AsAdministrator(await postgres.CreateEmptyDatabaseAsync());
        var tests = new PostgresFixture();
        await tests.OpenAsync(given);
        var made = new NpgsqlConnectionStringBuilder(await tests.CreateEmptyDatabaseAsync());
        await using (var database = NpgsqlDataSource.Create(made))
            await database.CreateCommand("CREATE TABLE mine (id int)").ExecuteNonQueryAsync(Cancellation);
        Assert.Equal($"{made.Username} {made.Database}", await NamesAsync());

        await tests.DisposeAsync();
        Assert.Equal(DBNull.Value, await NamesAsync());

        async Task<object?> NamesAsync()
        {
            await using var server = NpgsqlDataSource.Create(given);
            await using var command = server.CreateCommand(Names);
            command.Parameters.Add(new() { Value = made.Username + "%" });
            return await command.ExecuteScalarAsync(Cancellation);
        }
    }

    [Theory]
    [InlineData("docker", "is neither 'container' nor 'programs'")]
    [InlineData("Host=127.0.0.1;Port=1;Username=nobody;Password=hidden", "cannot be used")]
    public async Task A_choice_that_is_not_possible_is_refused_without_showing_it(string choice, string why)
    {
        var refusal = await Assert.ThrowsAsync<TestServerException>(() => TestServer.OpenAsync(choice, Cancellation));
        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Containers_are_of_the_version_that_is_deployed_and_CI_begins_with_the_oldest()
    {
        Assert.Contains(
            $"{{POSTGRES_IMAGE:-{ContainerServer.DefaultImage}}}",
            Documented.Text("docker-compose.yml"),
            StringComparison.Ordinal
        );
        Assert.Contains(
            $"postgres: [\"{PostgresBinaries.OldestMajor}\", ",
            Documented.Text(".github/workflows/tests.yml"),
            StringComparison.Ordinal
        );
        foreach (var said in new[] { "dev", "docs/how-to/test.md" })
            Assert.Contains(ContainerServer.DefaultImage, Documented.Text(said), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_of_somebody_who_is_no_superuser_is_refused()
    {
        var database = await postgres.CreateEmptyDatabaseAsync();
        var refusal = await Assert.ThrowsAsync<TestServerException>(() => TestServer.OpenAsync(database, Cancellation));
        Assert.Contains("is no superuser", refusal.Message, StringComparison.Ordinal);
    }
}
