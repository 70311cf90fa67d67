using ConsentRegistry.Domain.Notifications;
using static ConsentRegistry.Domain.Notifications.NotificationKind;

namespace ConsentRegistry.Api.Contracts;

/// <summary>The members of <see cref="NotificationData"/> that a notification of one kind can have.</summary>
/// <param name="Always">Those that it always has.</param>
/// <param name="Sometimes">Those that it has for some of what it tells.</param>
internal sealed record NotificationMembers(IReadOnlyList<string> Always, IReadOnlyList<string> Sometimes)
{
    private static readonly string[] Creator =
    [
        nameof(NotificationData.CreatorId),
        nameof(NotificationData.Version),
        nameof(NotificationData.SettingsVersion),
        nameof(NotificationData.ChangedAt),
    ];

    private static readonly string[] Request =
    [
        nameof(NotificationData.RequestId),
        nameof(NotificationData.Requester),
        nameof(NotificationData.Video),
        nameof(NotificationData.Purpose),
        nameof(NotificationData.ExpiresAt),
    ];

    private static readonly string[] Use =
    [
        nameof(NotificationData.CreatorId),
        nameof(NotificationData.UseId),
        nameof(NotificationData.Requester),
        nameof(NotificationData.Purpose),
        nameof(NotificationData.Video),
        nameof(NotificationData.Videos),
        nameof(NotificationData.Reason),
        nameof(NotificationData.UsedAt),
        nameof(NotificationData.More),
    ];

    /// <summary>The members by kind. What an older service told has no <see cref="NotificationData.Affects"/>.</summary>
    public static readonly IReadOnlyDictionary<NotificationKind, NotificationMembers> ByKind = new Dictionary<
        NotificationKind,
        NotificationMembers
    >
    {
        [ConsentChanged] = new(
            Creator,
            [
                nameof(NotificationData.Changes),
                nameof(NotificationData.RevokedGrants),
                nameof(NotificationData.Settings),
                nameof(NotificationData.Grants),
                nameof(NotificationData.Requester),
                nameof(NotificationData.Hold),
                nameof(NotificationData.ErasedAt),
                nameof(NotificationData.Affects),
            ]
        ),
        [Lockdown] = new([.. Creator, nameof(NotificationData.Lockdown)], [nameof(NotificationData.Affects)]),
        [ApprovalRequested] = new([.. Request, nameof(NotificationData.CreatorId)], []),
        [ApprovalApproved] = new(Request, [nameof(NotificationData.Affects)]),
        [ApprovalRefused] = new(Request, []),
        [ApprovalExpiring] = new([.. Request, nameof(NotificationData.CreatorId)], [nameof(NotificationData.GrantId)]),
        [Used] = new(Use, []),
        [UsedWithoutConsent] = new(Use, []),
        [Recall] = new(
            [
                nameof(NotificationData.RecallId),
                nameof(NotificationData.Requester),
                nameof(NotificationData.Video),
                nameof(NotificationData.Purpose),
                nameof(NotificationData.Reason),
                nameof(NotificationData.Since),
                nameof(NotificationData.StopBy),
            ],
            [nameof(NotificationData.Affects)]
        ),
        [PurposeRegistered] = new(
            [
                nameof(NotificationData.Purpose),
                nameof(NotificationData.Description),
                nameof(NotificationData.VocabularyVersion),
            ],
            [nameof(NotificationData.Affects)]
        ),
        [IdentifierClaimed] = new(
            [nameof(NotificationData.CreatorId), nameof(NotificationData.Video), nameof(NotificationData.Identifiers)],
            [nameof(NotificationData.Videos), nameof(NotificationData.ClaimedBy)]
        ),
        [ImportProposed] = new(
            [
                nameof(NotificationData.CreatorId),
                nameof(NotificationData.ProposedBy),
                nameof(NotificationData.Changes),
                nameof(NotificationData.Proposals),
            ],
            []
        ),
    };
}
