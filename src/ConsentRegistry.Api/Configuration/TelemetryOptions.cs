using System.Net;

namespace ConsentRegistry.Api.Configuration;

/// <summary>What a node tells operators of itself, and where.</summary>
/// <param name="ManagementAddress">
/// Where the metrics are served to Prometheus: <c>Management:Address</c>. Nowhere without it.
/// </param>
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

    /// <summary>Reads the service's own setting, and the variables that OpenTelemetry defines.</summary>
    /// <exception cref="StartupException">The address cannot be used.</exception>
    public static TelemetryOptions From(ManagementSettings settings, IConfiguration configuration) =>
        new(
            AddressOf(settings.Address),
            Sends(configuration, "METRICS"),
            Sends(configuration, "TRACES"),
            SendsLogsBy(configuration)
        );

    /// <summary>Whether the log is sent by OTLP: the logger is made before the settings are read.</summary>
    public static bool SendsLogsBy(IConfiguration configuration) => Sends(configuration, "LOGS");

    // By the specification of OpenTelemetry, `none` sends nothing of a signal.
    private static bool Sends(IConfiguration configuration, string signal)
    {
        var isOff = string.Equals(configuration["OTEL_SDK_DISABLED"], "true", StringComparison.OrdinalIgnoreCase);
        var isNone = string.Equals(
            configuration[$"OTEL_{signal}_EXPORTER"],
            "none",
            StringComparison.OrdinalIgnoreCase
        );
        var isNamed =
            IsGiven(configuration, "OTEL_EXPORTER_OTLP_ENDPOINT")
            || IsGiven(configuration, $"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT");
        return !isOff && !isNone && isNamed;
    }

    private static bool IsGiven(IConfiguration configuration, string key) =>
        !string.IsNullOrWhiteSpace(configuration[key]);

    // A name would listen on every address of the machine.
    private static Uri? AddressOf(string? text) =>
        string.IsNullOrWhiteSpace(text) ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var address)
        && address.Scheme == Uri.UriSchemeHttp
        && address.PathAndQuery == "/"
        && (address.Host == "localhost" || IPAddress.TryParse(address.Host.Trim('[', ']'), out _))
            ? address
        : throw new StartupException(
            $"{Key} is an http address with an IP address or localhost, a port and no path, for example "
                + "http://127.0.0.1:9464."
        );
}
