using ConsentRegistry.Client;
using RemixStudio;

var builder = WebApplication.CreateBuilder(args);
var options = StudioOptions.Read(builder.Configuration);
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = StudioOptions.MaxRequestBytes);

// Addresses of this studio have ids of creators, which belong in no log.
builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);

builder.Services.AddConsentRegistry(registry =>
{
    registry.Address = options.Registry;
    registry.AccessToken = _ => ValueTask.FromResult(options.Token);
    registry.Timeout = options.Timeout;
});
builder.Services.AddConsentDecisionCache();
builder.Services.AddHealthChecks().AddConsentRegistryHealthCheck();

builder.Services.AddSingleton(options);
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddSingleton(_ => Library.Open(options.Data));
builder.Services.AddSingleton(_ => new RemixMaker(options.Data));
builder.Services.AddSingleton<UseRecorder>();
builder.Services.AddHostedService(services => services.GetRequiredService<UseRecorder>());
builder.Services.AddSingleton<WebhookSecret>();
builder.Services.AddSingleton<RegistryNews>();
builder.Services.AddHostedService(services => services.GetRequiredService<RegistryNews>());

var app = builder.Build();
app.Use(Pages.ProtectAsync);
app.Use(Refusals.ShowInWordsAsync);

app.MapHealthChecks("/health");
app.MapPost("/webhooks/consent", Webhooks.ReceiveAsync);

// Nobody signs in here, so that there is no session which another site could use. A platform with accounts needs the
// protection against forged forms that is switched off here.
var studio = app.MapGroup("/").DisableAntiforgery().AddEndpointFilter(Refusals.OfTheRegistryAsync);
studio.MapGet("/", Pages.Home);
studio.MapGet("/videos/{owner}/{video}", Pages.Video);
studio.MapGet("/remixes/{id}", Remixes.Show);
studio.MapPost("/videos", Uploads.UploadAsync);
studio.MapPost("/videos/{owner}/{video}/requests", Approvals.RequestAsync);
studio
    .MapPost("/videos/{owner}/{video}/remixes", Remixes.MakeAsync)
    .RequireConsent(
        Remixes.Purpose,
        video: request => new VideoName(request.GetArgument<string>(0), request.GetArgument<string>(1)),
        canMeet: RemixMaker.CanMeet
    );

app.Run();
