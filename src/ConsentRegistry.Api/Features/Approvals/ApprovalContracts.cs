using System.Text.Json.Serialization;
using ConsentRegistry.Api.Changes;
using ConsentRegistry.Api.Contracts;
using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Approvals;

namespace ConsentRegistry.Api.Features.Approvals;

/// <summary>An approval request as its requester sees it: one, however many creators it concerns.</summary>
/// <param name="Id">The request.</param>
/// <param name="Requester">Who asks.</param>
/// <param name="Video">The video that they want to use.</param>
/// <param name="Purpose">For which purpose.</param>
/// <param name="Use">What they mean to do, in plain words.</param>
/// <param name="Until">For how long they want it; null if for good.</param>
/// <param name="Uses">How many uses they want; null if any number.</param>
/// <param name="Status">Where the request stands as a whole.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">Until when it can be answered.</param>
/// <param name="Asked">Everybody who is asked, and what they answered.</param>
public sealed record ApprovalRequestBody(
    Guid Id,
    [property: Id] string Requester,
    VideoName Video,
    [property: PurposeName] string Purpose,
    string Use,
    Instant? Until,
    int? Uses,
    ApprovalStatus Status,
    Instant CreatedAt,
    Instant ExpiresAt,
    IReadOnlyList<AskedCreatorBody> Asked
)
{
    internal static ApprovalRequestBody From(StoredRequest request, IReadOnlyList<StoredPart> parts, Instant now) =>
        new(
            request.Id,
            request.Wanted.Requester.Value,
            VideoName.From(request.Wanted.UsedIn),
            request.Wanted.Purpose.Name,
            request.Wanted.Use,
            request.Wanted.Until,
            request.Wanted.Uses,
            StatusOf([.. parts.Select(part => part.Record)], request.Asked, now),
            request.CreatedAt,
            request.ExpiresAt,
            [.. parts.Select(part => AskedCreatorBody.From(part, now))]
        );

    /// <summary>One refusal is enough, and approved is what everybody approved who was asked.</summary>
    internal static ApprovalStatus StatusOf(IReadOnlyCollection<ApprovalRecord> parts, int asked, Instant now)
    {
        if (parts.Any(part => part.State == ApprovalState.Refused))
            return ApprovalStatus.Refused;
        if (parts.Any(part => part.State == ApprovalState.Withdrawn))
            return ApprovalStatus.Withdrawn;
        if (parts.Count < asked)
            return ApprovalStatus.Expired;
        if (parts.All(part => part.State == ApprovalState.Approved))
            return ApprovalStatus.Approved;
        return parts.Any(part => part.State == ApprovalState.Open && !part.IsOpen(now))
            ? ApprovalStatus.Expired
            : ApprovalStatus.Open;
    }
}

/// <summary>One creator who is asked.</summary>
/// <param name="CreatorId">The creator.</param>
/// <param name="Status">What they answered.</param>
/// <param name="Reason">Why they refused, in their words, if they said so.</param>
/// <param name="Grants">What they granted, a grant for each video of theirs.</param>
public sealed record AskedCreatorBody(
    [property: Id] string CreatorId,
    ApprovalStatus Status,
    [property: Text] string? Reason,
    IReadOnlyList<GrantBody> Grants
)
{
    internal static AskedCreatorBody From(StoredPart part, Instant now) =>
        new(
            part.Creator.Value,
            ApprovalRequestBody.StatusOf([part.Record], asked: 1, now),
            part.Record.Reason,
            [.. part.Grants.Select(grant => GrantBody.From(grant, now))]
        );
}

/// <summary>An approval request as one creator who is asked sees it.</summary>
/// <param name="Id">The request.</param>
/// <param name="Requester">Who asks.</param>
/// <param name="Video">The video that they want to use.</param>
/// <param name="Videos">
/// The creator's videos about which they are asked: that one, or those it was made from; or the video they appear in.
/// </param>
/// <param name="Purpose">For which purpose.</param>
/// <param name="Use">What the requester means to do, in plain words.</param>
/// <param name="Until">For how long they want it; null if for good.</param>
/// <param name="Uses">How many uses they want; null if any number.</param>
/// <param name="Status">What the creator answered.</param>
/// <param name="Reason">Why they refused, in their words.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">Until when it can be answered.</param>
/// <param name="Grants">What the creator granted.</param>
public sealed record AskedBody(
    Guid Id,
    [property: Id] string Requester,
    VideoName Video,
    [property: Items(1, VideoName.MaxListed)] IReadOnlyList<VideoName> Videos,
    [property: PurposeName] string Purpose,
    string Use,
    Instant? Until,
    int? Uses,
    ApprovalStatus Status,
    [property: Text] string? Reason,
    Instant CreatedAt,
    Instant ExpiresAt,
    IReadOnlyList<GrantBody> Grants
)
{
    internal static AskedBody From(StoredRequest request, StoredPart part, Instant now)
    {
        var wanted = part.Record.Wanted;
        return new(
            request.Id,
            wanted.Requester.Value,
            VideoName.From(wanted.UsedIn),
            [.. part.Record.Videos.Select(VideoName.From)],
            wanted.Purpose.Name,
            wanted.Use,
            wanted.Until,
            wanted.Uses,
            ApprovalRequestBody.StatusOf([part.Record], asked: 1, now),
            part.Record.Reason,
            request.CreatedAt,
            request.ExpiresAt,
            [.. part.Grants.Select(grant => GrantBody.From(grant, now))]
        );
    }
}

/// <summary>The answer to a requester who asked, or took a request back.</summary>
/// <param name="Request">The request as it stands.</param>
/// <param name="Versions">
/// The versions of the streams of everybody who is asked, for <c>minVersions</c> of a check.
/// </param>
public sealed record ApprovalRequestChange(
    ApprovalRequestBody Request,
    [property: Versions] IReadOnlyDictionary<string, long> Versions
) : ChangeAnswer;

/// <summary>The answer to a creator who approved or refused.</summary>
/// <param name="CreatorId">The creator.</param>
/// <param name="Version">The version of the creator's stream, for <c>minVersions</c> of a check.</param>
/// <param name="Request">The request as it stands.</param>
public sealed record AskedChange(
    [property: Id] string CreatorId,
    [property: AtLeast(0)] long Version,
    AskedBody Request
) : ChangeAnswer;

/// <summary>The answer to a creator who revoked a grant.</summary>
/// <param name="CreatorId">The creator.</param>
/// <param name="Version">The version of the creator's stream, for <c>minVersions</c> of a check.</param>
/// <param name="Changes">1; 0 if it was revoked before, or has expired.</param>
/// <param name="Grant">The grant as it stands.</param>
public sealed record GrantChange(
    [property: Id] string CreatorId,
    [property: AtLeast(0)] long Version,
    [property: AtLeast(0)] int Changes,
    GrantBody Grant
) : ChangeAnswer;

/// <summary>The answer to a creator who blocked a requester, or lets them ask again.</summary>
/// <param name="CreatorId">The creator.</param>
/// <param name="Version">The version of the creator's stream.</param>
/// <param name="Changes">1; 0 if it was so already.</param>
/// <param name="Blocked">The block that stands; absent if none does.</param>
public sealed record BlockedChange(
    [property: Id] string CreatorId,
    [property: AtLeast(0)] long Version,
    [property: AtLeast(0)] int Changes,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] BlockedBody? Blocked
) : ChangeAnswer;
