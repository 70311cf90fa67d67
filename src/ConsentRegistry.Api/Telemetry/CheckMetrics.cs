using System.Diagnostics.Metrics;
using System.Numerics;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Telemetry;

/// <summary>The way on which a check came.</summary>
internal enum CheckChannel : byte
{
    /// <summary>One check in a request.</summary>
    Single,

    /// <summary>An item of a batch.</summary>
    Batch,

    /// <summary>A line of a stream.</summary>
    Stream,

    /// <summary>An evaluation of AuthZEN, alone or among others.</summary>
    AuthZen,

    /// <summary>A check of a past moment.</summary>
    Past,
}

/// <summary>
/// Checks of one request that were answered, by effect and reason. Not for use by several threads at once.
/// </summary>
internal sealed class CheckTally
{
    internal static readonly int ReasonBits = Wording.BitsOf<Reason>();

    // Effects begin at 1: what is refused has none, and has the first place.
    internal static readonly int Size = 1 << (Wording.BitsOf<Effect>() + ReasonBits);

    private readonly int[] counts = new int[Size];

    internal ReadOnlySpan<int> Counts => counts;

    /// <summary>Items that were no checks.</summary>
    public int Refused => counts[0];

    /// <summary>Decisions by effect and reason; what did not occur is left out.</summary>
    public IEnumerable<((Effect Effect, Reason Reason) Said, int Count)> Decisions =>
        from place in Enumerable.Range(1, Size - 1)
        where counts[place] != 0
        select (((Effect)(place >> ReasonBits), (Reason)(place & ((1 << ReasonBits) - 1))), counts[place]);

    /// <summary>Counts a decision.</summary>
    public void Add(Effect effect, Reason reason) => counts[PlaceOf(effect, reason)]++;

    /// <summary>Counts an item that is no check.</summary>
    public void AddRefused() => counts[0]++;

    /// <summary>Counts a decision that was counted already as another.</summary>
    public void Replace(Effect effect, Reason reason, Effect by, Reason byReason)
    {
        counts[PlaceOf(effect, reason)]--;
        counts[PlaceOf(by, byReason)]++;
    }

    /// <summary>Counts all of another tally.</summary>
    public void Add(CheckTally other)
    {
        for (var place = 0; place < Size; place++)
            counts[place] += other.counts[place];
    }

    internal static int PlaceOf(Effect effect, Reason reason) => ((int)effect << ReasonBits) | (int)reason;
}

/// <summary>
/// Counts checks that were answered. A node answers some millions a second: counting one allocates nothing, and
/// processors do not wait for each other.
/// </summary>
internal sealed class CheckMetrics
{
    private static readonly int Places = Enum.GetValues<CheckChannel>().Length * CheckTally.Size;

    // No two processors write to one cache line, nor to its neighbour, which is fetched with it.
    private static readonly int Stride = Places + 16;

    private const int MaxStripes = 64;

    private static readonly KeyValuePair<string, object?>[][] Tags = [.. Enumerable.Range(0, Places).Select(TagsOf)];

    private readonly int mask =
        (int)BitOperations.RoundUpToPowerOf2((uint)Math.Min(Environment.ProcessorCount, MaxStripes)) - 1;
    private readonly long[] counts;

    public CheckMetrics(IMeterFactory meters)
    {
        counts = new long[(mask + 1) * Stride];
        meters
            .Registry()
            .CreateObservableCounter(
                "consent.checks",
                Read,
                "{check}",
                "Checks that were answered, by way, outcome and reason."
            );
    }

    /// <summary>Counts a decision.</summary>
    public void Add(CheckChannel way, Effect effect, Reason reason) =>
        Interlocked.Increment(ref CountOf(((int)way * CheckTally.Size) + CheckTally.PlaceOf(effect, reason)));

    /// <summary>Counts all of a tally.</summary>
    public void Add(CheckChannel way, CheckTally tally)
    {
        var counted = tally.Counts;
        for (var place = 0; place < counted.Length; place++)
        {
            if (counted[place] != 0)
                Interlocked.Add(ref CountOf(((int)way * CheckTally.Size) + place), counted[place]);
        }
    }

    private ref long CountOf(int place) => ref counts[((Thread.GetCurrentProcessorId() & mask) * Stride) + place];

    private IEnumerable<Measurement<long>> Read()
    {
        for (var place = 0; place < Places; place++)
        {
            var sum = 0L;
            for (var stripe = 0; stripe <= mask; stripe++)
                sum += Volatile.Read(ref counts[(stripe * Stride) + place]);
            if (sum != 0)
                yield return new(sum, Tags[place]);
        }
    }

    private static KeyValuePair<string, object?>[] TagsOf(int place)
    {
        var way = (CheckChannel)(place / CheckTally.Size);
        var effect = (Effect)(place % CheckTally.Size >> CheckTally.ReasonBits);
        var reason = (Reason)(place & ((1 << CheckTally.ReasonBits) - 1));
        return
        [
            new("consent.check.way", way.Word()),
            new("consent.check.outcome", effect.IsWord() ? effect.Word() : "refused"),
            new("consent.check.reason", effect.IsWord() && reason.IsWord() ? reason.Word() : "none"),
        ];
    }
}
