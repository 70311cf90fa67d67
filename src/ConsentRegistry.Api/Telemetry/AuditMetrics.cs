using System.Diagnostics.Metrics;

namespace ConsentRegistry.Api.Telemetry;

/// <summary>Says when the database was audited last.</summary>
internal sealed class AuditMetrics
{
    private readonly TimeProvider clock;
    private long since;

    public AuditMetrics(IMeterFactory meters, TimeProvider clock)
    {
        this.clock = clock;
        meters
            .Registry()
            .CreateObservableGauge(
                "consent.audit.age",
                Observe,
                "s",
                "How long ago an audit of the database ended, or this node began to audit. The node that audits says so."
            );
    }

    /// <summary>Notes that this node is the one that audits.</summary>
    public void Begin() => Finished();

    /// <summary>Notes that an audit has ended.</summary>
    public void Finished() => Volatile.Write(ref since, clock.GetTimestamp());

    /// <summary>Notes that this node audits no more.</summary>
    public void End() => Volatile.Write(ref since, 0);

    private IEnumerable<Measurement<double>> Observe() =>
        Volatile.Read(ref since) is not 0 and var at ? [new(clock.GetElapsedTime(at).TotalSeconds)] : [];
}
