using System.Collections.Concurrent;

namespace ConsentRegistry.Soak.Staleness;

/// <summary>Counts, as a run goes.</summary>
internal sealed class Tally
{
    private readonly ConcurrentDictionary<string, int> restrictions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<FaultKind, int> faults = new();
    private readonly ConcurrentDictionary<Way, int> ways = new();
    private readonly ConcurrentDictionary<Replay, int> replays = new();
    private int answered;
    private int unanswered;
    private int acknowledged;
    private int unknown;
    private int expiring;
    private int askedCache;
    private int missedCache;

    /// <summary>Checks that were answered with a decision.</summary>
    public int Answered => Volatile.Read(ref answered);

    /// <summary>Checks that were not.</summary>
    public int Unanswered => unanswered;

    /// <summary>Changes that were acknowledged as in force everywhere.</summary>
    public int Acknowledged => acknowledged;

    /// <summary>Changes of which it is not known whether they were made.</summary>
    public int Unknown => unknown;

    /// <summary>Allows with an expiry that were acknowledged.</summary>
    public int WithExpiry => expiring;

    /// <summary>The share of the cache's checks that it answered by itself.</summary>
    public double CacheHits => askedCache == 0 ? 0 : 1 - ((double)missedCache / askedCache);

    /// <summary>Checks that were answered with a decision, by the kind of request.</summary>
    public IReadOnlyDictionary<Way, int> Ways => ways;

    /// <summary>Changes that were sent again with the same idempotency key, by occasion.</summary>
    public IReadOnlyDictionary<Replay, int> Replays => replays;

    /// <summary>Restrictions that were acknowledged, by kind.</summary>
    public IReadOnlyDictionary<string, int> Restrictions => restrictions;

    /// <summary>Faults that were driven, by kind.</summary>
    public IReadOnlyDictionary<FaultKind, int> Faults => faults;

    /// <summary>Whether everything has happened at least once that a run is about.</summary>
    public bool HasSeenAll(StalenessOptions options) =>
        faults.Count == options.Faults.Count
        && ways.Count == Enum.GetValues<Way>().Length
        && replays.Count == Enum.GetValues<Replay>().Length
        && expiring > 0;

    public void Checked(CheckAnswer answer, Way way)
    {
        if (answer == CheckAnswer.None)
        {
            Interlocked.Increment(ref unanswered);
            return;
        }
        Count(ways, way);
        Interlocked.Increment(ref answered);
    }

    public void Sent(Outcome outcome)
    {
        if (outcome.End is not null)
            Interlocked.Increment(ref acknowledged);
        else if (outcome.Knowledge == Knowledge.Unknown)
            Interlocked.Increment(ref unknown);
    }

    public void Expiring() => Interlocked.Increment(ref expiring);

    public void AskedCache() => Interlocked.Increment(ref askedCache);

    public void MissedCache() => Interlocked.Increment(ref missedCache);

    public void Replayed(Replay occasion) => Count(replays, occasion);

    public void Restricted(string kind) => Count(restrictions, kind);

    public void Driven(FaultKind kind) => Count(faults, kind);

    private static void Count<T>(ConcurrentDictionary<T, int> counts, T what)
        where T : notnull => counts.AddOrUpdate(what, 1, (_, before) => before + 1);
}
