namespace ConsentRegistry.Domain.Approvals;

/// <summary>Why approval cannot be asked for or given.</summary>
public static class ApprovalFailures
{
    /// <summary>Nobody has to be asked, or nobody may be.</summary>
    public static readonly Failure NotAsked = new(
        FailureCode.NotAsked,
        "The check of this video, purpose and requester does not answer ask; request approval only where it does."
    );

    /// <summary>The request was answered or withdrawn, or its time is over.</summary>
    public static readonly Failure NotOpen = new(
        FailureCode.NotOpen,
        "The request was answered or withdrawn, or its time is over; answer one that is open."
    );
}
