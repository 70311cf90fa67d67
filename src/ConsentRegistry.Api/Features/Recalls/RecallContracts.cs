using ConsentRegistry.Api.Changes;
using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Usages;

namespace ConsentRegistry.Api.Features.Recalls;

/// <summary>Where a recall stands.</summary>
public enum RecallStatus
{
    /// <summary>The requester has said nothing to it, and has time.</summary>
    Open,

    /// <summary>The requester has said nothing to it, and the time is over.</summary>
    Overdue,

    /// <summary>The requester has stopped, by their word.</summary>
    Acknowledged,

    /// <summary>The requester says that it is none of their business.</summary>
    Disputed,
}

/// <summary>A recall: consent was withdrawn, and who relied on it has to stop.</summary>
/// <param name="Id">The recall.</param>
/// <param name="Requester">Who has to stop.</param>
/// <param name="Video">Using which video.</param>
/// <param name="Purpose">For which purpose.</param>
/// <param name="CreatorId">Whose word decides now; null if that is nobody's.</param>
/// <param name="Reason">What decides now.</param>
/// <param name="Since">Since when the requester has relied on consent.</param>
/// <param name="StopBy">By when to stop.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Statement">
/// What the requester said to it; null if nothing, or if a creator whom it concerns was erased since.
/// </param>
/// <param name="Made">What they made of the video since then: the first 100, among the first 1,000 uses.</param>
/// <param name="CreatedAt">When they were told.</param>
/// <param name="ChangedAt">When it was last altered.</param>
public sealed record RecallBody(
    Guid Id,
    [property: Id] string Requester,
    VideoName Video,
    [property: PurposeName] string Purpose,
    [property: Id] string? CreatorId,
    Reason Reason,
    Instant Since,
    Instant StopBy,
    RecallStatus Status,
    string? Statement,
    IReadOnlyList<MadeBody> Made,
    Instant CreatedAt,
    Instant ChangedAt
)
{
    internal static RecallBody From(StoredRecall stored, Instant now)
    {
        var recall = stored.Record;
        return new(
            stored.Id,
            recall.Requester.Value,
            VideoName.From(recall.Video),
            recall.Purpose.Name,
            recall.Creator?.Value,
            recall.Reason,
            stored.Since,
            recall.StopBy,
            recall.State switch
            {
                RecallState.Acknowledged => RecallStatus.Acknowledged,
                RecallState.Disputed => RecallStatus.Disputed,
                _ => recall.StopBy <= now ? RecallStatus.Overdue : RecallStatus.Open,
            },
            recall.Statement?.Text,
            [.. stored.Made.Select(made => MadeBody.From(made)!)],
            stored.CreatedAt,
            recall.Stamp.At
        );
    }
}

/// <summary>The answer to a requester who acknowledged or disputed.</summary>
/// <param name="Changes">1; 0 if they had said so already.</param>
/// <param name="Recall">The recall as it stands.</param>
public sealed record RecallChange([property: AtLeast(0)] int Changes, RecallBody Recall) : ChangeAnswer;
