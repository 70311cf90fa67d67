using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.History;

namespace ConsentRegistry.Domain.Replay;

/// <summary>Grants: given, revoked and spent.</summary>
internal static class GrantRules
{
    public static readonly ReplayRule Asked = new(
        "grantUnasked",
        "`grantGiven`",
        "a grant stands in the version that approves its request, after that event; it is for the requester, the video "
            + "to be used in, and one of the videos of that request, each once",
        "A grant is given in a version without an approval."
    );

    public static readonly ReplayRule Terms = new(
        "grantWider",
        "`grantGiven`",
        "a grant is for no more than was asked for: the purpose or one below, until then or earlier, so many uses or "
            + "fewer; and it ends later than it is given",
        "Three uses were asked for, and the grant does not count uses."
    );

    public static readonly ReplayRule Ended = new(
        "grantEnded",
        "`grantRevoked`, `grantSpent`",
        "a grant that stands is spent, if it counts uses; one that was not revoked, and is not over, is revoked; "
            + "nothing else about it changes",
        "A revoked grant is revoked again, with more uses."
    );

    public static readonly ReplayRule Spent = new(
        "grantSpentEarly",
        "`grantSpent`",
        "a grant is spent by the last of its uses: the log has as many as it is for",
        "A grant for three uses is spent, and the log has two."
    );

    public static readonly ReplayRule Unspent = new(
        "grantNotSpent",
        "`grantSpent`",
        "a grant that stands is spent when the log has as many uses of it as it is for",
        "A grant for one use was used a day ago, and the log does not say that it is spent."
    );

    public static IEnumerable<ReplayRule> All => [Asked, Terms, Ended, Spent, Unspent];

    /// <summary>Judges a grant.</summary>
    /// <param name="change">The change.</param>
    /// <param name="approved">The requests that this version approved before, with the videos without a grant.</param>
    /// <param name="place">Where the event stands.</param>
    public static Violation? Judge(
        RecordedChange.OfGrant change,
        IReadOnlyDictionary<Guid, ApprovedPart> approved,
        in EventPlace place
    )
    {
        var after = change.After;
        if (RecordRules.JudgeStamp(after.Stamp, place) is { } wrong)
            return wrong;
        if (change.Before is { } before)
            return IsEnd(before, after, place.Stamp.At)
                ? null
                : Ended.Broken("The grant was over, or more of it changes than its end.");
        if (after.State != GrantState.Standing)
            return Ended.Broken("A grant ends that was never given.");
        if (
            !approved.TryGetValue(after.Request, out var part)
            || part.Wanted.Requester != after.Requester
            || part.Wanted.UsedIn != after.UsedIn
            || !part.Videos.Contains(after.Video)
        )
            return Asked.Broken("No request is approved in this version that the grant could answer.");
        var (wanted, terms) = (part.Wanted, after.Terms);
        var isWithin =
            terms.Purpose.IsAtOrBelow(wanted.Purpose)
            && (wanted.Until is null || terms.ExpiresAt <= wanted.Until)
            && (wanted.Uses is null || terms.Uses <= wanted.Uses)
            && !(terms.ExpiresAt <= place.Stamp.At);
        return isWithin ? null : Terms.Broken("The grant is for more than was asked for, or over when it is given.");
    }

    private static bool IsEnd(GrantRecord before, GrantRecord after, Instant at) =>
        after == before with { State = after.State, Stamp = after.Stamp }
        && after.State switch
        {
            GrantState.Spent => before.State == GrantState.Standing && before.Terms.Uses is not null,
            GrantState.Revoked => before.State != GrantState.Revoked && !(before.Terms.ExpiresAt <= at),
            _ => false,
        };
}

/// <summary>What a version approved: what was asked for, and the videos for which it has given no grant yet.</summary>
internal sealed record ApprovedPart(WantedUse Wanted, HashSet<VideoKey> Videos);
