using System.Net;
using ConsentRegistry.TestSupport;
using Npgsql;

namespace ConsentRegistry.Api.Tests.Proxies;

/// <summary>
/// Two nodes behind nginx, each a process of its own, are stopped by SIGTERM and started again, one after the other,
/// while many ask and some change. docs/how-to/run-behind-a-proxy.md has the configuration and the drill.
/// </summary>
public sealed class RollingRestartTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task No_request_fails_while_nodes_are_restarted_one_after_the_other()
    {
        Nginx.SkipUnlessInstalled();
        var folder = Directory.CreateTempSubdirectory("consent-rolling-");
        try
        {
            // Two processes share what a test's database may have, and the pools of each.
            var database = new NpgsqlConnectionStringBuilder(await postgres.CreateDatabaseAsync())
            {
                MaxPoolSize = 8,
            }.ConnectionString;
            var hosts = new HostFolders(folder.FullName);
            await using var nodes = new Nodes(database, hosts, 2, _ => ["--Shutdown:DrainSeconds=3"]);
            await nodes.StartAsync();
            await using var nginx = await Nginx.StartAsync(new(nodes.UrlOf(0)), new(nodes.UrlOf(1)));
            await using var traffic = new ProxiedTraffic(nginx, hosts);

            foreach (var node in new[] { 0, 1 })
            {
                await traffic.FlowsAsync("by both nodes");
                Assert.Equal(0, await nodes.StopAsync(node));
                await traffic.FlowsAsync("without the node");
                await nodes.StartAsync(node);
            }
            await traffic.FlowsAsync("by both nodes again");
            await traffic.AssertNoneFailedAsync();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_check_that_a_node_cannot_answer_yet_is_answered_by_the_other()
    {
        Nginx.SkipUnlessInstalled();
        // As a node that listens and has not loaded its memory.
        await using var starting = await Receiver.StartAsync(503);
        await using var registry = await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync());
        await using var nginx = await Nginx.StartAsync(starting.Url, registry.Address);
        using var http = nginx.Client(
            registry.Sign(
                TimeProvider.System.GetUtcNow(),
                ["consent:check", "consent:check:any"],
                "platform",
                "platform"
            )
        );
        // nginx asks its nodes in turn.
        for (var number = 0; number < 6; number++)
        {
            using var answer = await ProxiedTraffic.CheckAsync(http, number);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }
}
