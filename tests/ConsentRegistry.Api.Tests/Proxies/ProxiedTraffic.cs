using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Api.Tests.Proxies;

/// <summary>Many who check, and one who changes, through nginx; they count what is not answered as it should be.</summary>
internal sealed class ProxiedTraffic : IAsyncDisposable
{
    private const int Checkers = 8;

    private readonly Nginx nginx;
    private readonly ConcurrentBag<string> answers = [];
    private readonly CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
    private readonly List<Task> working;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Begins.</summary>
    /// <param name="nginx">What stands before the nodes.</param>
    /// <param name="hosts">Whose tokens the nodes accept.</param>
    public ProxiedTraffic(Nginx nginx, HostFolders hosts)
    {
        this.nginx = nginx;
        working =
        [
            .. Enumerable.Range(0, Checkers).Select(_ => WorkAsync(hosts.Token("platform", "studio"), CheckAsync)),
            WorkAsync(hosts.Token("creator", "mia"), ChangeAsync),
        ];
    }

    /// <summary>Waits until more requests have been answered.</summary>
    /// <param name="when">What is so meanwhile.</param>
    public async Task FlowsAsync(string when)
    {
        var count = answers.Count;
        await Eventually.HoldsAsync(
            $"requests are answered {when}",
            () => Task.FromResult(answers.Count > count + 100)
        );
    }

    /// <summary>Ends, and fails unless every request was answered with 200.</summary>
    public async Task AssertNoneFailedAsync()
    {
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

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await Task.WhenAll(working);
        ending.Dispose();
    }

    private async Task WorkAsync(string token, Func<HttpClient, int, Task<HttpResponseMessage>> send)
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

    // Without what differs from answer to answer.
    private static async Task<string> DetailAsync(HttpResponseMessage answer)
    {
        var body = await answer.Content.ReadAsStringAsync(Cancellation);
        return answer.Content.Headers.ContentType?.MediaType == "application/problem+json"
            ? JsonNode.Parse(body)!["detail"]!.GetValue<string>()
            : body;
    }

    /// <summary>A check. Not all are answered the short way.</summary>
    public static Task<HttpResponseMessage> CheckAsync(HttpClient http, int number) =>
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
