using System.Diagnostics.Metrics;

namespace ConsentRegistry.Api.Telemetry;

/// <summary>Counts what the database holds that no node wrote.</summary>
internal sealed class IntegrityMetrics
{
    /// <summary>An event that waits for the log, or is new in it.</summary>
    public const int Event = 0;

    /// <summary>An answer about the past that was refused.</summary>
    public const int Answer = 1;

    /// <summary>A stream of which the tables hold something else than its seal says.</summary>
    public const int Stream = 2;

    /// <summary>A row that an audit found to be other than the log says.</summary>
    public const int Row = 3;

    private readonly ZeroedCounter failures;
    private int denied;

    public IntegrityMetrics(IMeterFactory meters)
    {
        var meter = meters.Registry();
        failures = new(
            meter,
            "consent.integrity.failures",
            "{failure}",
            "What the database holds that no node wrote: events, what an answer would tell, records of a stream, and rows.",
            "consent.integrity.kind",
            "event",
            "answer",
            "stream",
            "row"
        );
        meter.CreateObservableGauge(
            "consent.integrity.denied",
            () => Denied,
            "{creator}",
            "Creators about whom this node answers nothing, because something of theirs was written by no node."
        );
    }

    /// <summary>Creators about whom this node answers nothing.</summary>
    public int Denied => Volatile.Read(ref denied);

    /// <summary>Counts what was found.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="count">How many.</param>
    public void Found(int kind, int count = 1) => failures.Add(count, kind);

    /// <summary>Notes how many creators are denied.</summary>
    public void Deny(int creators) => Volatile.Write(ref denied, creators);
}
