using System.Net;

namespace ConsentRegistry.Api.Startup;

/// <summary>What a node tells operators of itself, and where.</summary>
/// <param name="ManagementAddress">Where the metrics are served to Prometheus: <c>Management:Address</c>. Nowhere without it.</param>
/// <param name="SendsMetrics">Whether metrics are sent by OTLP.</param>
/// <param name="SendsTraces">Whether traces are sent by OTLP.</param>
/// <param name="SendsLogs">Whether the log is sent by OTLP.</param>
internal sealed record TelemetryOptions(Uri? ManagementAddress, bool SendsMetrics, bool SendsTraces, bool SendsLogs)
{
    /// <summary>Nothing is told to anybody.</summary>
    public static readonly TelemetryOptions None = new(null, SendsMetrics: false, SendsTraces: false, SendsLogs: false);

    private const string Key = "Management:Address";

    /// <summary>Whether anybody is told metrics.</summary>
    public bool HasMetrics => SendsMetrics || ManagementAddress is not null;

    public static TelemetryOptions From(IConfiguration configuration)
    {
        var everything = IsGiven(configuration, "OTEL_EXPORTER_OTLP_ENDPOINT");
        var isOff = string.Equals(configuration["OTEL_SDK_DISABLED"], "true", StringComparison.OrdinalIgnoreCase);
        return new(
            AddressOf(configuration[Key]),
            Sends("METRICS"),
            Sends("TRACES"),
            Sends("LOGS"));

        // By the specification of OpenTelemetry, `none` sends nothing of a signal.
        bool Sends(string signal)
        {
            var isNone = string.Equals(configuration[$"OTEL_{signal}_EXPORTER"], "none", StringComparison.OrdinalIgnoreCase);
            var isNamed = IsGiven(configuration, $"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT");
            return !isOff && !isNone && (everything || isNamed);
        }
    }

    private static bool IsGiven(IConfiguration configuration, string key) => !string.IsNullOrWhiteSpace(configuration[key]);

    // A name would listen on every address of the machine.
    private static Uri? AddressOf(string? text) => string.IsNullOrWhiteSpace(text)
        ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttp && address.PathAndQuery == "/"
            && (address.Host == "localhost" || IPAddress.TryParse(address.Host.Trim('[', ']'), out _))
            ? address
            : throw new StartupException($"{Key} is an http address with an IP address or localhost, a port and no path, for example http://127.0.0.1:9464.");
}
