using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ConsentRegistry.Api.Tests.Log;
using ConsentRegistry.Domain.Log.Verification;
using ConsentRegistry.TestSupport;
using Npgsql;

namespace ConsentRegistry.Api.Tests.Proxies;

/// <summary>
/// Two nodes of the previous release behind nginx become nodes of this version, one after the other, while many ask and
/// some change: docs/how-to/upgrade.md. For a while both versions work on the new schema.
/// </summary>
public sealed class RollingUpgradeTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task No_request_fails_while_nodes_of_the_previous_release_become_nodes_of_this_one()
    {
        Nginx.SkipUnlessInstalled();
        await using var previous = await PreviousRelease.BuildAsync();
        var folder = Directory.CreateTempSubdirectory("consent-rolling-");
        try
        {
            // Two processes share what a test's database may have, and the pools of each.
            var database = new NpgsqlConnectionStringBuilder(await postgres.CreateEmptyDatabaseAsync())
            {
                MaxPoolSize = 8,
            }.ConnectionString;
            var hosts = new HostFolders(folder.FullName);
            string?[] hostOf = [previous.Host, previous.Host];
            await using var nodes = new Nodes(
                database,
                hosts,
                hostOf.Length,
                _ => ["--Shutdown:DrainSeconds=3"],
                node => hostOf[node]
            );
            await nodes.StartAsync();
            var before = await MigrationsAsync(database);
            await using var nginx = await Nginx.StartAsync(new(nodes.UrlOf(0)), new(nodes.UrlOf(1)));
            await using var traffic = new ProxiedTraffic(nginx, hosts);
            using var http = new HttpClient();
            http.DefaultRequestHeaders.Authorization = new("Bearer", hosts.Token("admin"));

            await traffic.FlowsAsync("by the previous release");
            await AssertRevokedEverywhereAsync(http, nodes, "before");
            for (var node = 0; node < nodes.Count; node++)
            {
                Assert.Equal(0, await nodes.StopAsync(node));
                await traffic.FlowsAsync("without the node");
                hostOf[node] = null;
                // The first of this version migrates the database, below the other that is at work.
                await nodes.StartAsync(node);
                await traffic.FlowsAsync("with the node of this version");
                await AssertRevokedEverywhereAsync(http, nodes, $"upgraded-{node}");
            }
            // And back: whoever finds a fault in the new version takes the previous one again.
            Assert.Equal(0, await nodes.StopAsync(0));
            hostOf[0] = previous.Host;
            await nodes.StartAsync(0);
            await traffic.FlowsAsync("after one node went back");
            await AssertRevokedEverywhereAsync(http, nodes, "back");
            await traffic.AssertNoneFailedAsync();

            Assert.True(await MigrationsAsync(database) > before, "The previous release has all migrations.");
            await AssertLogIsValidAsync(http, nodes.UrlOf(1));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>What one version acknowledges is in force at the other, whichever it is.</summary>
    private static async Task AssertRevokedEverywhereAsync(HttpClient http, Nodes nodes, string creator)
    {
        for (var changed = 0; changed < nodes.Count; changed++)
        {
            var registered = await http.PostAsJsonAsync(
                $"{nodes.UrlOf(changed)}/v1/videos/batch",
                new { videos = new[] { new { creatorId = creator, videoId = $"v{changed}" } } },
                Cancellation
            );
            registered.EnsureSuccessStatusCode();
            foreach (var effect in new[] { "allow", "deny" })
            {
                var change = await http.PutAsJsonAsync(
                    $"{nodes.UrlOf(changed)}/v1/creators/{creator}/videos/v{changed}/consent/remix",
                    new { effect },
                    Cancellation
                );
                Assert.True(
                    change.IsSuccessStatusCode
                        && (bool)
                            (await change.Content.ReadFromJsonAsync<JsonObject>(Cancellation))!["effectiveEverywhere"]!,
                    $"{creator}: {change.StatusCode}"
                );
                foreach (var url in nodes.Urls)
                {
                    var check = await http.PostAsJsonAsync(
                        $"{url}/v1/checks",
                        new
                        {
                            creatorId = creator,
                            videoId = $"v{changed}",
                            purpose = "remix",
                            requester = "studio",
                        },
                        Cancellation
                    );
                    Assert.Equal(
                        (creator, effect),
                        (creator, (string?)(await check.Content.ReadFromJsonAsync<JsonObject>(Cancellation))!["effect"])
                    );
                }
            }
        }
    }

    private static async Task AssertLogIsValidAsync(HttpClient http, string node)
    {
        VerificationReport? report = null;
        await Eventually.HoldsAsync(
            "the log is valid",
            async () =>
            {
                report = Exports.Verify(await http.GetByteArrayAsync($"{node}/v1/log/export", Cancellation));
                return report.Verdict == Verdict.Valid;
            }
        );
        Assert.Equal(Verdict.Valid, report!.Verdict);
    }

    private static async Task<long> MigrationsAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var count = source.CreateCommand("SELECT count(*) FROM consent.migration");
        return (long)(await count.ExecuteScalarAsync(Cancellation))!;
    }
}
