using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Api.Features.Usages;

/// <summary>
/// Whom the use of a video concerns, where nobody could be asked: too many videos are reached, or the purpose is
/// unknown.
/// </summary>
internal static class ConcernedCreators
{
    /// <summary>
    /// The owners and participants of the video and of what it was made from, as far as a check would have looked;
    /// depicted people unless the purpose is known not to use likeness.
    /// </summary>
    public static HashSet<CreatorId> By(FactSet facts, VideoKey video, PurposeIndex? purpose)
    {
        var creators = new HashSet<CreatorId>();
        var withDepicted = purpose is not { } known || facts.Vocabulary.UsesLikeness(known);
        var reached = new List<VideoKey> { video };
        for (var at = 0; at < reached.Count; at++)
        {
            creators.Add(reached[at].Creator);
            if (facts.RecordOf(reached[at]) is not { } record)
                continue;
            creators.UnionWith(
                record.Participants.Where(one => withDepicted || one.Role != Role.Depicted).Select(one => one.Creator)
            );
            foreach (var source in record.Sources)
            {
                if (reached.Count <= Limits.VideosPerCheck && !reached.Contains(source))
                    reached.Add(source);
            }
        }
        return creators;
    }
}
