using ConsentRegistry.Api.Persistence;
using Npgsql;

namespace ConsentRegistry.Api.Tests.Persistence;

/// <summary>
/// What a commit waits for on a server without a synchronous standby. <c>FailoverTests</c> have one.
/// </summary>
public sealed class ConfirmedCommitTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ConfirmedCommit.IsWanted, "on")]
    [InlineData($"SELECT {ConfirmedCommit.WaitForStandby}", "off")]
    [InlineData(ConfirmedCommit.IsNotWanted, "off")]
    public async Task Without_a_standby_a_beat_waits_for_no_disk(string statement, string expected)
    {
        await using var source = NpgsqlDataSource.Create(await postgres.CreateDatabaseAsync());
        await using var connection = await source.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await using (var durability = new NpgsqlCommand(statement, connection))
            await durability.ExecuteNonQueryAsync(Cancellation);
        await using var ask = new NpgsqlCommand("SHOW synchronous_commit", connection);
        Assert.Equal(expected, await ask.ExecuteScalarAsync(Cancellation));
    }
}
