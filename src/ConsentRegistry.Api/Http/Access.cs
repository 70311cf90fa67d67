using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace ConsentRegistry.Api.Http;

/// <summary>One way to be allowed an operation.</summary>
/// <param name="Scope">The scope that the token must carry.</param>
/// <param name="OwnCreator">Whether the creator in the path must be one that the caller manages.</param>
public sealed record Grantor(string Scope, bool OwnCreator = false);

/// <summary>Who may call an operation: anybody whom one of these lets. An operation without such a decision is refused to all.</summary>
public sealed record Access(params Grantor[] AnyOf) : IAuthorizationRequirement
{
    /// <summary>The creator, or an agency acting for them.</summary>
    public static readonly Grantor TheCreator = new(Scopes.Manage, OwnCreator: true);

    /// <summary>Any caller with this scope.</summary>
    public static Grantor Scope(string scope) => new(scope);
}

internal static class AccessExtensions
{
    /// <summary>Decides who may call the operation.</summary>
    public static TBuilder Allow<TBuilder>(this TBuilder builder, params Grantor[] anyOf)
        where TBuilder : IEndpointConventionBuilder
    {
        var access = new Access(anyOf);
        builder.RequireAuthorization(policy => policy.RequireAuthenticatedUser().AddRequirements(access));
        builder.WithMetadata(access);
        return builder;
    }
}

internal sealed class AccessHandler(IHttpContextAccessor accessor) : AuthorizationHandler<Access>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, Access requirement)
    {
        var http = accessor.HttpContext!;
        var caller = Caller.Of(http);
        var creator = http.GetRouteValue("creatorId") as string;
        if (requirement.AnyOf.Any(way => caller.Has(way.Scope) && (!way.OwnCreator || (creator is not null && caller.Manages(creator)))))
            context.Succeed(requirement);
        return Task.CompletedTask;
    }
}

/// <summary>Answers 401 and 403 as problem details, the same whether or not what was asked for exists.</summary>
internal sealed class AccessResults : IAuthorizationMiddlewareResultHandler
{
    private readonly AuthorizationMiddlewareResultHandler usual = new();

    public async Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Forbidden)
        {
            await Problem.Forbidden.WriteAsync(context);
            return;
        }
        await usual.HandleAsync(next, context, policy, authorizeResult);
        // The bearer handler has set the status and WWW-Authenticate by now.
        if (authorizeResult.Challenged)
            await Problem.Unauthenticated.WriteAsync(context);
    }
}
