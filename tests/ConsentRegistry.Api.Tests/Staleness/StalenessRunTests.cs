using ConsentRegistry.Api.Tests.Servers;
using ConsentRegistry.Soak.Staleness;

namespace ConsentRegistry.Api.Tests.Staleness;

/// <summary>
/// The promise, on nodes that are killed, paused and cut off: no check that starts after a change was acknowledged is
/// answered with what stood before. And the proof that the search would find it: without the fence there are such
/// answers.
/// </summary>
public sealed class StalenessRunTests
{
    // Short faults, though longer than Δ and the wait for it.
    private static readonly StalenessOptions Short = new()
    {
        Checks = 4_000,
        Nodes = 2,
        Delta = TimeSpan.FromMilliseconds(500),
        LongestFault = TimeSpan.FromMilliseconds(1_200),
        LongestGap = TimeSpan.FromMilliseconds(300),
        Writers = 4,
        Rest = TimeSpan.FromMilliseconds(100),
    };

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task With_the_fence_nothing_is_answered_that_an_acknowledged_change_makes_impossible()
    {
        var summary = await RunAsync(Short);
        Assert.True(
            summary.Passed && summary.StaleAllows.Count == 0 && summary.OldAnswers.Count == 0,
            summary.ToString()
        );
        Assert.Equal(Enum.GetValues<FaultKind>(), summary.Faults.Keys.Order());
        Assert.Equal(Enum.GetValues<Way>(), summary.Ways.Keys.Order());
        Assert.Equal(Enum.GetValues<Replay>(), summary.Replays.Keys.Order());
    }

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task Without_the_fence_stale_allows_are_found_and_none_of_them_in_a_strong_check()
    {
        var summary = await RunAsync(
            Short with
            {
                HasFence = false,
                Faults = [FaultKind.NodePaused, FaultKind.BeatBlocked],
            }
        );
        Assert.True(summary.Passed && summary.StaleAllows.Count > 0, summary.ToString());
    }

    private static async Task<Summary> RunAsync(StalenessOptions options)
    {
        await OwnServer.SkipUnlessInstalledAsync();
        var summary = await StalenessRun.RunAsync(options, TextWriter.Null);
        TestContext.Current.TestOutputHelper?.WriteLine(summary.ToString());
        return summary;
    }
}
