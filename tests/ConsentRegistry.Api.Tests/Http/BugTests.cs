using System.Net.Http.Headers;
using System.Text;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Tests.Http;

/// <summary>What callers and operators see of a bug, whichever way the request went.</summary>
public sealed class BugTests(PostgresFixture postgres)
{
    private const string Check = """{"creatorId":"creator-secret","videoId":"video-secret","purpose":"remix"}""";

    private const string Evaluation =
        """{"subject":{"type":"requester","id":"acme"},"action":{"name":"remix"},"resource":{"type":"video","id":"creator-secret/video-secret"}}""";

    [Theory]
    [InlineData("/v1/checks", "application/json", Check)]
    [InlineData("/v1/checks", "Application/JSON", Check)]
    [InlineData("/v1/checks/batch", "application/json", $$"""{"checks":[{{Check}}]}""")]
    [InlineData("/access/v1/evaluation", "application/json", Evaluation)]
    public async Task A_bug_is_500_and_is_logged_without_quoting_the_request(string path, string type, string body)
    {
        await using var app = await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync());
        var client = app.Platform("acme");
        async Task<Answer> SendAsync()
        {
            using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body))
            {
                Headers = { ContentType = MediaTypeHeaderValue.Parse(type) },
            };
            return await client.SendAsync(HttpMethod.Post, path, content, "X-Request-ID: 17");
        }
        (await SendAsync()).Is(200);

        // A node without memory that believes it has one, until the next poll.
        Answer? answer = null;
        await Eventually.HoldsAsync(
            "the request meets the bug",
            async () =>
            {
                app.Replica.Publish(new(null!, Instant.From(TimeProvider.System.GetUtcNow()), BootClock.Now));
                answer = await SendAsync();
                return answer.Status == 500;
            }
        );

        answer!.IsProblem(500, "internalError");
        Assert.DoesNotContain("ConsentRegistry", answer.Text, StringComparison.Ordinal);
        Assert.Equal(path.StartsWith("/access", StringComparison.Ordinal) ? "17" : null, answer.Header("X-Request-ID"));
        Assert.NotEmpty(app.Log.Errors);
        Assert.All(
            app.Log.Errors,
            line => Assert.Contains("A request failed by a bug", line, StringComparison.Ordinal)
        );
        Assert.DoesNotContain("secret", string.Join('\n', app.Log.Lines), StringComparison.Ordinal);
        await Eventually.HoldsAsync(
            "the node answers from memory",
            () => Task.FromResult(app.Replica.TryBegin(out var permit) && permit.Memory is not null)
        );
        (await SendAsync()).Is(200);
    }
}
