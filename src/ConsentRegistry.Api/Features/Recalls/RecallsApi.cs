using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Features.Recalls;

/// <summary>
/// After withdrawal: whoever relied on consent is told what to stop and by when, and says that they have.
/// </summary>
internal static class RecallsApi
{
    public static readonly RouteTable Table = new("Recalls", typeof(RecallsApi));

    // Who checks or records uses, for their own client or for others.
    private static readonly AccessPath[] Relying =
    [
        Access.Scope(Scopes.Check),
        Access.Scope(Scopes.CheckAny),
        Access.Scope(Scopes.WriteUsage),
    ];

    public static void Map(IEndpointRouteBuilder app)
    {
        var recalls = app.MapContract("/v1/recalls", Table);

        recalls
            .MapGet("", ListRecalls.Own)
            .Named("listRecalls", RecallParameters.State, RecallParameters.Requester, Paging.Limit, Paging.Cursor)
            .Allow(Relying)
            .Produces<Page<RecallBody>>()
            .Refuses(ProblemCode.RequesterNotYours);
        recalls
            .MapPost("/{recallId}/acknowledge", AcknowledgeRecall.Handle)
            .Named("acknowledgeRecall", RecallParameters.Requester)
            .Allow(Relying)
            .WithMetadata(new EmptyBody(new AcknowledgeRequest(null)))
            .Changes()
            .Produces<RecallChange>()
            .Refuses(FailureCode.NotFound, ProblemCode.RequesterNotYours);
        recalls
            .MapPost("/{recallId}/dispute", DisputeRecall.Handle)
            .Named("disputeRecall", RecallParameters.Requester)
            .Allow(Relying)
            .Changes()
            .Produces<RecallChange>()
            .Refuses(FailureCode.NotFound, ProblemCode.RequesterNotYours, FailureCode.NotOpen);

        app.MapContract("/v1/creators/{creatorId}/recalls", Table)
            .MapGet("", ListRecalls.OfCreator)
            .Named("listRecallsOfCreator", RecallParameters.State, Paging.Limit, Paging.Cursor)
            .Allow(Access.TheCreator, Access.Scope(Scopes.Audit))
            .Produces<Page<RecallBody>>();
    }
}
