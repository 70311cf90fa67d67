using System.Collections.Concurrent;
using System.Threading.Channels;
using ConsentRegistry.Client;

namespace RemixStudio;

/// <summary>
/// Reads what the registry has to say to the studio: what became of its requests, and what it has to take down. At
/// start, after each webhook, and now and then without one.
/// </summary>
internal sealed partial class RegistryNews(
    ConsentRegistryClient registry,
    WebhookSecret webhook,
    Library library,
    RemixMaker maker,
    TimeProvider clock,
    ILogger<RegistryNews> log
) : BackgroundService
{
    /// <summary>After how long it looks without having been told.</summary>
    private static readonly TimeSpan WithoutMessage = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(2);

    /// <summary>The newest requests are followed, and older ones not.</summary>
    private const int MaxRequests = 1_000;

    /// <summary>Recalls of one look; the next look has the rest.</summary>
    private const int MaxRecalls = 1_000;

    private readonly Channel<bool> looks = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );

    private readonly ConcurrentDictionary<Guid, ApprovalRequest> requests = [];

    /// <summary>Says that there is news.</summary>
    public void Look() => looks.Writer.TryWrite(true);

    /// <summary>Remembers a request that was just made.</summary>
    public void Know(ApprovalRequest request) => requests.TryAdd(request.Id, request);

    /// <summary>The requests for a video, newest first.</summary>
    public IReadOnlyList<ApprovalRequest> RequestsFor(VideoName video) =>
        [.. requests.Values.Where(request => request.Video == video).OrderByDescending(request => request.CreatedAt)];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = WithoutMessage;
            try
            {
                await webhook.EnsureAsync(stoppingToken);
                await FollowRequestsAsync(stoppingToken);
                await FollowRecallsAsync(stoppingToken);
            }
            catch (Exception e) when (Refusals.MeansNoAnswer(e) || e is ConsentRegistryException)
            {
                LogFailed((e as ConsentRegistryException)?.Code ?? e.GetType().Name);
                pause = AfterFailure;
            }
            await WaitAsync(pause, stoppingToken);
        }
    }

    private async Task FollowRequestsAsync(CancellationToken cancellation)
    {
        await foreach (var request in registry.Approvals.ListOwnAsync(cancellation: cancellation).Take(MaxRequests))
            requests[request.Id] = request;
    }

    private async Task FollowRecallsAsync(CancellationToken cancellation)
    {
        foreach (var state in (string[])["overdue", "open"])
        {
            var recalls = await registry
                .Recalls.ListOwnAsync(state, cancellation: cancellation)
                .Take(MaxRecalls)
                .ToListAsync(cancellation);
            foreach (var recall in recalls)
                await StopAsync(recall, cancellation);
        }
    }

    // First it is true that the studio has stopped, then it says so. A crash between repeats both, and changes nothing.
    private async Task StopAsync(Recall recall, CancellationToken cancellation)
    {
        foreach (var remix in library.Remixes.Where(remix => remix.Remix.Source == recall.Video))
        {
            if (remix.Status != RemixStatus.TakenDown)
                library.Add(new RemixTakenDown(remix.Remix.Id, recall.Id));
            maker.Delete(remix.Remix);
        }
        var count = library.Remixes.Count(remix => remix.Recall == recall.Id);
        await registry.Recalls.AcknowledgeAsync(
            recall.Id,
            $"{count} remixes were taken down.",
            options: new() { IdempotencyKey = $"recall-{recall.Id}-{count}" },
            cancellation: cancellation
        );
        LogStopped(recall.Id, count);
    }

    private async Task WaitAsync(TimeSpan longest, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var timer = clock.CreateTimer(_ => limit.Cancel(), null, longest, Timeout.InfiniteTimeSpan);
        try
        {
            await looks.Reader.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Nobody said anything.
        }
    }

    [LoggerMessage(3, LogLevel.Warning, "The registry's news cannot be read now: {Problem}.")]
    private partial void LogFailed(string problem);

    [LoggerMessage(4, LogLevel.Information, "Recall {Recall}: {Count} remixes were taken down.")]
    private partial void LogStopped(Guid recall, int count);
}
