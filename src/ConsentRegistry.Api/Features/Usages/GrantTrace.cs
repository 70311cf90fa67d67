using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;

namespace ConsentRegistry.Api.Features.Usages;

/// <summary>Hears who is concerned by a video, and which counted grants a decision rests on.</summary>
internal readonly struct GrantTrace(FactSet facts, VideoKey checkedVideo, Requester requester) : ITrace
{
    private readonly HashSet<CreatorId> concerned = [];
    private readonly List<Grant> answering = [];
    private readonly List<IReadOnlyList<Guid>> counted = [];

    public static bool IsOn => true;

    /// <summary>
    /// For each decider whose ask only counted grants answer: those grants, in the order in which a decision names them (R6). Who has one that is not
    /// counted needs none of them.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<Guid>> Counted => counted;

    /// <summary>Everybody who decides; the owner, who always does, first.</summary>
    public IReadOnlyList<CreatorId> Concerned(CreatorId owner) => [owner, .. concerned.Where(creator => creator != owner)];

    public void Consider(Decider decider)
    {
        concerned.Add(facts.CreatorOf(decider.Creator));
        answering.Clear();
    }

    public void Weigh(in Setting setting, Standing standing, Setting? beatenBy)
    {
    }

    public void Weigh(in Grant grant, bool answers)
    {
        if (answers)
            answering.Add(grant);
    }

    public void Conclude(in Decision answer)
    {
        if (answer.Reason != Reason.Grant || answering.Exists(grant => grant.UsesLeft is null))
            return;
        var by = answer.DecidedBy!.Value;
        var vocabulary = facts.Vocabulary;
        // A creator gives one requester one grant about one video in one version.
        var versions = answering.ConvertAll(grant => grant.Stamp.Version);
        counted.Add(
        [
            .. facts.GrantsOf(facts.CreatorOf(by.Creator), facts.VideoOf(by.Video), checkedVideo, requester)
                .Where(grant => versions.Contains(grant.Value.Stamp.Version))
                .OrderByDescending(grant => vocabulary.Depth(vocabulary.Find(grant.Value.Terms.Purpose)))
                .ThenByDescending(grant => grant.Value.Stamp.Version)
                .Select(grant => grant.Key),
        ]);
    }
}
