using System.Collections.Concurrent;
using ConsentRegistry.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ConsentRegistry.Api.Tests.Client;

/// <summary>A server in the registry's place that answers what no registry of today does.</summary>
internal sealed class StubRegistry : IAsyncDisposable
{
    public const string Allow =
        """{"allowed":true,"effect":"allow","reason":"creatorDefault","obligations":[],"excludes":[],"maxAgeMs":0}""";

    private readonly WebApplication server;

    private StubRegistry(Func<HttpContext, Task> answer)
    {
        server = LoopbackServer.Build();
        server.Run(async http =>
        {
            using var body = new StreamReader(http.Request.Body);
            Bodies.Enqueue(await body.ReadToEndAsync(http.RequestAborted));
            Keys.Enqueue(http.Request.Headers["Idempotency-Key"].ToString());
            await answer(http);
        });
    }

    /// <summary>The bodies of what was asked.</summary>
    public ConcurrentQueue<string> Bodies { get; } = [];

    /// <summary>The keys of what was asked; empty where there was none.</summary>
    public ConcurrentQueue<string> Keys { get; } = [];

    public Uri Address => new(LoopbackServer.UrlOf(server));

    public static async Task<StubRegistry> StartAsync(Func<HttpContext, Task> answer)
    {
        var registry = new StubRegistry(answer);
        await registry.server.StartAsync(TestContext.Current.CancellationToken);
        return registry;
    }

    /// <summary>Answers with a body.</summary>
    public static Func<HttpContext, Task> Body(string body, int status = 200, string type = "application/json") =>
        http =>
        {
            http.Response.StatusCode = status;
            http.Response.ContentType = type;
            return http.Response.WriteAsync(body, http.RequestAborted);
        };

    /// <summary>Ends the server, so that nobody listens at its address.</summary>
    public Task StopAsync() => server.StopAsync(TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => server.DisposeAsync();
}
