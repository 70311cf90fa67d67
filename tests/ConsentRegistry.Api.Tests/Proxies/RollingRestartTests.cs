using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using ConsentRegistry.Benchmarks;
using Npgsql;

namespace ConsentRegistry.Api.Tests.Proxies;

/// <summary>
/// Two nodes behind nginx, each a process of its own, are stopped by SIGTERM and started again, one after the other,
/// while many ask and some change. docs/proxies.md has the configuration and the drill.
/// </summary>
public sealed class RollingRestartTests(PostgresFixture postgres)
{
    private const int Checkers = 8;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_request_fails_while_nodes_are_restarted_one_after_the_other()
    {
        Nginx.SkipUnlessInstalled();
        var folder = Directory.CreateTempSubdirectory("consent-rolling-");
        try
        {
            // Two processes share what a test's database may have, and the pools of each.
            var database = new NpgsqlConnectionStringBuilder(await postgres.CreateDatabaseAsync()) { MaxPoolSize = 8 }.ConnectionString;
            var hosts = new HostFolders(folder.FullName);
            await using var nodes = new Nodes(database, hosts, 2, _ => ["--Shutdown:DrainSeconds=3"]);
            await nodes.StartAsync();
            await using var nginx = await Nginx.StartAsync(new(nodes.UrlOf(0)), new(nodes.UrlOf(1)));
            var answers = new ConcurrentBag<string>();
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            var working = Enumerable.Range(0, Checkers).Select(_ => WorkAsync(nginx, hosts.Token("platform", "studio"), CheckAsync, answers, ending.Token))
                .Append(WorkAsync(nginx, hosts.Token("creator", "mia"), ChangeAsync, answers, ending.Token))
                .ToList();

            foreach (var node in new[] { 0, 1 })
            {
                var count = answers.Count;
                await Eventually.HoldsAsync("requests are answered", () => Task.FromResult(answers.Count > count + 100));
                Assert.Equal(0, await nodes.StopAsync(node));
                count = answers.Count;
                await Eventually.HoldsAsync("requests are answered without the node", () => Task.FromResult(answers.Count > count + 100));
                await nodes.StartAsync(node);
            }
            var last = answers.Count;
            await Eventually.HoldsAsync("requests are answered", () => Task.FromResult(answers.Count > last + 100));
            await ending.CancelAsync();
            await Task.WhenAll(working);

            var failed = answers.Where(answer => answer != "200").GroupBy(answer => answer, StringComparer.Ordinal).Select(kind => $"{kind.Count()} of {answers.Count}: {kind.Key}");
            Assert.True(answers.All(answer => answer == "200"), $"{string.Join('\n', failed)}\n{nginx.Said}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task WorkAsync(Nginx nginx, string token, Func<HttpClient, int, Task<HttpResponseMessage>> send, ConcurrentBag<string> answers, CancellationToken ending)
    {
        using var http = nginx.Client(token);
        for (var number = 0; !ending.IsCancellationRequested; number++)
        {
            try
            {
                using var answer = await send(http, number);
                answers.Add(answer.StatusCode == HttpStatusCode.OK ? "200" : $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(Cancellation)}");
            }
            catch (HttpRequestException e)
            {
                answers.Add(e.Message);
            }
        }
    }

    // Not all are answered the short way.
    private static Task<HttpResponseMessage> CheckAsync(HttpClient http, int number) => (number % 3) switch
    {
        0 => http.PostAsJsonAsync("/v1/checks", new { creatorId = "mia", videoId = "v", purpose = "remix" }, Cancellation),
        1 => http.PostAsJsonAsync("/v1/checks", new { creatorId = "mia", videoId = "v", purpose = "remix", explain = true }, Cancellation),
        _ => http.PostAsJsonAsync("/v1/checks/batch", new { checks = new[] { new { creatorId = "mia", videoId = "v", purpose = "remix" } } }, Cancellation),
    };

    private static Task<HttpResponseMessage> ChangeAsync(HttpClient http, int number) =>
        http.PutAsJsonAsync("/v1/creators/mia/consent/defaults/remix", new { effect = number % 2 == 0 ? "deny" : "ask" }, Cancellation);
}
