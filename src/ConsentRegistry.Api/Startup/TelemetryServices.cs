using System.Reflection;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Monitoring;
using ConsentRegistry.Api.Telemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Serilog;
using Serilog.Configuration;

namespace ConsentRegistry.Api.Startup;

/// <summary>
/// Tells operators what a node does: metrics and traces by OpenTelemetry. The variables <c>OTEL_…</c> say where to and
/// how.
/// </summary>
internal static class TelemetryServices
{
    /// <summary>The name of the service unless <c>OTEL_SERVICE_NAME</c> says another.</summary>
    public const string ServiceName = "consent-registry";

    /// <summary>Meters of others that are told of besides this service's own.</summary>
    private static readonly string[] OtherMeters =
    [
        "Microsoft.AspNetCore.Hosting",
        "Microsoft.AspNetCore.Server.Kestrel",
        "Microsoft.AspNetCore.Routing",
        "Microsoft.AspNetCore.Diagnostics",
        "Npgsql",
        "System.Runtime",
    ];

    /// <summary>
    /// Counted for each request at its beginning and its end, so that a check from memory would pay for it, too.
    /// The server's connections say as much.
    /// </summary>
    private const string ActiveRequests = "http.server.active_requests";

    private static readonly string InstanceId = Guid.NewGuid().ToString();

    private static readonly string Version =
        typeof(TelemetryServices)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion
        ?? "unknown";

    /// <summary>Adds the instruments, and where there is somebody to tell, who tells them.</summary>
    public static void AddTelemetry(this IServiceCollection services, TelemetryOptions options)
    {
        services.AddSingleton<CheckMetrics>();
        services.AddSingleton<ChangeMetrics>();
        services.AddSingleton<ReplicaMetrics>();
        services.AddSingleton<IntegrityMetrics>();
        services.AddSingleton<AuditMetrics>();
        services.AddSingleton<WebhookMetrics>();
        services.AddSingleton<WitnessMetrics>();
        services.AddSingleton<NodeGauges>();
        services.AddSingleton<BacklogWatch>();
        if (!options.HasMetrics && !options.SendsTraces)
            return;
        var telemetry = services.AddOpenTelemetry().ConfigureResource(Describe);
        if (options.HasMetrics)
        {
            services.AddHostedService(provider => provider.GetRequiredService<BacklogWatch>());
            telemetry.WithMetrics(metrics => AddMetrics(metrics, options));
        }
        if (options.ManagementAddress is { } address)
            services.AddHostedService(provider => new ManagementServer(
                address,
                provider.GetRequiredService<MeterProvider>()
            ));
        if (options.SendsTraces)
            telemetry.WithTracing(traces => traces.AddSource(RegistryMeter.Name, "Npgsql").AddOtlpExporter());
    }

    private static void AddMetrics(MeterProviderBuilder metrics, TelemetryOptions options)
    {
        metrics
            .AddMeter(RegistryMeter.Name)
            .AddMeter(OtherMeters)
            .AddProcessInstrumentation()
            .AddView(instrument => instrument.Name == ActiveRequests ? MetricStreamConfiguration.Drop : null);
        if (options.SendsMetrics)
            metrics.AddOtlpExporter();
        if (options.ManagementAddress is not null)
            metrics.AddPrometheusExporter();
    }

    /// <summary>Sends a log by OTLP, as the variables for all signals or those for logs say.</summary>
    public static LoggerConfiguration Collector(this LoggerSinkConfiguration to, IConfiguration configuration) =>
        to.OpenTelemetry(
            sink =>
            {
                sink.ResourceAttributes["service.name"] = ServiceName;
                sink.ResourceAttributes["service.instance.id"] = InstanceId;
                sink.ResourceAttributes["service.version"] = Version;
                // By the specification it is the whole address, where that for all signals is completed with a path.
                if (configuration["OTEL_EXPORTER_OTLP_LOGS_ENDPOINT"] is { Length: > 0 } endpoint)
                    sink.LogsEndpoint = endpoint;
            },
            name =>
                configuration[name.Replace("OTEL_EXPORTER_OTLP_", "OTEL_EXPORTER_OTLP_LOGS_", StringComparison.Ordinal)]
                    is { Length: > 0 } own
                && !name.EndsWith("_ENDPOINT", StringComparison.Ordinal)
                    ? own
                    : configuration[name]!
        );

    private static void Describe(ResourceBuilder resource) =>
        resource
            .AddService(ServiceName, serviceVersion: Version, serviceInstanceId: InstanceId)
            .AddEnvironmentVariableDetector();
}
