using ConsentRegistry.Api.Configuration;

namespace ConsentRegistry.Api.Http;

/// <summary>Says what body an operation takes that it reads itself, for the OpenAPI document.</summary>
public sealed record ReadsBody(Type Type);

/// <summary>The problems that only the operation itself knows, by their codes.</summary>
public sealed record RefusalCodes(IReadOnlyList<string> Codes);

/// <summary>Marks an operation that answers without the database.</summary>
public sealed record WithoutDatabase;

/// <summary>
/// A group of operations, for the OpenAPI document, which lists the groups in the order in which they are mapped.
/// </summary>
/// <param name="Tag">The name of the group.</param>
/// <param name="Type">The route table, whose summary describes the group.</param>
public sealed record RouteTable(string Tag, Type Type);

/// <summary>What holds for every operation of the contract, set once on each group of routes.</summary>
internal static class EndpointConventions
{
    public static RouteGroupBuilder MapContract(this IEndpointRouteBuilder app, string prefix, RouteTable table)
    {
        var group = app.MapGroup(prefix).WithRouteTable(table);
        group.AddEndpointFilter(RefuseBadArguments);
        return group;
    }

    /// <summary>Says which route table a group of routes belongs to.</summary>
    public static RouteGroupBuilder WithRouteTable(this RouteGroupBuilder group, RouteTable table) =>
        group.WithTags(table.Tag).WithMetadata(table);

    /// <summary>Names the operation for clients, and says which query parameters it knows.</summary>
    public static RouteHandlerBuilder Named(
        this RouteHandlerBuilder route,
        string operationId,
        params IReadOnlyList<QueryParameter> query
    ) => route.WithName(operationId).WithMetadata(new QueryParameters(query));

    /// <summary>
    /// Names the problems that only this operation knows it may answer with. Those that follow from what it takes, and
    /// those that every operation may answer with, need no naming.
    /// </summary>
    /// <param name="route">The operation.</param>
    /// <param name="codes">Codes of <see cref="ProblemCode"/> and <see cref="Domain.FailureCode"/>.</param>
    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder route, params string[] codes) =>
        route.WithMetadata(new RefusalCodes(codes));

    /// <summary>The operation answers without the database, and so is never unavailable for want of it.</summary>
    public static RouteHandlerBuilder NeedsNoDatabase(this RouteHandlerBuilder route) =>
        route.WithMetadata(new WithoutDatabase());

    /// <summary>The operation is deprecated: its answers and the OpenAPI document say until when it works.</summary>
    /// <param name="route">The operation. Not a check, which is answered before there is a route.</param>
    /// <param name="since">The day from which on clients should not begin to use it.</param>
    /// <param name="sunset">The day from which on it may be gone, at least a year later.</param>
    /// <param name="guide">An address of a page that says what takes its place.</param>
    public static RouteHandlerBuilder Deprecated(
        this RouteHandlerBuilder route,
        DateOnly since,
        DateOnly sunset,
        string guide
    ) => route.WithMetadata(new Deprecation(since, sunset, guide));

    /// <summary>
    /// An operation that alters something: counts against the rate limit, and takes an Idempotency-Key.
    /// </summary>
    public static RouteHandlerBuilder Changes(this RouteHandlerBuilder route) => route.Changes(Budget.Changes);

    /// <summary>A change whose body says what it counts against: <see cref="ICountedChanges"/>.</summary>
    public static RouteHandlerBuilder ChangesAsItsBodySays(this RouteHandlerBuilder route) =>
        route.Changes(budget: null);

    /// <summary>A change that can only restrict.</summary>
    public static RouteHandlerBuilder Restricts(this RouteHandlerBuilder route) => route.Changes(Budget.Restrictions);

    /// <summary>A change that sets a stop.</summary>
    public static RouteHandlerBuilder Stops(this RouteHandlerBuilder route) => route.Changes(Budget.Stops);

    private static RouteHandlerBuilder Changes(this RouteHandlerBuilder route, Budget? budget) =>
        route.WithMetadata(new ChangeMarker(budget));

    /// <summary>
    /// An operation that shows what a change would do: refuses what the change refuses, and counts against the rate
    /// limit.
    /// </summary>
    public static RouteHandlerBuilder Previews(this RouteHandlerBuilder route) =>
        route.WithMetadata(new ChangeMarker(Budget.Changes, IsPreview: true));

    private static async ValueTask<object?> RefuseBadArguments(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    )
    {
        // What holds now may not hold in a moment: no cache on the way may answer in the registry's place.
        context.HttpContext.Response.Headers.CacheControl = "no-store";
        if (
            context
                .HttpContext.RequestServices.GetRequiredService<ChangeLimits>()
                .Charge(context.HttpContext, context.Arguments) is
            { } limited
        )
            return limited;
        foreach (var argument in context.Arguments)
        {
            if (argument is IBound { Problem: { } problem })
                return problem;
        }
        return await next(context);
    }
}
