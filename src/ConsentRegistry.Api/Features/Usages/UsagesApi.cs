using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.Features.Usages;

/// <summary>What was used: recorded by whoever used it, judged by the registry, and shown to everybody concerned.</summary>
internal static class UsagesApi
{
    public const string Tag = "Uses";

    public static void Map(IEndpointRouteBuilder app)
    {
        var usages = app.MapContract("/v1/usages", Tag);

        usages.MapPost("", RecordUse.Handle).Named("recordUse").Allow(Access.Scope(Scopes.WriteUsage))
            .Changes().Produces<UseChange>(201).Refuses(503);
        usages.MapPost("/batch", RecordUses.Handle).Named("recordUses").Allow(Access.Scope(Scopes.WriteUsage))
            .Changes().WithMetadata(BodyLimit.Bulk).Produces<UsesChange>(201).Produces<UsesChange>().Refuses(503);
        usages.MapGet("", ListOwnUses.Handle).Named("listOwnUses", "limit", "cursor").Allow(Access.Scope(Scopes.WriteUsage))
            .Produces<Page<UseBody>>().Refuses(422);

        var creator = app.MapContract("/v1/creators/{creatorId}/usages", Tag);

        creator.MapGet("", ListUses.Handle).Named("listUses", UseFilter.Query.Append("limit").Append("cursor").ToArray())
            .Allow(Access.TheCreator, Access.Scope(Scopes.Audit)).Produces<Page<UsedVideoItem>>().Refuses(422);
        creator.MapGet("/totals", CountUses.Handle).Named("countUses", UseFilter.Query)
            .Allow(Access.TheCreator, Access.Scope(Scopes.Audit)).Produces<UseTotals>().Refuses(422);
    }
}
