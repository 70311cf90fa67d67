namespace ConsentRegistry.Api.Notifying;

/// <summary>A webhook for which something is due.</summary>
/// <param name="Id">The webhook.</param>
/// <param name="Host">Host and port of its address.</param>
/// <param name="IsFailing">Whether its last attempt failed, on whatever node.</param>
internal sealed record DueWebhook(Guid Id, string Host, bool IsFailing);

/// <summary>So many deliveries of one webhook.</summary>
internal sealed record Turn(Guid Webhook, string Host, bool IsSlow, int Count);

/// <summary>
/// Who may be sent to at once. Each webhook and each host has so many turns, and those that were slow or failed share a part of all: whoever
/// lets this node wait holds up nobody but their like.
/// </summary>
internal sealed class Turns
{
    /// <summary>Deliveries of this node under way at once.</summary>
    public const int Total = 200;

    /// <summary>Of those, to receivers that were slow or failed the last time.</summary>
    public const int OfSlow = 80;

    /// <summary>To one host.</summary>
    public const int PerHost = 8;

    /// <summary>To one webhook.</summary>
    public const int PerWebhook = 4;

    /// <summary>Hosts that are remembered as slow; with more, they are learnt anew.</summary>
    private const int MaxSlowHosts = 10_000;

    /// <summary>A receiver that takes longer is slow.</summary>
    private static readonly TimeSpan SlowAfter = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly Dictionary<Guid, int> webhooks = [];
    private readonly Dictionary<string, int> hosts = new(StringComparer.Ordinal);
    private readonly HashSet<string> slowHosts = new(StringComparer.Ordinal);
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
                    var isSlow = webhook.IsFailing || slowHosts.Contains(webhook.Host);
                    if (!TryTake(webhook, isSlow))
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
            slow -= turn.IsSlow ? count : 0;
            Lower(webhooks, turn.Webhook, count);
            Lower(hosts, turn.Host, count);
        }
    }

    /// <summary>Learns from an attempt how its host is.</summary>
    public void Learn(string host, Attempt attempt)
    {
        lock (gate)
        {
            if (slowHosts.Count >= MaxSlowHosts)
                slowHosts.Clear();
            if (!attempt.IsDelivered || attempt.Took > SlowAfter)
                slowHosts.Add(host);
            else
                slowHosts.Remove(host);
        }
    }

    private bool TryTake(DueWebhook webhook, bool isSlow)
    {
        if (total == Total || (isSlow && slow == OfSlow) || webhooks.GetValueOrDefault(webhook.Id) == PerWebhook || hosts.GetValueOrDefault(webhook.Host) == PerHost)
            return false;
        total++;
        slow += isSlow ? 1 : 0;
        webhooks[webhook.Id] = webhooks.GetValueOrDefault(webhook.Id) + 1;
        hosts[webhook.Host] = hosts.GetValueOrDefault(webhook.Host) + 1;
        return true;
    }

    private static void Lower<TKey>(Dictionary<TKey, int> counts, TKey key, int by)
        where TKey : notnull
    {
        if ((counts[key] -= by) == 0)
            counts.Remove(key);
    }
}
