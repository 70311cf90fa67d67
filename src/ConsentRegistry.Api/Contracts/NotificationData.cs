using ConsentRegistry.Api.Http;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Settings;
using ConsentRegistry.Domain.Usages;

namespace ConsentRegistry.Api.Contracts;

/// <summary>
/// What a notification says: the members of its kind, and of what happened. The others are absent. Kinds may get
/// further members. <see cref="NotificationMembers"/> has them by kind.
/// </summary>
/// <param name="CreatorId">Whom it is about: whose settings changed, who is asked, or whom a use concerns.</param>
/// <param name="Version">The version of the creator's stream.</param>
/// <param name="SettingsVersion">The creator's settings version.</param>
/// <param name="ChangedAt">When the change was made.</param>
/// <param name="Changes">How many records were altered.</param>
/// <param name="RevokedGrants">How many of them are grants that were revoked.</param>
/// <param name="Settings">The first ten altered settings.</param>
/// <param name="Grants">The first ten of the requester's grants that were revoked.</param>
/// <param name="Hold">Of a change of the operator's stop: what stands; null when it was lifted.</param>
/// <param name="Lockdown">Of a change of the emergency stop: what stands; null when it was lifted.</param>
/// <param name="ErasedAt">When the creator was erased: drop what you keep of them.</param>
/// <param name="RequestId">The approval request.</param>
/// <param name="GrantId">The grant that is about to expire.</param>
/// <param name="Requester">Who asked, used the video or has to stop.</param>
/// <param name="Video">The video.</param>
/// <param name="Purpose">The purpose.</param>
/// <param name="ExpiresAt">Until when the request can be answered, or the grant holds.</param>
/// <param name="UseId">The recorded use.</param>
/// <param name="Videos">
/// How many of the use's videos concern the creator; of identifiers, how many of the creator's videos got some.
/// </param>
/// <param name="Reason">Why a use had consent or had none; of a recall, what decides now.</param>
/// <param name="UsedAt">When the video was used.</param>
/// <param name="More">True of the last use that is told for now: others follow, which the list of uses has.</param>
/// <param name="RecallId">The recall.</param>
/// <param name="Since">Since when the requester relied on the consent.</param>
/// <param name="StopBy">By when to stop.</param>
/// <param name="Description">What a new purpose means.</param>
/// <param name="VocabularyVersion">The vocabulary version that introduced it.</param>
/// <param name="WebhookId">Of a ping: the webhook.</param>
/// <param name="Identifiers">Of identifiers: those of the video, or those that it shares.</param>
/// <param name="ClaimedBy">Other creators' videos that got them now: the first ten.</param>
/// <param name="ProposedBy">Of an import: the program that proposes it; null if its token names none.</param>
/// <param name="Proposals">
/// Settings that an import asks for. Import them, as <c>importConsents</c> takes them, to have them.
/// </param>
/// <param name="Affects">
/// Which checks to ask again. Absent where none has another answer, and in what was told by an older service.
/// </param>
[SparseBody]
public sealed record NotificationData(
    [property: Id] string? CreatorId,
    [property: AtLeast(0)] long? Version,
    [property: AtLeast(0)] long? SettingsVersion,
    Instant? ChangedAt,
    [property: AtLeast(0)] int? Changes,
    int? RevokedGrants,
    IReadOnlyList<NotifiedSetting>? Settings,
    IReadOnlyList<NotifiedGrant>? Grants,
    [property: OrNull] NotifiedStop? Hold,
    [property: OrNull] NotifiedStop? Lockdown,
    Instant? ErasedAt,
    Guid? RequestId,
    Guid? GrantId,
    [property: Id] string? Requester,
    NotifiedVideo? Video,
    [property: PurposeName] string? Purpose,
    [property: OrNull] Instant? ExpiresAt,
    Guid? UseId,
    [property: AtLeast(1)] int? Videos,
    UseReason? Reason,
    Instant? UsedAt,
    bool? More,
    Guid? RecallId,
    Instant? Since,
    Instant? StopBy,
    [property: Text] string? Description,
    [property: AtLeast(1)] int? VocabularyVersion,
    Guid? WebhookId,
    [property: Items(1, Limits.IdentifiersPerVideo)] IReadOnlyList<IdentifierBody>? Identifiers,
    IReadOnlyList<NotifiedVideo>? ClaimedBy,
    [property: OrNull] string? ProposedBy,
    [property: Items(1, NotifiedProposal.MostNamed)] IReadOnlyList<NotifiedProposal>? Proposals,
    AffectedBody? Affects
);

/// <summary>A setting that was altered, and what it says now.</summary>
/// <param name="Video">The video of an override; null for a default.</param>
/// <param name="Purpose">The purpose that it is for.</param>
/// <param name="Requester">The requester that it names; null for anybody.</param>
/// <param name="Effect">What it says now; null where it was cleared.</param>
public sealed record NotifiedSetting(
    NotifiedVideo? Video,
    [property: PurposeName] string Purpose,
    [property: Id] string? Requester,
    Effect? Effect
);

/// <summary>A setting that an import asks for.</summary>
/// <param name="Video">The video of an override; null for a default.</param>
/// <param name="Purpose">The purpose that it is for.</param>
/// <param name="Requester">The requester that it names; null for anybody.</param>
/// <param name="Effect">The effect.</param>
/// <param name="Conditions">What it attaches.</param>
/// <param name="ExpiresAt">When an allow ends; null if it does not.</param>
/// <param name="AppliesTo">Of an allow default, which videos it reaches; null otherwise.</param>
public sealed record NotifiedProposal(
    NotifiedVideo? Video,
    [property: PurposeName] string Purpose,
    [property: Id] string? Requester,
    Effect Effect,
    [property: Words<Conditions>] IReadOnlyList<string> Conditions,
    Instant? ExpiresAt,
    AppliesTo? AppliesTo
)
{
    /// <summary>Proposals of one notification.</summary>
    public const int MostNamed = 50;
}

/// <summary>A grant that was revoked.</summary>
/// <param name="GrantId">The grant.</param>
/// <param name="RequestId">The request that it answered.</param>
/// <param name="Video">The video in which it let the requester use what was granted.</param>
/// <param name="Purpose">The purpose.</param>
public sealed record NotifiedGrant(
    Guid GrantId,
    Guid RequestId,
    NotifiedVideo Video,
    [property: PurposeName] string Purpose
);

/// <summary>A video by its owner and the owner's name for it.</summary>
/// <param name="CreatorId">The owner.</param>
/// <param name="VideoId">The owner's id for the video.</param>
[SameSchemaAs(typeof(VideoName))]
public sealed record NotifiedVideo(string CreatorId, string VideoId);

/// <summary>A stop that stands.</summary>
/// <param name="Purposes">What it stops; null for everything.</param>
public sealed record NotifiedStop([property: Purposes(1)] IReadOnlyList<string>? Purposes);
