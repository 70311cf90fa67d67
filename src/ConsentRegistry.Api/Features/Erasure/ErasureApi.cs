using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.Features.Erasure;

/// <summary>
/// Forgetting a creator for good: what their history says goes, that it happened stays provable, and every check on
/// them is denied.
/// </summary>
internal static class ErasureApi
{
    public static readonly RouteTable Table = new("Erasure", typeof(ErasureApi));

    public static void Map(IEndpointRouteBuilder app)
    {
        var creator = app.MapContract("/v1/creators/{creatorId}", Table);

        creator
            .MapPost("/erasure", EraseCreator.Handle)
            .Named("eraseCreator")
            .Allow(Access.TheCreator, Access.Scope(Scopes.Admin))
            .Restricts()
            .Produces<ErasedBody>();
    }
}
