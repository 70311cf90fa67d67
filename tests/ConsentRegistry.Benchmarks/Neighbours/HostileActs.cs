using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;

namespace ConsentRegistry.Benchmarks.Neighbours;

/// <summary>
/// What ordinary callers can do to a node within the documented limits, and more than it allows. Each act goes on until
/// it is ended.
/// </summary>
/// <param name="url">The node.</param>
/// <param name="tokenOf">A token of a kind, by the words that <c>./dev token</c> takes.</param>
internal sealed class HostileActs(Uri url, Func<string[], string> tokenOf) : IDisposable
{
    /// <summary>The creator with a long history and many named requesters.</summary>
    public const string Busy = "busy";

    private const int Named = 10_000;

    private readonly HttpClient http = new(new SocketsHttpHandler())
    {
        BaseAddress = url,
        Timeout = Timeout.InfiniteTimeSpan,
    };
    private int done;

    /// <summary>The acts, each with what it is and what is counted of it.</summary>
    public IReadOnlyList<(string What, string Counted, Func<CancellationToken, Task> ActAsync)> All =>
        [
            ($"bulk changes of {Named:N0} named requesters", "answered", BulkAsync),
            ("250 bodies that are announced and come slowly", "opened", BodiesAsync),
            ("40 exports that nobody reads", "opened", ExportsAsync),
            ("previews over 1,000 named requesters, 8 at once", "answered", PreviewsAsync),
            ("the contract's document, 16 at once", "answered", DocumentAsync),
            ("200 followers who read all changes from the start", "streams", FollowersAsync),
            ("uses in batches of 1,000, and every stream that a caller may hold", "batches and streams", FloodAsync),
        ];

    /// <summary>How much of the act was done since this was asked last.</summary>
    public int TakeCount() => Interlocked.Exchange(ref done, 0);

    /// <summary>Makes what the acts need.</summary>
    public async Task PrepareAsync(CancellationToken cancellation)
    {
        var token = tokenOf(["creator", Busy]);
        for (var video = 0; video < 5; video++)
            await SendAsync(
                HttpMethod.Put,
                $"/v1/creators/{Busy}/videos/p{video}",
                tokenOf(["platform", "registrar"]),
                new { },
                cancellation
            );
        var named = Enumerable
            .Range(0, 1_000)
            .Select(number => new
            {
                op = "setDefault",
                purpose = "mining",
                requester = $"r{number}",
                effect = "deny",
            });
        await SendAsync(
            HttpMethod.Post,
            $"/v1/creators/{Busy}/consent/changes",
            token,
            new { changes = named },
            cancellation
        );
        var overrides = Enumerable
            .Range(0, Named)
            .Select(number => new
            {
                op = "setOverride",
                purpose = "remix",
                effect = "deny",
                video = new { creatorId = Busy, videoId = $"v{number}" },
            });
        await SendAsync(
            HttpMethod.Post,
            $"/v1/creators/{Busy}/consent/changes",
            token,
            new { changes = overrides },
            cancellation
        );
    }

    public void Dispose() => http.Dispose();

    private Task BulkAsync(CancellationToken cancellation) =>
        RepeatAsync(
            1,
            async number =>
            {
                var creator = $"bulk-{Guid.NewGuid():N}";
                var changes = Enumerable
                    .Range(0, Named)
                    .Select(one => new
                    {
                        op = "setDefault",
                        purpose = "remix",
                        requester = $"r{one}",
                        effect = "deny",
                    });
                await SendAsync(
                    HttpMethod.Post,
                    $"/v1/creators/{creator}/consent/changes",
                    tokenOf(["creator", creator]),
                    new { changes },
                    cancellation
                );
            },
            cancellation
        );

    private async Task BodiesAsync(CancellationToken cancellation)
    {
        var token = tokenOf(["platform", "announcer"]);
        await HoldAsync(
            250,
            "POST /v1/checks/batch",
            _ => token,
            "Content-Type: application/json\r\nContent-Length: 8388608\r\n",
            async stream =>
            {
                // A little more than the server asks for.
                while (!cancellation.IsCancellationRequested)
                {
                    await stream.WriteAsync(new byte[256], cancellation);
                    await Task.Delay(500, cancellation);
                }
            },
            cancellation
        );
    }

    private Task ExportsAsync(CancellationToken cancellation)
    {
        var token = tokenOf(["auditor"]);
        return HoldAsync(
            40,
            $"GET /v1/creators/{Busy}/history/export",
            _ => token,
            "",
            _ => Task.Delay(Timeout.Infinite, cancellation),
            cancellation
        );
    }

    private Task PreviewsAsync(CancellationToken cancellation)
    {
        var token = tokenOf(["creator", Busy]);
        return RepeatAsync(
            8,
            _ =>
                SendAsync(
                    HttpMethod.Post,
                    $"/v1/creators/{Busy}/consent/changes",
                    token,
                    new
                    {
                        dryRun = true,
                        changes = new[]
                        {
                            new
                            {
                                op = "setDefault",
                                purpose = "mining",
                                effect = "deny",
                                clearExceptions = true,
                            },
                        },
                    },
                    cancellation
                ),
            cancellation
        );
    }

    private Task DocumentAsync(CancellationToken cancellation) =>
        RepeatAsync(
            16,
            _ => SendAsync(HttpMethod.Get, "/swagger/v1/swagger.json", token: null, body: null, cancellation),
            cancellation
        );

    private Task FollowersAsync(CancellationToken cancellation)
    {
        var tokens = Enumerable.Range(0, 10).Select(number => tokenOf(["platform", $"follower-{number}"])).ToArray();
        return RepeatAsync(
            200,
            async number =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/changes");
                request.Headers.Authorization = new("Bearer", tokens[number % tokens.Length]);
                request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
                using var answer = await http.SendAsync(
                    request,
                    HttpCompletionOption.ResponseHeadersRead,
                    cancellation
                );
                answer.EnsureSuccessStatusCode();
                Interlocked.Increment(ref done);
                await (await answer.Content.ReadAsStreamAsync(cancellation)).CopyToAsync(Stream.Null, cancellation);
            },
            cancellation
        );
    }

    private Task FloodAsync(CancellationToken cancellation)
    {
        var token = tokenOf(["platform", "flood"]);
        var usages = Enumerable.Repeat(
            new { purpose = "remix", videos = new[] { new { creatorId = Busy, videoId = "p0" } } },
            1_000
        );
        return Task.WhenAll(
            RepeatAsync(
                2,
                _ => SendAsync(HttpMethod.Post, "/v1/usages/batch", token, new { usages }, cancellation),
                cancellation
            ),
            HoldAsync(
                100,
                "POST /v1/checks/stream",
                _ => token,
                "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n",
                _ => Task.Delay(Timeout.Infinite, cancellation),
                cancellation
            ),
            HoldAsync(
                20,
                "GET /v1/changes",
                _ => token,
                "Accept: text/event-stream\r\n",
                _ => Task.Delay(Timeout.Infinite, cancellation),
                cancellation
            )
        );
    }

    // So many at once, each one after the other. What is refused is tried again.
    private async Task RepeatAsync(int atOnce, Func<int, Task> actAsync, CancellationToken cancellation) =>
        await Task.WhenAll(
            Enumerable
                .Range(0, atOnce)
                .Select(async number =>
                {
                    while (!cancellation.IsCancellationRequested)
                    {
                        try
                        {
                            await actAsync(number);
                        }
                        catch (Exception e)
                            when (e is HttpRequestException or OperationCanceledException or IOException)
                        {
                            await Task.Delay(50, CancellationToken.None);
                        }
                    }
                })
        );

    // So many connections at once, whose answers nobody reads.
    private async Task HoldAsync(
        int number,
        string request,
        Func<int, string> token,
        string headers,
        Func<Stream, Task> holdAsync,
        CancellationToken cancellation
    ) =>
        await Task.WhenAll(
            Enumerable
                .Range(0, number)
                .Select(async one =>
                {
                    try
                    {
                        using var client = new TcpClient { ReceiveBufferSize = 8 << 10 };
                        await client.ConnectAsync(url.Host, url.Port, cancellation);
                        var head =
                            $"{request} HTTP/1.1\r\nHost: {url.Authority}\r\nAuthorization: Bearer "
                            + $"{token(one)}\r\n{headers}\r\n";
                        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head), cancellation);
                        Interlocked.Increment(ref done);
                        await holdAsync(client.GetStream());
                    }
                    catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
                    {
                        // Refused, cut off, or at the end.
                    }
                })
        );

    private async Task SendAsync(
        HttpMethod method,
        string path,
        string? token,
        object? body,
        CancellationToken cancellation
    )
    {
        using var request = new HttpRequestMessage(method, path)
        {
            Content = body is null ? null : JsonContent.Create(body),
        };
        if (token is not null)
            request.Headers.Authorization = new("Bearer", token);
        using var answer = await http.SendAsync(request, cancellation);
        answer.EnsureSuccessStatusCode();
        Interlocked.Increment(ref done);
    }
}
