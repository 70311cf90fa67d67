using System.Diagnostics.Metrics;

namespace ConsentRegistry.Api.Telemetry;

/// <summary>The meter of this service. docs/reference/metrics.md lists its instruments.</summary>
internal static class RegistryMeter
{
    /// <summary>The name of the meter, and of the source of spans.</summary>
    public const string Name = "ConsentRegistry";

    /// <summary>The meter of a host: hosts in one process have a meter each.</summary>
    public static Meter Registry(this IMeterFactory meters) => meters.Create(Name);

    /// <summary>A histogram of durations in seconds.</summary>
    /// <param name="meter">The meter.</param>
    /// <param name="name">The name of the instrument.</param>
    /// <param name="description">What is measured.</param>
    public static Histogram<double> CreateDuration(this Meter meter, string name, string description) =>
        meter.CreateHistogram(
            name,
            "s",
            description,
            tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = Boundaries }
        );

    // From the time of a statement to the longest wait of a change.
    private static readonly double[] Boundaries =
    [
        0.001,
        0.0025,
        0.005,
        0.01,
        0.025,
        0.05,
        0.1,
        0.25,
        0.5,
        1,
        2.5,
        5,
        15,
    ];
}
