using ConsentRegistry.TestSupport;
using Microsoft.AspNetCore.Builder;

namespace ConsentRegistry.Benchmarks.Load.Costs;

/// <summary>
/// Whom a node tells of itself: a collector that takes everything, and a scraper that reads the metrics more often than
/// most would.
/// </summary>
internal sealed class Telemetry : ICost
{
    private static readonly TimeSpan BetweenScrapes = TimeSpan.FromSeconds(1);

    private readonly WebApplication collector;
    private readonly Uri management = new($"http://127.0.0.1:{LoopbackPort.Free()}");
    private readonly CancellationTokenSource end = new();
    private Task watching = Task.CompletedTask;
    private int exports;
    private int scrapes;

    private Telemetry(WebApplication collector)
    {
        this.collector = collector;
        collector.Run(async http =>
        {
            await http.Request.Body.CopyToAsync(Stream.Null, http.RequestAborted);
            Interlocked.Increment(ref exports);
        });
    }

    public string Name => "telemetry";

    // The collector took an export, and the scraper read the metrics.
    public bool WasPaid => Volatile.Read(ref exports) > 0 && Volatile.Read(ref scrapes) > 0;

    public IReadOnlyList<string> Settings =>
        [
            $"--Management:Address={management}",
            $"--OTEL_EXPORTER_OTLP_ENDPOINT={LoopbackServer.UrlOf(collector)}",
            "--OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
            "--OTEL_METRIC_EXPORT_INTERVAL=1000",
        ];

    public static async Task<ICost> StartAsync()
    {
        var observer = new Telemetry(LoopbackServer.Build());
        await observer.collector.StartAsync(CancellationToken.None);
        return observer;
    }

    public void Begin() => watching = WatchAsync();

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        await watching;
        end.Dispose();
        await collector.DisposeAsync();
    }

    private async Task WatchAsync()
    {
        using var http = new HttpClient { BaseAddress = management };
        using var timer = new PeriodicTimer(BetweenScrapes);
        try
        {
            while (await timer.WaitForNextTickAsync(end.Token))
            {
                using var answer = await http.GetAsync("/metrics", end.Token);
                if (answer.IsSuccessStatusCode)
                    Interlocked.Increment(ref scrapes);
            }
        }
        // The end, or a node that has ended before.
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException) { }
    }
}
