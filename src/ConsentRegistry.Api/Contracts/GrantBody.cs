using ConsentRegistry.Api.Http;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Api.Contracts;

/// <summary>Where a grant stands.</summary>
public enum GrantStatus
{
    /// <summary>It answers an ask.</summary>
    Standing,

    /// <summary>Its last use was recorded.</summary>
    Spent,

    /// <summary>The creator took it back, or denied what it was for.</summary>
    Revoked,

    /// <summary>Its time is over.</summary>
    Expired,
}

/// <summary>A grant: what a creator approved.</summary>
/// <param name="Id">The grant.</param>
/// <param name="RequestId">The request that it answers.</param>
/// <param name="Video">The video about which the creator decided.</param>
/// <param name="UsedIn">The video in which alone it may be used.</param>
/// <param name="Requester">To whom it was given.</param>
/// <param name="Purpose">The purpose, which those below share as far as the vocabulary of then knew them.</param>
/// <param name="Conditions">What the requester has to do.</param>
/// <param name="VocabularyVersion">The vocabulary version that the creator knew.</param>
/// <param name="ExpiresAt">When it ends; null if it does not.</param>
/// <param name="Uses">How many uses it is for; null if they are not counted.</param>
/// <param name="Used">How many of them were recorded.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Version">The version of the creator's stream that last altered it.</param>
/// <param name="ChangedAt">When it was last altered.</param>
public sealed record GrantBody(
    Guid Id,
    Guid RequestId,
    VideoName Video,
    VideoName UsedIn,
    [property: Id] string Requester,
    [property: PurposeName] string Purpose,
    [property: Words<Conditions>] IReadOnlyList<string> Conditions,
    [property: AtLeast(1)] int VocabularyVersion,
    Instant? ExpiresAt,
    int? Uses,
    int Used,
    GrantStatus Status,
    [property: AtLeast(0)] long Version,
    Instant ChangedAt
)
{
    internal static GrantBody From(StoredGrant stored, Instant now)
    {
        var grant = stored.Grant;
        return new(
            stored.Id,
            grant.Request,
            VideoName.From(grant.Video),
            VideoName.From(grant.UsedIn),
            grant.Requester.Value,
            grant.Terms.Purpose.Name,
            grant.Terms.Conditions.Words(),
            grant.Terms.VocabularyVersion,
            grant.Terms.ExpiresAt,
            grant.Terms.Uses,
            stored.Used,
            grant.State switch
            {
                GrantState.Spent => GrantStatus.Spent,
                GrantState.Revoked => GrantStatus.Revoked,
                _ => grant.Stands(now) ? GrantStatus.Standing : GrantStatus.Expired,
            },
            grant.Stamp.Version,
            grant.Stamp.At
        );
    }
}
