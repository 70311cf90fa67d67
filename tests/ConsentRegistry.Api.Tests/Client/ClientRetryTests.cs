using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using ConsentRegistry.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ConsentRegistry.Api.Tests.Client;

/// <summary>What the client repeats where a real server fails first, and what it does not.</summary>
public sealed class ClientRetryTests : IAsyncLifetime
{
    private const string Allow =
        """{"allowed":true,"effect":"allow","reason":"creatorDefault","obligations":[],"excludes":[],"maxAgeMs":0}""";
    private const string Changed =
        """{"creatorId":"ana","version":2,"settingsVersion":1,"changes":1,"exceptions":{"count":0,"first":[]},"effectiveEverywhere":true}""";

    private static readonly Check Question = new("ana", "first", "remix");

    private readonly ConcurrentQueue<Func<HttpContext, Task>> answers = [];
    private readonly ConcurrentQueue<Request> requests = [];
    private WebApplication server = null!;
    private int tokens;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        server = builder.Build();
        server.Run(async http =>
        {
            using var body = new StreamReader(http.Request.Body);
            requests.Enqueue(
                new(
                    await body.ReadToEndAsync(http.RequestAborted),
                    http.Request.Headers.Authorization.ToString(),
                    http.Request.Headers["Idempotency-Key"].ToString()
                )
            );
            await (answers.TryDequeue(out var answer) ? answer(http) : http.Response.WriteAsync(Allow));
        });
        await server.StartAsync(Cancellation);
    }

    public async ValueTask DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task A_check_is_asked_again_with_a_fresh_token_until_it_is_answered()
    {
        Answer(Status(503, retryAfter: 0), Broken, Status(502));
        using var http = Client();

        Assert.True((await new ConsentRegistryClient(http).Checks.CheckAsync(Question, Cancellation)).Allowed);

        Assert.Equal(4, requests.Count);
        Assert.Single(requests.Select(request => request.Body).Distinct());
        Assert.Equal(4, requests.Select(request => request.Token).Distinct().Count());
    }

    [Fact]
    public async Task A_list_a_batch_and_a_preview_are_asked_again()
    {
        using var http = Client();
        var client = new ConsentRegistryClient(http);

        Answer(Status(503), Body("""{"items":[]}"""));
        Assert.Empty(
            await client.Settings.ListOverridesAsync("ana", cancellation: Cancellation).ToListAsync(Cancellation)
        );
        Answer(Status(503), Body($$"""{"results":[{{Allow}}],"freshAt":null,"maxAgeMs":0}"""));
        Assert.True(
            Assert.Single((await client.Checks.CheckBatchAsync([Question], cancellation: Cancellation)).Results).Allowed
        );
        Answer(Status(503), Status(422));
        await Assert.ThrowsAsync<ConsentRegistryException>(() =>
            client.Settings.PreviewAsync("ana", [], cancellation: Cancellation)
        );
        Assert.Equal(6, requests.Count);
    }

    [Fact]
    public async Task A_change_without_a_key_gets_one_for_all_its_attempts()
    {
        using var http = Client();
        var client = new ConsentRegistryClient(http);

        foreach (var failure in (Func<HttpContext, Task>[])[Status(503, retryAfter: 0), Broken, CutShort])
        {
            Answer(failure, Body(Changed));
            await client.Settings.SetDefaultAsync("ana", "remix", new(Effect.Deny), cancellation: Cancellation);
        }

        var keys = requests.Select(request => request.Key).ToList();
        Assert.Equal(6, keys.Count);
        Assert.All(keys, key => Assert.True(Guid.TryParse(key, out _), key));
        Assert.Equal(3, keys.Distinct().Count());
        Assert.All(keys.Chunk(2), two => Assert.Equal(two[0], two[1]));
    }

    [Fact]
    public async Task What_takes_no_key_is_sent_once()
    {
        using var http = Client();
        var client = new ConsentRegistryClient(http);

        Answer(Status(503, retryAfter: 0));
        var refused = await Assert.ThrowsAsync<ConsentRegistryException>(() =>
            client.Webhooks.PingAsync(Guid.NewGuid(), Cancellation)
        );
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.Status);
        Answer(Broken);
        await Assert.ThrowsAsync<HttpRequestException>(() =>
            client.Notifications.MarkReadAsync("ana", [Guid.NewGuid()], Cancellation)
        );
        Assert.Equal(["", ""], requests.Select(request => request.Key));
    }

    [Fact]
    public async Task A_change_with_a_key_is_sent_again_with_that_key_also_while_the_first_attempt_is_under_way()
    {
        Answer(Broken, Status(409, retryAfter: 0), Body(Changed));
        using var http = Client();

        var change = await new ConsentRegistryClient(http).Settings.SetDefaultAsync(
            "ana",
            "remix",
            new(Effect.Deny),
            options: new() { IdempotencyKey = "one" },
            cancellation: Cancellation
        );

        Assert.Equal(2, change.Version);
        Assert.Equal(["one", "one", "one"], requests.Select(request => request.Key));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(412)]
    [InlineData(422)]
    public async Task What_is_refused_for_good_is_not_repeated(int status)
    {
        Answer(Status(status));
        using var http = Client();

        var refused = await Assert.ThrowsAsync<ConsentRegistryException>(() =>
            new ConsentRegistryClient(http).Settings.SetDefaultAsync(
                "ana",
                "remix",
                new(Effect.Deny),
                options: new() { IdempotencyKey = "one" },
                cancellation: Cancellation
            )
        );

        Assert.Equal((HttpStatusCode)status, refused.Status);
        Assert.Single(requests);
    }

    [Fact]
    public async Task Retry_After_is_waited_for()
    {
        Answer(Status(503, retryAfter: 1));
        using var http = Client();
        var begun = Stopwatch.GetTimestamp();

        Assert.True((await new ConsentRegistryClient(http).Checks.CheckAsync(Question, Cancellation)).Allowed);

        Assert.True(Stopwatch.GetElapsedTime(begun) >= TimeSpan.FromSeconds(1));
        Assert.Equal(2, requests.Count);
    }

    [Fact]
    public async Task A_Retry_After_longer_than_the_total_time_is_the_callers_to_wait_for()
    {
        Answer(Status(429, retryAfter: 3_600));
        using var http = Client();

        var refused = await Assert.ThrowsAsync<ConsentRegistryException>(() =>
            new ConsentRegistryClient(http).Checks.CheckAsync(Question, Cancellation)
        );

        Assert.Equal(TimeSpan.FromHours(1), refused.RetryAfter);
        Assert.Single(requests);
    }

    [Fact]
    public async Task What_goes_on_failing_is_sent_four_times()
    {
        Answer(Status(503), Status(503), Status(503), Status(503));
        using var http = Client();

        await Assert.ThrowsAsync<ConsentRegistryException>(() =>
            new ConsentRegistryClient(http).Checks.CheckAsync(Question, Cancellation)
        );

        Assert.Equal(4, requests.Count);
    }

    [Fact]
    public async Task What_is_never_answered_ends_with_the_total_time()
    {
        Answer(http => Task.Delay(Timeout.Infinite, http.RequestAborted));
        using var http = Client(TimeSpan.FromMilliseconds(300));

        var ended = await Assert.ThrowsAsync<TaskCanceledException>(() =>
            new ConsentRegistryClient(http).Checks.CheckAsync(Question, Cancellation)
        );

        Assert.IsType<TimeoutException>(ended.InnerException);
        Assert.Single(requests);
    }

    [Fact]
    public async Task Without_the_handler_nothing_is_repeated()
    {
        Answer(Status(503));
        using var http = new HttpClient { BaseAddress = new(server.Urls.Single()) };

        await Assert.ThrowsAsync<ConsentRegistryException>(() =>
            new ConsentRegistryClient(http).Checks.CheckAsync(Question, Cancellation)
        );

        Assert.Single(requests);
    }

    [Fact]
    public async Task A_client_of_IHttpClientFactory_repeats_as_well()
    {
        Answer(Status(503));
        var services = new ServiceCollection();
        services
            .AddHttpClient("registry", http => http.BaseAddress = new(server.Urls.Single()))
            .AddHttpMessageHandler(() => new RetryHandler(TimeSpan.FromSeconds(30)));
        await using var provider = services.BuildServiceProvider();
        using var http = provider.GetRequiredService<IHttpClientFactory>().CreateClient("registry");

        Assert.True((await new ConsentRegistryClient(http).Checks.CheckAsync(Question, Cancellation)).Allowed);
        Assert.Equal(2, requests.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(86_400_001)]
    public void A_total_time_out_of_range_is_refused(int milliseconds) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RetryHandler(TimeSpan.FromMilliseconds(milliseconds)));

    private void Answer(params Func<HttpContext, Task>[] next) => Array.ForEach(next, answers.Enqueue);

    private HttpClient Client(TimeSpan? total = null) =>
        new(
            new RetryHandler(
                total ?? TimeSpan.FromSeconds(30),
                new AccessTokenHandler(
                    _ => ValueTask.FromResult($"token{Interlocked.Increment(ref tokens)}"),
                    new SocketsHttpHandler()
                )
            )
        )
        {
            BaseAddress = new(server.Urls.Single()),
        };

    private static Task Broken(HttpContext http)
    {
        http.Abort();
        return Task.CompletedTask;
    }

    private static async Task CutShort(HttpContext http)
    {
        http.Response.ContentLength = Changed.Length;
        await http.Response.WriteAsync(Changed[..^1], http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
        http.Abort();
    }

    private static Func<HttpContext, Task> Body(string body) => http => http.Response.WriteAsync(body);

    private static Func<HttpContext, Task> Status(int status, int? retryAfter = null) =>
        http =>
        {
            http.Response.StatusCode = status;
            if (retryAfter is { } seconds)
                http.Response.Headers.RetryAfter = $"{seconds}";
            return Task.CompletedTask;
        };

    private sealed record Request(string Body, string Token, string Key);
}
