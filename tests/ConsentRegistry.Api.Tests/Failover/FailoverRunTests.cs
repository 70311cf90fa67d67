using ConsentRegistry.Soak.Failover;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Api.Tests.Failover;

/// <summary>The search for what failovers lose: one fault of each kind, and the words of its command line.</summary>
public sealed class FailoverRunTests
{
    private static readonly string Script = Path.Combine(Repository.Folder, "deploy", "ha", "ha.sh");

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task Over_one_fault_of_each_kind_nothing_is_lost_and_nothing_is_stale()
    {
        Assert.SkipUnless(HasProgram("patroni") && HasProgram("etcd"), "Patroni and etcd are not installed.");
        var summary = await FailoverRun.RunAsync(new() { Faults = FailoverOptions.EveryKind.Count }, TextWriter.Null);
        TestContext.Current.TestOutputHelper?.WriteLine(summary.ToString());
        Assert.True(summary.Passed, summary.ToString());
        Assert.Equal(FailoverOptions.EveryKind.Count, summary.Kinds.Count);
    }

    [Fact]
    public async Task The_faults_are_those_that_the_script_can_cause()
    {
        // The usage has a line for each: its name, and what it does.
        const string Indent = "                      ";
        var lines = await File.ReadAllLinesAsync(Script, TestContext.Current.CancellationToken);
        Assert.Equal(
            lines
                .Where(line =>
                    line.StartsWith(Indent, StringComparison.Ordinal) && char.IsAsciiLetter(line[Indent.Length])
                )
                .Select(line => line.Trim().Split(' ')[0])
                .Order(StringComparer.Ordinal),
            ClusterFaultKind.All.Select(kind => kind.Name).Distinct().Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void Each_kind_comes_once_in_a_round_and_long_enough_in_the_first()
    {
        var faults = ClusterFault.From(seed: 7, 3 * ClusterFaultKind.All.Count, ClusterFaultKind.All).ToList();
        foreach (var round in faults.Chunk(ClusterFaultKind.All.Count))
            Assert.Equal(ClusterFaultKind.All.Count, round.Select(fault => fault.Kind).Distinct().Count());
        Assert.All(faults.Take(ClusterFaultKind.All.Count), fault => Assert.InRange(fault.Lasts, 2, 3));
        Assert.Contains(faults, fault => fault.Lasts < 1);
        Assert.Equal(faults, ClusterFault.From(seed: 7, faults.Count, ClusterFaultKind.All));
    }

    [Theory]
    [InlineData("", 18, 1, "Synchronous")]
    [InlineData("200", 200, 1, "Synchronous")]
    [InlineData("5 --seed 3 --mode asynchronous", 5, 3, "Asynchronous")]
    [InlineData("--mode unconfirmed-beats --seed 0", 18, 0, "UnconfirmedBeats")]
    public void Words_say_how_a_run_goes(string words, int faults, int seed, string mode)
    {
        var options = Parse(words)!;
        var isDefault = faults == 18;
        Assert.Equal(isDefault ? 2 * FailoverOptions.EveryKind.Count : faults, options.Faults);
        Assert.Equal((seed, mode), (options.Seed, options.Mode.ToString()));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("many")]
    [InlineData("--seed")]
    [InlineData("--mode never")]
    [InlineData("--faults 3")]
    public void Words_that_make_no_sense_are_none(string words) => Assert.Null(Parse(words));

    private static FailoverOptions? Parse(string words) =>
        FailoverOptions.Parse(words.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static bool HasProgram(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, name)));
}
