using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Identifiers;

namespace ConsentRegistry.Api.Evaluation;

/// <summary>What a check names: a video by its ids, or content by its identifiers.</summary>
public abstract class CheckTarget
{
    private CheckTarget() { }

    /// <summary>A video by its ids.</summary>
    public static implicit operator CheckTarget(VideoKey video) => new OfVideo(video);

    /// <summary>A video by its ids.</summary>
    public sealed class OfVideo(VideoKey video) : CheckTarget
    {
        /// <summary>The video.</summary>
        public VideoKey Video { get; } = video;
    }

    /// <summary>Content by its identifiers.</summary>
    public sealed class OfContent(IEnumerable<ContentIdentifier> identifiers) : CheckTarget
    {
        /// <summary>The identifiers, each once.</summary>
        public IReadOnlyList<ContentIdentifier> Identifiers { get; } = [.. identifiers.Distinct()];
    }
}
