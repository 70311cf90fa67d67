using System.Net.Sockets;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace ConsentRegistry.DevelopmentIdentity;

/// <summary>
/// An OpenID Connect provider to develop with, by OpenIddict: real in all that programs see of it, but whoever opens its
/// page may be anybody. It starts in Development only, and listens on this machine only.
/// </summary>
internal static class IdentityHost
{
    private const string CookiePrefix = "consent-development-identity";
    private const string RevocationPath = "/connect/revocation";

    /// <summary>Bytes of a request body: a form of the page, or a request for tokens, takes some 10 KB.</summary>
    private const int MaxBodyBytes = 64 << 10;

    /// <summary>How long a code is good for: a program redeems it at once.</summary>
    private static readonly TimeSpan Codes = TimeSpan.FromMinutes(1);

    /// <summary>Runs the provider until it is told to stop.</summary>
    /// <returns>The exit code: 0, or 1 if it cannot start.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        try
        {
            await using var app = await StartAsync(args);
            var settings = app.Services.GetRequiredService<IdentitySettings>();
            await output.WriteLineAsync($"The identity provider for development is up: {TextOf(settings.Address)}");
            await app.WaitForShutdownAsync();
            return 0;
        }
        catch (StartupException e)
        {
            await error.WriteLineAsync(e.Message);
            return 1;
        }
    }

    /// <summary>Starts the provider.</summary>
    /// <exception cref="StartupException">It cannot start; the message says why.</exception>
    public static async Task<WebApplication> StartAsync(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        var settings = IdentitySettings.From(builder.Configuration, builder.Environment);
        Compose(builder, settings);
        var app = builder.Build();
        try
        {
            Map(app, settings);
            await SignIns.PrepareAsync(app.Services, settings, TimeProvider.System);
            await app.StartAsync();
            return app;
        }
        catch (Exception e)
        {
            await app.DisposeAsync();
            throw e is IOException { InnerException: AddressInUseException } or SocketException
                ? new StartupException(
                    $"The identity provider cannot listen at {TextOf(settings.Address)}. Stop the program that "
                        + "listens there, or set Identity__Address."
                )
                : e;
        }
    }

    private static void Compose(WebApplicationBuilder builder, IdentitySettings settings)
    {
        var folder = new IdentityFolder(settings.Folder);
        // Whatever else the environment says about addresses is meant for other programs.
        builder.WebHost.UseUrls(TextOf(settings.Address)).PreferHostingUrls(true);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
        });
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Warning);
        // It warns that the keys of cookies are not encrypted. The folder's rights protect them.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        // Why it cannot start is said in one line.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        // It warns that addresses are ignored which are not meant for this program.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Error);
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);

        var services = builder.Services;
        services.AddSingleton(settings);
        services.AddSingleton(TimeProvider.System);
        services.AddHostFiltering(hosts => hosts.AllowedHosts = [settings.Address.Host]);
        services.AddDataProtection().SetApplicationName(CookiePrefix).PersistKeysToFileSystem(new(folder.CookieKeys));
        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.Cookie.Name = $"{CookiePrefix}-form";
            antiforgery.Cookie.SameSite = SameSiteMode.Strict;
        });
        services
            .AddAuthentication()
            .AddCookie(
                CookieAuthenticationDefaults.AuthenticationScheme,
                cookie =>
                {
                    cookie.Cookie.Name = CookiePrefix;
                    cookie.Cookie.SameSite = SameSiteMode.Lax;
                    cookie.SlidingExpiration = false;
                }
            );
        services.AddDbContext<SignIns>(database =>
            database.UseSqlite($"Data Source={folder.Database}").UseOpenIddict()
        );
        services
            .AddOpenIddict()
            .AddCore(core => core.UseEntityFrameworkCore().UseDbContext<SignIns>())
            .AddServer(server =>
            {
                server
                    .SetIssuer(settings.Address)
                    .SetAuthorizationEndpointUris(Authorize.Path)
                    .SetTokenEndpointUris(IssueTokens.Path)
                    .SetEndSessionEndpointUris(EndSession.Path)
                    .SetRevocationEndpointUris(RevocationPath);
                server
                    .AllowAuthorizationCodeFlow()
                    .RequireProofKeyForCodeExchange()
                    .AllowRefreshTokenFlow()
                    .AllowClientCredentialsFlow();
                server.RegisterScopes([Scopes.OpenId, Scopes.Profile, Scopes.OfflineAccess, .. People.Scopes]);
                server
                    .SetAuthorizationCodeLifetime(Codes)
                    .SetAccessTokenLifetime(settings.AccessTokens)
                    .SetIdentityTokenLifetime(settings.AccessTokens)
                    .SetRefreshTokenLifetime(settings.Session)
                    // A sign-in ends, however often it is refreshed.
                    .DisableSlidingRefreshTokenExpiration()
                    // A refresh token is good once. Whoever shows it again ends the whole sign-in.
                    .SetRefreshTokenReuseLeeway(null);
                server
                    .AddSigningKey(folder.SigningKey())
                    .AddEncryptionKey(folder.EncryptionKey())
                    .DisableAccessTokenEncryption();
                server.Configure(options =>
                {
                    // An answer in a form needs a script, and one in a fragment is for programs in a browser.
                    options.ResponseModes.ExceptWith([ResponseModes.FormPost, ResponseModes.Fragment]);
                    options.CodeChallengeMethods.Remove(CodeChallengeMethods.Plain);
                });
                server
                    .UseAspNetCore()
                    .EnableAuthorizationEndpointPassthrough()
                    .EnableTokenEndpointPassthrough()
                    .EnableEndSessionEndpointPassthrough()
                    .DisableTransportSecurityRequirement();
            });
    }

    private static void Map(WebApplication app, IdentitySettings settings)
    {
        app.UseHostFiltering();
        var policy = ContentSecurityPolicy(settings);
        app.Use(
            (http, next) =>
            {
                http.Response.Headers.ContentSecurityPolicy = policy;
                http.Response.Headers.XContentTypeOptions = "nosniff";
                http.Response.Headers["Referrer-Policy"] = "same-origin";
                return next(http);
            }
        );
        app.UseExceptionHandler(
            new ExceptionHandlerOptions
            {
                // A form that cannot be read is the sender's fault, and nothing to log.
                StatusCodeSelector = e =>
                    IsBadForm(e) ? StatusCodes.Status400BadRequest : StatusCodes.Status500InternalServerError,
                SuppressDiagnosticsCallback = failure => IsBadForm(failure.Exception),
                ExceptionHandler = http => Results.StatusCode(http.Response.StatusCode).ExecuteAsync(http),
            }
        );
        app.UseAuthentication();
        string[] methods = [HttpMethods.Get, HttpMethods.Post];
        app.MapMethods(Authorize.Path, methods, Authorize.HandleAsync);
        app.MapPost(IssueTokens.Path, IssueTokens.HandleAsync);
        app.MapMethods(EndSession.Path, methods, EndSession.HandleAsync);
        app.MapGet(Page.StylePath, () => Results.Text(Page.Style, "text/css"));
        app.MapGet("/", (HttpContext http) => Page.Render(http, StatusCodes.Status200OK, HomePage));
    }

    private const string HomePage = """
        <h1>Identity provider for development</h1>
        <p>Nobody signs in here by themselves. Open the console, and sign in there.</p>
        """;

    private static bool IsBadForm(Exception e) => e is InvalidDataException or BadHttpRequestException;

    // Browsers hold redirects after a form to form-action, too.
    private static string ContentSecurityPolicy(IdentitySettings settings)
    {
        var consoles = settings.Consoles.Select(console => console.GetLeftPart(UriPartial.Authority));
        return "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' "
            + string.Join(' ', consoles.Distinct(StringComparer.Ordinal));
    }

    private static string TextOf(Uri address) => address.GetLeftPart(UriPartial.Authority);
}
