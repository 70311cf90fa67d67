using System.Collections.Immutable;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Domain.Approvals;

/// <summary>What became of a request. Its expiry is no state: it is compared with the clock.</summary>
public enum ApprovalState : byte
{
    /// <summary>It waits for the creator.</summary>
    Open,

    /// <summary>The creator gave grants.</summary>
    Approved,

    /// <summary>The creator refused.</summary>
    Refused,

    /// <summary>The requester took it back.</summary>
    Withdrawn,
}

/// <summary>What a requester asks for.</summary>
/// <param name="Requester">Who asks.</param>
/// <param name="UsedIn">The video that they want to use.</param>
/// <param name="Purpose">For which purpose.</param>
/// <param name="Use">What they mean to do, in plain words.</param>
/// <param name="Until">For how long they want it; null if for good.</param>
/// <param name="Uses">How many uses they want; null if any number.</param>
public sealed record WantedUse(
    Requester Requester,
    VideoKey UsedIn,
    Purpose Purpose,
    string Use,
    Instant? Until,
    int? Uses
);

/// <summary>One creator's part in an approval request: what they are asked, and what became of it.</summary>
/// <param name="Wanted">What is asked for.</param>
/// <param name="Videos">
/// The videos about which this creator is asked: the wanted one, or those it was made from.
/// </param>
/// <param name="ExpiresAt">Until when the creator can answer.</param>
/// <param name="State">What became of it.</param>
/// <param name="Reason">Why the creator refused, in their words.</param>
/// <param name="Stamp">The change that last altered it.</param>
public sealed record ApprovalRecord(
    WantedUse Wanted,
    ImmutableArray<VideoKey> Videos,
    Instant ExpiresAt,
    ApprovalState State,
    string? Reason,
    Stamp Stamp
)
{
    /// <summary>Whether the creator can still answer.</summary>
    public bool IsOpen(Instant now) => State == ApprovalState.Open && ExpiresAt > now;

    /// <inheritdoc/>
    public bool Equals(ApprovalRecord? other) =>
        other is not null
        && Wanted == other.Wanted
        && Videos.SequenceEqual(other.Videos)
        && ExpiresAt == other.ExpiresAt
        && State == other.State
        && Reason == other.Reason
        && Stamp == other.Stamp;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Wanted, Stamp);
}
