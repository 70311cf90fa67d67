using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Http;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace ConsentRegistry.Api.Authentication;

/// <summary>Bearer tokens, and the rule that an operation which says nothing about access is refused to all.</summary>
internal static class AuthenticationServices
{
    /// <summary>How long the issuer may take to answer.</summary>
    private static readonly TimeSpan IssuerTimeout = TimeSpan.FromSeconds(5);

    public static void AddRegistryAuthentication(
        this IServiceCollection services,
        RegistryOptions options,
        IHostEnvironment environment
    )
    {
        var rules = new TokenRules(options.Claims, takesEveryCreator: environment.IsDevelopment());
        var authentication = services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme);
        authentication.AddJwtBearer(bearer =>
        {
            if (options.Authority is { } authority)
            {
                bearer.Authority = authority;
                bearer.Audience = options.Audience;
                bearer.RequireHttpsMetadata = !environment.IsDevelopment();
                TokenRules.RestrictToPublicKeys(bearer.TokenValidationParameters);
            }
            else
            {
                bearer.TokenValidationParameters = DevelopmentTokens.Open(options.DataFolder).Validation;
            }
            Configure(bearer, rules);
            if (TakesBoth(options, environment))
                bearer.ForwardDefaultSelector = http =>
                    DevelopmentTokens.IsMeantBy(http.Request.Headers.Authorization) ? DevelopmentTokens.Issuer : null;
        });
        // In Development, beside the tokens of an issuer: those of `./dev token`, each proven by its own key alone.
        if (TakesBoth(options, environment))
        {
            authentication.AddJwtBearer(
                DevelopmentTokens.Issuer,
                bearer =>
                {
                    bearer.TokenValidationParameters = DevelopmentTokens.Open(options.DataFolder).Validation;
                    Configure(bearer, rules);
                }
            );
            services.AddOptions<JwtBearerOptions>(DevelopmentTokens.Issuer).ValidateOnStart();
        }
        services.AddSingleton<IssuerDocuments>();
        // A key that cannot be read ends the start. Otherwise the host would start, and fail with every token.
        services
            .AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme)
            .ValidateOnStart()
            .PostConfigure<IssuerDocuments>(
                (bearer, documents) =>
                {
                    // What the library itself has made of the options, but for who reads, and says why nothing could be
                    // read. And by default it goes on accepting, for an hour, what the last keys that worked prove: the
                    // very key that was withdrawn.
                    if (bearer.ConfigurationManager is ConfigurationManager<OpenIdConnectConfiguration>)
                    {
                        bearer.ConfigurationManager = new ConfigurationManager<OpenIdConnectConfiguration>(
                            bearer.MetadataAddress,
                            documents,
                            new HttpDocumentRetriever(bearer.Backchannel) { RequireHttps = bearer.RequireHttpsMetadata }
                        )
                        {
                            RefreshInterval = bearer.RefreshInterval,
                            AutomaticRefreshInterval = bearer.AutomaticRefreshInterval,
                            UseLastKnownGoodConfiguration = false,
                        };
                    }
                }
            );
        services.AddSingleton<TokenCache>();
        services.AddSingleton<IssuerKeys>();
        services.AddHostedService(provider => provider.GetRequiredService<IssuerKeys>());
        services.AddHttpContextAccessor();
        services.AddSingleton<IAuthorizationHandler, AccessHandler>();
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, AccessResults>();
        services
            .AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAssertion(IsNoOperation).Build());
    }

    private static bool TakesBoth(RegistryOptions options, IHostEnvironment environment) =>
        environment.IsDevelopment() && options.Authority is not null;

    private static void Configure(JwtBearerOptions bearer, TokenRules rules)
    {
        // Claims keep the names that the token gave them.
        bearer.MapInboundClaims = false;
        TokenRules.Restrict(bearer.TokenValidationParameters);
        bearer.AutomaticRefreshInterval = IssuerKeys.BetweenRefreshes;
        bearer.BackchannelTimeout = IssuerTimeout;
        // Its words quote the token, whose issuer may be a text that no header can hold. The body says what is wrong.
        bearer.IncludeErrorDetails = false;
        bearer.Events = new()
        {
            OnMessageReceived = UseKnownTokenAsync,
            OnTokenValidated = context =>
            {
                Read(context, rules);
                KeepToken(context);
                return Task.CompletedTask;
            },
            OnChallenge = context =>
            {
                if (context.AuthenticateFailure is not null)
                    context.Error = "invalid_token";
                return Task.CompletedTask;
            },
        };
    }

    // Paths that lead nowhere, and methods that a path lacks, are answered so; an operation without an access decision
    // is refused.
    private static bool IsNoOperation(AuthorizationHandlerContext context) =>
        (context.Resource as HttpContext)?.GetEndpoint() is not RouteEndpoint;

    private static async Task UseKnownTokenAsync(MessageReceivedContext context)
    {
        var http = context.HttpContext;
        if (Tokens(http).TryFind(context.Request.Headers.Authorization, out var known))
        {
            context.Principal = known.Principal;
            context.Success();
            return;
        }
        // The key of Development is always known.
        if (
            context.Scheme.Name != DevelopmentTokens.Issuer
            && context.Request.Headers.Authorization.Count > 0
            && !await http.RequestServices.GetRequiredService<IssuerKeys>().AreKnownAsync(http.RequestAborted)
        )
        {
            context.Fail(
                "The issuer's keys could not be read yet, so that no token can be checked; repeat the request."
            );
            return;
        }
        http.Items[typeof(TokenCache)] = Tokens(http).Keys;
    }

    // From here on the caller is who the service takes them for, and nothing else of the token counts.
    private static void Read(TokenValidatedContext context, TokenRules rules)
    {
        if (rules.TryRead((JsonWebToken)context.SecurityToken, out var principal, out var refusal))
            context.Principal = principal;
        else
            context.Fail(refusal);
    }

    private static void KeepToken(TokenValidatedContext context)
    {
        if (
            context.Result is null
            && context.Request.Headers.Authorization is [{ } authorization]
            && context.SecurityToken is JsonWebToken token
            && context.HttpContext.Items[typeof(TokenCache)] is string keys
        )
        {
            Tokens(context.HttpContext)
                .Add(
                    authorization,
                    token.EncodedToken,
                    new(context.Principal!, TokenLifetime.EndOf(token.ValidTo), keys)
                );
        }
    }

    private static TokenCache Tokens(HttpContext http) => http.RequestServices.GetRequiredService<TokenCache>();
}
