using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.Features.Videos;

/// <summary>Facts about videos, which the platform registers, and what effective consent follows from them.</summary>
internal static class VideosApi
{
    public const string Tag = "Videos";

    public static void Map(IEndpointRouteBuilder app)
    {
        var videos = app.MapContract("/v1/creators/{creatorId}/videos", Tag);

        videos.MapGet("", ListVideos.Handle).Named("listVideos", "purpose", "requester", "limit", "cursor").Allow(Access.TheCreator, Access.Scope(Scopes.Audit))
            .Produces<Page<VideoConsentBody>>().Refuses(422);
        // The creators who appear in a video may read it as well, which only its record tells: the operation decides.
        videos.MapGet("/{videoId}", GetVideo.Handle).Named("getVideo").Allow(Access.Scope(Scopes.Manage), Access.Scope(Scopes.Audit), Access.Scope(Scopes.WriteVideos))
            .Produces<VideoBody>().Refuses(404, 422);
        videos.MapPut("/{videoId}", RegisterVideo.Handle).Named("registerVideo").Allow(Access.Scope(Scopes.WriteVideos))
            .Changes().Produces<RegisteredBody>();
        videos.MapGet("/{videoId}/consent", GetVideoConsent.Handle).Named("getVideoConsent", "requester").Allow(Access.TheCreator, Access.Scope(Scopes.Audit))
            .Produces<VideoConsentBody>().Refuses(422);

        var batch = app.MapContract("/v1/videos", Tag);
        batch.MapPost("/batch", RegisterVideos.Handle).Named("registerVideos").Allow(Access.Scope(Scopes.WriteVideos))
            .Changes().WithMetadata(BodyLimit.Bulk).Produces<RegisteredBatchBody>();
    }
}
