using System.Diagnostics.Metrics;
using System.Threading.Channels;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Diagnostics;
using Serilog.Core;
using Serilog.Events;

namespace ConsentRegistry.Api.Telemetry;

/// <summary>
/// Writes decisions down after they were answered. No check waits for it: what there is no room for, or what cannot be
/// written, is lost, counted and warned of.
/// </summary>
internal sealed partial class DecisionLog : ILoggingFailureListener, IAsyncDisposable
{
    /// <summary>Decisions that wait to be written, at most: some seconds' worth, and some megabytes.</summary>
    public const int LongestQueue = 16_384;

    /// <summary>For how long a node that ends waits until what was answered is written.</summary>
    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan BetweenWarnings = TimeSpan.FromMinutes(1);

    private readonly Channel<DecisionEntry> queue = Channel.CreateBounded<DecisionEntry>(
        new BoundedChannelOptions(LongestQueue) { SingleReader = true }
    );

    private readonly DecisionLogOptions options;
    private readonly DecisionPseudonyms? names;
    private readonly Logger? target;
    private readonly TimeProvider clock;
    private readonly ILogger<DecisionLog> logger;
    private readonly ZeroedCounter entries;
    private readonly ZeroedCounter missing;
    private readonly Task writing;
    private readonly Lock warning = new();
    private DateTimeOffset warnedAt;
    private long unsaid;

    /// <param name="options">What is logged, and where to.</param>
    /// <param name="names">What ids are named by; null where they are written as they are.</param>
    /// <param name="targetOf">
    /// Makes what writes the entries, and tells the given listener what it cannot write; null where nothing is logged.
    /// </param>
    /// <param name="meters">Makes the meter.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="logger">Is warned of what is lost.</param>
    public DecisionLog(
        DecisionLogOptions options,
        DecisionPseudonyms? names,
        Func<ILoggingFailureListener, Logger>? targetOf,
        IMeterFactory meters,
        TimeProvider clock,
        ILogger<DecisionLog> logger
    )
    {
        (this.options, this.names, this.clock, this.logger) = (options, names, clock, logger);
        var meter = meters.Registry();
        entries = new(meter, "consent.decision_log.entries", "{entry}", "Decisions that were to be logged.");
        missing = new(meter, "consent.decision_log.lost", "{entry}", "Decisions among them that were not logged.");
        target = targetOf?.Invoke(this);
        writing = target is null ? Task.CompletedTask : Task.Run(() => WriteAsync(target));
    }

    /// <summary>Whether decisions are logged.</summary>
    public bool IsOn => target is not null;

    /// <summary>Whether the next decision is to be logged: chance decides, by the share that is logged.</summary>
    /// <param name="isNamed">Whether its id was asked for: then it is logged always.</param>
    public bool Takes(bool isNamed = false) =>
        IsOn && (isNamed || options.Share >= 1 || Random.Shared.NextDouble() < options.Share);

    /// <summary>Logs a decision that was answered.</summary>
    public void Write(DecisionEntry entry)
    {
        entries.Add();
        if (!queue.Writer.TryWrite(entry))
            Lose(1);
    }

    /// <summary>Logs decisions that were answered.</summary>
    public void Write(IEnumerable<DecisionEntry> answered)
    {
        foreach (var entry in answered)
            Write(entry);
    }

    void ILoggingFailureListener.OnLoggingFailed(
        object sender,
        LoggingFailureKind kind,
        string message,
        IReadOnlyCollection<LogEvent>? events,
        Exception? exception
    )
    {
        // One that is temporary is tried again.
        if (kind != LoggingFailureKind.Temporary)
            Lose(events?.Count ?? 1);
    }

    /// <summary>Writes what was answered before, unless that takes too long.</summary>
    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await writing.WaitAsync(LongestEnd, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (target is null)
            return;
        try
        {
            await target.DisposeAsync();
        }
        catch (IOException)
        {
            // What was left could not be written either.
            Lose(1);
        }
    }

    private async Task WriteAsync(Logger to)
    {
        await foreach (var entry in queue.Reader.ReadAllAsync())
            to.Write(DecisionLines.EventOf(entry, names, clock.GetUtcNow()));
    }

    private void Lose(int count)
    {
        missing.Add(count);
        var now = clock.GetUtcNow();
        long lost;
        lock (warning)
        {
            unsaid += count;
            if (now - warnedAt < BetweenWarnings)
                return;
            (lost, unsaid, warnedAt) = (unsaid, 0, now);
        }
        LogLost(lost);
    }

    [LoggerMessage(
        LogEvents.DecisionsLost,
        LogLevel.Warning,
        "{Count} decisions are missing in the log of decisions; see whether it can be written, or log a smaller share",
        EventName = nameof(LogEvents.DecisionsLost)
    )]
    private partial void LogLost(long count);
}
