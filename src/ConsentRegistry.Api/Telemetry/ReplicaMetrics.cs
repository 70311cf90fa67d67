using System.Diagnostics.Metrics;

namespace ConsentRegistry.Api.Telemetry;

/// <summary>Counts what a node does to keep its memory as new as the database.</summary>
internal sealed class ReplicaMetrics
{
    private const int Other = 0;

    private const int Self = 1;

    private readonly Histogram<double> polls;
    private readonly Counter<long> events;
    private readonly ZeroedCounter doubts;
    private readonly ZeroedCounter evictions;
    private readonly ZeroedCounter losses;
    private readonly ZeroedCounter differences;
    private readonly ZeroedCounter unconfirmed;

    public ReplicaMetrics(IMeterFactory meters)
    {
        var meter = meters.Registry();
        polls = meter.CreateDuration("consent.replica.poll.duration", "How long polls of the database took.");
        events = meter.CreateCounter<long>("consent.replica.events", "{event}", "Events that were applied to memory.");
        doubts = new(
            meter,
            "consent.replica.doubts",
            "{creator}",
            "Creators who were put in doubt, so that everything of theirs was read again."
        );
        evictions = new(
            meter,
            "consent.replica.evictions",
            "{node}",
            "Nodes that were taken away because their beat stood still: others by this node, and this node itself.",
            "consent.node",
            "other",
            "self"
        );
        losses = new(
            meter,
            "consent.replica.losses",
            "{loss}",
            "Times that memory was lost, for the database told another history, and was loaded anew."
        );
        differences = new(
            meter,
            "consent.replica.differences",
            "{creator}",
            "Creators of whom memory held something else than the tables."
        );
        unconfirmed = new(
            meter,
            "consent.replica.unconfirmed",
            "{beat}",
            "Times that this node said that it lives, and no synchronous standby confirmed it."
        );
    }

    /// <summary>Notes a poll.</summary>
    public void Polled(TimeSpan time) => polls.Record(time.TotalSeconds);

    /// <summary>Counts events that were applied.</summary>
    public void Applied(int count) => events.Add(count);

    /// <summary>Counts creators who were put in doubt.</summary>
    public void Doubted(int count) => doubts.Add(count);

    /// <summary>Counts other nodes that this one took away.</summary>
    public void EvictedOthers(int count) => evictions.Add(count, Other);

    /// <summary>Counts that this node was taken away.</summary>
    public void WasEvicted() => evictions.Add(at: Self);

    /// <summary>Counts a creator of whom memory held something else than the tables.</summary>
    public void Differed() => differences.Add();

    /// <summary>Counts a beat that no synchronous standby confirmed.</summary>
    public void Unconfirmed() => unconfirmed.Add();

    /// <summary>Counts that memory was lost.</summary>
    public void Lost() => losses.Add();
}
