using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Features.Usages;

/// <summary>
/// Hears who is concerned by a video, which counted grants a decision rests on, and whose ask nothing answers.
/// </summary>
internal readonly struct GrantTrace(FactSet facts, VideoKey checkedVideo, Requester requester) : ITrace
{
    private readonly HashSet<CreatorId> concerned = [];
    private readonly HashSet<(CreatorId Creator, VideoKey Video)> concluded = [];
    private readonly List<Grant> answering = [];
    private readonly List<IReadOnlyList<Guid>> counted = [];
    private readonly List<(CreatorId Creator, VideoKey Video)> unanswered = [];

    public static bool IsOn => true;

    /// <summary>
    /// For each creator and video whose ask only counted grants answer: those grants, in the order in which a decision
    /// names them (R6). Who has one that is not counted needs none of them.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<Guid>> Counted => counted;

    /// <summary>Who has to be asked about which video, and has given no grant that answers.</summary>
    public IReadOnlyList<(CreatorId Creator, VideoKey Video)> Unanswered => unanswered;

    /// <summary>Everybody who decides.</summary>
    public IReadOnlyCollection<CreatorId> Concerned => concerned;

    public void Consider(Decider decider)
    {
        concerned.Add(facts.CreatorOf(decider.Creator));
        answering.Clear();
    }

    public void Weigh(in Setting setting, Standing standing, Setting? beatenBy) { }

    public void Weigh(in Grant grant, bool answers)
    {
        if (answers)
            answering.Add(grant);
    }

    public void Conclude(in Decision answer)
    {
        if (answer.DecidedBy is not { } by)
            return;
        // Who is concerned by a video in two roles says the same in both, and a use is spent once.
        var (creator, video) = (facts.CreatorOf(by.Creator), facts.VideoOf(by.Video));
        if (!concluded.Add((creator, video)))
            return;
        if (answer.Effect == Effect.Ask)
            unanswered.Add((creator, video));
        if (answer.Reason != Reason.Grant || answering.Exists(grant => grant.UsesLeft is null))
            return;
        var vocabulary = facts.Vocabulary;
        // A creator gives one requester one grant about one video in one version.
        var versions = answering.ConvertAll(grant => grant.Stamp.Version);
        counted.Add([
            .. facts
                .GrantsOf(creator, video, checkedVideo, requester)
                .Where(grant => versions.Contains(grant.Value.Stamp.Version))
                .OrderByDescending(grant => vocabulary.Depth(vocabulary.Find(grant.Value.Terms.Purpose)))
                .ThenByDescending(grant => grant.Value.Stamp.Version)
                .Select(grant => grant.Key),
        ]);
    }
}
