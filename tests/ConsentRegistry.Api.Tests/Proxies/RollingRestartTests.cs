using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ConsentRegistry.TestSupport;
using Npgsql;

namespace ConsentRegistry.Api.Tests.Proxies;

/// <summary>
/// Two nodes behind nginx, each a process of its own, are stopped by SIGTERM and started again, one after the other,
/// while many ask and some change. docs/how-to/run-behind-a-proxy.md has the configuration and the drill.
/// </summary>
public sealed class RollingRestartTests(PostgresFixture postgres)
{
    private const int Checkers = 8;

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
            var answers = new ConcurrentBag<string>();
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            var working = Enumerable
                .Range(0, Checkers)
                .Select(_ => WorkAsync(nginx, hosts.Token("platform", "studio"), CheckAsync, answers, ending.Token))
                .Append(WorkAsync(nginx, hosts.Token("creator", "mia"), ChangeAsync, answers, ending.Token))
                .ToList();

            foreach (var node in new[] { 0, 1 })
            {
                var count = answers.Count;
                await Eventually.HoldsAsync(
                    "requests are answered",
                    () => Task.FromResult(answers.Count > count + 100)
                );
                Assert.Equal(0, await nodes.StopAsync(node));
                count = answers.Count;
                await Eventually.HoldsAsync(
                    "requests are answered without the node",
                    () => Task.FromResult(answers.Count > count + 100)
                );
                await nodes.StartAsync(node);
            }
            var last = answers.Count;
            await Eventually.HoldsAsync("requests are answered", () => Task.FromResult(answers.Count > last + 100));
            await ending.CancelAsync();
            await Task.WhenAll(working);

            var failed = answers
                .Where(answer => answer != "200")
                .GroupBy(answer => answer, StringComparer.Ordinal)
                .Select(kind => $"{kind.Count()} of {answers.Count}: {kind.Key}")
                .ToList();
            Assert.True(
                failed.Count == 0,
                $"{string.Join('\n', nginx.Said.Split('\n').TakeLast(10))}\n{string.Join('\n', failed)}"
            );
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
            using var answer = await CheckAsync(http, number);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    // Without what differs from answer to answer.
    private static async Task<string> DetailAsync(HttpResponseMessage answer)
    {
        var body = await answer.Content.ReadAsStringAsync(Cancellation);
        return answer.Content.Headers.ContentType?.MediaType == "application/problem+json"
            ? JsonNode.Parse(body)!["detail"]!.GetValue<string>()
            : body;
    }

    private static async Task WorkAsync(
        Nginx nginx,
        string token,
        Func<HttpClient, int, Task<HttpResponseMessage>> send,
        ConcurrentBag<string> answers,
        CancellationToken ending
    )
    {
        using var http = nginx.Client(token);
        for (var number = 0; !ending.IsCancellationRequested; number++)
        {
            try
            {
                using var answer = await send(http, number);
                answers.Add(
                    answer.StatusCode == HttpStatusCode.OK
                        ? "200"
                        : $"{(int)answer.StatusCode} {await DetailAsync(answer)}"
                );
            }
            catch (HttpRequestException e)
            {
                answers.Add(e.Message);
            }
        }
    }

    // Not all are answered the short way.
    private static Task<HttpResponseMessage> CheckAsync(HttpClient http, int number) =>
        (number % 3) switch
        {
            0 => http.PostAsJsonAsync(
                "/v1/checks",
                new
                {
                    creatorId = "mia",
                    videoId = "v",
                    purpose = "remix",
                },
                Cancellation
            ),
            1 => http.PostAsJsonAsync(
                "/v1/checks",
                new
                {
                    creatorId = "mia",
                    videoId = "v",
                    purpose = "remix",
                    explain = true,
                },
                Cancellation
            ),
            _ => http.PostAsJsonAsync(
                "/v1/checks/batch",
                new
                {
                    checks = new[]
                    {
                        new
                        {
                            creatorId = "mia",
                            videoId = "v",
                            purpose = "remix",
                        },
                    },
                },
                Cancellation
            ),
        };

    private static Task<HttpResponseMessage> ChangeAsync(HttpClient http, int number) =>
        http.PutAsJsonAsync(
            "/v1/creators/mia/consent/defaults/remix",
            new { effect = number % 2 == 0 ? "deny" : "ask" },
            Cancellation
        );
}
