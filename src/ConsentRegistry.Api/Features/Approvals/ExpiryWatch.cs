using ConsentRegistry.Api.Features.Notifications;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;

namespace ConsentRegistry.Api.Features.Approvals;

/// <summary>Tells creators of requests that are about to expire and that they have not answered: once each, whichever node sees it first.</summary>
internal sealed partial class ExpiryWatch(Database database, ILogger<ExpiryWatch> logger) : BackgroundService
{
    /// <summary>How long before its end a creator is told of a request.</summary>
    public static readonly TimeSpan WarnBefore = TimeSpan.FromDays(3);

    /// <summary>Between two looks: far less than anybody has to answer in.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(10);

    /// <summary>Requests of one step.</summary>
    private const int RequestsPerStep = 100;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Recurring.RunAsync(
        BetweenLooks,
        () => Recurring.DrainAsync(RequestsPerStep, () => BackgroundChange.RunAsync(database, change => WarnAsync(change, stoppingToken), stoppingToken)),
        LogPostponed,
        stoppingToken);

    private static async Task<int> WarnAsync(Change change, CancellationToken cancellation)
    {
        var ending = await ApprovalStore.TakeEndingAsync(change, WarnBefore, RequestsPerStep, cancellation);
        foreach (var (request, creator) in ending)
            change.Notify(Notices.Expiring(request, creator));
        return ending.Count;
    }

    [LoggerMessage(92, LogLevel.Warning, "Creators could not be told now of what is about to expire: {Kind}")]
    private partial void LogPostponed(string kind);
}
