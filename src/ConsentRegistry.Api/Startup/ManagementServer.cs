using ConsentRegistry.Api.Configuration;
using OpenTelemetry.Metrics;

namespace ConsentRegistry.Api.Startup;

/// <summary>
/// A small server of its own, at an address of its own, that answers Prometheus at <c>/metrics</c> and nothing else.
/// The public server knows no such path, whatever address and port a request names.
/// </summary>
internal sealed class ManagementServer(Uri address, MeterProvider metrics) : IHostedService, IAsyncDisposable
{
    /// <summary>The one path.</summary>
    public const string Path = "/metrics";

    /// <summary>Connections at once: some scrapers and people.</summary>
    private const int MaxConnections = 32;

    private WebApplication? server;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Logging.ClearProviders();
        builder
            .WebHost.UseKestrelCore()
            .UseUrls(address.GetLeftPart(UriPartial.Authority))
            .ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.Limits.MaxConcurrentConnections = MaxConnections;
                kestrel.Limits.MaxRequestBodySize = 0;
            });
        server = builder.Build();
        server.UseOpenTelemetryPrometheusScrapingEndpoint(
            metrics,
            predicate: null,
            Path,
            configureBranchedPipeline: null,
            optionsName: null
        );
        server.Run(http =>
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
        try
        {
            await server.StartAsync(cancellationToken);
        }
        catch (IOException)
        {
            throw new StartupException($"Management:Address cannot be listened on: {address}.");
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) =>
        server?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public ValueTask DisposeAsync() => server?.DisposeAsync() ?? ValueTask.CompletedTask;
}
