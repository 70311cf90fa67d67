using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.Features.Recalls;

/// <summary>After withdrawal: whoever relied on consent is told what to stop and by when, and says that they have.</summary>
internal static class RecallsApi
{
    public const string Tag = "Recalls";

    public static void Map(IEndpointRouteBuilder app)
    {
        var recalls = app.MapContract("/v1/recalls", Tag);

        recalls.MapGet("", ListRecalls.Own).Named("listRecalls", "state", "limit", "cursor").Allow(Access.Scope(Scopes.Check), Access.Scope(Scopes.WriteUsage))
            .Produces<Page<RecallBody>>().Refuses(422);
        recalls.MapPost("/{recallId}/acknowledge", AcknowledgeRecall.Handle).Named("acknowledgeRecall").Allow(Access.Scope(Scopes.Check), Access.Scope(Scopes.WriteUsage))
            .WithMetadata(new EmptyBody(new AcknowledgeRequest(null))).Changes().Produces<RecallChange>().Refuses(404);
        recalls.MapPost("/{recallId}/dispute", DisputeRecall.Handle).Named("disputeRecall").Allow(Access.Scope(Scopes.Check), Access.Scope(Scopes.WriteUsage))
            .Changes().Produces<RecallChange>().Refuses(404);

        app.MapContract("/v1/creators/{creatorId}/recalls", Tag)
            .MapGet("", ListRecalls.OfCreator).Named("listRecallsOfCreator", "state", "limit", "cursor").Allow(Access.TheCreator, Access.Scope(Scopes.Audit))
            .Produces<Page<RecallBody>>().Refuses(422);
    }
}
