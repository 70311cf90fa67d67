namespace ConsentRegistry.Api.Notifying;

/// <summary>A webhook for which something is due.</summary>
/// <param name="Id">The webhook.</param>
/// <param name="Host">Host and port of its address.</param>
/// <param name="IsFailing">Whether its last attempt failed, on whatever node.</param>
internal sealed record DueWebhook(Guid Id, string Host, bool IsFailing);

/// <summary>So many deliveries of one webhook.</summary>
internal sealed record Turn(Guid Webhook, string Host, bool IsSlow, int Count);

/// <summary>
/// Who may be sent to at once. Each webhook and each host has so many turns, and those that were slow or failed share a part of all and a part of
/// their host's: whoever lets this node wait holds up nobody but their like.
/// </summary>
internal sealed class Turns
{
    /// <summary>Deliveries of this node under way at once.</summary>
    public const int Total = 200;

    /// <summary>Of those, to receivers that were slow or failed the last time.</summary>
    public const int OfSlow = 80;

    /// <summary>To one host.</summary>
    public const int PerHost = 8;

    /// <summary>Of those, to receivers that were slow or failed the last time: many share the host of a service for webhooks.</summary>
    public const int SlowPerHost = 4;

    /// <summary>To one webhook; one of which this node knows nothing has a single one until it has answered.</summary>
    public const int PerWebhook = 4;

    /// <summary>Webhooks of which is remembered how they are; with more, they are learnt anew.</summary>
    private const int MaxLearnt = 10_000;

    /// <summary>A receiver that takes longer is slow.</summary>
    private static readonly TimeSpan SlowAfter = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly Dictionary<Guid, int> webhooks = [];
    private readonly Dictionary<string, int> hosts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> slowOfHosts = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, bool> learntSlow = [];
    private int total;
    private int slow;

    /// <summary>Deliveries under way.</summary>
    public int UnderWay
    {
        get
        {
            lock (gate)
                return total;
        }
    }

    /// <summary>Takes turns for those for whom something is due, one for each before a second for any.</summary>
    public IReadOnlyList<Turn> Take(IReadOnlyList<DueWebhook> due)
    {
        lock (gate)
        {
            var taken = new Dictionary<Guid, Turn>();
            for (var round = 0; round < PerWebhook; round++)
            {
                foreach (var webhook in due)
                {
                    var isKnown = learntSlow.TryGetValue(webhook.Id, out var wasSlow);
                    var isSlow = webhook.IsFailing || wasSlow;
                    if (!TryTake(webhook, isSlow, isKnown ? PerWebhook : 1))
                        continue;
                    taken[webhook.Id] = taken.TryGetValue(webhook.Id, out var before) ? before with { Count = before.Count + 1 } : new(webhook.Id, webhook.Host, isSlow, 1);
                }
            }
            return [.. taken.Values];
        }
    }

    /// <summary>Gives turns back, of which nothing came or which are over.</summary>
    public void Return(Turn turn, int count)
    {
        if (count == 0)
            return;
        lock (gate)
        {
            total -= count;
            Lower(webhooks, turn.Webhook, count);
            Lower(hosts, turn.Host, count);
            if (!turn.IsSlow)
                return;
            slow -= count;
            Lower(slowOfHosts, turn.Host, count);
        }
    }

    /// <summary>Learns from an attempt how a webhook is. Others at its host are not to blame.</summary>
    public void Learn(Guid webhook, Attempt attempt)
    {
        lock (gate)
        {
            if (learntSlow.Count >= MaxLearnt)
                learntSlow.Clear();
            learntSlow[webhook] = !attempt.IsDelivered || attempt.Took > SlowAfter;
        }
    }

    private bool TryTake(DueWebhook webhook, bool isSlow, int most)
    {
        if (total == Total || webhooks.GetValueOrDefault(webhook.Id) >= most || hosts.GetValueOrDefault(webhook.Host) == PerHost)
            return false;
        if (isSlow && (slow == OfSlow || slowOfHosts.GetValueOrDefault(webhook.Host) == SlowPerHost))
            return false;
        total++;
        Raise(webhooks, webhook.Id);
        Raise(hosts, webhook.Host);
        if (isSlow)
        {
            slow++;
            Raise(slowOfHosts, webhook.Host);
        }
        return true;
    }

    private static void Raise<TKey>(Dictionary<TKey, int> counts, TKey key)
        where TKey : notnull => counts[key] = counts.GetValueOrDefault(key) + 1;

    private static void Lower<TKey>(Dictionary<TKey, int> counts, TKey key, int by)
        where TKey : notnull
    {
        if ((counts[key] -= by) == 0)
            counts.Remove(key);
    }
}
