using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace ConsentRegistry.Soak.Staleness;

/// <summary>What a run came to.</summary>
internal sealed class Summary
{
    /// <summary>How long after an acknowledgement a check counts as near it.</summary>
    private static readonly long Near = Stopwatch.Frequency;

    /// <summary>
    /// Of so many checks at least one is an allow near a widening, and one a denial near a restriction; else the run
    /// says little.
    /// </summary>
    private const int NearShare = 100;

    /// <summary>Findings that are printed in full.</summary>
    private const int Shown = 5;

    private readonly StalenessOptions options;
    private readonly Tally tally;
    private readonly long started;
    private readonly TimeSpan lasted;

    public Summary(StalenessOptions options, Recording recording, Tally tally, long started)
    {
        (this.options, this.tally, this.started, lasted) = (options, tally, started, Stopwatch.GetElapsedTime(started));
        var stale = Staleness.StaleAllows.Find(recording).ToLookup(allow => allow.Check.Way == Way.Cached);
        (StaleAllows, CachedStaleAllows) = ([.. stale[false]], [.. stale[true]]);
        OldAnswers = [.. Staleness.OldAnswers.Find(recording)];
        foreach (var key in recording.Keys)
            Count(key);
    }

    public IReadOnlyList<StaleAllow> StaleAllows { get; }

    /// <summary>Allows that the client's cache answered after a restriction was acknowledged.</summary>
    public IReadOnlyList<StaleAllow> CachedStaleAllows { get; }

    public IReadOnlyList<OldAnswer> OldAnswers { get; }

    public int Allows { get; private set; }

    public int Denials { get; private set; }

    /// <summary>Allows soon after an acknowledged widening.</summary>
    public int NearAllows { get; private set; }

    /// <summary>Denials soon after an acknowledged restriction.</summary>
    public int NearDenials { get; private set; }

    public IReadOnlyDictionary<FaultKind, int> Faults => tally.Faults;

    public IReadOnlyDictionary<Way, int> Ways => tally.Ways;

    public IReadOnlyDictionary<Replay, int> Replays => tally.Replays;

    /// <summary>Whether enough happened for the findings to mean something.</summary>
    public bool IsTelling =>
        Math.Min(NearAllows, NearDenials) >= Math.Max(1, (Allows + Denials) / NearShare) && tally.HasSeenAll(options);

    /// <summary>
    /// What no run may find. The fence is no part of what a check asks for itself: strong checks, and versions that
    /// were asked for, hold without it.
    /// </summary>
    public int Violations =>
        options.HasFence
            ? StaleAllows.Count
                + OldAnswers.Count
                + CachedStaleAllows.Count(stale => Lateness(stale) > CachedChecker.MaxStaleness)
            : StaleAllows.Count(stale => stale.Check.Asked == Asked.Strong)
                + OldAnswers.Count(old => old.Check.Asked == Asked.Strong || old.Check.Version < old.Check.MinVersion);

    /// <summary>Whether the run is as it has to be: nothing is stale, or, without the fence, something is.</summary>
    public bool Passed => IsTelling && Violations == 0 && (options.HasFence || StaleAllows.Count > 0);

    /// <summary>How long after the restriction it was asked for; without end where nothing had ever been allowed.</summary>
    private static TimeSpan Lateness(StaleAllow stale) =>
        stale.Restriction?.End is { } end ? Stopwatch.GetElapsedTime(end, stale.Check.Start) : TimeSpan.MaxValue;

    public override string ToString()
    {
        var text = new StringBuilder();
        Line(
            $"{Allows + Denials} checks answered in {lasted.TotalSeconds:0} s ({(Allows + Denials) / lasted.TotalMinutes:0} a minute) by {options.Nodes} nodes, fence {(options.HasFence ? "on" : "off")}, Δ {options.Delta.TotalMilliseconds:0} ms, seed {options.Seed}:"
        );
        Line(
            $"  {Allows} allows ({NearAllows} within a second of a widening), {Denials} denials ({NearDenials} within a second of a restriction); {tally.Unanswered} more without a decision"
        );
        Line($"  by kind of request: {List(tally.Ways)}");
        Line(
            $"{tally.Acknowledged} changes acknowledged, {tally.WithExpiry} of them allows that expire, {tally.Unknown} of unknown outcome; restrictions: {List(tally.Restrictions)}"
        );
        Line($"replays: {List(tally.Replays)}");
        Line($"faults: {List(tally.Faults)}");
        Line(
            $"stale allows: {StaleAllows.Count}{(StaleAllows.Count > 0 ? $" ({List(StaleAllows.CountBy(stale => stale.Check.Way).ToDictionary())})" : "")}"
        );
        foreach (var stale in StaleAllows.DistinctBy(stale => stale.Restriction).Take(Shown))
            Show(stale);
        Line(
            $"the client's cache answered {tally.CacheHits:0.00} of its checks by itself; allows after a restriction: {CachedStaleAllows.Count}, the latest {(CachedStaleAllows.Count == 0 ? 0 : CachedStaleAllows.Max(Lateness).TotalMilliseconds):0} ms after it, of {CachedChecker.MaxStaleness.TotalMilliseconds:0} ms that it may"
        );
        Line($"answers older than what was acknowledged or asked for: {OldAnswers.Count}");
        foreach (var old in OldAnswers.DistinctBy(old => (old.Key, old.Version)).Take(Shown))
            Line($"  {Describe(old.Key, old.Check)} knew version {old.Check.Version}, and had to know {old.Version}");
        if (!IsTelling)
            Line(
                $"Too little happened near changes, or some kind of request, replay or fault did not, for this to mean anything."
            );
        Line(
            $"{(Passed ? "passed" : "FAILED")}{(options.HasFence ? "" : $": without the fence there have to be stale allows, though none to strong checks (violations: {Violations})")}"
        );
        return text.ToString();

        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

        void Show(StaleAllow stale)
        {
            Line(
                $"  {Describe(stale.Key, stale.Check)} was allowed, {(stale.Check.Start - (stale.Restriction?.End ?? stale.Check.Start)) * 1000.0 / Stopwatch.Frequency:0.0} ms after the restriction was acknowledged"
            );
            foreach (var change in new[] { stale.LastWidening, stale.Restriction }.OfType<Change>())
                Line(
                    $"    {change.Direction} at node {change.Node} from {At(change.Start)} to {(change.End is { } end ? At(end) : "?")}: {change.What}"
                );
        }
    }

    private string Describe(Key key, Check check) =>
        $"{check.Asked} check ({check.Way}) of {key.Creator}/{key.Video} at node {check.Node} from {At(check.Start)} to {At(check.End)}";

    private string At(long time) =>
        string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(started, time).TotalSeconds:0.0000} s");

    private static string List<T>(IReadOnlyDictionary<T, int> counts)
        where T : notnull =>
        string.Join(
            ", ",
            counts
                .OrderBy(count => count.Key.ToString(), StringComparer.Ordinal)
                .Select(count => $"{count.Key} {count.Value}")
        );

    private void Count(KeyRecording key)
    {
        var acknowledged = key.Changes.Where(change => change.End is not null).OrderBy(change => change.End).ToList();
        foreach (var check in key.Checks)
        {
            if (check.Answer == CheckAnswer.None)
                continue;
            var isAllow = check.Answer == CheckAnswer.Allowed;
            var before = acknowledged.FindLast(change => change.End < check.Start);
            var isNear =
                before is not null
                && check.Start - before.End < Near
                && before.Direction == (isAllow ? Direction.Widens : Direction.Restricts);
            Allows += isAllow ? 1 : 0;
            Denials += isAllow ? 0 : 1;
            NearAllows += isAllow && isNear ? 1 : 0;
            NearDenials += !isAllow && isNear ? 1 : 0;
        }
    }
}
