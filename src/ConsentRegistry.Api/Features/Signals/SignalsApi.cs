using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Features.Signals;

/// <summary>
/// What anybody may do, in the formats of others, for publishing: AIPREF, TDMRep, CAWG, IPTC, RSL, Content-Signal,
/// noai.
/// </summary>
internal static class SignalsApi
{
    public static readonly RouteTable Table = new("Signals", typeof(SignalsApi));

    public static void Map(IEndpointRouteBuilder app)
    {
        var creator = app.MapContract("/v1/creators/{creatorId}", Table);

        creator
            .MapGet("/videos/{videoId}/signals", GetVideoSignals.Handle)
            .Named("getVideoSignals", SignalParameters.Format)
            .Allow(Access.TheCreator, Access.Scope(Scopes.Audit), Access.Scope(Scopes.WriteVideos))
            .Produces<VideoSignalsBody>()
            .Produces(StatusCodes.Status304NotModified)
            .Refuses(FailureCode.NotFound);
        creator
            .MapPost("/videos/{videoId}/signals/comparison", CompareSignal.Handle)
            .Named("compareSignal")
            .Allow(Access.TheCreator, Access.Scope(Scopes.Audit), Access.Scope(Scopes.WriteVideos))
            .WithMetadata(BodyLimit.Bulk)
            .Refuses(FailureCode.NotFound);
        creator
            .MapGet("/signals/{format}", GetSiteSignals.Handle)
            .Named("getSiteSignals", SignalParameters.Site)
            .Allow(Access.TheCreator, Access.Scope(Scopes.Audit), Access.Scope(Scopes.WriteVideos))
            .Produces<SiteSignalsBody>()
            .Produces(StatusCodes.Status304NotModified);

        app.MapContract("/v1/signals", Table)
            .MapGet("/export", ExportSignals.Handle)
            .Named(
                "exportSignals",
                SignalParameters.Format,
                SignalParameters.AfterCreatorId,
                SignalParameters.AfterVideoId
            )
            .Allow(Access.Scope(Scopes.Audit), Access.Scope(Scopes.WriteVideos))
            .Produces<string>(200, JsonLines.MediaType);
    }
}
