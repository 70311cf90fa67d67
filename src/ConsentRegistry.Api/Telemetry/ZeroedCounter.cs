using System.Diagnostics.Metrics;

namespace ConsentRegistry.Api.Telemetry;

/// <summary>
/// A counter of what hardly ever happens. It is told as 0 until it does: an alarm by its increase would otherwise miss
/// the first time.
/// </summary>
internal sealed class ZeroedCounter
{
    private readonly long[] counts;

    /// <param name="meter">The meter.</param>
    /// <param name="name">The name of the instrument.</param>
    /// <param name="unit">Its unit.</param>
    /// <param name="description">What is counted.</param>
    /// <param name="attribute">The attribute that tells counts apart; null where there is one count.</param>
    /// <param name="values">Its values, each a count.</param>
    public ZeroedCounter(
        Meter meter,
        string name,
        string unit,
        string description,
        string? attribute = null,
        params IReadOnlyList<string> values
    )
    {
        counts = new long[Math.Max(1, values.Count)];
        meter.CreateObservableCounter(name, () => counts.Select(Read), unit, description);

        Measurement<long> Read(long count, int at) =>
            attribute is null ? new(count) : new(count, new KeyValuePair<string, object?>(attribute, values[at]));
    }

    /// <summary>Counts.</summary>
    /// <param name="count">How many.</param>
    /// <param name="at">Of which value.</param>
    public void Add(int count = 1, int at = 0) => Interlocked.Add(ref counts[at], count);
}
