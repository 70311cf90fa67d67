using ConsentRegistry.Api.Persistence;
using Npgsql;

namespace ConsentRegistry.Api.Tests.Persistence;

public sealed class DatabaseErrorsTests
{
    [Theory]
    [InlineData("08006", true)]
    [InlineData("25006", true)]
    [InlineData("53100", true)]
    [InlineData("53200", true)]
    [InlineData("53300", true)]
    [InlineData("53400", true)]
    [InlineData("55000", true)]
    [InlineData("57P01", true)]
    [InlineData("58030", true)]
    [InlineData("58P01", true)]
    [InlineData("XX000", true)]
    [InlineData("XX001", true)]
    [InlineData("23505", false)]
    [InlineData("40001", false)]
    [InlineData("42601", false)]
    [InlineData("42P01", false)]
    public void What_fails_on_the_server_is_told_from_what_is_wrong_with_a_statement(string state, bool isServers) =>
        Assert.Equal(isServers, DatabaseErrors.MeansUnavailable(new PostgresException("no", "ERROR", "ERROR", state)));
}
