using ConsentRegistry.Domain.History;

namespace ConsentRegistry.Domain.Replay;

/// <summary>Facts about videos.</summary>
internal static class VideoRules
{
    public static readonly ReplayRule Widened = new(
        "videoWidened",
        "`videoRegistered`",
        "a participant, a source or an identifier goes, or the time of publication becomes another, only with a reason",
        "A depicted person is missing in `after`, and `by` has no reason."
    );

    public static readonly ReplayRule Facts = new(
        "videoFacts",
        "`videoRegistered`",
        "a video has at most 64 participants, 64 sources and 16 identifiers, is no source of itself, and was published "
            + "before it is registered",
        "`publishedAt` is a day later than `tx`."
    );

    public static IEnumerable<ReplayRule> All => [Widened, Facts];

    public static Violation? Judge(RecordedChange.OfVideo change, in EventPlace place)
    {
        if (change.Video.Creator != place.Stream.Creator)
            return RecordRules.Elsewhere();
        var after = change.After;
        if (after.Equals(change.Before))
            return RecordRules.Same();
        if (
            after.Participants.Length > Limits.ParticipantsPerVideo
            || after.Sources.Length > Limits.SourcesPerVideo
            || after.Identifiers.Length > Limits.IdentifiersPerVideo
        )
            return Facts.Broken("The video has too many participants, sources or identifiers.");
        if (after.Sources.Contains(change.Video))
            return Facts.Broken("The video is a source of itself.");
        if (
            after.PublishedAt != change.Before?.PublishedAt
            && after.PublishedAt > place.Stamp.At.Plus(ReplayRules.Tolerance)
        )
            return Facts.Broken("The video was published after it was registered.");
        return
            change.Before is { } before
            && string.IsNullOrEmpty(place.Reason)
            && after.WidenedFieldOf(before) is { } field
            ? Widened.Broken($"The fact '{field}' changes in the direction that can widen consent, without a reason.")
            : null;
    }
}
