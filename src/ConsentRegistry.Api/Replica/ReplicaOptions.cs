using ConsentRegistry.Api.Startup;

namespace ConsentRegistry.Api.Replica;

/// <summary>How a node answers from memory.</summary>
/// <param name="Delta">For how long after its last poll, and its last beat, a node answers from memory: <c>Replica:DeltaMs</c>.</param>
/// <param name="HasFence">Whether changes wait until they are in force on every node. False in Development only, for a checker that has to be able to fail: <c>Replica:Fence</c>.</param>
internal sealed record ReplicaOptions(TimeSpan Delta, bool HasFence)
{
    /// <summary>The shortest: a few polls of a busy database fit into it.</summary>
    public const int SmallestDeltaMs = 500;

    /// <summary>The longest: every change waits so long for a node that hangs.</summary>
    public const int LargestDeltaMs = 10_000;

    private const int UsualDeltaMs = 2_000;

    public static readonly ReplicaOptions Usual = new(TimeSpan.FromMilliseconds(UsualDeltaMs), HasFence: true);

    /// <summary>How long after its commit a change is in force everywhere, whatever became of the nodes: 1.2 Δ and 100 ms. Clocks' rates differ by less than 20 %.</summary>
    public static TimeSpan LongestWait(TimeSpan delta) => (delta * 1.2) + TimeSpan.FromMilliseconds(100);

    public static ReplicaOptions From(IConfiguration configuration, IHostEnvironment environment)
    {
        var delta = configuration["Replica:DeltaMs"] is { Length: > 0 } text
            ? int.TryParse(text, out var given) && given is >= SmallestDeltaMs and <= LargestDeltaMs
                ? given
                : throw new StartupException($"Replica:DeltaMs is a number of milliseconds from {SmallestDeltaMs} to {LargestDeltaMs}.")
            : UsualDeltaMs;
        var fence = configuration["Replica:Fence"] switch
        {
            null or "" or "on" => true,
            "off" when environment.IsDevelopment() => false,
            "off" => throw new StartupException("Replica:Fence is off in Development only: without it an acknowledged change is not in force."),
            _ => throw new StartupException("Replica:Fence is on or off."),
        };
        return new(TimeSpan.FromMilliseconds(delta), fence);
    }
}
