using System.Diagnostics.Metrics;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Telemetry;

/// <summary>What became of a request for a change.</summary>
internal enum ChangeOutcome
{
    /// <summary>It altered something.</summary>
    Made,

    /// <summary>What it asks for stood already.</summary>
    Unchanged,

    /// <summary>An answer was repeated that its idempotency key was given before.</summary>
    Replayed,

    /// <summary>It was refused.</summary>
    Refused,
}

/// <summary>A part of the time that a change takes.</summary>
internal enum ChangePhase
{
    /// <summary>Waiting for the rows of streams, and locking them.</summary>
    Lock,

    /// <summary>Deciding, without locking.</summary>
    Plan,

    /// <summary>Writing and committing.</summary>
    Commit,

    /// <summary>Waiting until the change is in force on every node.</summary>
    Fence,
}

/// <summary>Counts changes and refusals, and measures how long changes take.</summary>
internal sealed class ChangeMetrics
{
    private readonly Counter<long> changes;
    private readonly Histogram<double> phases;
    private readonly Counter<long> refusals;
    private readonly Histogram<double> fence;

    public ChangeMetrics(IMeterFactory meters)
    {
        var meter = meters.Registry();
        changes = meter.CreateCounter<long>(
            "consent.changes",
            "{change}",
            "Requests for changes, by operation and outcome."
        );
        phases = meter.CreateDuration(
            "consent.change.duration",
            "How long changes that altered something took, by operation and phase."
        );
        refusals = meter.CreateCounter<long>(
            "consent.refusals",
            "{request}",
            "Requests that were refused, by the code of the problem."
        );
        fence = meter.CreateDuration(
            "consent.fence.wait.duration",
            "How long changes waited until they were in force on every node, by how that ended."
        );
    }

    /// <summary>Counts a request for a change.</summary>
    /// <param name="operation">The operation's id in the contract.</param>
    /// <param name="outcome">What became of it.</param>
    public void Count(string operation, ChangeOutcome outcome) =>
        changes.Add(1, new("consent.change.kind", operation), new("consent.change.outcome", outcome.Word()));

    /// <summary>Notes how long a phase of a change took.</summary>
    public void Took(string operation, ChangePhase phase, TimeSpan time) =>
        phases.Record(
            time.TotalSeconds,
            new("consent.change.kind", operation),
            new("consent.change.phase", phase.Word())
        );

    /// <summary>Counts a request that was refused.</summary>
    /// <param name="code">The code of the problem.</param>
    /// <param name="status">The HTTP status.</param>
    public void CountRefusal(string code, int status) =>
        refusals.Add(1, new("error.type", code), new("http.response.status_code", status));

    /// <summary>Notes how long a change waited for the nodes.</summary>
    /// <param name="time">How long.</param>
    /// <param name="isEverywhere">
    /// Whether every node said that it has the change; if not, the wait ended by its bound.
    /// </param>
    public void Waited(TimeSpan time, bool isEverywhere) =>
        fence.Record(
            time.TotalSeconds,
            new KeyValuePair<string, object?>("consent.fence.end", isEverywhere ? "everywhere" : "bound")
        );
}
