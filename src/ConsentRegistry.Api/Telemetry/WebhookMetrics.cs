using System.Diagnostics.Metrics;

namespace ConsentRegistry.Api.Telemetry;

/// <summary>Measures attempts to deliver notifications to webhooks.</summary>
internal sealed class WebhookMetrics
{
    private readonly Histogram<double> deliveries;
    private readonly ZeroedCounter unreadable;

    public WebhookMetrics(IMeterFactory meters)
    {
        var meter = meters.Registry();
        deliveries = meter.CreateDuration(
            "consent.webhook.delivery.duration",
            "How long attempts to deliver took, by how they ended."
        );
        unreadable = new(
            meter,
            "consent.webhook.secrets.unreadable",
            "{attempt}",
            "Attempts that were not made, for the key ring does not open the webhook's secret."
        );
    }

    /// <summary>Notes an attempt.</summary>
    /// <param name="outcome"><c>delivered</c>, <c>refused</c>, or the word for why nobody answered.</param>
    /// <param name="time">How long it took.</param>
    public void Tried(string outcome, TimeSpan time) =>
        deliveries.Record(time.TotalSeconds, new KeyValuePair<string, object?>("consent.delivery.outcome", outcome));

    /// <summary>Counts a secret that could not be opened.</summary>
    public void Unreadable() => unreadable.Add();
}
