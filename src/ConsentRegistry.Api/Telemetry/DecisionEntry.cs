using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Telemetry;

/// <summary>A decision as it is logged. What is null could not be read, or was not there.</summary>
/// <param name="Id">The decision: a UUID of version 7. Answers, receipts and uses name it, too.</param>
/// <param name="Way">The way on which the check came.</param>
/// <param name="Creator">
/// The owner of the checked video. Of a check that names content: of the video that decided, if one did.
/// </param>
/// <param name="Video">The owner's id for it.</param>
/// <param name="Requester">Who wants to use it.</param>
/// <param name="Purpose">The purpose.</param>
/// <param name="Effect">The answer.</param>
/// <param name="Reason">Why.</param>
/// <param name="DecidedBy">The creator who decided.</param>
/// <param name="DecidedByVersion">The version of their stream that last altered what decided.</param>
/// <param name="Version">The version of the owner's stream.</param>
/// <param name="VocabularyVersion">The version of the vocabulary.</param>
/// <param name="FreshAt">The database's time that the facts are as new as.</param>
internal sealed record DecisionEntry(
    Guid Id,
    CheckChannel Way,
    string? Creator,
    string? Video,
    string? Requester,
    string Purpose,
    Effect Effect,
    Reason Reason,
    string? DecidedBy,
    long? DecidedByVersion,
    long? Version,
    int? VocabularyVersion,
    Instant? FreshAt
)
{
    /// <summary>The same check, answered without facts after all.</summary>
    public DecisionEntry Withdrawn() =>
        this with
        {
            Effect = Effect.Deny,
            Reason = Reason.Indeterminate,
            DecidedBy = null,
            DecidedByVersion = null,
            Version = null,
            VocabularyVersion = null,
            FreshAt = null,
        };
}
