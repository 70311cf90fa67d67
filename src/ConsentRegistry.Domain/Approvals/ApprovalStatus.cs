namespace ConsentRegistry.Domain.Approvals;

/// <summary>Where a request stands.</summary>
public enum ApprovalStatus
{
    /// <summary>Somebody who is concerned can still answer, and nobody refused.</summary>
    Open,

    /// <summary>Everybody concerned approved.</summary>
    Approved,

    /// <summary>Somebody refused.</summary>
    Refused,

    /// <summary>The requester took it back.</summary>
    Withdrawn,

    /// <summary>
    /// It was not answered in time; or somebody who is concerned was erased, so that it cannot be approved any more.
    /// </summary>
    Expired,
}
