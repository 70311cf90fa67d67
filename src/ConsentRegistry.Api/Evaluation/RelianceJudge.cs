using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.Decisions;

namespace ConsentRegistry.Api.Evaluation;

/// <summary>
/// Decides whether the consent that somebody relied on still stands. Like a check, but for this: that the uses of a
/// grant are spent withdraws nothing. What was used with it stays covered until it expires, its creator takes it back,
/// or a deny touches it.
/// </summary>
/// <remarks>
/// Of several grants for the same, the last to end in another way than by being spent is what consent rested on then,
/// if anything was used with it: that one spent before it is no reason to let it pass.
/// </remarks>
internal sealed class RelianceJudge
{
    // Memory keeps the grants that stand; these are of the table, which is at least as new.
    private readonly ILookup<(VideoKey UsedIn, Requester Requester), (CreatorId Creator, StoredGrant Stored)> ended;

    private RelianceJudge(IEnumerable<(CreatorId Creator, StoredGrant Stored)> grants) =>
        ended = grants.ToLookup(one => (one.Stored.Grant.UsedIn, one.Stored.Grant.Requester));

    /// <summary>A judge of these.</summary>
    public static async Task<RelianceJudge> ForAsync(
        StreamTransaction change,
        IReadOnlyCollection<RelianceKey> keys,
        CancellationToken cancellation
    ) => new(await RelianceStore.ListEndedGrantsAsync(change, keys, cancellation));

    /// <summary>Decides one, from facts that were taken for its check.</summary>
    public Decision Decide<TTrace>(FactSet facts, RelianceKey key, ref TTrace trace)
        where TTrace : ITrace
    {
        var covering = CoveringOf(facts, key);
        foreach (var (creator, stored) in covering)
            facts.Add(creator, stored.Id, stored.Grant with { State = GrantState.Standing });
        var decision = facts.Decide(key.Video, facts.Vocabulary.Find(key.Purpose), key.Requester, ref trace);
        foreach (var (creator, stored) in covering)
            facts.Add(creator, stored.Id, stored.Grant);
        return decision;
    }

    private List<(CreatorId Creator, StoredGrant Stored)> CoveringOf(FactSet facts, RelianceKey key)
    {
        var grants = ended[(key.Video, key.Requester)]
            .Where(one => key.Purpose.IsAtOrBelow(one.Stored.Grant.Terms.Purpose))
            .ToList();
        var ends = grants
            .Where(one => one.Stored.Used > 0 || one.Stored.Grant.Terms.Uses is null)
            .ToLookup(one => (one.Creator, one.Stored.Grant.Video), one => EndOf(one.Stored.Grant, facts.ReadAt));
        return grants.FindAll(one =>
            one.Stored.Grant.State == GrantState.Spent
            && !ends[(one.Creator, one.Stored.Grant.Video)].Any(end => end > one.Stored.Grant.Stamp.At)
            && !facts.IsDeniedSince(one.Creator, one.Stored.Grant)
        );
    }

    // When it ended in another way than by being spent; null if it did not.
    private static Instant? EndOf(GrantRecord grant, Instant now) =>
        grant.State == GrantState.Revoked ? grant.Stamp.At
        : grant.Terms.ExpiresAt is { } expiry && expiry <= now ? expiry
        : null;
}
