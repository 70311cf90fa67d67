using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Domain.Approvals;

/// <summary>What became of a grant. Its expiry is no state: it is compared with the clock.</summary>
public enum GrantState : byte
{
    /// <summary>It answers an ask until it expires.</summary>
    Standing,

    /// <summary>Its last use was recorded.</summary>
    Spent,

    /// <summary>The creator took it back, or denied what it was for: for good.</summary>
    Revoked,
}

/// <summary>A creator's approval of one request, as it is stored (R6).</summary>
public sealed record GrantRecord
{
    /// <summary>A grant that stands.</summary>
    /// <param name="request">The request that it answers.</param>
    /// <param name="video">The video about which the creator decides: their own, or one in which they appear.</param>
    /// <param name="usedIn">
    /// The video that was asked about, in which alone it may be used; the same, unless that was made from
    /// <paramref name="video"/>.
    /// </param>
    /// <param name="requester">To whom it was given.</param>
    /// <param name="terms">What was approved.</param>
    /// <param name="stamp">The change that last altered it.</param>
    public GrantRecord(
        Guid request,
        VideoKey video,
        VideoKey usedIn,
        Requester requester,
        GrantTerms terms,
        Stamp stamp
    )
    {
        (Request, Video, UsedIn, Requester, Terms, Stamp) = (request, video, usedIn, requester, terms, stamp);
    }

    /// <summary>The request that it answers.</summary>
    public Guid Request { get; }

    /// <summary>The video about which the creator decides.</summary>
    public VideoKey Video { get; }

    /// <summary>The video in which alone it may be used.</summary>
    public VideoKey UsedIn { get; }

    /// <summary>To whom it was given.</summary>
    public Requester Requester { get; }

    /// <summary>What was approved.</summary>
    public GrantTerms Terms { get; }

    /// <summary>What became of it.</summary>
    public GrantState State { get; init; }

    /// <summary>The change that last altered it.</summary>
    public Stamp Stamp { get; init; }

    /// <summary>The place of a setting for the same video, purpose and requester: what a deny touches (R6).</summary>
    public SettingKey Place => new(Video, Terms.Purpose, Requester);

    /// <summary>Whether it answers an ask at a moment, as far as is known without counting its uses.</summary>
    public bool Stands(Instant now) => State == GrantState.Standing && !(Terms.ExpiresAt <= now);

    /// <summary>The grant, taken back.</summary>
    public GrantRecord Revoked(Stamp by) => this with { State = GrantState.Revoked, Stamp = by };

    /// <summary>The grant, after its last use.</summary>
    public GrantRecord Spent(Stamp by) => this with { State = GrantState.Spent, Stamp = by };
}

/// <summary>What a creator approved.</summary>
public sealed record GrantTerms
{
    /// <summary>Terms of a grant.</summary>
    /// <param name="purpose">The purpose.</param>
    /// <param name="conditions">What the requester has to do.</param>
    /// <param name="vocabularyVersion">
    /// The vocabulary that the creator knew: the grant does not reach purposes below its own that are newer (R3).
    /// </param>
    /// <param name="expiresAt">When it ends; null if it does not.</param>
    /// <param name="uses">How many uses it is for, at least 1; null if they are not counted.</param>
    /// <exception cref="ArgumentException">It would be for no use.</exception>
    public GrantTerms(Purpose purpose, Conditions conditions, int vocabularyVersion, Instant? expiresAt, int? uses)
    {
        if (uses < 1)
            throw new ArgumentException("A grant is for one use at least.", nameof(uses));
        (Purpose, Conditions, VocabularyVersion, ExpiresAt, Uses) = (
            purpose,
            conditions,
            vocabularyVersion,
            expiresAt,
            uses
        );
    }

    /// <summary>The purpose.</summary>
    public Purpose Purpose { get; }

    /// <summary>What the requester has to do.</summary>
    public Conditions Conditions { get; }

    /// <summary>The vocabulary that the creator knew.</summary>
    public int VocabularyVersion { get; }

    /// <summary>When it ends; null if it does not.</summary>
    public Instant? ExpiresAt { get; }

    /// <summary>How many uses it is for; null if they are not counted.</summary>
    public int? Uses { get; }
}
