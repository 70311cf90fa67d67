using ConsentRegistry.Soak.Staleness;

namespace ConsentRegistry.Api.Tests.Staleness;

/// <summary>The script of faults: all kinds, within bounds, the same for the same seed.</summary>
public sealed class FaultScriptTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Gap = TimeSpan.FromSeconds(2);

    [Fact]
    public void The_same_seed_gives_the_same_faults_and_another_others()
    {
        Assert.Equal(First(50, seed: 7), First(50, seed: 7));
        Assert.NotEqual(First(50, seed: 7), First(50, seed: 8));
    }

    [Fact]
    public void Each_round_has_every_kind_once() =>
        Assert.All(
            First(10 * FaultScript.EveryKind.Count, seed: 3).Chunk(FaultScript.EveryKind.Count),
            round => Assert.Equal(FaultScript.EveryKind, round.Select(fault => fault.Kind).Order())
        );

    [Fact]
    public void Faults_are_within_their_bounds_and_reach_both_ends_and_every_node()
    {
        var faults = First(2_000, seed: 5);
        Assert.All(faults, fault => Assert.InRange(fault.For, FaultScript.Shortest, Longest));
        Assert.All(faults, fault => Assert.InRange(fault.After, TimeSpan.Zero, Gap));
        Assert.Contains(faults, fault => fault.For < 2 * FaultScript.Shortest);
        Assert.Contains(faults, fault => fault.For > Longest / 2);
        Assert.Equal([0, 1, 2], faults.Select(fault => fault.Node).Distinct().Order());
    }

    private static List<Fault> First(int count, int seed) =>
        [.. FaultScript.From(seed, FaultScript.EveryKind, nodes: 3, Longest, Gap).Take(count)];
}
