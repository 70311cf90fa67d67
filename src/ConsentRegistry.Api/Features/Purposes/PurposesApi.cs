using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Features.Purposes;

/// <summary>The vocabulary: which kinds of AI use there are. Public to read; only ever added to.</summary>
internal static class PurposesApi
{
    public static readonly RouteTable Table = new("Vocabulary", typeof(PurposesApi));

    public static void Map(IEndpointRouteBuilder app)
    {
        var purposes = app.MapContract("/v1/purposes", Table);

        purposes.MapGet("", ListPurposes.Handle).Named("listPurposes").AllowAnonymous().Produces<VocabularyBody>();
        purposes
            .MapPost("", RegisterPurpose.Handle)
            .Named("registerPurpose")
            .Allow(Access.Scope(Scopes.Admin))
            .Changes()
            .Produces<PurposeChangeBody>(201)
            .Produces<PurposeChangeBody>()
            .Refuses(FailureCode.PurposeExists, FailureCode.UnknownPurpose, FailureCode.TooMany);
    }
}
