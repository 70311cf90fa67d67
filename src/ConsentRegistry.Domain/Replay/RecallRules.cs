using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Usages;

namespace ConsentRegistry.Domain.Replay;

/// <summary>Recalls: issued and answered.</summary>
internal static class RecallRules
{
    public static readonly ReplayRule Issued = new(
        "recallIssued",
        "`recallChanged`",
        "a recall begins open, without a statement, and its time to stop is later than the recall",
        "The first event about a recall says that it is acknowledged."
    );

    public static readonly ReplayRule Answered = new(
        "recallAnswered",
        "`recallChanged`",
        "a recall is acknowledged or disputed; one that is acknowledged is not disputed any more; nothing but the "
            + "answer changes",
        "The answer to a recall moves `stopBy` by a year."
    );

    public static IEnumerable<ReplayRule> All => [Issued, Answered];

    public static Violation? Judge(RecordedChange.OfRecall change, in EventPlace place)
    {
        var after = change.After;
        if (StreamId.OfRequester(after.Requester) != place.Stream)
            return RecordRules.Elsewhere();
        if (RecordRules.JudgeStamp(after.Stamp, place) is { } wrong)
            return wrong;
        if (change.Before is not { } before)
            return after is { State: RecallState.Open, Statement: null } && after.StopBy > place.Stamp.At
                ? null
                : Issued.Broken("The recall does not begin as one that can be answered.");
        var isAnswer =
            after.State != RecallState.Open
            && !(before.State == RecallState.Acknowledged && after.State == RecallState.Disputed)
            && after == before with { State = after.State, Statement = after.Statement, Stamp = after.Stamp };
        if (!isAnswer)
            return Answered.Broken("The recall was acknowledged, or more of it changes than its answer.");
        return (after.State, after.Statement) == (before.State, before.Statement) ? RecordRules.Same() : null;
    }

    /// <summary>
    /// What of a recall stays the same whatever is erased: an erasure takes what a requester said, and whose word it
    /// was, from the table. Names become pseudonyms.
    /// </summary>
    public static RecallRecord Kept(RecallRecord record) =>
        record with
        {
            Video = new(CreatorId.Parse(Pseudonym.Erased), record.Video.Video),
            Creator = null,
            Statement = null,
        };
}
