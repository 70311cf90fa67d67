using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Domain.Usages;

/// <summary>What a requester says to a recall.</summary>
public enum RecallState : byte
{
    /// <summary>Nothing yet.</summary>
    Open,

    /// <summary>That they have stopped.</summary>
    Acknowledged,

    /// <summary>That it is none of their business, in words.</summary>
    Disputed,
}

/// <summary>Consent was withdrawn from somebody who relied on it: what they have to stop, and by when.</summary>
/// <param name="Requester">Who has to stop.</param>
/// <param name="Video">Using which video.</param>
/// <param name="Purpose">For which purpose.</param>
/// <param name="Creator">Whose word decides now; null if too many videos are concerned for anybody's to.</param>
/// <param name="Reason">What decides now.</param>
/// <param name="StopBy">By when.</param>
/// <param name="State">What the requester said to it.</param>
/// <param name="Statement">Their words; null if they gave none.</param>
/// <param name="Stamp">The change that last altered it.</param>
public sealed record RecallRecord(
    Requester Requester, VideoKey Video, Purpose Purpose, CreatorId? Creator, Reason Reason, Instant StopBy, RecallState State, string? Statement, Stamp Stamp);
