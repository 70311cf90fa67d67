using System.Diagnostics;
using ConsentRegistry.Api.Http;
using Serilog;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Formatting.Json;

namespace ConsentRegistry.Api.Startup;

/// <summary>Logs to the console: for people in Development, one JSON object a line elsewhere.</summary>
internal static class Logging
{
    public static void AddRegistryLogging(this WebApplicationBuilder builder)
    {
        var configuration = new LoggerConfiguration()
            .MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("Microsoft.Hosting.Lifetime", LogEventLevel.Information)
            // A failed statement reaches the caller and the log through one place, which leaves its parameters out.
            .MinimumLevel.Override("Microsoft.EntityFrameworkCore", LogEventLevel.Fatal)
            .MinimumLevel.Override("Npgsql", LogEventLevel.Fatal)
            // It warns that keys are stored without encryption. The key ring is the operator's secret, as docs/operations.md says.
            .MinimumLevel.Override("Microsoft.AspNetCore.DataProtection", LogEventLevel.Error)
            // Unhandled exceptions are logged where they are turned into an answer.
            .MinimumLevel.Override("Microsoft.AspNetCore.Diagnostics.ExceptionHandlerMiddleware", LogEventLevel.Fatal)
            .Filter.ByExcluding(IsStartFailure)
            .Enrich.With<EscapedValues>()
            .ReadFrom.Configuration(builder.Configuration);
        configuration = builder.Environment.IsDevelopment()
            ? configuration.WriteTo.Console(new DevelopmentFormat(), standardErrorFromLevel: LogEventLevel.Verbose)
            : configuration.WriteTo.Console(new JsonFormatter(renderMessage: false), standardErrorFromLevel: LogEventLevel.Verbose);
        if (TelemetryOptions.From(builder.Configuration).SendsLogs)
            configuration = configuration.WriteToCollector(builder.Configuration);
        builder.Logging.ClearProviders();
        builder.Logging.AddSerilog(configuration.CreateLogger(), dispose: true);
        // The server would log each request in a scope of its own, which costs a check from memory much of its time, and adds the path to whatever is
        // logged in it: that names people and videos.
        builder.Logging.AddFilter<SerilogLoggerProvider>("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
    }

    // Whoever started the host is told in one line why it does not start (Commands); the framework would tell it twice more, with pages of places in code.
    private static bool IsStartFailure(LogEvent line) => line.MessageTemplate.Text is "Unable to start Kestrel." or "Hosting failed to start";
}

/// <summary>One line for each request: trace id, caller, route, status and duration. The route is the template, so that ids stay out of the log.</summary>
internal sealed partial class RequestLog(RequestDelegate next, ILogger<RequestLog> logger)
{
    public async Task InvokeAsync(HttpContext http)
    {
        var start = Stopwatch.GetTimestamp();
        using var trace = RequestTrace.Begin(http);
        try
        {
            await next(http);
        }
        finally
        {
            var route = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "(none)";
            Log(
                http.Request.Method,
                route,
                http.Response.StatusCode,
                http.Items[typeof(Problem)] as string ?? "-",
                Stopwatch.GetElapsedTime(start).TotalMilliseconds,
                CallerOf(http),
                Problem.TraceIdOf(http));
        }
    }

    // A client is a program and is named; a subject is a person and is not.
    private static string CallerOf(HttpContext http)
    {
        if (http.User.Identity?.IsAuthenticated != true)
            return "anonymous";
        var caller = Caller.Of(http);
        return caller.Client is { } client ? $"client {client}" : "creator";
    }

    [LoggerMessage(10, LogLevel.Information, "{Method} {Route} {Status} {Code} {Milliseconds:0.0} ms, {Caller}, {TraceId}")]
    private partial void Log(string method, string route, int status, string code, double milliseconds, string caller, string traceId);
}
