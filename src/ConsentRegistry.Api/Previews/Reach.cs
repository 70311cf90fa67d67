using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Api.Previews;

/// <summary>For whom and for which purposes altered settings may flip effective consent.</summary>
internal sealed class Reach
{
    private readonly Dictionary<Requester, PurposeSet> named = [];
    private PurposeSet forAnybody;

    /// <summary>The requesters that are named.</summary>
    public IReadOnlyCollection<Requester> Requesters => named.Keys;

    /// <summary>How many checks that is.</summary>
    public int Checks { get; private set; }

    /// <summary>
    /// For one that nobody named (null), and for each who is named: the purposes. What is altered for anybody may flip
    /// for them too.
    /// </summary>
    public IEnumerable<(Requester? Requester, PurposeSet Purposes)> All =>
        named.Select(one => ((Requester?)one.Key, one.Value | forAnybody)).Prepend((null, forAnybody));

    /// <summary>Adds purposes that are altered for a requester, or for anybody.</summary>
    public void Add(Requester? requester, in PurposeSet purposes)
    {
        if (requester is { } one)
            named[one] = named.GetValueOrDefault(one) | purposes;
        else
            forAnybody |= purposes;
    }

    /// <summary>Adds what another reaches.</summary>
    public void Add(Reach other)
    {
        forAnybody |= other.forAnybody;
        foreach (var (requester, purposes) in other.named)
            Add(requester, purposes);
    }

    /// <summary>Counts the checks, when everything was added.</summary>
    public Reach Counted()
    {
        Checks = All.Sum(one => Count(one.Purposes));
        return this;
    }

    private static int Count(in PurposeSet purposes)
    {
        var count = 0;
        foreach (var _ in purposes)
            count++;
        return count;
    }
}
