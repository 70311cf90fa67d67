using System.Net;
using ConsentRegistry.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace ConsentRegistry.Console.Tests;

/// <summary>
/// What lies between console and registry, as a proxy does: it counts the requests, and fails where a test wants it to,
/// as networks and busy registries fail.
/// </summary>
public sealed class Hop : IAsyncDisposable
{
    // What is said about a connection, and not about what goes over it.
    private static readonly HashSet<string> OfConnections = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection",
        "Host",
        "Keep-Alive",
        "Transfer-Encoding",
    };

    private readonly HttpMessageInvoker client = new(
        new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }
    );
    private readonly WebApplication server;
    private readonly Uri registry;
    private volatile Fault? fault;
    private int calls;

    private Hop(WebApplication server, Uri registry) => (this.server, this.registry) = (server, registry);

    /// <summary>Where the console finds it.</summary>
    public string Address => LoopbackServer.UrlOf(server);

    /// <summary>How many requests came so far.</summary>
    public int Calls => Volatile.Read(ref calls);

    /// <summary>Starts it.</summary>
    /// <param name="registry">Where the registry is.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<Hop> StartAsync(Uri registry, CancellationToken cancellation)
    {
        var app = LoopbackServer.Build();
        var hop = new Hop(app, registry);
        app.Run(hop.PassAsync);
        await app.StartAsync(cancellation);
        return hop;
    }

    /// <summary>Answers in the registry's place, as problem details (RFC 9457).</summary>
    /// <param name="which">Which requests.</param>
    /// <param name="status">The status.</param>
    /// <param name="code">The registry's word.</param>
    /// <param name="retryAfter">After how many seconds to come back; null for nothing.</param>
    /// <returns>Ends it.</returns>
    public IDisposable Refuse(Func<HttpRequest, bool> which, int status, string code, int? retryAfter = null) =>
        new Fault(
            this,
            which,
            async (context, _) =>
            {
                context.Response.StatusCode = status;
                context.Response.ContentType = "application/problem+json";
                if (retryAfter is { } seconds)
                    context.Response.Headers.RetryAfter = seconds.ToString(
                        System.Globalization.CultureInfo.InvariantCulture
                    );
                await context.Response.WriteAsync(
                    $$"""{"title":"Refused","status":{{status}},"code":"{{code}}","detail":"By the hop.","traceId":"hop"}""",
                    context.RequestAborted
                );
            }
        );

    /// <summary>Lets requests through, and loses the answers.</summary>
    /// <param name="which">Which requests.</param>
    /// <returns>Ends it.</returns>
    public IDisposable LoseAnswers(Func<HttpRequest, bool> which) =>
        new Fault(
            this,
            which,
            async (context, send) =>
            {
                (await send()).Dispose();
                context.Abort();
            }
        );

    /// <summary>Lets requests through, and keeps the answers back until whoever asked has gone away.</summary>
    /// <param name="which">Which requests.</param>
    /// <returns>Ends it.</returns>
    public IDisposable KeepBack(Func<HttpRequest, bool> which) =>
        new Fault(
            this,
            which,
            async (context, send) =>
            {
                (await send()).Dispose();
                await Task.Delay(Timeout.Infinite, context.RequestAborted)
                    .ContinueWith(
                        _ => { },
                        CancellationToken.None,
                        TaskContinuationOptions.None,
                        TaskScheduler.Default
                    );
            }
        );

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        client.Dispose();
    }

    private async Task PassAsync(HttpContext context)
    {
        Interlocked.Increment(ref calls);
        try
        {
            if (fault is { } now && now.IsMeant(context.Request))
            {
                await now.HappenAsync(context, () => SendAsync(context));
                return;
            }
            using var answer = await SendAsync(context);
            context.Response.StatusCode = (int)answer.StatusCode;
            foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
            {
                if (!OfConnections.Contains(name))
                    context.Response.Headers[name] = new StringValues([.. values]);
            }
            await context.Response.StartAsync(context.RequestAborted);
            await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            // The registry is down, or whoever asked has gone away.
            context.Abort();
        }
    }

    private Task<HttpResponseMessage> SendAsync(HttpContext context)
    {
        var asked = context.Request;
        var request = new HttpRequestMessage(
            new HttpMethod(asked.Method),
            new Uri(registry, asked.Path.ToUriComponent() + asked.QueryString.ToUriComponent())
        )
        {
            Version = HttpVersion.Version11,
        };
        if (asked.ContentLength > 0 || asked.Headers.TransferEncoding.Count > 0)
            request.Content = new StreamContent(asked.Body);
        foreach (var (name, values) in asked.Headers)
        {
            if (!OfConnections.Contains(name) && !request.Headers.TryAddWithoutValidation(name, (string?[])values!))
                request.Content?.Headers.TryAddWithoutValidation(name, (string?[])values!);
        }
        return client.SendAsync(request, context.RequestAborted);
    }

    private sealed class Fault : IDisposable
    {
        private readonly Hop hop;
        private readonly Func<HttpRequest, bool> which;
        private readonly Func<HttpContext, Func<Task<HttpResponseMessage>>, Task> happen;

        public Fault(
            Hop hop,
            Func<HttpRequest, bool> which,
            Func<HttpContext, Func<Task<HttpResponseMessage>>, Task> happen
        )
        {
            (this.hop, this.which, this.happen) = (hop, which, happen);
            hop.fault = this;
        }

        public bool IsMeant(HttpRequest request) => which(request);

        public Task HappenAsync(HttpContext context, Func<Task<HttpResponseMessage>> send) => happen(context, send);

        public void Dispose() => hop.fault = null;
    }
}
