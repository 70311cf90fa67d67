using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Features.Usages;

/// <summary>
/// What was used: recorded by whoever used it, judged by the registry, and shown to everybody concerned.
/// </summary>
internal static class UsagesApi
{
    public static readonly RouteTable Table = new("Uses", typeof(UsagesApi));

    public static void Map(IEndpointRouteBuilder app)
    {
        var usages = app.MapContract("/v1/usages", Table);

        usages
            .MapPost("", RecordUse.Handle)
            .Named("recordUse")
            .Allow(Access.Scope(Scopes.WriteUsage))
            .Changes()
            .Produces<UseChange>(201)
            .Refuses(ProblemCode.RequesterNotYours, FailureCode.UnknownPurpose, FailureCode.TooMany);
        usages
            .MapPost("/batch", RecordUses.Handle)
            .Named("recordUses")
            .Allow(Access.Scope(Scopes.WriteUsage))
            .Changes()
            .WithMetadata(BodyLimit.Bulk)
            .Produces<UsesChange>(201)
            .Produces<UsesChange>()
            .Refuses(ProblemCode.RequesterNotYours, FailureCode.UnknownPurpose, FailureCode.TooMany);
        usages
            .MapGet("", ListOwnUses.Handle)
            .Named("listOwnUses", Paging.Limit, Paging.Cursor)
            .Allow(Access.Scope(Scopes.WriteUsage));

        var creator = app.MapContract("/v1/creators/{creatorId}/usages", Table);

        creator
            .MapGet("", ListUses.Handle)
            .Named("listUses", [.. UseFilter.Query, Paging.Limit, Paging.Cursor])
            .Allow(Access.TheCreator, Access.Scope(Scopes.Audit));
        creator
            .MapGet("/totals", CountUses.Handle)
            .Named("countUses", UseFilter.Query)
            .Allow(Access.TheCreator, Access.Scope(Scopes.Audit));
    }
}
