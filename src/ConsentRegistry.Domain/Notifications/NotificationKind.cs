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

    /// <summary>A creator approved a request.</summary>
    ApprovalApproved,

    /// <summary>A creator refused a request.</summary>
    ApprovalRefused,

    /// <summary>A request or an approval is about to expire.</summary>
    ApprovalExpiring,

    /// <summary>A video was used with consent.</summary>
    Used,

    /// <summary>A video was used although consent was denied.</summary>
    UsedWithoutConsent,

    /// <summary>A creator wants what was made of their videos withdrawn.</summary>
    Recall,

    /// <summary>A purpose entered the vocabulary.</summary>
    PurposeRegistered,
}
