using ConsentRegistry.Client;
using ConsentRegistry.Console.Components;
using ConsentRegistry.Console.Configuration;
using ConsentRegistry.Console.Histories;
using ConsentRegistry.Console.Languages;
using ConsentRegistry.Console.Log;
using ConsentRegistry.Console.News;
using ConsentRegistry.Console.Sessions;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ConsentRegistry.Console.Startup;

/// <summary>What the console is made of.</summary>
internal static class Composition
{
    /// <summary>How long the registry may take for what a page needs.</summary>
    private static readonly TimeSpan RegistryTimeout = TimeSpan.FromSeconds(10);

    /// <summary>The longest form that is read, in bytes: a reason and some hundred videos.</summary>
    private const long LongestForm = 256 * 1024;

    public static void AddConsole(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        var isDevelopment = builder.Environment.IsDevelopment();
        builder.WebHost.ConfigureKestrel(server =>
        {
            server.AddServerHeader = false;
            server.Limits.MaxRequestBodySize = LongestForm;
        });
        // Addresses name creators, so that only the console itself writes to its log, and names nobody.
        builder
            .Logging.AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("System", LogLevel.Warning)
            // It warns of each page with a form that it may not be stored, as no page of the console may.
            .AddFilter("Microsoft.AspNetCore.Antiforgery", LogLevel.Error);
        // It warns of each new key that the database keeps it as it is, which is for operators to know: on a developer's
        // machine nobody else reads the database.
        if (isDevelopment)
            builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection.KeyManagement", LogLevel.Error);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IValidateOptions<ConsoleOptions>, ConsoleOptionsAttributes>();
        services.AddSingleton<IValidateOptions<ConsoleOptions>, ConsoleAddresses>();
        services.AddOptions<ConsoleOptions>().BindConfiguration(ConsoleOptions.Section).ValidateOnStart();
        services.AddDbContextFactory<SessionDatabase>(
            (provider, database) =>
                database.UseNpgsql(provider.GetRequiredService<IOptions<ConsoleOptions>>().Value.Database)
        );
        services.AddHttpContextAccessor();
        services.AddSessions(isDevelopment);
        services.AddAuthorization();
        services.AddLanguages();
        services.AddConsentRegistry(_ => { });
        services
            .AddOptions<ConsentRegistryOptions>()
            .Configure<IOptions<ConsoleOptions>, IHttpContextAccessor>(
                (registry, console, accessor) =>
                {
                    registry.Address = console.Value.Registry;
                    registry.Timeout = RegistryTimeout;
                    registry.AccessToken = _ => AccessToken.OfAsync(accessor.HttpContext);
                }
            );
        services.AddPublicLog();
        services.AddSingleton<LogGrowth>();
        services.AddRazorComponents();
        services.AddAntiforgery(options => ConsoleCookie.Set(options.Cookie, "form", isDevelopment));
        services.Configure<ForwardedHeadersOptions>(options =>
            options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto
        );
        services.AddHealthChecks();
    }

    public static void UseConsole(this WebApplication app)
    {
        app.UseForwardedHeaders();
        if (!app.Environment.IsDevelopment())
        {
            app.UseExceptionHandler("/error", createScopeForErrors: true);
            app.UseHsts();
        }
        app.UseMiddleware<SecurityHeaders>();
        app.UseLanguages();
        app.UseStatusCodePagesWithReExecute("/error", createScopeForStatusCodePages: true);
        app.MapStaticAssets().AllowAnonymous();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseRateLimiter();
        app.UseAntiforgery();
        app.MapHealthChecks("/health/live").AllowAnonymous();
        app.MapPublicLog();
        app.MapSignIn();
        app.MapLanguages(SignIn.LocalOrHome);
        app.MapHistoryDownloads();
        app.MapLiveNews();
        app.MapRazorComponents<App>();
    }
}
