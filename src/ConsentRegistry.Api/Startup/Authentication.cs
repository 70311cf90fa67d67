using ConsentRegistry.Api.Http;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ConsentRegistry.Api.Startup;

/// <summary>Bearer tokens, and the rule that an operation which says nothing about access is refused to all.</summary>
internal static class Authentication
{
    public static void AddRegistryAuthentication(this IServiceCollection services, RegistryOptions options, IHostEnvironment environment)
    {
        services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(bearer =>
        {
            // Claims keep the names that the token gave them.
            bearer.MapInboundClaims = false;
            if (options.Authority is { } authority)
            {
                bearer.Authority = authority;
                bearer.Audience = options.Audience;
                bearer.RequireHttpsMetadata = !environment.IsDevelopment();
                bearer.TokenValidationParameters.NameClaimType = "sub";
            }
            else
            {
                bearer.TokenValidationParameters = DevelopmentTokens.Open(options.DataFolder).Validation;
            }
            bearer.AutomaticRefreshInterval = IssuerKeys.BetweenRefreshes;
            bearer.Events = new()
            {
                OnMessageReceived = UseKnownToken,
                OnTokenValidated = context =>
                {
                    if (!environment.IsDevelopment())
                        RefuseEveryCreator(context);
                    KeepToken(context);
                    return Task.CompletedTask;
                },
            };
        });
        services.PostConfigure<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme, bearer =>
        {
            // By default the library goes on accepting, for an hour, what the last keys that worked prove: the very key that was withdrawn.
            if (bearer.ConfigurationManager is BaseConfigurationManager manager)
                manager.UseLastKnownGoodConfiguration = false;
        });
        services.AddSingleton<TokenCache>();
        services.AddHostedService<IssuerKeys>();
        services.AddHttpContextAccessor();
        services.AddSingleton<IAuthorizationHandler, AccessHandler>();
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, AccessResults>();
        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAssertion(IsNoOperation).Build());
    }

    // Paths that lead nowhere, and methods that a path lacks, are answered so; an operation without an access decision is refused.
    private static bool IsNoOperation(AuthorizationHandlerContext context) =>
        (context.Resource as HttpContext)?.GetEndpoint() is not RouteEndpoint;

    // One token for every creator is a convenience of Development; anywhere else it would be a master key to everybody's settings.
    private static void RefuseEveryCreator(TokenValidatedContext context)
    {
        if (context.Principal!.HasClaim(Caller.CreatorsClaim, Caller.EveryCreator))
            context.Fail($"The token's claim {Caller.CreatorsClaim} stands for every creator, which only Development takes; send one that names creators.");
    }

    private static Task UseKnownToken(MessageReceivedContext context)
    {
        if (Tokens(context.HttpContext).TryFind(context.Request.Headers.Authorization, out var known))
        {
            context.Principal = known.Principal;
            context.Success();
        }
        else
        {
            context.HttpContext.Items[typeof(TokenCache)] = Tokens(context.HttpContext).Keys;
        }
        return Task.CompletedTask;
    }

    private static void KeepToken(TokenValidatedContext context)
    {
        if (context.Result is null && context.Request.Headers.Authorization is [{ } authorization]
            && context.SecurityToken is JsonWebToken token && context.HttpContext.Items[typeof(TokenCache)] is string keys)
        {
            Tokens(context.HttpContext).Add(authorization, token.EncodedToken, new(context.Principal!, token.ValidTo, keys));
        }
    }

    private static TokenCache Tokens(HttpContext http) => http.RequestServices.GetRequiredService<TokenCache>();
}
