using System.Diagnostics;
using System.Globalization;
using ConsentRegistry.Domain.Log;

namespace ConsentRegistry.Cli.Filter;

/// <summary>Tells how far a run is, how fast it goes and how long it will take, and sums up what was answered.</summary>
internal sealed class FilterProgress(TextWriter to, bool isTerminal)
{
    /// <summary>How often to tell it, where somebody watches.</summary>
    private static readonly TimeSpan OnTerminal = TimeSpan.FromSeconds(1);

    /// <summary>How often to tell it, where it becomes a file.</summary>
    private static readonly TimeSpan InFile = TimeSpan.FromSeconds(30);

    private readonly long started = Stopwatch.GetTimestamp();
    private readonly SortedDictionary<string, long> refusals = new(StringComparer.Ordinal);
    private long told = Stopwatch.GetTimestamp();
    private double doneBefore;
    private long rowsBefore;

    /// <summary>Rows of all parts.</summary>
    public long Rows { get; private set; }

    /// <summary>Rows that may be used.</summary>
    public long Allowed { get; private set; }

    /// <summary>Adds a part that was written in a former run.</summary>
    public void Skip(AnswerCounts counts, double done)
    {
        Sum(counts);
        (doneBefore, rowsBefore) = (done, Rows);
    }

    /// <summary>Adds a part that was written now.</summary>
    /// <param name="counts">What was answered.</param>
    /// <param name="done">How much of the input was read with it, from 0 to 1.</param>
    public void Add(AnswerCounts counts, double done)
    {
        Sum(counts);
        if (Stopwatch.GetElapsedTime(told) < (isTerminal ? OnTerminal : InFile))
            return;
        told = Stopwatch.GetTimestamp();
        var elapsed = Stopwatch.GetElapsedTime(started);
        var perSecond = (Rows - rowsBefore) / elapsed.TotalSeconds;
        var left = done > doneBefore ? elapsed * ((1 - done) / (done - doneBefore)) : TimeSpan.Zero;
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"{Rows:N0} rows, {Allowed:N0} allowed, {perSecond:N0} rows/s, about {left:hh\\:mm\\:ss} left"
        );
        if (isTerminal)
            to.Write($"\r{line}   ");
        else
            to.WriteLine(line);
    }

    /// <summary>Tells what all rows came to.</summary>
    public void Finish(TextWriter summary)
    {
        if (isTerminal)
            to.WriteLine();
        summary.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{Rows:N0} rows: {Allowed:N0} allowed, {Rows - Allowed:N0} refused."
            )
        );
        foreach (var (reason, count) in refusals)
            summary.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {reason}: {count:N0}"));
    }

    private void Sum(AnswerCounts counts)
    {
        Rows += counts.Total;
        Allowed += counts.Allowed;
        foreach (var (reason, count) in counts.Refusals)
            refusals[reason] = refusals.GetValueOrDefault(reason) + count;
    }
}
