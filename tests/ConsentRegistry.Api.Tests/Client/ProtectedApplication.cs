using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ConsentRegistry.Client;
using ConsentRegistry.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ConsentRegistry.Api.Tests.Client;

/// <summary>An application of a platform's, over real HTTP, whose endpoints require consent.</summary>
internal sealed class ProtectedApplication : IAsyncDisposable
{
    private readonly WebApplication server;
    private readonly HttpClient caller;

    private ProtectedApplication(WebApplication server) =>
        (this.server, caller) = (server, new() { BaseAddress = new(LoopbackServer.UrlOf(server)) });

    /// <summary>The consents with which the handler ran.</summary>
    public ConcurrentQueue<Decision> Handled { get; } = [];

    public IServiceProvider Services => server.Services;

    /// <summary>Starts an application with the endpoint <c>POST /remix/{owner}/{video}</c>.</summary>
    /// <param name="registry">The registry's address.</param>
    /// <param name="token">The application's token.</param>
    /// <param name="timeout">How long a check may take.</param>
    /// <param name="canMeet">The obligations that the endpoint meets.</param>
    /// <param name="requester">Finds the requester.</param>
    /// <param name="services">Further services.</param>
    /// <param name="endpoints">Further endpoints.</param>
    public static async Task<ProtectedApplication> StartAsync(
        Uri registry,
        string token = "t",
        TimeSpan? timeout = null,
        IEnumerable<string>? canMeet = null,
        Func<EndpointFilterInvocationContext, string?>? requester = null,
        Action<IServiceCollection>? services = null,
        Action<WebApplication>? endpoints = null
    )
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddConsentRegistry(options =>
        {
            options.Address = registry;
            options.AccessToken = _ => ValueTask.FromResult(token);
            // What is tried is not the time, unless a test says so.
            options.Timeout = timeout ?? TimeSpan.FromMinutes(1);
        });
        builder.Services.AddHealthChecks().AddConsentRegistryHealthCheck();
        services?.Invoke(builder.Services);
        var app = builder.Build();
        var application = new Lazy<ProtectedApplication>(() => new(app));
        app.MapHealthChecks("/health");
        app.MapPost(
                "/remix/{owner}/{video}",
                (string owner, string video, HttpContext http) =>
                {
                    application.Value.Handled.Enqueue(http.GetConsent());
                    return http.GetConsent().Obligations;
                }
            )
            .RequireConsent(
                "remix",
                request => new VideoName(request.GetArgument<string>(0), request.GetArgument<string>(1)),
                canMeet,
                requester
            );
        endpoints?.Invoke(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return application.Value;
    }

    /// <summary>Asks for a remix of a video.</summary>
    public Task<Answered> RemixAsync(string owner = "ana", string video = "first") =>
        PostAsync($"/remix/{Uri.EscapeDataString(owner)}/{Uri.EscapeDataString(video)}");

    public async Task<Answered> PostAsync(string path, object? body = null)
    {
        using var content = body is null ? null : JsonContent.Create(body);
        using var response = await caller.PostAsync(
            new Uri(path, UriKind.Relative),
            content,
            TestContext.Current.CancellationToken
        );
        return await Answered.ReadAsync(response);
    }

    public async Task<Answered> GetAsync(string path)
    {
        using var response = await caller.GetAsync(
            new Uri(path, UriKind.Relative),
            TestContext.Current.CancellationToken
        );
        return await Answered.ReadAsync(response);
    }

    public async ValueTask DisposeAsync()
    {
        caller.Dispose();
        await server.DisposeAsync();
    }
}

/// <summary>What an application answered.</summary>
internal sealed record Answered(int Status, string? Type, string Text, TimeSpan? RetryAfter)
{
    /// <summary>The members of problem details.</summary>
    public JsonObject Problem
    {
        get
        {
            Assert.Equal("application/problem+json", Type);
            return JsonNode.Parse(Text)!.AsObject();
        }
    }

    public static async Task<Answered> ReadAsync(HttpResponseMessage response) =>
        new(
            (int)response.StatusCode,
            response.Content.Headers.ContentType?.MediaType,
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            response.Headers.RetryAfter?.Delta
        );

    /// <summary>A word of problem details; null if there is none.</summary>
    public string? this[string member] => (string?)Problem[member];
}
