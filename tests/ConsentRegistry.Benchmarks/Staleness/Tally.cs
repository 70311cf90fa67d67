using System.Collections.Concurrent;

namespace ConsentRegistry.Benchmarks.Staleness;

/// <summary>Counts, as a run goes.</summary>
internal sealed class Tally
{
    private readonly ConcurrentDictionary<string, int> restrictions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<FaultKind, int> faults = new();
    private int answered;
    private int unanswered;
    private int acknowledged;
    private int unknown;
    private int replays;

    /// <summary>Checks that were answered with a decision.</summary>
    public int Answered => Volatile.Read(ref answered);

    /// <summary>Checks that were not.</summary>
    public int Unanswered => unanswered;

    /// <summary>Changes that were acknowledged as in force everywhere.</summary>
    public int Acknowledged => acknowledged;

    /// <summary>Changes of which it is not known whether they were made.</summary>
    public int Unknown => unknown;

    /// <summary>Changes that were sent again with the same idempotency key.</summary>
    public int Replays => replays;

    /// <summary>Restrictions that were acknowledged, by kind.</summary>
    public IReadOnlyDictionary<string, int> Restrictions => restrictions;

    /// <summary>Faults that were driven, by kind.</summary>
    public IReadOnlyDictionary<FaultKind, int> Faults => faults;

    public void Checked(CheckAnswer answer)
    {
        if (answer == CheckAnswer.None)
            Interlocked.Increment(ref unanswered);
        else
            Interlocked.Increment(ref answered);
    }

    public void Sent(Outcome outcome)
    {
        if (outcome.End is not null)
            Interlocked.Increment(ref acknowledged);
        else if (outcome.Knowledge == Knowledge.Unknown)
            Interlocked.Increment(ref unknown);
    }

    public void Replayed() => Interlocked.Increment(ref replays);

    public void Restricted(string kind) => restrictions.AddOrUpdate(kind, 1, (_, before) => before + 1);

    public void Driven(FaultKind kind) => faults.AddOrUpdate(kind, 1, (_, before) => before + 1);
}
