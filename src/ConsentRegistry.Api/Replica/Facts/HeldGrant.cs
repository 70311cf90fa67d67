using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.Decisions;

namespace ConsentRegistry.Api.Replica.Facts;

/// <summary>A grant that stands, beside the video about which its creator decides. A plain value, so that whoever decides finds all of a video's in one place.</summary>
/// <param name="Id">The grant.</param>
/// <param name="Requester">The requester's name in memory.</param>
/// <param name="UsedIn">The name in memory of the video in which it may be used.</param>
/// <param name="Record">The grant as it is stored.</param>
/// <param name="Fact">The grant as the evaluator sees it.</param>
internal readonly record struct HeldGrant(Guid Id, FactKey Requester, FactKey UsedIn, GrantRecord Record, Grant Fact);
