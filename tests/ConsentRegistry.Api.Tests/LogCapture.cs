using System.Collections.Concurrent;
using ConsentRegistry.Api.Startup;
using Serilog;
using Serilog.Configuration;
using Serilog.Core;
using Serilog.Events;

namespace ConsentRegistry.Api.Tests;

/// <summary>
/// Keeps what one service logs, after the service's own filters: the lines as they are written outside Development.
/// </summary>
public sealed class LogCapture : ILogEventSink, IDisposable
{
    private static readonly ConcurrentDictionary<string, LogCapture> All = new(StringComparer.Ordinal);
    private readonly string id = Guid.NewGuid().ToString("N");
    private readonly ConcurrentQueue<LogEvent> events = new();

    public LogCapture() => All[id] = this;

    /// <summary>The configuration of a service that makes it log here.</summary>
    public IEnumerable<string> Configuration =>
        [
            "--Serilog:Using:0=ConsentRegistry.Api.Tests",
            "--Serilog:WriteTo:0:Name=Captured",
            $"--Serilog:WriteTo:0:Args:id={id}",
        ];

    /// <summary>Everything that was logged.</summary>
    public IReadOnlyList<LogEvent> Events => [.. events];

    /// <summary>Everything that was logged, each event as the line that an operator would see.</summary>
    public IReadOnlyList<string> Lines => [.. events.Select(Line)];

    /// <summary>What was logged as an error: a bug of the service.</summary>
    public IReadOnlyList<string> Errors => [.. events.Where(e => e.Level >= LogEventLevel.Error).Select(Line)];

    /// <summary>Whether any line has this text, such as the name of an event.</summary>
    public bool Contains(string text) => Lines.Any(line => line.Contains(text, StringComparison.Ordinal));

    public static LogCapture Find(string id) => All[id];

    /// <summary>What any service has logged as an error about the request with this trace id.</summary>
    public static IEnumerable<string> ErrorsOf(string traceId) =>
        All.Values.SelectMany(log => log.Errors).Where(line => line.Contains(traceId, StringComparison.Ordinal));

    public void Emit(LogEvent logEvent) => events.Enqueue(logEvent);

    public void Dispose() => All.TryRemove(id, out _);

    private static string Line(LogEvent logEvent)
    {
        using var writer = new StringWriter();
        Logging.JsonLines.Format(logEvent, writer);
        return writer.ToString();
    }
}

/// <summary>Makes <see cref="LogCapture"/> known to the configuration of a logger.</summary>
public static class LogCaptureConfiguration
{
    public static LoggerConfiguration Captured(this LoggerSinkConfiguration sinks, string id)
    {
        ArgumentNullException.ThrowIfNull(sinks);
        return sinks.Sink(LogCapture.Find(id));
    }
}
