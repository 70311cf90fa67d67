using ConsentRegistry.Client;

namespace ConsentRegistry.Console.News;

/// <summary>The kinds of notifications that a webhook can be told of.</summary>
internal static class NotificationWords
{
    /// <summary>In the order in which forms show them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        NotificationKinds.ConsentChanged,
        NotificationKinds.Lockdown,
        NotificationKinds.ApprovalRequested,
        NotificationKinds.ApprovalApproved,
        NotificationKinds.ApprovalRefused,
        NotificationKinds.ApprovalExpiring,
        NotificationKinds.Used,
        NotificationKinds.UsedWithoutConsent,
        NotificationKinds.Recall,
        NotificationKinds.PurposeRegistered,
        NotificationKinds.IdentifierClaimed,
        NotificationKinds.ImportProposed,
    ];
}
