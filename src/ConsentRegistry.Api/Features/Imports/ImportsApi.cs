using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Features.Imports;

/// <summary>Consents that were said elsewhere: in lists, petitions and the formats of others.</summary>
internal static class ImportsApi
{
    public static readonly RouteTable Table = new("Imports", typeof(ImportsApi));

    public static void Map(IEndpointRouteBuilder app)
    {
        // Whose settings they are for stands in the body: the operation decides what the caller may do for them.
        app.MapContract("/v1/imports", Table)
            .MapPost("", ImportConsents.Handle)
            .Named("importConsents")
            .Allow(Access.Scope(Scopes.Manage), Access.Scope(Scopes.WriteVideos), Access.Scope(Scopes.Audit))
            .ChangesAsItsBodySays()
            .WithMetadata(BodyLimit.Bulk)
            .Produces<ImportBody>()
            .Refuses(FailureCode.NotFound, FailureCode.TooMany);
    }
}
