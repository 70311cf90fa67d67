using ConsentRegistry.Api.Configuration;

namespace ConsentRegistry.Api.Http;

/// <summary>Says what body an operation takes that it reads itself, for the OpenAPI document.</summary>
public sealed record ReadsBody(Type Type);

/// <summary>What holds for every operation of the contract, set once on each group of routes.</summary>
internal static class Conventions
{
    public static RouteGroupBuilder MapContract(this IEndpointRouteBuilder app, string prefix, string tag)
    {
        var group = app.MapGroup(prefix).WithTags(tag);
        group.AddEndpointFilter(RefuseBadArguments);
        return group;
    }

    /// <summary>Names the operation for clients, and says which query parameters it knows.</summary>
    public static RouteHandlerBuilder Named(this RouteHandlerBuilder route, string operationId, params string[] query) => route
        .WithName(operationId)
        .WithMetadata(new QueryParameters(query));

    /// <summary>Names the problems that the operation may answer with, beside those that every one may.</summary>
    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder route, params int[] statuses)
    {
        foreach (var status in statuses)
            route.Produces<ProblemBody>(status, Problem.MediaType);
        return route;
    }

    /// <summary>An operation that alters something: counts against the rate limit, and takes an Idempotency-Key.</summary>
    public static RouteHandlerBuilder Changes(this RouteHandlerBuilder route) => route.Changes(Budget.Changes);

    /// <summary>A change whose body says what it counts against: <see cref="ICountedChanges"/>.</summary>
    public static RouteHandlerBuilder ChangesAsItsBodySays(this RouteHandlerBuilder route) => route.Changes(budget: null);

    /// <summary>A change that can only restrict.</summary>
    public static RouteHandlerBuilder Restricts(this RouteHandlerBuilder route) => route.Changes(Budget.Restrictions);

    /// <summary>A change that sets a stop.</summary>
    public static RouteHandlerBuilder Stops(this RouteHandlerBuilder route) => route.Changes(Budget.Stops);

    private static RouteHandlerBuilder Changes(this RouteHandlerBuilder route, Budget? budget) => route
        .WithMetadata(new ChangeMarker(budget))
        .Refuses(400, 409, 422, 429);

    /// <summary>
    /// An operation that shows what a change would do: refuses what the change refuses, and counts against the rate
    /// limit.
    /// </summary>
    public static RouteHandlerBuilder Previews(this RouteHandlerBuilder route) => route
        .WithMetadata(new ChangeMarker(Budget.Changes, IsPreview: true))
        .Refuses(400, 409, 412, 422, 429, 503);

    private static async ValueTask<object?> RefuseBadArguments(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        // What holds now may not hold in a moment: no cache on the way may answer in the registry's place.
        context.HttpContext.Response.Headers.CacheControl = "no-store";
        if (context.HttpContext.RequestServices.GetRequiredService<ChangeLimits>().Charge(context.HttpContext, context.Arguments) is { } limited)
            return limited.AsResult();
        foreach (var argument in context.Arguments)
        {
            if (argument is IBound { Problem: { } problem })
                return problem.AsResult();
        }
        return await next(context);
    }
}
