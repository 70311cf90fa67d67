using ConsentRegistry.Api.Diagnostics;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Api.Persistence;

namespace ConsentRegistry.Api.Features.Approvals;

/// <summary>
/// Tells creators of requests that are about to expire and that they have not answered, and of grants that are, which
/// their requesters are told of as well: once each, whichever node sees it first.
/// </summary>
internal sealed partial class ExpiryWatch(Database database, IntegrityKeys keys, ILogger<ExpiryWatch> logger)
    : BackgroundService
{
    /// <summary>How long before its end those concerned are told of a request or a grant.</summary>
    public static readonly TimeSpan WarnBefore = TimeSpan.FromDays(3);

    /// <summary>Between two looks: far less than anybody has to answer in.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(10);

    /// <summary>Requests or grants of one step.</summary>
    private const int StepSize = 100;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicWork.RunAsync(
            BetweenLooks,
            async () =>
            {
                await PeriodicWork.DrainAsync(
                    StepSize,
                    () =>
                        BackgroundTransaction.RunAsync(
                            database.Background,
                            keys,
                            change => WarnOfRequestsAsync(change, stoppingToken),
                            stoppingToken
                        )
                );
                await PeriodicWork.DrainAsync(
                    StepSize,
                    () =>
                        BackgroundTransaction.RunAsync(
                            database.Background,
                            keys,
                            change => WarnOfGrantsAsync(change, stoppingToken),
                            stoppingToken
                        )
                );
            },
            LogPostponed,
            stoppingToken
        );

    private static async Task<int> WarnOfRequestsAsync(StreamTransaction change, CancellationToken cancellation)
    {
        var ending = await ApprovalStore.TakeEndingAsync(change, WarnBefore, StepSize, cancellation);
        foreach (var (request, creator) in ending)
            change.Notify(NotificationFactory.Expiring(request, creator));
        return ending.Count;
    }

    private static async Task<int> WarnOfGrantsAsync(StreamTransaction change, CancellationToken cancellation)
    {
        var ending = await ApprovalStore.TakeEndingGrantsAsync(change, WarnBefore, StepSize, cancellation);
        foreach (var (grant, creator) in ending)
            change.Notify(NotificationFactory.Expiring(grant, creator));
        return ending.Count;
    }

    [LoggerMessage(
        LogEvents.ExpiryNoticesPostponed,
        LogLevel.Warning,
        "Those concerned could not be told now of what is about to expire: {Kind}; look at PostgreSQL if "
            + "this goes on",
        EventName = nameof(LogEvents.ExpiryNoticesPostponed)
    )]
    private partial void LogPostponed(string kind);
}
