using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Diagnostics;
using ConsentRegistry.Api.Http;
using Serilog;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Compact;

namespace ConsentRegistry.Api.Startup;

/// <summary>Logs to the console: for people in Development, one JSON object a line elsewhere.</summary>
internal static class Logging
{
    /// <summary>A line of the log outside Development: compact JSON, with the message as people read it.</summary>
    public static ITextFormatter JsonLines { get; } = new RenderedCompactJsonFormatter();

    public static void AddRegistryLogging(this WebApplicationBuilder builder)
    {
        var configuration = new LoggerConfiguration()
            .MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("Microsoft.Hosting.Lifetime", LogEventLevel.Information)
            // A failed statement reaches the caller and the log through one place, which leaves its parameters out.
            .MinimumLevel.Override("Microsoft.EntityFrameworkCore", LogEventLevel.Fatal)
            .MinimumLevel.Override("Npgsql", LogEventLevel.Fatal)
            // It warns that keys are stored without encryption. The key ring is the operator's secret, as
            // docs/how-to/rotate-keys.md says.
            .MinimumLevel.Override("Microsoft.AspNetCore.DataProtection", LogEventLevel.Error)
            // Unhandled exceptions are logged where they are turned into an answer.
            .MinimumLevel.Override("Microsoft.AspNetCore.Diagnostics.ExceptionHandlerMiddleware", LogEventLevel.Fatal)
            // The server would log each request in a scope of its own, which costs a check from memory much of its
            // time, and adds the path to whatever is logged in it: that names people and videos.
            .MinimumLevel.Override("Microsoft.AspNetCore.Hosting.Diagnostics", LevelAlias.Off)
            .Filter.ByExcluding(IsStartFailure)
            .Enrich.With<EscapedValues>()
            .ReadFrom.Configuration(builder.Configuration);
        configuration = builder.Environment.IsDevelopment()
            ? configuration.WriteTo.Console(new DevelopmentFormat(), standardErrorFromLevel: LogEventLevel.Verbose)
            : configuration.WriteTo.Console(JsonLines, standardErrorFromLevel: LogEventLevel.Verbose);
        if (TelemetryOptions.SendsLogsBy(builder.Configuration))
            configuration = configuration.WriteTo.Collector(builder.Configuration);
        builder.Services.AddSerilog(configuration.CreateLogger(), dispose: true);
    }

    // Whoever started the host is told in one line why it does not start (Commands); the framework would tell it twice
    // more, with pages of places in code.
    private static bool IsStartFailure(LogEvent line) =>
        line.MessageTemplate.Text is "Unable to start Kestrel." or "Hosting failed to start";
}

/// <summary>
/// One line for each request, by Serilog: route, status and duration, who called, and the trace. The route is the
/// template, so that ids stay out of the log.
/// </summary>
internal static class RequestLog
{
    public const string Line = "{Method} {Route} {Status} {Code} {Milliseconds:0.0} ms, {Caller}, {TraceId}";

    // As of every other event that the service logs.
    private static readonly LogEventProperty EventId = new(
        "EventId",
        new StructureValue([
            new("Id", new ScalarValue(LogEvents.RequestFinished)),
            new("Name", new ScalarValue(nameof(LogEvents.RequestFinished))),
        ])
    );

    /// <summary>Logs what comes after it. The trace of the request has begun.</summary>
    public static void UseRequestLog(this WebApplication app)
    {
        app.UseSerilogRequestLogging(log =>
        {
            // The service's own: without one, it is that of the process, which several hosts of tests would share.
            log.Logger = app.Services.GetRequiredService<Serilog.ILogger>();
            log.MessageTemplate = Line;
            log.GetMessageTemplateProperties = PropertiesOf;
            // What went wrong is logged where it is turned into an answer, at a level of its own.
            log.GetLevel = (_, _, _) => LogEventLevel.Information;
        });
    }

    private static IEnumerable<LogEventProperty> PropertiesOf(
        HttpContext http,
        string path,
        double milliseconds,
        int status
    ) =>
        [
            new("Method", new ScalarValue(http.Request.Method)),
            new("Route", new ScalarValue((http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "(none)")),
            new("Status", new ScalarValue(status)),
            new("Code", new ScalarValue(http.Items[typeof(Problem)] as string ?? "-")),
            new("Milliseconds", new ScalarValue(milliseconds)),
            new("Caller", new ScalarValue(CallerOf(http))),
            new("TraceId", new ScalarValue(Problem.TraceIdOf(http))),
            EventId,
        ];

    // A client is a program and is named; a subject is a person and is not.
    private static string CallerOf(HttpContext http)
    {
        if (http.User.Identity?.IsAuthenticated != true)
            return "anonymous";
        var caller = Caller.From(http);
        return caller.Client is { } client ? $"client {client}" : "creator";
    }
}
