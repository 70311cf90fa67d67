using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Domain.Decisions;

/// <summary>The videos that a check of one consults (R8).</summary>
public static class ReachedVideos
{
    /// <summary>
    /// The checked video and its sources, nearest first: one more than a check may consult, so that a decision over too
    /// many finds what it does not know.
    /// </summary>
    /// <param name="video">The checked video.</param>
    /// <param name="recordOf">What is registered about a video; null if nothing is.</param>
    public static IReadOnlyCollection<VideoKey> From(VideoKey video, Func<VideoKey, VideoRecord?> recordOf)
    {
        var reached = new List<VideoKey> { video };
        for (var at = 0; at < reached.Count; at++)
        {
            foreach (var source in recordOf(reached[at])?.Sources ?? [])
            {
                if (reached.Count > Limits.VideosPerCheck)
                    return reached;
                if (!reached.Contains(source))
                    reached.Add(source);
            }
        }
        return reached;
    }
}
