namespace ConsentRegistry.Domain;

/// <summary>A video: its owner and the owner's name for it.</summary>
/// <param name="Creator">The owner.</param>
/// <param name="Video">The owner's id for the video.</param>
public readonly record struct VideoKey(CreatorId Creator, VideoId Video) : IComparable<VideoKey>
{
    /// <summary>By owner, then by video, byte by byte.</summary>
    public int CompareTo(VideoKey other) =>
        Creator.CompareTo(other.Creator) is not 0 and var byCreator ? byCreator : Video.CompareTo(other.Video);

    /// <summary><c>creatorId/videoId</c>: unambiguous, for no id contains a slash.</summary>
    public override string ToString() => $"{Creator}/{Video}";
}
