using System.ComponentModel.DataAnnotations;

namespace ConsentRegistry.Api.Configuration;

/// <summary>How a node answers from memory.</summary>
internal sealed record ReplicaOptions
{
    /// <summary>The shortest: a few polls of a busy database fit into it.</summary>
    public const int SmallestDeltaMs = 500;

    /// <summary>The longest: every change waits so long for a node that hangs.</summary>
    public const int LargestDeltaMs = 10_000;

    private const string On = "on";

    /// <summary>For how many milliseconds after its last poll, and its last beat, a node answers from memory.</summary>
    [Range(SmallestDeltaMs, LargestDeltaMs, ErrorMessage = "{0} is a number of milliseconds from {1} to {2}.")]
    public int DeltaMs { get; init; } = 2_000;

    /// <summary>
    /// Whether changes wait until they are in force on every node. Off in Development only, for a checker that has to
    /// be able to fail.
    /// </summary>
    [AllowedValues(On, "off", ErrorMessage = "{0} is on or off.")]
    public string Fence { get; init; } = On;

    /// <summary>
    /// Whether a beat counts only once the synchronous standby has it. Off in Development only, for a checker that has
    /// to be able to fail.
    /// </summary>
    [AllowedValues(On, "off", ErrorMessage = "{0} is on or off.")]
    public string ConfirmBeats { get; init; } = On;

    /// <summary><see cref="DeltaMs"/>.</summary>
    public TimeSpan Delta => TimeSpan.FromMilliseconds(DeltaMs);

    /// <summary>Whether <see cref="Fence"/> is on.</summary>
    public bool HasFence => Fence == On;

    /// <summary>Whether <see cref="ConfirmBeats"/> is on.</summary>
    public bool ConfirmsBeats => ConfirmBeats == On;

    /// <summary>
    /// How long after its commit a change is in force everywhere, whatever became of the nodes: 1.2 Δ and 100 ms.
    /// Clocks' rates differ by less than 20 %.
    /// </summary>
    public static TimeSpan LongestWait(TimeSpan delta) => (delta * 1.2) + TimeSpan.FromMilliseconds(100);
}
