using ConsentRegistry.Api.Authentication;
using ConsentRegistry.Api.Features.Checks.Direct;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Soak.Staleness;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ConsentRegistry.Api.Tests.Staleness;

/// <summary>
/// The checks of a run go the way that nearly all checks go in production; otherwise it would say nothing about that
/// way.
/// </summary>
public sealed class CheckRequestTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private static readonly Question Plain = new(Recordings.Key);
    private static readonly Question Strong = Plain with { Asked = Asked.Strong };
    private static readonly Question Newer = Plain with
    {
        Asked = Asked.MinVersions,
        MinVersions = new Dictionary<string, long> { [Recordings.Key.Creator] = 0 },
    };

    [Fact]
    public async Task Plain_checks_are_answered_directly_alone_and_in_a_batch()
    {
        Assert.True(await IsDirectAsync(new(Way.Single, [Plain])));
        Assert.True(await IsDirectAsync(new(Way.Batch, [.. Enumerable.Repeat(Plain, 40)])));
    }

    [Fact]
    public async Task Checks_that_want_more_go_the_long_way()
    {
        Assert.False(await IsDirectAsync(new(Way.Single, [Strong])));
        Assert.False(await IsDirectAsync(new(Way.Single, [Newer])));
        Assert.False(await IsDirectAsync(new(Way.Batch, [Plain, Newer])));
    }

    [Fact]
    public void Plain_lines_of_a_stream_are_read_directly()
    {
        Assert.True(DirectCheck.TryRead(Plain.ToJson(), out var check));
        Assert.False(check.IsStrong);
        Assert.False(DirectCheck.TryRead(Newer.ToJson(), out _));
    }

    [Fact]
    public async Task A_stream_is_answered_line_by_line_while_it_goes_on()
    {
        using var stream = await LineStream.OpenAsync(
            registry.App.Address,
            Token(),
            TestContext.Current.CancellationToken
        );
        foreach (var question in new[] { Plain, Strong, Newer })
        {
            await stream.SendAsync([question.ToJson(), question.ToJson()], TestContext.Current.CancellationToken);
            var answers = 0;
            while (answers < 2)
            {
                var lines = await stream.ReceiveAsync(TestContext.Current.CancellationToken);
                answers += lines!.Count;
                Assert.All(lines, line => Assert.Equal("noConsent", line.GetProperty("reason").GetString()));
            }
        }
        await stream.EndAsync(TestContext.Current.CancellationToken);
        while (await stream.ReceiveAsync(TestContext.Current.CancellationToken) is { } rest)
            Assert.Empty(rest);
    }

    private string Token() =>
        registry.App.Sign(TimeProvider.System.GetUtcNow(), ["consent:check", "consent:check:any"], null, "checker");

    /// <summary>
    /// Whether the request, as it is sent, is answered before anything else of the service has a look at it.
    /// </summary>
    private async Task<bool> IsDirectAsync(CheckRequest request)
    {
        var authorization = $"Bearer {Token()}";
        (
            await registry
                .App.Bearer(authorization["Bearer ".Length..])
                .PostAsync(
                    request.Path,
                    await request.ToContent().ReadAsByteArrayAsync(TestContext.Current.CancellationToken)
                )
        ).Is(200);

        using var content = request.ToContent();
        var http = new DefaultHttpContext();
        (http.Request.Method, http.Request.Path, http.Request.Headers.Authorization) = (
            "POST",
            request.Path,
            authorization
        );
        (http.Request.ContentType, http.Request.ContentLength) = (
            content.Headers.ContentType?.ToString(),
            content.Headers.ContentLength
        );
        http.Request.Body = await content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        var wentOn = false;
        var direct = new DirectChecks(
            _ =>
            {
                wentOn = true;
                return Task.CompletedTask;
            },
            registry.App.Services.GetRequiredService<TokenCache>(),
            registry.App.Services.GetRequiredService<ConsentReplica>(),
            registry.App.Services.GetRequiredService<Evaluation.CheckRecorder>()
        );
        await direct.InvokeAsync(http);
        return !wentOn;
    }
}
