using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Features.Videos;

/// <summary>Facts about videos, which the platform registers, and what effective consent follows from them.</summary>
internal static class VideosApi
{
    public static readonly RouteTable Table = new("Videos", typeof(VideosApi));

    public static void Map(IEndpointRouteBuilder app)
    {
        var videos = app.MapContract("/v1/creators/{creatorId}/videos", Table);

        videos
            .MapGet("", ListVideos.Handle)
            .Named(
                "listVideos",
                VideoParameters.Purpose,
                VideoParameters.Requester,
                VideoParameters.Effect,
                VideoParameters.IdPrefix,
                VideoParameters.Overridden,
                Paging.Limit,
                Paging.Cursor
            )
            .Allow(Access.TheCreator, Access.Scope(Scopes.Audit));
        // The creators who appear in a video may read it as well, which only its record tells: the operation decides.
        videos
            .MapGet("/{videoId}", GetVideo.Handle)
            .Named("getVideo")
            .Allow(Access.Scope(Scopes.Manage), Access.Scope(Scopes.Audit), Access.Scope(Scopes.WriteVideos))
            .Refuses(FailureCode.NotFound);
        videos
            .MapPut("/{videoId}", RegisterVideo.Handle)
            .Named("registerVideo")
            .Allow(Access.Scope(Scopes.WriteVideos))
            .Changes()
            .Produces<RegisteredBody>()
            .Refuses(FailureCode.IdentifierNotYours, FailureCode.WouldWiden, FailureCode.TooMany);
        videos
            .MapGet("/{videoId}/consent", GetVideoConsent.Handle)
            .Named("getVideoConsent", VideoParameters.Requester)
            .Allow(Access.TheCreator, Access.Scope(Scopes.Audit));

        var batch = app.MapContract("/v1/videos", Table);
        batch
            .MapPost("/batch", RegisterVideos.Handle)
            .Named("registerVideos")
            .Allow(Access.Scope(Scopes.WriteVideos))
            .Changes()
            .WithMetadata(BodyLimit.Bulk)
            .Produces<RegisteredBatchBody>()
            .Refuses(FailureCode.TooMany);

        app.MapContract("/v1/lookups", Table)
            .MapPost("", LookUpVideos.Handle)
            .Named("lookUpVideos")
            .Allow(Access.Scope(Scopes.WriteVideos), Access.Scope(Scopes.CheckAny), Access.Scope(Scopes.Audit))
            .Refuses(FailureCode.TooMany);
    }
}
