using ConsentRegistry.Api.Configuration;
using Microsoft.Extensions.Configuration;

namespace ConsentRegistry.Api.Tests.Telemetry;

/// <summary>Who is told what, by the variables of OpenTelemetry and by the service's own.</summary>
public sealed class TelemetryOptionsTests
{
    [Fact]
    public void Without_a_word_nothing_is_told_to_anybody() => Assert.Equal(TelemetryOptions.None, Read());

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318", true, true, true)]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://c:4318", false, true, false)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318 OTEL_TRACES_EXPORTER=none", true, false, true)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4318 OTEL_SDK_DISABLED=true", false, false, false)]
    public void Each_signal_is_sent_where_the_variables_say_so(string settings, bool metrics, bool traces, bool logs)
    {
        var options = Read(settings.Split(' '));
        Assert.Equal((metrics, traces, logs), (options.SendsMetrics, options.SendsTraces, options.SendsLogs));
    }

    [Theory]
    [InlineData("http://0.0.0.0:9464")]
    [InlineData("http://127.0.0.1:9464/")]
    [InlineData("http://[::1]:9464")]
    [InlineData("http://localhost:9464")]
    public void The_management_address_is_an_address_and_a_port(string address)
    {
        Assert.True(Read($"Management:Address={address}").HasMetrics);
        Assert.NotNull(Read($"Management:Address={address}").ManagementAddress);
    }

    [Theory]
    [InlineData("127.0.0.1:9464")]
    [InlineData("https://127.0.0.1:9464")]
    [InlineData("http://metrics.example:9464")]
    [InlineData("http://127.0.0.1:9464/metrics")]
    public void Another_address_is_refused_by_its_key(string address) =>
        Assert.Contains(
            "Management:Address",
            Assert.Throws<StartupException>(() => Read($"Management:Address={address}")).Message,
            StringComparison.Ordinal
        );

    private static TelemetryOptions Read(params string[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                settings.Select(one => one.Split('=', 2)).Select(one => KeyValuePair.Create(one[0], (string?)one[1]))
            )
            .Build();
        return TelemetryOptions.From(RegistrySettings.Read(configuration).Management, configuration);
    }
}
