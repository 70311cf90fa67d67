using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.Features.Erasure;

/// <summary>Forgetting a creator for good: what their history says goes, that it happened stays provable, and every check on them is denied.</summary>
internal static class ErasureApi
{
    public const string Tag = "Erasure";

    public static void Map(IEndpointRouteBuilder app)
    {
        var creator = app.MapContract("/v1/creators/{creatorId}", Tag);

        creator.MapPost("/erasure", EraseCreator.Handle).Named("eraseCreator").Allow(Access.TheCreator, Access.Scope(Scopes.Admin))
            .Restricts().Produces<ErasedBody>();
    }
}
