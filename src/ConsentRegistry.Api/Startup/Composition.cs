using ConsentRegistry.Api.Auditing;
using ConsentRegistry.Api.Authentication;
using ConsentRegistry.Api.Changes;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Evaluation;
using ConsentRegistry.Api.Features.Approvals;
using ConsentRegistry.Api.Features.AuthZen;
using ConsentRegistry.Api.Features.Checks;
using ConsentRegistry.Api.Features.Checks.Direct;
using ConsentRegistry.Api.Features.Erasure;
using ConsentRegistry.Api.Features.Health;
using ConsentRegistry.Api.Features.History;
using ConsentRegistry.Api.Features.Imports;
using ConsentRegistry.Api.Features.Log;
using ConsentRegistry.Api.Features.Notifications;
using ConsentRegistry.Api.Features.Purposes;
using ConsentRegistry.Api.Features.Recalls;
using ConsentRegistry.Api.Features.Settings;
using ConsentRegistry.Api.Features.Signals;
using ConsentRegistry.Api.Features.Stops;
using ConsentRegistry.Api.Features.Usages;
using ConsentRegistry.Api.Features.Videos;
using ConsentRegistry.Api.Features.Webhooks;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Monitoring;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Api.OpenApi;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Previews;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Api.Sequencing;
using FluentValidation;
using Microsoft.AspNetCore.Http.Features;

namespace ConsentRegistry.Api.Startup;

/// <summary>What the service is made of, and the way of a request through it.</summary>
internal static class Composition
{
    public static void AddRegistry(this WebApplicationBuilder builder, RegistryOptions options, string connectionString)
    {
        var services = builder.Services;
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Beyond it the server cuts the connection, so that a caller who is still sending never reads why: what is
            // a little too large is read to its end, and refused by the limit of the operation.
            kestrel.Limits.MaxRequestBodySize = 2L * BodyLimit.Bulk.Bytes;
            // An answer is held in memory until it is taken: whoever takes less is cut off. Long answers have limits of
            // their own.
            kestrel.Limits.MinResponseDataRate = new(bytesPerSecond: 1024, gracePeriod: TimeSpan.FromSeconds(10));
        });

        services.Configure<HostOptions>(host => host.ShutdownTimeout = options.Drain.Time + DrainOptions.Rest);
        services.AddSingleton(options.Drain);
        services.AddSingleton<Drain>();
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<Drain>());
        services.AddSingleton<Readiness>();
        services.AddTelemetry(options.Telemetry);
        services.AddDecisionLog(options);
        services.AddIdentifiers(options);
        services.AddIntegrity(options);
        services.AddSingleton(options);
        services.AddSingleton(options.Approvals);
        services.AddSingleton(options.Recalls);
        services.AddHostedService<ExpiryWatch>();
        services.AddHostedService<RecallWatch>();
        services.AddSingleton(_ => new Database(connectionString, options.RequireSynchronous));
        services.AddSingleton<CommitSignal>();
        services.AddSingleton<ConcurrencyLimits>();
        services.AddSingleton<FollowerReads>();
        services.AddSingleton<UseNotices>();
        services.AddSingleton<SnapshotReader>();
        services.AddSingleton<MemoryFacts>();
        services.AddSingleton<CheckRecorder>();
        services.AddSingleton<ChunkAnswers>();
        services.AddSingleton<PastFacts>();
        services.AddSingleton<ReceiptSigner>();
        services.AddSingleton<ReceiptReader>();
        services.AddSingleton<UseJudge>();
        services.AddSingleton<VideoSignals>();
        services.AddSingleton(provider => new ChangeLimits(
            options.ChangeRates,
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton<ChangePipeline>();
        services.AddSingleton<SettingsWriter>();
        services.AddSingleton<StopWriter>();
        services.AddSingleton<PreviewLimiter>();
        services.AddSingleton<Preview>();
        services.AddHostedService<RetentionCleaner>();
        services.AddSingleton(options.Audit);
        services.AddSingleton(options.Log);
        services.AddSingleton<BackgroundAudit>();
        services.AddHostedService(provider => provider.GetRequiredService<BackgroundAudit>());
        services.AddLog(options);
        services.AddReplica(options.Replica);
        services.AddKeyRing(options);
        services.AddNotifications(options.Notifications);
        services.AddValidatorsFromAssemblyContaining<CheckValidator>(
            ServiceLifetime.Singleton,
            includeInternalTypes: true
        );
        services.AddSingleton<IStartupFilter, RequireValidators>();

        services.ConfigureHttpJsonOptions(json => Json.Configure(json.SerializerOptions));
        services.AddExceptionHandler<ProblemExceptionHandler>();
        services.AddRegistryAuthentication(options, builder.Environment);
        services.AddRegistryOpenApi();
        services.AddCors();
        StartsOnceListening.Apply(services);
    }

    public static void UseRegistry(this WebApplication app)
    {
        app.Use(app.Services.GetRequiredService<Drain>().CloseAsync);
        // A bug of the short way is answered like any other.
        app.UseExceptionHandler(_ => { });
        // Before all else: what nearly every request is costs nothing that it does not need.
        app.UseMiddleware<DirectChecks>();
        app.UseResponseHeaders();
        app.Use(RequestId.EchoAsync);
        app.Use(RequestTrace.FollowAsync);
        app.UseRequestLog();
        // Within the log of requests, which is told the status that they were answered with, and nothing of what was
        // thrown.
        app.UseExceptionHandler(_ => { });
        app.UseMiddleware<BrokenResponses>();
        app.UseStatusCodePages(context => StatusCodeProblems.ExplainAsync(context.HttpContext));
        app.UseMiddleware<HeadRequests>();
        app.UseRegistryOpenApi();
        app.Use(ForgetTypeOfNothing);
        app.UseRouting();
        app.UseCors();
        app.UseAuthentication();
        app.UseAuthorization();
        app.Use(RefuseBeyondLimits);
        app.UseMiddleware<RequestShape>();

        // In the order in which a reader of the OpenAPI document needs them.
        ChecksApi.Map(app);
        AuthZenApi.Map(app);
        ApprovalsApi.Map(app);
        UsagesApi.Map(app);
        RecallsApi.Map(app);
        SettingsApi.Map(app);
        StopsApi.Map(app);
        VideosApi.Map(app);
        SignalsApi.Map(app);
        ImportsApi.Map(app);
        PurposesApi.Map(app);
        HistoryApi.Map(app);
        NotificationsApi.Map(app);
        WebhooksApi.Map(app);
        ErasureApi.Map(app);
        LogApi.Map(app);
        HealthApi.Map(app);
    }

    private static Task RefuseBeyondLimits(HttpContext http, RequestDelegate next) =>
        http.RequestServices.GetRequiredService<ChangeLimits>().RefuseUnread(http)?.ExecuteAsync(http) ?? next(http);

    // Many clients name the type of a body that they do not send; routing would refuse it, and an emergency stop works
    // without a body.
    private static Task ForgetTypeOfNothing(HttpContext http, RequestDelegate next)
    {
        if (
            http.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false }
            && JsonBody.Refuse(http.Request) is not null
        )
            http.Request.Headers.ContentType = default;
        return next(http);
    }
}
