namespace ConsentRegistry.Domain.Notifications;

/// <summary>What somebody is told of.</summary>
public enum NotificationKind
{
    /// <summary>A creator's settings, their hold or whether they exist at all was changed.</summary>
    ConsentChanged,

    /// <summary>A creator's emergency stop was set, extended or lifted.</summary>
    Lockdown,

    /// <summary>A requester asks a creator for an approval.</summary>
    ApprovalRequested,

    /// <summary>Every creator who was asked approved a request.</summary>
    ApprovalApproved,

    /// <summary>A creator who was asked refused a request.</summary>
    ApprovalRefused,

    /// <summary>A request or an approval is about to expire.</summary>
    ApprovalExpiring,

    /// <summary>A video was used with consent.</summary>
    Used,

    /// <summary>A video was used without consent: it was denied, or nobody gave it.</summary>
    UsedWithoutConsent,

    /// <summary>Consent was withdrawn from somebody who relied on it: they have to stop.</summary>
    Recall,

    /// <summary>A purpose entered the vocabulary.</summary>
    PurposeRegistered,

    /// <summary>
    /// A video of the creator got an identifier that says nothing of whose it is. Or a video of another creator got one
    /// that theirs carries.
    /// </summary>
    IdentifierClaimed,

    /// <summary>
    /// Somebody without the creator's token imported consents for them: proposals, which change nothing until the
    /// creator imports them.
    /// </summary>
    ImportProposed,
}
