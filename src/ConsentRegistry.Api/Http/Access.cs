using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;

namespace ConsentRegistry.Api.Http;

/// <summary>One way to be allowed an operation.</summary>
/// <param name="Scope">The scope that the token must carry.</param>
/// <param name="OwnCreator">Whether the creator in the path must be one that the caller manages.</param>
public sealed record AccessPath(string Scope, bool OwnCreator = false);

/// <summary>
/// Who may call an operation: anybody whom one of these lets. An operation without such a decision is refused to all.
/// </summary>
public sealed record Access(params AccessPath[] AnyOf) : IAuthorizationRequirement
{
    /// <summary>The creator, or an agency acting for them.</summary>
    public static readonly AccessPath TheCreator = new(Scopes.Manage, OwnCreator: true);

    /// <summary>Any caller with this scope.</summary>
    public static AccessPath Scope(string scope) => new(scope);

    /// <summary>What a caller who is not let in lacks: of each way the scope, the claim, or both.</summary>
    public string LackedBy(Caller caller)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return string.Join(
            ", or with ",
            AnyOf.Select(way =>
                !way.OwnCreator ? $"the scope {way.Scope}"
                : caller.Has(way.Scope) ? $"the creator of the path as its claim sub or in {Caller.CreatorsClaim}"
                : $"the scope {way.Scope} and the creator of the path as its claim sub or in {Caller.CreatorsClaim}"
            )
        );
    }
}

internal static class AccessExtensions
{
    /// <summary>Decides who may call the operation.</summary>
    public static TBuilder Allow<TBuilder>(this TBuilder builder, params AccessPath[] anyOf)
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
        var caller = Caller.From(http);
        var creator = http.GetRouteValue("creatorId") as string;
        if (
            requirement.AnyOf.Any(way =>
                caller.Has(way.Scope) && (!way.OwnCreator || (creator is not null && caller.Manages(creator)))
            )
        )
            context.Succeed(requirement);
        return Task.CompletedTask;
    }
}

/// <summary>Answers 401 and 403 as problem details, the same whether or not what was asked for exists.</summary>
internal sealed class AccessResults : IAuthorizationMiddlewareResultHandler
{
    private readonly AuthorizationMiddlewareResultHandler usual = new();

    public async Task HandleAsync(
        RequestDelegate next,
        HttpContext context,
        AuthorizationPolicy policy,
        PolicyAuthorizationResult authorizeResult
    )
    {
        if (authorizeResult.Forbidden)
        {
            await RefusalOf(context).ExecuteAsync(context);
            return;
        }
        await usual.HandleAsync(next, context, policy, authorizeResult);
        // The bearer handler has set the status and WWW-Authenticate by now.
        if (authorizeResult.Challenged)
            await (await TokenRefusal.OfAsync(context)).ExecuteAsync(context);
    }

    // An operation that says nothing about access is refused to all.
    private static Problem RefusalOf(HttpContext http) =>
        http.GetEndpoint()?.Metadata.GetMetadata<Access>() is { } access
            ? Problem.Forbidden(access.LackedBy(Caller.From(http)))
            : Problem.Forbidden("more than any token has: nobody may call this operation");
}
