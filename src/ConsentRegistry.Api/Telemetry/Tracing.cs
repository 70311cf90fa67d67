using System.Diagnostics;

namespace ConsentRegistry.Api.Telemetry;

/// <summary>
/// Spans of this service. A change's trace goes with it to the nodes and to webhooks as a <c>traceparent</c> (W3C Trace
/// Context), which stands beside what was changed and never in it.
/// </summary>
internal static class Tracing
{
    /// <summary>The source of all spans.</summary>
    public static readonly ActivitySource Source = new(RegistryMeter.Name);

    /// <summary>Whether anybody listens to spans.</summary>
    public static bool IsOn => Source.HasListeners();

    /// <summary>The <c>traceparent</c> that goes with what is written now; null where nothing is traced.</summary>
    public static string? Current =>
        Activity.Current is { Recorded: true, IdFormat: ActivityIdFormat.W3C, Id: { } id } ? id : null;

    /// <summary>Begins a step of what is traced; null where nothing is.</summary>
    public static Activity? Begin(string step) =>
        Activity.Current is { Recorded: true } ? Source.StartActivity(step, ActivityKind.Internal) : null;

    /// <summary>
    /// Begins a span that goes on with what was written before, here or by another node; null where nobody listens.
    /// </summary>
    /// <param name="name">The name of the span.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="traceparent">What the trace goes on from; null for none.</param>
    /// <param name="began">When it began; now without it.</param>
    public static Activity? GoOn(string name, ActivityKind kind, string? traceparent, DateTimeOffset began = default) =>
        ActivityContext.TryParse(traceparent, traceState: null, isRemote: true, out var parent)
            ? Source.StartActivity(name, kind, parent, tags: null, links: null, began)
            : null;
}
