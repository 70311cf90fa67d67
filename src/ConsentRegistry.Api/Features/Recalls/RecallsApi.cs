using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.Features.Recalls;

/// <summary>After withdrawal: whoever relied on consent is told what to stop and by when, and says that they have.</summary>
internal static class RecallsApi
{
    public const string Tag = "Recalls";

    // Who checks or records uses, for their own client or for others.
    private static readonly Grantor[] Relying = [Access.Scope(Scopes.Check), Access.Scope(Scopes.CheckAny), Access.Scope(Scopes.WriteUsage)];

    public static void Map(IEndpointRouteBuilder app)
    {
        var recalls = app.MapContract("/v1/recalls", Tag);

        recalls.MapGet("", ListRecalls.Own).Named("listRecalls", "state", "requester", "limit", "cursor").Allow(Relying)
            .Produces<Page<RecallBody>>().Refuses(422);
        recalls.MapPost("/{recallId}/acknowledge", AcknowledgeRecall.Handle).Named("acknowledgeRecall", "requester").Allow(Relying)
            .WithMetadata(new EmptyBody(new AcknowledgeRequest(null))).Changes().Produces<RecallChange>().Refuses(404);
        recalls.MapPost("/{recallId}/dispute", DisputeRecall.Handle).Named("disputeRecall", "requester").Allow(Relying)
            .Changes().Produces<RecallChange>().Refuses(404);

        app.MapContract("/v1/creators/{creatorId}/recalls", Tag)
            .MapGet("", ListRecalls.OfCreator).Named("listRecallsOfCreator", "state", "limit", "cursor").Allow(Access.TheCreator, Access.Scope(Scopes.Audit))
            .Produces<Page<RecallBody>>().Refuses(422);
    }
}
