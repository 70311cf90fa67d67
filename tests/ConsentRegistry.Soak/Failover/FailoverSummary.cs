using System.Globalization;
using System.Text;
using ConsentRegistry.Soak.Staleness;

namespace ConsentRegistry.Soak.Failover;

/// <summary>What a run came to.</summary>
internal sealed class FailoverSummary(FailoverOptions options, TimeSpan ttl, Tally tally)
{
    /// <summary>Findings of a kind that are printed.</summary>
    private const int Shown = 5;

    private readonly List<Driven> driven = [];

    /// <summary>What stopped something before its end.</summary>
    public List<string> Failures { get; } = [];

    public IReadOnlyList<StaleAllow> StaleAllows { get; set; } = [];

    public IReadOnlyList<OldAnswer> OldAnswers { get; set; } = [];

    /// <summary>Acknowledged changes that are not there.</summary>
    public IReadOnlyList<string> Lost { get; set; } = [];

    /// <summary>Acknowledged changes with a key of their own that are not in the log once.</summary>
    public IReadOnlyList<string> NotOnce { get; set; } = [];

    public IReadOnlyList<string> OutOfOrder { get; set; } = [];

    /// <summary>Versions that were answered as made.</summary>
    public int Made { get; set; }

    /// <summary>Acknowledged changes with a key of their own.</summary>
    public int Unique { get; set; }

    /// <summary>Different checkpoints that were published.</summary>
    public int Checkpoints { get; set; }

    /// <summary>The exit code of <c>consent verify</c>; null if it did not run.</summary>
    public int? Verified { get; set; }

    /// <summary>What it printed.</summary>
    public string Verification { get; set; } = "";

    /// <summary>The kinds of faults that happened.</summary>
    public IReadOnlyCollection<ClusterFaultKind> Kinds => [.. driven.Select(fault => fault.Fault.Kind).Distinct()];

    /// <summary>How often another server became the primary.</summary>
    public int Promotions => driven.Sum(fault => fault.Promotions);

    /// <summary>Whether what has to be there is.</summary>
    public bool Passed =>
        options.Mode switch
        {
            FailoverMode.Asynchronous => Lost.Count > 0,
            FailoverMode.UnconfirmedBeats => StaleAllows.Count > 0 && IsOneWholeLog,
            _ => StaleAllows.Count == 0 && OldAnswers.Count == 0 && IsOneWholeLog,
        };

    private bool IsOneWholeLog =>
        (Failures, Lost, NotOnce, OutOfOrder) is ({ Count: 0 }, { Count: 0 }, { Count: 0 }, { Count: 0 })
        && (Verified, Checkpoints, Unique) is (0, > 0, > 0);

    /// <summary>Takes in what one fault did.</summary>
    /// <param name="fault">The fault.</param>
    /// <param name="server">The server that it happened to.</param>
    /// <param name="changes">For each node the longest time in which no change was acknowledged.</param>
    /// <param name="checks">For each node the longest time in which no check was answered.</param>
    /// <param name="promotions">How many promotions there were.</param>
    /// <returns>A line about it.</returns>
    public string Add(
        ClusterFault fault,
        string server,
        IReadOnlyList<TimeSpan> changes,
        IReadOnlyList<TimeSpan> checks,
        int promotions
    )
    {
        driven.Add(new(fault, changes.Max() / ttl, checks.Max() / ttl, promotions));
        if (fault.HasToMove && promotions == 0)
            Failures.Add($"No other server became the primary after {fault.Kind}.");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{TimeProvider.System.GetUtcNow():HH:mm:ss} {driven.Count}: db{server}, {fault.Kind} for {fault.Lasts:0.0} TTL, {promotions} promotions; by node, without "
                + $"changes for {Times(changes)} TTL, without checks for {Times(checks)} TTL"
        );
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        Line(
            $"{driven.Count} faults, {Promotions} promotions, TTL {ttl.TotalSeconds:0} s, seed {options.Seed}, {FailoverOptions.Word(options.Mode)}"
        );
        Line(
            $"{tally.Answered} checks answered, {tally.Unanswered} more without a decision; {tally.Acknowledged} changes acknowledged and {Unique} more of a kind that is counted, {tally.Unknown} of unknown outcome"
        );
        Line($"| fault | times | promotions | no changes, TTL: median, most | no checks, TTL: median, most |");
        Line($"|---|---:|---:|---:|---:|");
        foreach (var kind in driven.GroupBy(fault => fault.Fault.Kind))
            Line(
                $"| {kind.Key} | {kind.Count()} | {kind.Sum(fault => fault.Promotions)} | {Spread(kind.Select(fault => fault.Changes))} | {Spread(kind.Select(fault => fault.Checks))} |"
            );
        List("stopped or not as it has to be", Failures);
        List(
            "stale allows",
            [
                .. StaleAllows.Select(stale =>
                    $"{stale.Key} at node {stale.Check.Node + 1}, after {stale.Restriction?.What}"
                ),
            ]
        );
        List(
            "answers older than what was acknowledged or asked for",
            [.. OldAnswers.Select(old => $"{old.Key} at node {old.Check.Node + 1}")]
        );
        List($"acknowledged versions that are lost, of {Made}", Lost);
        List($"acknowledged changes that are not in the log once, of {Unique}", NotOnce);
        List("streams out of order", OutOfOrder);
        if (Verified is { } code)
            Line($"consent verify against {Checkpoints} checkpoints that were published: exit code {code}");
        if (Verified is > 0)
            Line($"{Verification}");
        Line($"{(Passed ? "passed" : "FAILED")}: {Wanted}");
        return text.ToString();

        void List(string what, IReadOnlyList<string> findings)
        {
            Line($"{what}: {findings.Count}");
            foreach (var finding in findings.Take(Shown))
                Line($"  {finding}");
        }

        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
    }

    private string Wanted =>
        options.Mode switch
        {
            FailoverMode.Asynchronous => "without a synchronous standby, acknowledged changes have to be lost",
            FailoverMode.UnconfirmedBeats => "without confirmed beats there have to be stale allows, and one whole log",
            _ => "nothing may be stale or lost, and there has to be one log",
        };

    private string Times(IEnumerable<TimeSpan> times) =>
        string.Join(", ", times.Select(time => string.Create(CultureInfo.InvariantCulture, $"{time / ttl:0.0}")));

    private static string Spread(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return string.Create(CultureInfo.InvariantCulture, $"{sorted[sorted.Count / 2]:0.0}, {sorted[^1]:0.0}");
    }

    /// <summary>What a fault did; times are multiples of the TTL, of the node that had the longest.</summary>
    private readonly record struct Driven(ClusterFault Fault, double Changes, double Checks, int Promotions);
}
