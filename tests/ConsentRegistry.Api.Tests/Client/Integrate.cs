using ConsentRegistry.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ConsentRegistry.Api.Tests.Client;

/// <summary>A platform's whole integration, as README.md has it: a test compares the lines.</summary>
internal static class Integrate
{
    public static WebApplication Build(WebApplicationBuilder builder, Tokens tokens)
    {
        // README.md:
        builder.Services.AddConsentRegistry(options =>
        {
            options.Address = new("https://consent.example");
            options.AccessToken = tokens.GetAsync;
        });

        var app = builder.Build();
        app.MapPost("/remix", (Remix remix, HttpContext http) => Make(remix, http.GetConsent().Obligations))
            .RequireConsent("remix", video: request => request.GetArgument<Remix>(0).Video, ["attribution"]);
        // :README.md
        return app;
    }

    private static string Make(Remix remix, IReadOnlyList<string> obligations) =>
        $"{remix.Video.VideoId} {string.Join(',', obligations)}";

    internal sealed record Remix(VideoName Video);

    internal sealed record Tokens(string Token)
    {
        public ValueTask<string> GetAsync(CancellationToken cancellation) => ValueTask.FromResult(Token);
    }
}
