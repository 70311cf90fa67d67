using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.Features.Purposes;

/// <summary>The vocabulary: which kinds of AI use there are. Public to read; only ever added to.</summary>
internal static class PurposesApi
{
    public const string Tag = "Vocabulary";

    public static void Map(IEndpointRouteBuilder app)
    {
        var purposes = app.MapContract("/v1/purposes", Tag);

        purposes.MapGet("", ListPurposes.Handle).Named("listPurposes").AllowAnonymous().Produces<VocabularyBody>();
        purposes.MapPost("", RegisterPurpose.Handle).Named("registerPurpose").Allow(Access.Scope(Scopes.Admin))
            .Changes().Produces<PurposeChangeBody>(201).Produces<PurposeChangeBody>();
    }
}
