using ConsentRegistry.Client;

// An application with the client, to be compiled ahead of time. It answers what the registry says about one remix.
var builder = WebApplication.CreateSlimBuilder(args);
builder.Services.AddConsentRegistry(options =>
{
    options.Address = new(args[0]);
    options.AccessToken = _ => ValueTask.FromResult("token");
});
builder.Services.AddHealthChecks().AddConsentRegistryHealthCheck();
builder.WebHost.UseUrls("http://127.0.0.1:0");
builder.Logging.ClearProviders();

await using var app = builder.Build();
app.MapHealthChecks("/health");
app.MapPost(
        "/remix/{owner}/{video}",
        (string owner, string video, HttpContext http) => string.Join(',', http.GetConsent().Obligations)
    )
    .RequireConsent("remix", request => new VideoName(request.GetArgument<string>(0), request.GetArgument<string>(1)));
await app.StartAsync();

using var caller = new HttpClient { BaseAddress = new(app.Urls.Single()) };
using var remixed = await caller.PostAsync(new Uri("/remix/ana/first", UriKind.Relative), content: null);
Console.WriteLine($"{(int)remixed.StatusCode} {await remixed.Content.ReadAsStringAsync()}");
Console.WriteLine(await caller.GetStringAsync(new Uri("/health", UriKind.Relative)));
