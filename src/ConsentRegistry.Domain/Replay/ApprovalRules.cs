using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Domain.Replay;

/// <summary>Requests for approval, and who may not ask.</summary>
internal static class ApprovalRules
{
    public static readonly ReplayRule Opened = new(
        "approvalOpened",
        "`approvalChanged`",
        "a request begins open, about at least one video, each once, without a reason, and ends later than it begins, "
            + "and not later than the use that it asks for",
        "The first event about a request says that it is approved."
    );

    public static readonly ReplayRule Answered = new(
        "approvalAnswered",
        "`approvalChanged`",
        "a request that is open is answered or withdrawn once, before it ends; nothing else about it changes, and only "
            + "a refusal has a reason",
        "A refused request becomes an approved one."
    );

    public static readonly ReplayRule Blocked = new(
        "approvalBlocked",
        "`approvalChanged`",
        "a requester whom a creator blocked opens no request to that creator",
        "A creator blocked `studio`. The next version is a request of `studio`."
    );

    public static readonly ReplayRule Parts = new(
        "approvalParts",
        "`approvalChanged`",
        "all creators of one request are asked the same, with the same time to answer",
        "Ana is asked for `remix`, and bea in the same request for `training`."
    );

    public static IEnumerable<ReplayRule> All => [Opened, Answered, Blocked, Parts];

    /// <summary>Judges a request.</summary>
    /// <param name="change">The change.</param>
    /// <param name="isBlocked">Whether the creator keeps the requester from asking.</param>
    /// <param name="place">Where the event stands.</param>
    public static Violation? Judge(RecordedChange.OfApproval change, bool isBlocked, in EventPlace place)
    {
        var after = change.After;
        if (RecordRules.JudgeStamp(after.Stamp, place) is { } wrong)
            return wrong;
        if (change.Before is not { } before)
        {
            if (isBlocked)
                return Blocked.Broken("The creator does not want to be asked by the requester.");
            return
                after is { State: ApprovalState.Open, Reason: null, Videos.Length: > 0 }
                && after.Videos.Distinct().Count() == after.Videos.Length
                && after.ExpiresAt > place.Stamp.At
                && !(after.Wanted.Until < after.ExpiresAt)
                ? null
                : Opened.Broken("The request does not begin as one that can be answered.");
        }
        var isAnswer =
            before.IsOpen(place.Stamp.At)
            && after.State != ApprovalState.Open
            && (after.Reason is null || after.State == ApprovalState.Refused)
            && after == before with { State = after.State, Reason = after.Reason, Stamp = after.Stamp };
        return isAnswer ? null : Answered.Broken("The request was not open, or more of it changes than its answer.");
    }

    /// <summary>What of a request is the same for all who are asked.</summary>
    public static ApprovalRecord Shared(ApprovalRecord record) =>
        record with
        {
            Videos = [],
            State = ApprovalState.Open,
            Reason = null,
            Stamp = default,
        };

    public static Violation? Judge(RecordedChange.OfAsking change, in EventPlace place)
    {
        if (change.Before is null == change.After is null)
            return RecordRules.Same();
        return change.After is { } blocked ? RecordRules.JudgeStamp(blocked, place) : null;
    }
}
