using System.Text.RegularExpressions;
using ConsentRegistry.Api.Replica;
using Npgsql;

namespace ConsentRegistry.Api.Tests.Replica;

/// <summary>
/// How PostgreSQL runs a poll. It keeps the plan that it made while the inbox was empty, and one change can put 10,000
/// events there: by a nested loop the next polls would take seconds, and memory would answer nothing meanwhile.
/// </summary>
public sealed partial class FeedPlanTests(PostgresFixture postgres)
{
    [Fact]
    public async Task A_plan_that_was_made_for_an_empty_inbox_is_good_for_a_full_one()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var source = NpgsqlDataSource.Create(
            postgres.AsAdministrator(await postgres.CreateDatabaseAsync())
        );
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await RunAsync("VACUUM ANALYZE consent.inbox");
        await RunAsync("SET plan_cache_mode = force_generic_plan");
        await RunAsync($"PREPARE poll (bigint, int, uuid[], uuid) AS {Feed.Text}");

        var plan = new List<string>();
        await using var command = new NpgsqlCommand("EXPLAIN (VERBOSE) EXECUTE poll (0, 1, '{}', NULL)", connection);
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
                plan.Add(reader.GetString(0));
        }

        Assert.DoesNotContain(plan, line => line.Contains("Nested Loop", StringComparison.Ordinal));
        Assert.Contains(plan, line => line.Contains("Hash Full Join", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, line => line.Contains("(SubPlan", StringComparison.Ordinal));
        // What is known is looked up for the log and for the inbox.
        Assert.Equal(2, Hashed().Matches(string.Concat(plan)).DistinctBy(found => found.Value).Count());

        async Task RunAsync(string sql)
        {
            await using var run = new NpgsqlCommand(sql, connection);
            await run.ExecuteNonQueryAsync(cancellation);
        }
    }

    [GeneratedRegex(@"hashed SubPlan \d+", RegexOptions.NonBacktracking)]
    private static partial Regex Hashed();
}
