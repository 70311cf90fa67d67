using ConsentRegistry.Api.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ConsentRegistry.Api.Tests.Neighbours;

/// <summary>Callers who ask for long answers and do not read them.</summary>
public sealed class ExportsTests(PostgresFixture postgres)
{
    /// <summary>Events of the history: several times what the systems' buffers take.</summary>
    private const int Events = 6_000;

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task Exports_that_nobody_reads_hold_up_nothing_and_are_cut_off()
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        await using var app = await RegistryApplication.StartAsync(connectionString);
        var creator = await FillAsync(app);
        await using var others = await OtherCallers.StartAsync(app);

        var stalled = new List<RawConnection>();
        try
        {
            // More than the test's pools have connections: twenty of each.
            var refused = 0;
            for (var i = 0; i < 24; i++)
            {
                var token = app.Sign(TimeProvider.System.GetUtcNow(), ["consent:audit"], null, $"auditor-{i % 4}");
                var path = i % 2 == 0 ? $"/v1/creators/{creator}/history/export" : "/v1/log/export";
                var connection = await RawConnection.OpenAsync(app, $"GET {path}", token);
                stalled.Add(connection);
                // The head, and no more.
                refused += (await connection.ReadAsync()).StartsWith("HTTP/1.1 503 ", StringComparison.Ordinal) ? 1 : 0;
            }
            // Two for each of four callers go on.
            Assert.Equal(16, refused);

            // Everything else works, and no connection waits for who does not read.
            await others.AreAnsweredAsync(100);
            (await app.Auditor().GetAsync($"/v1/creators/{creator}/history?limit=1")).Is(200);
            (await app.Anonymous().GetAsync("/log/checkpoint")).Is(200);
            (await app.Anonymous().GetAsync("/health/ready")).Is(200);
            await Eventually.HoldsAsync(
                "no export holds a connection",
                async () =>
                    await app.ScalarAsync<long>(
                        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                            + "AND application_name LIKE '%exports' AND state <> 'idle'"
                    ) == 0
            );
        }
        finally
        {
            stalled.ForEach(connection => connection.Dispose());
        }
        await others.AssertUnharmedAsync();
    }

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task Whoever_takes_nothing_of_an_export_is_cut_off_and_whoever_reads_has_all_of_it()
    {
        await using var app = await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync());
        var creator = await FillAsync(app);
        var options = app.Services.GetRequiredService<IOptions<StreamOptions>>().Value;
        options.LongestStall = TimeSpan.FromSeconds(1);
        var token = app.Sign(TimeProvider.System.GetUtcNow(), ["consent:audit"], null, "auditor");
        using var first = await RawConnection.OpenAsync(app, $"GET /v1/creators/{creator}/history/export", token);
        using var second = await RawConnection.OpenAsync(app, "GET /v1/log/export", token);
        Assert.StartsWith("HTTP/1.1 200 ", await first.ReadAsync(), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 ", await second.ReadAsync(), StringComparison.Ordinal);
        (await app.Bearer(token).GetAsync("/v1/log/export")).IsProblem(503, "unavailable");

        // When they are cut off their shares are free.
        await Eventually.HoldsAsync(
            "both were cut off",
            async () => (await app.Bearer(token).GetAsync($"/v1/creators/{creator}/history/export")).Status == 200
        );
        var whole = (await app.Bearer(token).GetAsync($"/v1/creators/{creator}/history/export")).Is(200);
        Assert.Contains("\"kind\":\"end\"", whole.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"kind\":\"end\"", await first.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Empty(app.Log.Errors);
    }

    private static async Task<string> FillAsync(RegistryApplication app)
    {
        var creator = RegistryApplication.NewId();
        var changes = Enumerable
            .Range(0, Events)
            .Select(number => new
            {
                op = "setOverride",
                purpose = "remix",
                effect = "deny",
                video = new { creatorId = creator, videoId = $"v{number}" },
            });
        (await app.Creator(creator).PostAsync($"/v1/creators/{creator}/consent/changes", new { changes })).Is(200);
        await Eventually.HoldsAsync(
            "the log covers the history",
            async () =>
                await app.ScalarAsync<bool>(
                    "SELECT coalesce((SELECT max(size) FROM consent.tree_head), 0) >= $1 AND NOT EXISTS (SELECT "
                        + "FROM consent.inbox)",
                    (long)Events
                )
        );
        return creator;
    }
}
