using System.Diagnostics;
using ConsentRegistry.Api.Diagnostics;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Telemetry;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Notifications;

/// <summary>Sends what is due, as far as the limits allow, on each node at once, and records how it went.</summary>
internal sealed partial class WebhookDeliveryService(
    Database database,
    CommitSignal commits,
    WebhookSecrets protection,
    WebhookSender sender,
    RetrySchedule schedule,
    WebhookMetrics metrics,
    TimeProvider clock,
    ILogger<WebhookDeliveryService> logger
) : BackgroundService
{
    /// <summary>How often to look for what is due; sooner when a delivery is over.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>How often at least while nothing is committed.</summary>
    private static readonly TimeSpan QuietPause = TimeSpan.FromSeconds(5);

    /// <summary>The least time between two looks, however many are over.</summary>
    private static readonly TimeSpan MinimumPause = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// How long the end of the process waits for what is under way; what is lost is sent again by another node.
    /// </summary>
    private static readonly TimeSpan ShutdownGrace = TimeSpan.FromSeconds(2);

    private readonly DeliveryLimits limits = new();
    private readonly SemaphoreSlim returned = new(0);

    public override void Dispose()
    {
        limits.Dispose();
        returned.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                try
                {
                    foreach (var delivery in await TakeAsync(stoppingToken))
                        _ = DeliverAsync(delivery, stoppingToken);
                }
                catch (Exception e) when (DatabaseErrors.MeansUnavailable(e))
                {
                    LogPostponed(ExceptionSummary.Summarize(e));
                }
                await Task.Delay(MinimumPause, stoppingToken);
                await WaitAsync(stoppingToken);
                while (returned.Wait(0, CancellationToken.None)) { }
            }
        }
        finally
        {
            var until = clock.GetTimestamp();
            while (limits.UnderWay > 0 && clock.GetElapsedTime(until) < ShutdownGrace)
                await Task.Delay(MinimumPause, CancellationToken.None);
        }
    }

    // Until a delivery is over, or there may be others.
    private async Task WaitAsync(CancellationToken stopping)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await Task.WhenAny(returned.WaitAsync(either.Token), commits.WaitAsync(Pause, QuietPause, either.Token));
        await either.CancelAsync();
    }

    private async Task<IReadOnlyList<TakenDelivery>> TakeAsync(CancellationToken cancellation)
    {
        if (limits.UnderWay == DeliveryLimits.Total)
            return [];
        var due = await DeliveryStore.ListDueAsync(database.Notifications, cancellation);
        var mine = due.Count == 0 ? [] : limits.Take(due);
        if (mine.Count == 0)
            return [];
        IReadOnlyList<TakenDelivery> taken = [];
        try
        {
            taken = await DeliveryStore.TakeAsync(database.Notifications, mine, cancellation);
        }
        finally
        {
            var used = taken.CountBy(delivery => delivery.Permits.Webhook).ToDictionary();
            foreach (var permits in mine)
                permits.Return(permits.Count - used.GetValueOrDefault(permits.Webhook));
        }
        return taken;
    }

    private async Task DeliverAsync(TakenDelivery delivery, CancellationToken stopping)
    {
        try
        {
            if (!protection.TryDecrypt(delivery.Permits.Webhook, delivery.Secrets, out var secrets))
            {
                // It is due again when its time with this node is over: a node whose ring is newer may send it.
                LogUnreadable(delivery.Permits.Webhook);
                metrics.Unreadable();
                return;
            }
            // Its address may hold what is secret, and is left out.
            using var span = Tracing.GoOn("deliver notification", ActivityKind.Client, delivery.TraceParent);
            var attempt = await sender.SendAsync(
                delivery.Url,
                secrets,
                delivery.Message,
                clock.GetUtcNow(),
                stopping,
                span?.Id ?? delivery.TraceParent
            );
            Note(span, delivery, attempt);
            metrics.Tried(OutcomeOf(attempt), attempt.Took);
            limits.Learn(delivery.Permits.Webhook, attempt);
            // The receiver has answered: that is worth a record, even of a process that ends.
            await RecordAsync(delivery, attempt);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // It is due again when its time with this node is over.
        }
        catch (Exception e) when (DatabaseErrors.MeansUnavailable(e))
        {
            LogUnrecorded(ExceptionSummary.Summarize(e));
        }
        catch (Exception e)
        {
            LogBug(e.GetType().FullName, e.StackTrace);
        }
        finally
        {
            delivery.Permits.Return(1);
            // How it went is committed, and a retry may be due soon.
            commits.Raise();
            returned.Release();
        }
    }

    private async Task RecordAsync(TakenDelivery delivery, Attempt attempt)
    {
        var source = database.Notifications;
        if (attempt.IsDelivered)
        {
            await DeliveryStore.RecordDeliveredAsync(source, delivery, attempt, CancellationToken.None);
            return;
        }
        var next = attempt.IsGone ? null : schedule.After(delivery.Failed + 1, attempt.RetryAfter);
        await DeliveryStore.RecordFailedAsync(source, delivery, attempt, next, CancellationToken.None);
        if (next is not null)
            return;
        var reason = attempt.IsGone ? DisabledReason.Gone : DisabledReason.Failing;
        if (
            await DeliveryStore.DisableAsync(
                source,
                delivery.Permits.Webhook,
                reason,
                attempt.IsGone ? null : schedule.DisableAfter,
                CancellationToken.None
            )
        )
            LogDisabled(delivery.Permits.Webhook, reason);
    }

    private static string OutcomeOf(Attempt attempt) =>
        attempt.IsDelivered ? "delivered"
        : attempt.Error is { } error ? error.Word()
        : "refused";

    private static void Note(Activity? span, TakenDelivery delivery, Attempt attempt)
    {
        span?.SetTag("consent.webhook.id", delivery.Permits.Webhook.ToString())
            .SetTag("consent.notification.kind", delivery.Message.Kind)
            .SetTag("consent.delivery.outcome", OutcomeOf(attempt))
            .SetTag("http.response.status_code", attempt.Status)
            .SetStatus(attempt.IsDelivered ? ActivityStatusCode.Unset : ActivityStatusCode.Error);
    }

    [LoggerMessage(
        LogEvents.DeliveriesPostponed,
        LogLevel.Warning,
        "Deliveries could not be taken now: {Kind}; look at PostgreSQL if this goes on",
        EventName = nameof(LogEvents.DeliveriesPostponed)
    )]
    private partial void LogPostponed(string kind);

    [LoggerMessage(
        LogEvents.DeliveryUnrecorded,
        LogLevel.Warning,
        "How a delivery went could not be recorded, and it will be sent again: {Kind}; look at "
            + "PostgreSQL if this goes on",
        EventName = nameof(LogEvents.DeliveryUnrecorded)
    )]
    private partial void LogUnrecorded(string kind);

    [LoggerMessage(
        LogEvents.WebhookDisabled,
        LogLevel.Warning,
        "Webhook {Webhook} was disabled: {Reason}; tell its owner, who enables it when its address works",
        EventName = nameof(LogEvents.WebhookDisabled)
    )]
    private partial void LogDisabled(Guid webhook, DisabledReason reason);

    [LoggerMessage(
        LogEvents.WebhookSecretUnreadable,
        LogLevel.Error,
        "The key ring does not open the secret of webhook {Webhook}: nothing is sent to it by this node; "
            + "give it the key ring that the other nodes have",
        EventName = nameof(LogEvents.WebhookSecretUnreadable)
    )]
    private partial void LogUnreadable(Guid webhook);

    // A message may quote an address, which may hold what is secret.
    [LoggerMessage(
        LogEvents.DeliveryFailed,
        LogLevel.Error,
        "A delivery failed by a bug; report it with what follows: {Kind} {Stack}",
        EventName = nameof(LogEvents.DeliveryFailed)
    )]
    private partial void LogBug(string? kind, string? stack);
}
