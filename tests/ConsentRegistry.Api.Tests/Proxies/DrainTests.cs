using System.Text.Json;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Api.Tests.Checks;
using ConsentRegistry.Domain;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace ConsentRegistry.Api.Tests.Proxies;

/// <summary>A node that is told to stop goes on answering for a while, and has everybody leave by themselves.</summary>
public sealed class DrainTests(PostgresFixture postgres)
{
    private const int Connections = 16;

    private static readonly string Check = JsonSerializer.Serialize(
        new
        {
            creatorId = "c",
            videoId = "v",
            purpose = "remix",
        }
    );

    [Fact]
    public async Task No_connection_loses_a_request_each_is_told_that_it_ends_and_readiness_says_so_before()
    {
        var app = await RegistryApplication.StartAsync(
            await postgres.CreateDatabaseAsync(),
            "Shutdown:DrainSeconds=300"
        );
        // Nothing cuts the drain short, nor the requests that are answered at its end.
        Assert.Equal(
            TimeSpan.FromSeconds(330),
            app.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout
        );
        var token = app.Sign(TimeProvider.System.GetUtcNow(), ["consent:check", "consent:manage"], "mia", "acme");
        // Those that are in use all the time, and one that is not when the node is told to stop. Every kind of answer:
        // short way, long way, refusal.
        (string Method, string Path, string Body)[] requests =
        [
            ("POST", "/v1/checks", Check),
            ("POST", "/v1/checks/batch", $"{{\"checks\":[{Check}]}}"),
            ("GET", "/v1/creators/mia/consent", ""),
            ("GET", "/v1/nowhere", ""),
            ("POST", "/v1/checks", "{"),
            ("PUT", "/v1/creators/leo/lockdown", ""),
        ];
        var before = new int[Connections];
        var users = Enumerable
            .Range(0, Connections)
            .Select(number =>
                Task.Run(async () =>
                {
                    using var connection = await KeepAliveConnection.OpenAsync(app.Address, token);
                    while (true)
                    {
                        var (method, path, body) = requests[number % requests.Length];
                        // Without an answer this fails, and so does the test.
                        var (status, closes) = await connection.SendAsync(method, path, body);
                        Assert.True(status < 500, $"{method} {path}: {status}");
                        if (closes)
                            return;
                        before[number]++;
                    }
                })
            )
            .ToList();
        using var idle = await KeepAliveConnection.OpenAsync(app.Address, token);
        Assert.Equal((200, false), await idle.SendAsync("POST", "/v1/checks", Check));
        await Eventually.HoldsAsync(
            "every connection is in use",
            () => Task.FromResult(before.All(count => count > 0))
        );

        using var hurry = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var stopping = app.EndAsync(hurry.Token);

        await Task.WhenAll(users);
        Assert.Equal((200, true), await idle.SendAsync("POST", "/v1/checks", Check));
        // The node still listens, and whoever asks is told.
        using var asking = await KeepAliveConnection.OpenAsync(app.Address, token);
        Assert.Equal((503, true), await asking.SendAsync("GET", "/health/ready", ""));
        // So does an answer that takes the place of another, as that of a bug does.
        await Eventually.HoldsAsync(
            "a request meets a bug",
            async () =>
            {
                app.Replica.Publish(new(null!, Instant.From(TimeProvider.System.GetUtcNow()), BootClock.Now));
                using var unlucky = await KeepAliveConnection.OpenAsync(app.Address, token);
                var (status, closes) = await unlucky.SendAsync("POST", "/v1/checks", Check);
                Assert.True(closes);
                return status == 500;
            }
        );
        using var alive = await KeepAliveConnection.OpenAsync(app.Address, token);
        Assert.Equal((200, true), await alive.SendAsync("GET", "/health/live", ""));
        Assert.False(stopping.IsCompleted);
        await hurry.CancelAsync();
        await stopping;
        Directory.Delete(app.DataFolder, recursive: true);
    }

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task A_stream_of_checks_that_would_never_end_ends_with_the_node_and_what_was_sent_is_answered()
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        var app = await RegistryApplication.StartAsync(connectionString, "Shutdown:DrainSeconds=1");
        var before = await app.ScalarAsync<long>("SELECT count(*) FROM consent.node");
        using var stream = await StreamConnection.OpenAsync(
            app.Address,
            app.Sign(TimeProvider.System.GetUtcNow(), ["consent:check"], null, "acme")
        );
        // The head comes before the first line is sent.
        await stream.ReadUntilAsync("\r\n\r\n");
        await stream.SendAsync($"{Check}\n");
        await stream.ReadUntilAsync("}\n");
        // Half a line more.
        await stream.SendAsync(Check[..10]);

        await app.DisposeAsync();

        var last = await stream.ReadUntilAsync("0\r\n\r\n");
        Assert.Contains("\"code\":\"unavailable\"", last, StringComparison.Ordinal);
        Assert.Contains("\"line\":2", last, StringComparison.Ordinal);
        // The node has taken its row away, although its caller would have gone on.
        Assert.Equal(1, before);
        await using var database = Npgsql.NpgsqlDataSource.Create(connectionString);
        await using var rows = database.CreateCommand("SELECT count(*) FROM consent.node");
        Assert.Equal(0L, await rows.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }
}
