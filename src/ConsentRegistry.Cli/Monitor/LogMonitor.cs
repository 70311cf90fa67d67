using System.Globalization;
using System.Text;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.Domain.Log.Verification;

namespace ConsentRegistry.Cli.Monitor;

/// <summary>
/// Looks at creators' histories: each event is in the log that was followed, none is missing, and what was seen before
/// is still there. Who made what is new is compared with who may act.
/// </summary>
internal sealed class LogMonitor(
    FollowedLog log,
    BundleSource bundles,
    MonitorState state,
    Actors actors,
    Alarms alarms
)
{
    /// <summary>
    /// How long the list of events is believed if it shows nothing new. It is not signed; what the registry states about
    /// the whole history is.
    /// </summary>
    private static readonly TimeSpan LongestWithoutStatement = TimeSpan.FromHours(1);

    /// <summary>Events of one look that are reported one by one.</summary>
    private const int MaxReports = 10_000;

    /// <summary>Whether an event was reported since this was made.</summary>
    public bool HasReported { get; private set; }

    /// <summary>Follows the log to its newest checkpoint.</summary>
    /// <returns>An exit code: 1 if it shows another history.</returns>
    public Task<int> FollowAsync(CancellationToken cancellation) =>
        RaiseIfChangedAsync(
            async () =>
            {
                await log.FollowAsync(cancellation);
                return ExitCode.Success;
            },
            creator: null,
            cancellation
        );

    /// <summary>Looks at a creator's history.</summary>
    /// <param name="creator">The creator.</param>
    /// <param name="looksAgain">Whether another look follows soon.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>An exit code: 1 if the history is not what it was.</returns>
    public async Task<int> LookAtAsync(string creator, bool looksAgain, CancellationToken cancellation)
    {
        var now = TimeProvider.System.GetUtcNow();
        if (
            looksAgain
            && state.Of(creator) is { } seen
            && now - seen.At < LongestWithoutStatement
            && await bundles.FindNewestAsync(creator, cancellation) == seen.Newest
        )
            return ExitCode.Success;
        try
        {
            return await RaiseIfChangedAsync(() => CompareAsync(creator, now, cancellation), creator, cancellation);
        }
        finally
        {
            bundles.Drop();
        }
    }

    private async Task<int> CompareAsync(string creator, DateTimeOffset now, CancellationToken cancellation)
    {
        var comparison = new HistoryComparison(state.Of(creator), actors, MaxReports);
        var report = await bundles.GetAsync(creator, comparison.Take, cancellation);
        if (report.Verdict == Verdict.Tampered)
            return await RaiseChangeAsync(creator, TextOf(report.Failure!), cancellation);
        if (report.Failure is { } failure)
            throw new LogSourceException($"The history of {creator} cannot be judged: {TextOf(failure)}");
        if (report.Proven.Creator != creator)
            return await RaiseChangeAsync(creator, "The registry shows another creator's history.", cancellation);
        var end = report.Proven.Bundle!;
        await log.FollowAsync(Encoding.UTF8.GetBytes(end.Checkpoint), cancellation);
        var seen = comparison.End(report.Proven.Size, end.Statement, now);
        if (comparison.FindChange(seen) is { } change)
        {
            state.Evidence.Keep(state.Of(creator)!.Statement, end.Statement, change.IsSure);
            return await RaiseChangeAsync(creator, change.What, cancellation);
        }
        if (!comparison.IsOlder(seen))
            return await ReportAsync(creator, comparison, seen, cancellation);
        await SayAsync(
            $"{creator}: version {seen.Version} in a log of {seen.TreeSize} leaves is older than what was seen before."
        );
        return ExitCode.Success;
    }

    private async Task<int> ReportAsync(
        string creator,
        HistoryComparison comparison,
        SeenHistory seen,
        CancellationToken cancellation
    )
    {
        var isTaken = true;
        foreach (var one in comparison.Unexpected)
        {
            HasReported = true;
            isTaken = await alarms.RaiseAsync(
                new(
                    AlarmTypes.UnexpectedEvent,
                    "Somebody made this change who was not named as one who may.",
                    creator,
                    one
                ),
                sends: isTaken,
                cancellation
            );
        }
        if (comparison.Left > 0)
            await SayAsync($"{creator}: {comparison.Left} more events are unexpected, and not reported one by one.");
        if (comparison.Erased > 0)
            await SayAsync($"{creator}: who made {comparison.Erased} new events is not known: the creator was erased.");
        var count = comparison.Unexpected.Count + comparison.Left;
        await SayAsync(
            $"{creator}: version {seen.Version} in a log of {seen.TreeSize} leaves; unexpected events: {count}."
        );
        // What was not told is told the next time.
        if (isTaken)
            state.Keep(creator, seen);
        return ExitCode.Success;
    }

    private async Task<int> RaiseIfChangedAsync(Func<Task<int>> look, string? creator, CancellationToken cancellation)
    {
        try
        {
            return await look();
        }
        catch (ForkException e)
        {
            await alarms.RaiseAsync(
                new(AlarmTypes.LogChanged, e.Message, creator, Evidence: state.Evidence.Path),
                sends: true,
                cancellation
            );
        }
        catch (TamperedException e)
        {
            await alarms.RaiseAsync(
                new(AlarmTypes.LogChanged, $"The log does not show what it signed: {e.Message}.", creator),
                sends: true,
                cancellation
            );
        }
        return ExitCode.Unexpected;
    }

    private async Task<int> RaiseChangeAsync(string creator, string what, CancellationToken cancellation)
    {
        await alarms.RaiseAsync(
            new(AlarmTypes.HistoryChanged, what, creator, Evidence: bundles.KeepAsEvidence()),
            sends: true,
            cancellation
        );
        return ExitCode.Unexpected;
    }

    private static string TextOf(Finding finding) =>
        finding.Seq is { } seq
            ? string.Create(CultureInfo.InvariantCulture, $"entry {seq}: {finding.What}")
            : finding.What;

    private static Task SayAsync(FormattableString line) =>
        Console.Error.WriteLineAsync(line.ToString(CultureInfo.InvariantCulture));
}
