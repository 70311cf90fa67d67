using System.Threading.RateLimiting;
using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.Notifications;

/// <summary>A webhook for which something is due.</summary>
/// <param name="Id">The webhook.</param>
/// <param name="Host">Host and port of its address.</param>
/// <param name="IsFailing">Whether its last attempt failed, on whatever node.</param>
internal sealed record DueWebhook(Guid Id, string Host, bool IsFailing);

/// <summary>Permits for so many deliveries of one webhook, each to be returned once.</summary>
internal sealed class DeliveryPermits(Guid webhook)
{
    private readonly Stack<RateLimitLease> leases = [];

    /// <summary>The webhook.</summary>
    public Guid Webhook => webhook;

    /// <summary>How many were granted, returned or not.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a permit.</summary>
    public void Add(RateLimitLease lease)
    {
        lock (leases)
            leases.Push(lease);
        Count++;
    }

    /// <summary>Returns permits whose deliveries are over, or which none used.</summary>
    public void Return(int count)
    {
        for (var i = 0; i < count; i++)
        {
            RateLimitLease lease;
            lock (leases)
                lease = leases.Pop();
            lease.Dispose();
        }
    }
}

/// <summary>
/// Limits how many deliveries are under way at once: in all, to one host and to one webhook. Webhooks that were slow or
/// failed share a part of all permits and a part of their host's, so that slow receivers delay only each other.
/// </summary>
internal sealed class DeliveryLimits : IDisposable
{
    /// <summary>Deliveries of this node under way at once.</summary>
    public const int Total = 200;

    /// <summary>Of those, to receivers that were slow or failed the last time.</summary>
    public const int OfSlow = 80;

    /// <summary>To one host.</summary>
    public const int PerHost = 8;

    /// <summary>
    /// Of those, to receivers that were slow or failed the last time: many share the host of a service for webhooks.
    /// </summary>
    public const int SlowPerHost = 4;

    /// <summary>To one webhook; one of which this node knows nothing has a single one until it has answered.</summary>
    public const int PerWebhook = 4;

    /// <summary>Webhooks whose speed is remembered; with more, all are learnt anew.</summary>
    private const int MaxLearnt = 10_000;

    /// <summary>A receiver that takes longer is slow.</summary>
    private static readonly TimeSpan SlowAfter = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly Dictionary<Guid, bool> learntSlow = [];
    private readonly KeyedConcurrencyLimiter<Delivery> total = new(_ => "", Total);
    private readonly PartitionedRateLimiter<Delivery> all;

    public DeliveryLimits() =>
        all = PartitionedRateLimiter.CreateChained(
            total,
            new KeyedConcurrencyLimiter<Delivery>(delivery => delivery.Webhook, PerWebhook),
            new KeyedConcurrencyLimiter<Delivery>(delivery => delivery.IsKnown ? null : delivery.Webhook, 1),
            new KeyedConcurrencyLimiter<Delivery>(delivery => delivery.Host, PerHost),
            new KeyedConcurrencyLimiter<Delivery>(delivery => delivery.IsSlow ? delivery.Host : null, SlowPerHost),
            new KeyedConcurrencyLimiter<Delivery>(delivery => delivery.IsSlow ? "" : null, OfSlow)
        );

    /// <summary>Deliveries under way.</summary>
    public int UnderWay => Total - (int)total.GetStatistics(default)!.CurrentAvailablePermits;

    /// <summary>Takes permits for the webhooks that have something due: one for each before a second for any.</summary>
    public IReadOnlyList<DeliveryPermits> Take(IReadOnlyList<DueWebhook> due)
    {
        var taken = new Dictionary<Guid, DeliveryPermits>();
        for (var round = 0; round < PerWebhook; round++)
        {
            foreach (var webhook in due)
            {
                if (TryTake(DeliveryTo(webhook)) is not { } lease)
                    continue;
                if (!taken.TryGetValue(webhook.Id, out var permits))
                    taken[webhook.Id] = permits = new(webhook.Id);
                permits.Add(lease);
            }
        }
        return [.. taken.Values];
    }

    /// <summary>Learns from an attempt whether a webhook is slow. Others at its host are not to blame.</summary>
    public void Learn(Guid webhook, Attempt attempt)
    {
        lock (gate)
        {
            if (learntSlow.Count >= MaxLearnt)
                learntSlow.Clear();
            learntSlow[webhook] = !attempt.IsDelivered || attempt.Took > SlowAfter;
        }
    }

    public void Dispose()
    {
        all.Dispose();
        total.Dispose();
    }

    private Delivery DeliveryTo(DueWebhook webhook)
    {
        lock (gate)
        {
            var isKnown = learntSlow.TryGetValue(webhook.Id, out var wasSlow);
            return new(webhook.Id.ToString(), webhook.Host, webhook.IsFailing || wasSlow, isKnown);
        }
    }

    private RateLimitLease? TryTake(Delivery delivery)
    {
        var lease = all.AttemptAcquire(delivery);
        if (lease.IsAcquired)
            return lease;
        lease.Dispose();
        return null;
    }

    /// <summary>What one delivery counts for.</summary>
    private readonly record struct Delivery(string Webhook, string Host, bool IsSlow, bool IsKnown);
}
