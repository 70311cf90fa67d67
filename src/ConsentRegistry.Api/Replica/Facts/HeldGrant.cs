using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.Decisions;

namespace ConsentRegistry.Api.Replica.Facts;

/// <summary>
/// By what a check finds the grants of a video's decider: to whom they were given, and for use in which video.
/// </summary>
/// <param name="Requester">The requester's name in memory.</param>
/// <param name="UsedIn">The name in memory of the video in which they may be used.</param>
internal readonly record struct GrantPlace(FactKey Requester, FactKey UsedIn)
{
    // Both names are keyed hashes already.
    public override int GetHashCode() => Requester.GetHashCode() ^ (int)UsedIn.High;
}

/// <summary>
/// A grant that stands, beside the video about which its creator decides. A plain value, so that whoever decides finds
/// all of a video's in one place.
/// </summary>
/// <param name="Id">The grant.</param>
/// <param name="Place">By what a check finds it.</param>
/// <param name="Record">The grant as it is stored.</param>
/// <param name="Fact">The grant as the evaluator sees it.</param>
internal readonly record struct HeldGrant(Guid Id, GrantPlace Place, GrantRecord Record, Grant Fact);
