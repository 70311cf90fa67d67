using System.Globalization;
using System.Security.Claims;
using ConsentRegistry.Console.Configuration;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace ConsentRegistry.Console.Sessions;

/// <summary>Signing in at the provider, and what stays of it: a session in the store, and a key in a cookie.</summary>
internal static class SignIn
{
    /// <summary>The page to sign in from. It takes the page to go to afterwards as <c>returnUrl</c>.</summary>
    public const string Path = "/sign-in";

    /// <summary>Where a form signs out.</summary>
    public const string OutPath = "/sign-out";

    /// <summary>The page that says why signing in failed.</summary>
    public const string FailedPath = "/sign-in-failed";

    /// <summary>
    /// What the console asks the provider for. The provider grants those of it that the person has.
    /// </summary>
    private static readonly string[] Scopes =
    [
        "openid",
        "profile",
        "offline_access",
        "consent:manage",
        "consent:check",
        "consent:audit",
        "consent:admin",
        "changes:read",
        "usage:write",
        "videos:write",
    ];

    // When the session began; it ends some time after that, however much it is used.
    private const string BeganAt = ".began";

    /// <summary>Adds the session's services.</summary>
    public static void AddSessions(this IServiceCollection services, bool isDevelopment)
    {
        services.AddDataProtection().SetApplicationName("consent-console").PersistKeysToDbContext<SessionDatabase>();
        services.AddSingleton<SessionStore>();
        services.AddSingleton<TokenRefresh>();
        services.AddHostedService<EndedSessions>();
        services
            .AddHttpClient(TokenRefresh.ClientName, client => client.Timeout = TokenRefresh.Timeout)
            .RemoveAllLoggers();
        services
            .AddAuthentication(options =>
            {
                options.DefaultScheme = CookieAuthenticationDefaults.AuthenticationScheme;
                options.DefaultChallengeScheme = OpenIdConnectDefaults.AuthenticationScheme;
            })
            .AddCookie()
            .AddOpenIdConnect();
        services
            .AddOptions<CookieAuthenticationOptions>(CookieAuthenticationDefaults.AuthenticationScheme)
            .Configure<SessionStore, IOptions<ConsoleOptions>>(
                (cookie, store, console) =>
                {
                    cookie.SessionStore = store;
                    cookie.ExpireTimeSpan = console.Value.IdleLimit;
                    cookie.SlidingExpiration = true;
                    ConsoleCookie.Set(cookie.Cookie, "session", isDevelopment);
                    cookie.LoginPath = Path;
                    cookie.ReturnUrlParameter = "returnUrl";
                    cookie.Events.OnValidatePrincipal = ValidateAsync;
                }
            );
        services
            .AddOptions<OpenIdConnectOptions>(OpenIdConnectDefaults.AuthenticationScheme)
            .Configure<IOptions<ConsoleOptions>>(
                (provider, console) =>
                {
                    provider.Authority = console.Value.Authority!.AbsoluteUri;
                    // An http address is this machine's: see ConsoleOptions.
                    provider.RequireHttpsMetadata = console.Value.Authority.Scheme == Uri.UriSchemeHttps;
                    provider.ClientId = console.Value.ClientId;
                    provider.ClientSecret = console.Value.ClientSecret;
                    provider.ResponseType = OpenIdConnectResponseType.Code;
                    provider.ResponseMode = OpenIdConnectResponseMode.Query;
                    provider.UsePkce = true;
                    provider.SaveTokens = true;
                    provider.MapInboundClaims = false;
                    provider.TokenValidationParameters.NameClaimType = "name";
                    provider.Scope.Clear();
                    foreach (var scope in Scopes)
                        provider.Scope.Add(scope);
                    ConsoleCookie.Set(provider.CorrelationCookie, "correlation.", isDevelopment);
                    ConsoleCookie.Set(provider.NonceCookie, "nonce.", isDevelopment);
                    provider.Events.OnTokenValidated = KeepWhatWasGranted;
                    provider.Events.OnRemoteFailure = context =>
                    {
                        context.HandleResponse();
                        context.Response.Redirect(FailedPath);
                        return Task.CompletedTask;
                    };
                }
            );
    }

    /// <summary>Adds the addresses where a browser signs in and out.</summary>
    public static void MapSignIn(this IEndpointRouteBuilder routes)
    {
        routes
            .MapGet(
                Path,
                (string? returnUrl) =>
                    TypedResults.Challenge(
                        new() { RedirectUri = LocalOrHome(returnUrl) },
                        [OpenIdConnectDefaults.AuthenticationScheme]
                    )
            )
            .AllowAnonymous();
        routes
            .MapPost(
                OutPath,
                async (HttpContext context, IAntiforgery antiforgery) =>
                {
                    if (!await antiforgery.IsRequestValidAsync(context))
                        return Results.BadRequest();
                    return Results.SignOut(
                        new() { RedirectUri = "/" },
                        [CookieAuthenticationDefaults.AuthenticationScheme, OpenIdConnectDefaults.AuthenticationScheme]
                    );
                }
            )
            .DisableAntiforgery();
    }

    /// <summary>An address of this console, whatever was asked for.</summary>
    public static string LocalOrHome(string? address) =>
        address is ['/', ..]
        && !address.StartsWith("//", StringComparison.Ordinal)
        && !address.Contains('\\')
        && !address.Any(char.IsControl)
            ? address
            : "/";

    // RFC 6749 section 5.1: a provider that grants all that was asked for may leave the scope out.
    private static Task KeepWhatWasGranted(TokenValidatedContext context)
    {
        var identity = (ClaimsIdentity)context.Principal!.Identity!;
        foreach (var claim in identity.FindAll(Person.ScopeClaim).ToList())
            identity.RemoveClaim(claim);
        identity.AddClaim(
            new(
                Person.ScopeClaim,
                context.TokenEndpointResponse?.Scope is { Length: > 0 } granted ? granted : string.Join(' ', Scopes)
            )
        );
        context.Properties!.Items[BeganAt] = Clock(context.HttpContext)
            .GetUtcNow()
            .ToString("O", CultureInfo.InvariantCulture);
        return Task.CompletedTask;
    }

    private static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        var services = context.HttpContext.RequestServices;
        var refresh = services.GetRequiredService<TokenRefresh>();
        var limit = services.GetRequiredService<IOptions<ConsoleOptions>>().Value.SessionLimit;
        var ticket = new AuthenticationTicket(context.Principal!, context.Properties, context.Scheme.Name);
        if (
            !context.Properties.Items.TryGetValue(BeganAt, out var began)
            || !DateTimeOffset.TryParse(began, CultureInfo.InvariantCulture, out var beganAt)
            || Clock(context.HttpContext).GetUtcNow() - beganAt > limit
        )
        {
            await EndAsync(context);
            return;
        }
        if (refresh.IsFresh(ticket))
            return;
        var renewed = await services
            .GetRequiredService<SessionStore>()
            .RefreshAsync(ticket, refresh.IsFresh, refresh.RefreshAsync, context.HttpContext.RequestAborted);
        if (renewed is null)
        {
            await EndAsync(context);
            return;
        }
        context.Properties.StoreTokens(renewed.Properties.GetTokens());
    }

    private static async Task EndAsync(CookieValidatePrincipalContext context)
    {
        context.RejectPrincipal();
        await context.HttpContext.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
    }

    private static TimeProvider Clock(HttpContext context) =>
        context.RequestServices.GetRequiredService<TimeProvider>();
}
