using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.Decisions;

namespace ConsentRegistry.Api.Replica.Facts;

/// <summary>A grant that stands, beside the video about which its creator decides. Immutable.</summary>
/// <param name="Id">The grant.</param>
/// <param name="Requester">The requester's name in memory.</param>
/// <param name="UsedIn">The name in memory of the video in which it may be used.</param>
/// <param name="Record">The grant as it is stored.</param>
/// <param name="Fact">The grant as the evaluator sees it.</param>
internal sealed record HeldGrant(Guid Id, FactKey Requester, FactKey UsedIn, GrantRecord Record, Grant Fact);
