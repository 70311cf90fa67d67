using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;

namespace ConsentRegistry.Api.Features.Approvals;

/// <summary>
/// Finds out who has to be asked: every creator whose own answer is ask, with the videos about which it is.
/// </summary>
internal readonly struct AskedCreators(FactSet facts) : ITrace
{
    private readonly SortedDictionary<string, List<VideoKey>> asked = new(StringComparer.Ordinal);

    public static bool IsOn => true;

    /// <summary>Everybody who has to be asked, by id.</summary>
    public IReadOnlyDictionary<string, List<VideoKey>> All => asked;

    public void Consider(Decider decider) { }

    public void Weigh(in Setting setting, Standing standing, Setting? beatenBy) { }

    public void Weigh(in Grant grant, bool answers) { }

    // One creator may be concerned in two ways by one video, and by several videos.
    public void Conclude(in Decision answer)
    {
        if (answer is not { Effect: Domain.Settings.Effect.Ask, DecidedBy: { } by })
            return;
        var creator = facts.CreatorOf(by.Creator).Value;
        if (!asked.TryGetValue(creator, out var videos))
            asked.Add(creator, videos = []);
        var video = facts.VideoOf(by.Video);
        if (!videos.Contains(video))
            videos.Add(video);
    }
}
