using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;

namespace ConsentRegistry.Api.Contracts;

/// <summary>A video by its owner and the owner's name for it.</summary>
/// <param name="CreatorId">The owner.</param>
/// <param name="VideoId">The owner's id for the video.</param>
public sealed record VideoName([property: Id] string CreatorId, [property: Id] string VideoId)
{
    /// <summary>Videos that one list of a request or an answer names.</summary>
    public const int MaxListed = 10_000;

    public static VideoName From(VideoKey video) => new(video.Creator.Value, video.Video.Value);

    public VideoKey ToKey() => new(Domain.CreatorId.Parse(CreatorId), Domain.VideoId.Parse(VideoId));
}
