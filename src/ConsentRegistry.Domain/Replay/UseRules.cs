using ConsentRegistry.Domain.Approvals;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Usages;

namespace ConsentRegistry.Domain.Replay;

/// <summary>Recorded uses, and the grants that they spend.</summary>
internal static class UseRules
{
    public static readonly ReplayRule Recorded = new(
        "useRecorded",
        "`useRecorded`",
        "a use is recorded once, and names at least one video, each once; only a video that was used with consent spends "
            + "grants, each once",
        "A use that nobody consented to spends a grant."
    );

    public static readonly ReplayRule Known = new(
        "useUnknownGrant",
        "`useRecorded`",
        "a grant that a use spends was given before (or its event was erased), counts its uses, and is for the "
            + "requester, the video, and the purpose or one above that it covers (R6)",
        "A use for `training` spends a grant for `remix`."
    );

    public static readonly ReplayRule Within = new(
        "useBeyondGrant",
        "`useRecorded`",
        "no grant is spent more often than it has uses",
        "A grant for one use is spent by two uses."
    );

    public static readonly ReplayRule InTime = new(
        "useAfterGrant",
        "`useRecorded`",
        "a grant is spent before it ends and before it is revoked. What counts is the time of the receipt, or else "
            + "that of the event, and 60 seconds are allowed",
        "A grant ended on 1 May. A use without a receipt on 2 May spends it."
    );

    public static readonly ReplayRule Moment = new(
        "useMoment",
        "`useRecorded`",
        "a use is at most 5 minutes later than it is recorded, and with consent but without a receipt at most 5 minutes "
            + "earlier. A receipt that it relies on is at most 5 minutes later than the use, and at most 30 days older "
            + "than the event; 60 seconds more are allowed",
        "A use of today relies on a receipt of next week."
    );

    public static readonly ReplayRule Granted = new(
        "useUngranted",
        "`useRecorded`",
        "a use that a grant allowed, and that spends none, rests on a grant that does not count its uses, for the "
            + "requester and the video",
        "A use says that a grant allowed it, and the log has no grant to its requester."
    );

    public static IEnumerable<ReplayRule> All => [Recorded, Known, Within, InTime, Moment, Granted];

    public static Violation? Judge(RecordedChange.OfUse change, in EventPlace place)
    {
        var use = change.After;
        if (StreamId.OfRequester(use.Requester) != place.Stream)
            return RecordRules.Elsewhere();
        if (RecordRules.JudgeStamp(use.Stamp, place) is { } wrong)
            return wrong;
        // Whoever was erased has no name of their own.
        var named = use.Videos.Select(used => used.Video).Where(video => video.Creator.Value != Pseudonym.Erased);
        if (use.Videos.Length == 0 || named.GroupBy(video => video).Any(same => same.Count() > 1))
            return Recorded.Broken("The use is of no video, or of one twice.");
        var latest = UseRecord.Recent + ReplayRules.Tolerance;
        if (use.UsedAt > use.Stamp.At.Plus(latest))
            return Moment.Broken($"The use is dated {use.UsedAt}, and was recorded before.");
        var isLate = use.UsedAt < use.Stamp.At.Plus(-latest);
        if (
            isLate
            && use.Videos.Any(used => used.Status == UseStatus.Consented && used.ReliedOn is not { HasReceipt: true })
        )
            return Moment.Broken($"The use is dated {use.UsedAt}, long before it was recorded, and has no receipt.");
        var oldest = use.Stamp.At.Plus(-UseRecord.ReliedOnFor - ReplayRules.Tolerance);
        if (
            use.Videos.Any(used =>
                used.ReliedOn is { HasReceipt: true, DecidedAt: var decided }
                && (decided < oldest || decided > use.UsedAt.Plus(latest))
            )
        )
            return Moment.Broken("The use relies on a receipt of another time.");
        return
            use.Videos.FirstOrDefault(used =>
                used.Spent.Length > 0
                && (used.Status == UseStatus.Unconsented || used.Spent.Distinct().Count() < used.Spent.Length)
            )
                is null
            ? null
            : Recorded.Broken("A video that was used without consent spends a grant, or one spends it twice.");
    }

    /// <summary>Judges one spending of a grant.</summary>
    /// <param name="spending">What is spent.</param>
    /// <param name="grant">The grant as it was given.</param>
    /// <param name="endedAt">When the grant was revoked, or its creator erased; null if neither.</param>
    /// <param name="spentBefore">How often it was spent before.</param>
    /// <param name="introducedIn">The version that introduced the purpose of the use; null if it is not known.</param>
    public static Violation? Judge(
        in Spending spending,
        GrantRecord grant,
        Instant? endedAt,
        int spentBefore,
        int? introducedIn
    )
    {
        var terms = grant.Terms;
        var covers =
            spending.Purpose == terms.Purpose
            || (spending.Purpose.IsBelow(terms.Purpose) && !(introducedIn > terms.VocabularyVersion));
        if (
            terms.Uses is not { } uses
            || grant.Requester != spending.Requester
            || !Names.AreOne(grant.UsedIn, spending.Video)
            || !covers
        )
            return Known.Broken("The grant that the use spends is for something else, or does not count uses.");
        if (spentBefore >= uses)
            return Within.Broken($"The grant is for {uses} uses, and all of them were recorded before.");
        // Events of two streams may be dated in another order than they were made in.
        var latest = spending.DecidedAt.Plus(-ReplayRules.Tolerance);
        if (terms.ExpiresAt <= latest || endedAt <= latest)
            return InTime.Broken("The grant that the use spends had ended before.");
        return grant.Stamp.At > spending.DecidedAt.Plus(ReplayRules.Tolerance)
            ? Known.Broken("The grant that the use spends was given later.")
            : null;
    }
}

/// <summary>One grant that a use spends.</summary>
/// <param name="Seq">The entry of the use.</param>
/// <param name="Requester">Who used the video.</param>
/// <param name="Video">The video; its owner may be a pseudonym.</param>
/// <param name="Purpose">The purpose.</param>
/// <param name="DecidedAt">The moment whose consent counts.</param>
internal readonly record struct Spending(
    long Seq,
    Requester Requester,
    VideoKey Video,
    Purpose Purpose,
    Instant DecidedAt
);

/// <summary>Compares names of creators where some are pseudonyms: those say nothing, and are passed over.</summary>
internal static class Names
{
    public static bool AreOne(VideoKey one, VideoKey other) =>
        one.Video == other.Video && AreOne(one.Creator, other.Creator);

    public static bool AreOne(CreatorId one, CreatorId other) =>
        one == other || Pseudonym.IsPseudonym(one) || Pseudonym.IsPseudonym(other);
}
