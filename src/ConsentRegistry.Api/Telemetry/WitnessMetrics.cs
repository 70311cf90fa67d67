using System.Diagnostics.Metrics;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Telemetry;

/// <summary>How a request to a witness ended.</summary>
internal enum WitnessOutcome
{
    /// <summary>It cosigned.</summary>
    Cosigned,

    /// <summary>It has seen more of the log than this node has.</summary>
    Ahead,

    /// <summary>It refused: status 4xx.</summary>
    Refused,

    /// <summary>It failed: any other status.</summary>
    Failed,

    /// <summary>What it answered is no cosignature of the checkpoint by its key.</summary>
    Unusable,

    /// <summary>It did not answer in time.</summary>
    TimedOut,

    /// <summary>There was no connection, or it broke.</summary>
    Unreachable,
}

/// <summary>Counts requests to witnesses.</summary>
internal sealed class WitnessMetrics
{
    private readonly ZeroedCounter requests;

    public WitnessMetrics(IMeterFactory meters) =>
        requests = new(
            meters.Registry(),
            "consent.witness.requests",
            "{request}",
            "Checkpoints that a witness was asked to cosign, by how that ended.",
            "consent.witness.outcome",
            Wording.All<WitnessOutcome>()
        );

    /// <summary>Counts a checkpoint that a witness was asked to cosign.</summary>
    public void Asked(WitnessOutcome outcome) => requests.Add(at: (int)outcome);
}
