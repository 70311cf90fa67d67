using System.Diagnostics.Metrics;
using ConsentRegistry.Api.Telemetry;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace ConsentRegistry.Api.Tests.Telemetry;

/// <summary>The instruments of a host, and what is counted.</summary>
public sealed class MetricsTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private RegistryApplication App => registry.App;

    private IMeterFactory Meters => App.Services.GetRequiredService<IMeterFactory>();

    [Fact]
    public void The_document_lists_every_metric_with_its_type_unit_and_description_and_no_other()
    {
        var measured = new List<string>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => Note(instrument) };
        listener.Start();

        Assert.Equal(
            measured.Order(StringComparer.Ordinal),
            MetricsDocument
                .Read()
                .Select(one => $"{one.Name}|{one.Type}|{one.Unit}|{one.Description}")
                .Order(StringComparer.Ordinal)
        );

        void Note(Instrument instrument)
        {
            if (instrument.Meter.Name != RegistryMeter.Name || instrument.Meter.Scope != Meters)
                return;
            var type = instrument.GetType().Name;
            var kind =
                type.Contains("Gauge", StringComparison.Ordinal) ? "gauge"
                : type.Contains("Histogram", StringComparison.Ordinal) ? "histogram"
                : "counter";
            measured.Add($"{instrument.Name}|{kind}|{instrument.Unit}|{instrument.Description}");
        }
    }

    [Fact]
    public async Task A_refused_change_is_counted_by_its_code_and_the_log_says_the_code_also_when_it_is_repeated()
    {
        var creator = RegistryApplication.NewId();
        var counted = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Meter.Scope == Meters && instrument.Name is "consent.refusals" or "consent.changes")
                own.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>(
            (instrument, _, tags, _) =>
            {
                var values = new List<string>();
                foreach (var tag in tags)
                    values.Add($"{tag.Value}");
                lock (counted)
                    counted.Add($"{instrument.Name} {string.Join(' ', values)}");
            }
        );
        listener.Start();
        (
            await App.Creator(creator)
                .PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "deny" })
        ).Is(200);
        var missing = $"/v1/creators/{creator}/grants/{Guid.NewGuid()}";

        var refused = await App.Creator(creator).DeleteAsync(missing, "Idempotency-Key: once");
        var again = await App.Creator(creator).DeleteAsync(missing, "Idempotency-Key: once");

        var code = (string)refused["code"]!;
        Assert.Equal((refused.Status, code), (again.Status, (string)again["code"]!));
        lock (counted)
        {
            Assert.Equal(2, counted.Count(one => one == $"consent.refusals {code} {refused.Status}"));
            Assert.Contains("consent.changes setDefault made", counted);
        }
        await Eventually.HoldsAsync(
            "the log says the code of both",
            () =>
                Task.FromResult(
                    2
                        == App.Log.Lines.Count(line =>
                            line.Contains("grants/{grantId}", StringComparison.Ordinal)
                            && line.Contains(code, StringComparison.Ordinal)
                        )
                )
        );
    }

    [Fact]
    public void Counting_a_check_allocates_nothing_and_a_tally_counts_like_one_after_the_other()
    {
        using var services = new ServiceCollection().AddMetrics().AddSingleton<CheckMetrics>().BuildServiceProvider();
        var metrics = services.GetRequiredService<CheckMetrics>();
        var tally = new CheckTally();
        metrics.Add(CheckChannel.Single, Effect.Allow, Reason.Grant);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
            metrics.Add(CheckChannel.Single, Effect.Allow, Reason.Grant);
        for (var i = 0; i < 1_000; i++)
            tally.Add(Effect.Deny, Reason.NoConsent);
        metrics.Add(CheckChannel.Stream, tally);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        var refused = new CheckTally();
        refused.AddRefused();
        metrics.Add(CheckChannel.Batch, refused);

        var read = new Dictionary<string, long>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Meter.Scope == services.GetRequiredService<IMeterFactory>())
                own.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>(
            (_, value, tags, _) => read.Add($"{tags[0].Value} {tags[1].Value} {tags[2].Value}", value)
        );
        listener.Start();
        listener.RecordObservableInstruments();
        Assert.Equal(
            new Dictionary<string, long>(StringComparer.Ordinal)
            {
                ["single allow grant"] = 1_001,
                ["stream deny noConsent"] = 1_000,
                ["batch refused none"] = 1,
            },
            read
        );
    }
}
