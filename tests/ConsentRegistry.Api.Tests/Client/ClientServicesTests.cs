using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using ConsentRegistry.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace ConsentRegistry.Api.Tests.Client;

/// <summary>The client as an application's services have it.</summary>
public sealed class ClientServicesTests
{
    private static readonly Check Question = new("ana", "first", "remix");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("https://consent.example", 10, true)]
    [InlineData("https://consent.example/a/path", 86_400_000, true)]
    [InlineData("http://127.0.0.1:5080", 10_000, true)]
    [InlineData("http://localhost:5080", 10_000, true)]
    [InlineData("http://[::1]:5080", 10_000, true)]
    [InlineData("http://consent.example", 10_000, false)]
    [InlineData("ftp://127.0.0.1", 10_000, false)]
    [InlineData("/v1", 10_000, false)]
    [InlineData(null, 10_000, false)]
    [InlineData("https://consent.example/?a=b", 10_000, false)]
    [InlineData("https://me@consent.example/", 10_000, false)]
    [InlineData("https://consent.example", 9, false)]
    [InlineData("https://consent.example", 86_400_001, false)]
    [InlineData("https://consent.example", -1, false)]
    [InlineData("https://consent.example", 10_000, false, false)]
    public async Task Options_are_checked_when_the_host_starts(
        string? address,
        int milliseconds,
        bool accepted,
        bool hasToken = true
    )
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddConsentRegistry(options =>
        {
            options.Address = address is null ? null : new(address, UriKind.RelativeOrAbsolute);
            options.AccessToken = hasToken ? _ => ValueTask.FromResult("t") : null;
            options.Timeout = TimeSpan.FromMilliseconds(milliseconds);
        });
        using var host = builder.Build();

        if (!accepted)
        {
            await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Cancellation));
            return;
        }
        await host.StartAsync(Cancellation);
        Assert.Same(
            host.Services.GetRequiredService<ConsentRegistryClient>().Checks,
            host.Services.GetRequiredService<IConsentChecker>()
        );
        await host.StopAsync(Cancellation);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Retries_of_the_host_do_not_reach_the_client(bool first)
    {
        await using var registry = await StubRegistry.StartAsync(StubRegistry.Body("{}", status: 500));
        await using var provider = Services(
            registry.Address,
            services => services.ConfigureHttpClientDefaults(http => http.AddStandardResilienceHandler()),
            first
        );
        var client = provider.GetRequiredService<ConsentRegistryClient>();

        await Assert.ThrowsAsync<ConsentRegistryException>(() =>
            client.Webhooks.PingAsync(Guid.NewGuid(), Cancellation)
        );
        Assert.Single(registry.Bodies);

        await Assert.ThrowsAsync<ConsentRegistryException>(() => client.Checks.CheckAsync(Question, Cancellation));
        Assert.Equal(5, registry.Bodies.Count);
    }

    [Fact]
    public async Task Added_twice_it_is_configured_twice_and_made_once()
    {
        await using var registry = await StubRegistry.StartAsync(StubRegistry.Body("{}", status: 500));
        await using var provider = Services(
            registry.Address,
            services => services.AddConsentRegistry(options => options.Timeout = TimeSpan.FromMinutes(2))
        );

        await Assert.ThrowsAsync<ConsentRegistryException>(() =>
            provider.GetRequiredService<IConsentChecker>().CheckAsync(Question, Cancellation)
        );

        Assert.Equal(4, registry.Bodies.Count);
        Assert.Equal(
            TimeSpan.FromMinutes(2),
            provider.GetRequiredService<IOptions<ConsentRegistryOptions>>().Value.Timeout
        );
        Assert.Single(provider.GetServices<ConsentRegistryClient>());
    }

    [Fact]
    public async Task Traces_and_metrics_tell_how_checks_went_and_name_nobody()
    {
        const string deny = """{"allowed":false,"effect":"deny","reason":"ofTomorrow"}""";
        var answers = new ConcurrentQueue<string>([
            StubRegistry.Allow,
            $$"""{"results":[{{StubRegistry.Allow}},{{deny}}],"freshAt":null,"maxAgeMs":0}""",
            "<html>",
        ]);
        await using var registry = await StubRegistry.StartAsync(http =>
            StubRegistry.Body(answers.TryDequeue(out var answer) ? answer : "")(http)
        );
        await using var provider = Services(registry.Address);
        var checker = provider.GetRequiredService<IConsentChecker>();
        using var test = new Activity("test").Start();
        var (spans, measures) = (new ConcurrentQueue<Activity>(), new ConcurrentQueue<string>());
        using var tracing = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "ConsentRegistry.Client",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == test.TraceId)
                    spans.Enqueue(activity);
            },
        };
        ActivitySource.AddActivityListener(tracing);
        using var metering = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "ConsentRegistry.Client")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        metering.SetMeasurementEventCallback<long>(
            (instrument, value, tags, _) => Measure(instrument, $"{value}", tags)
        );
        metering.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Measure(instrument, "s", tags));
        metering.Start();

        await checker.CheckAsync(Question, Cancellation);
        await checker.CheckBatchAsync([Question, Question], cancellation: Cancellation);
        var unreadable = await Assert.ThrowsAsync<ConsentRegistryException>(() =>
            checker.CheckAsync(Question, Cancellation)
        );

        Assert.Equal(HttpStatusCode.OK, unreadable.Status);
        Assert.Equal(
            [
                "consent.client.check.duration s way=single",
                "consent.client.checks 1 way=single outcome=allow reason=creatorDefault",
                "consent.client.check.duration s way=batch",
                "consent.client.checks 1 way=batch outcome=allow reason=creatorDefault",
                "consent.client.checks 1 way=batch outcome=deny reason=other",
                "consent.client.check.duration s way=single error.type=unreadable",
                "consent.client.checks 1 way=single outcome=unanswered reason=none",
            ],
            measures
        );
        Assert.Equal(
            [
                "check single: way=single count=1 outcome=allow reason=creatorDefault",
                "check batch: way=batch count=2",
                "check single: way=single count=1 error.type=unreadable",
            ],
            spans.Select(span => $"{span.OperationName}: {Text(span.TagObjects)}")
        );
        Assert.Equal(
            [ActivityStatusCode.Unset, ActivityStatusCode.Unset, ActivityStatusCode.Error],
            spans.Select(span => span.Status)
        );

        // Others check at the same time.
        void Measure(Instrument instrument, string value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (Activity.Current?.TraceId == test.TraceId)
                measures.Enqueue($"{instrument.Name} {value} {Text(tags.ToArray())}");
        }

        static string Text(IEnumerable<KeyValuePair<string, object?>> tags) =>
            string.Join(
                ' ',
                tags.Select(tag => $"{tag.Key.Replace("consent.check.", "", StringComparison.Ordinal)}={tag.Value}")
            );
    }

    private static ServiceProvider Services(
        Uri registry,
        Action<IServiceCollection>? more = null,
        bool moreFirst = false
    )
    {
        var services = new ServiceCollection();
        if (moreFirst)
            more?.Invoke(services);
        services.AddConsentRegistry(options =>
        {
            options.Address = registry;
            options.AccessToken = _ => ValueTask.FromResult("t");
            options.Timeout = TimeSpan.FromMinutes(1);
        });
        if (!moreFirst)
            more?.Invoke(services);
        return services.BuildServiceProvider();
    }
}
