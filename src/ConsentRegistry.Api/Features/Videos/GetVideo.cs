using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConsentRegistry.Api.Features.Videos;

/// <summary>
/// Reads what is registered about a video. Its owner, whoever is concerned by it, auditors and platforms may.
/// </summary>
/// <remarks>
/// For anybody else the answer is 403, whether or not the video is registered.
/// </remarks>
internal static class GetVideo
{
    public static async Task<Results<Ok<VideoBody>, Problem>> Handle(
        CreatorId creatorId,
        VideoId videoId,
        SnapshotReader reading,
        HttpContext http,
        CancellationToken cancellation
    )
    {
        var caller = Caller.From(http);
        var video = new VideoKey(creatorId, videoId);
        await using var snapshot = await reading.OpenAsync(cancellation);
        var record = (await VideoStore.ReadAsync(snapshot.OpenTransaction(), [video], cancellation)).GetValueOrDefault(
            video
        );

        var mayRead =
            caller.Has(Scopes.WriteVideos)
            || caller.MayRead(creatorId)
            || record?.Participants.Any(participant => caller.Manages(participant.Creator.Value)) == true;
        if (!mayRead)
            return Problem.Forbidden(
                $"the scope {Scopes.WriteVideos} or {Scopes.Audit}, or with {Scopes.Manage} and the video's owner "
                    + $"or a participant as sub or in {Caller.CreatorsClaim}"
            );
        return record is null
            ? Problem.NotFound(
                "registered video of the creator",
                "the id of one that GET /v1/creators/{creatorId}/videos lists"
            )
            : TypedResults.Ok(VideoBody.From(video, record));
    }
}
