using System.Diagnostics;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Telemetry;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Notifying;

/// <summary>Sends what is due to the receivers whose turn it is, on each node at once, and records how it went.</summary>
internal sealed partial class Deliverer(
    Database database, WebhookSecrets protection, WebhookSender sender, RetrySchedule schedule, WebhookMetrics metrics, TimeProvider clock,
    ILogger<Deliverer> logger) : BackgroundService
{
    /// <summary>How often to look for what is due; sooner when a turn was given back.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>The least time between two looks, whatever is given back.</summary>
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(20);

    /// <summary>How long the end of the process waits for what is under way; what is lost is sent again by another node.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private readonly Turns turns = new();
    private readonly SemaphoreSlim returned = new(0);

    public override void Dispose()
    {
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
                catch (Exception e) when (Unexpected.MeansUnavailable(e))
                {
                    LogPostponed(Cause.Of(e));
                }
                await Task.Delay(Breath, stoppingToken);
                await returned.WaitAsync(Pause, stoppingToken);
                while (returned.Wait(0, CancellationToken.None))
                {
                }
            }
        }
        finally
        {
            var until = clock.GetTimestamp();
            while (turns.UnderWay > 0 && clock.GetElapsedTime(until) < Farewell)
                await Task.Delay(Breath, CancellationToken.None);
        }
    }

    private async Task<IReadOnlyList<TakenDelivery>> TakeAsync(CancellationToken cancellation)
    {
        if (turns.UnderWay == Turns.Total)
            return [];
        var due = await DeliveryStore.ListDueAsync(database.Notifications, cancellation);
        var mine = due.Count == 0 ? [] : turns.Take(due);
        if (mine.Count == 0)
            return [];
        IReadOnlyList<TakenDelivery> taken = [];
        try
        {
            taken = await DeliveryStore.TakeAsync(database.Notifications, mine, cancellation);
        }
        finally
        {
            var used = taken.CountBy(delivery => delivery.Turn.Webhook).ToDictionary();
            foreach (var turn in mine)
                turns.Return(turn, turn.Count - used.GetValueOrDefault(turn.Webhook));
        }
        return taken;
    }

    private async Task DeliverAsync(TakenDelivery delivery, CancellationToken stopping)
    {
        try
        {
            if (!protection.TryDecrypt(delivery.Turn.Webhook, delivery.Secrets, out var secrets))
            {
                // It is due again when its time with this node is over: a node whose ring is newer may send it.
                LogUnreadable(delivery.Turn.Webhook);
                metrics.Unreadable();
                return;
            }
            // Its address may hold what is secret, and is left out.
            using var span = Tracing.GoOn("deliver notification", ActivityKind.Client, delivery.TraceParent);
            var attempt = await sender.SendAsync(
                delivery.Url, secrets, delivery.Message, clock.GetUtcNow(), stopping, span?.Id ?? delivery.TraceParent);
            Note(span, delivery, attempt);
            metrics.Tried(OutcomeOf(attempt), attempt.Took);
            turns.Learn(delivery.Turn.Webhook, attempt);
            // The receiver has answered: that is worth a record, even of a process that ends.
            await RecordAsync(delivery, attempt);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // It is due again when its time with this node is over.
        }
        catch (Exception e) when (Unexpected.MeansUnavailable(e))
        {
            LogUnrecorded(Cause.Of(e));
        }
        catch (Exception e)
        {
            LogBug(e.GetType().FullName, e.StackTrace);
        }
        finally
        {
            turns.Return(delivery.Turn, 1);
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
        var reason = attempt.IsGone ? DisabledFor.Gone : DisabledFor.Failing;
        if (await DeliveryStore.DisableAsync(source, delivery.Turn.Webhook, reason, attempt.IsGone ? null : schedule.Patience, CancellationToken.None))
            LogDisabled(delivery.Turn.Webhook, reason);
    }

    private static string OutcomeOf(Attempt attempt) =>
        attempt.IsDelivered ? "delivered" : attempt.Error is { } error ? error.Word() : "refused";

    private static void Note(Activity? span, TakenDelivery delivery, Attempt attempt)
    {
        span?.SetTag("consent.webhook.id", delivery.Turn.Webhook.ToString())
            .SetTag("consent.notification.kind", delivery.Message.Kind)
            .SetTag("consent.delivery.outcome", OutcomeOf(attempt))
            .SetTag("http.response.status_code", attempt.Status)
            .SetStatus(attempt.IsDelivered ? ActivityStatusCode.Unset : ActivityStatusCode.Error);
    }

    [LoggerMessage(61, LogLevel.Warning, "Deliveries could not be taken now: {Kind}")]
    private partial void LogPostponed(string kind);

    [LoggerMessage(62, LogLevel.Warning, "How a delivery went could not be recorded; it will be sent again: {Kind}")]
    private partial void LogUnrecorded(string kind);

    [LoggerMessage(63, LogLevel.Warning, "Webhook {Webhook} was disabled: {Reason}")]
    private partial void LogDisabled(Guid webhook, DisabledFor reason);

    [LoggerMessage(66, LogLevel.Error, "The key ring does not open the secret of webhook {Webhook}: nothing is sent to it by this node")]
    private partial void LogUnreadable(Guid webhook);

    // A message may quote an address, which may hold what is secret.
    [LoggerMessage(64, LogLevel.Error, "A delivery failed by a bug: {Kind}\n{Stack}")]
    private partial void LogBug(string? kind, string? stack);
}
