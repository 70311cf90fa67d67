namespace ConsentRegistry.Domain.Decisions;

/// <summary>What the identifiers of a check stand for (R10).</summary>
/// <param name="Videos">
/// The registered videos that carry one of them, each once, by owner and then by id, byte by byte.
/// </param>
/// <param name="IsErased">Whether an erased creator's video carried one of them.</param>
public sealed record CarriedContent(IReadOnlyList<VideoKey> Videos, bool IsErased)
{
    /// <summary>More videos than a check may consult need not be known: it is one too many.</summary>
    public const int MostVideos = Limits.VideosPerCheck + 1;
}

/// <summary>The answer to a check that names content.</summary>
/// <param name="Decision">The decision.</param>
/// <param name="DecidingVideo">
/// The video whose decision it is; null where no video decided: nobody carries the content, somebody who was erased did,
/// or a limit was exceeded.
/// </param>
/// <param name="Answers">The decision about each video, in their order; none where a limit was exceeded.</param>
public sealed record ContentDecision(Decision Decision, VideoKey? DecidingVideo, IReadOnlyList<Decision> Answers);

/// <summary>R10: decides a check that names content by deciding each video that carries it.</summary>
public static class ContentConsent
{
    /// <summary>Decides for what identifiers stand for.</summary>
    /// <param name="facts">The facts, which have each of the videos.</param>
    /// <param name="content">What the identifiers stand for.</param>
    /// <param name="decide">Decides a video, by R1 to R9.</param>
    public static ContentDecision Decide(FactSet facts, CarriedContent content, Func<VideoKey, Decision> decide)
    {
        if (ExceedsLimit(facts, content.Videos))
            return new(Decision.Indeterminate, null, []);
        var answers = content.Videos.Select(decide).ToArray();
        if (answers.Any(answer => answer.Reason == Reason.Indeterminate))
            return new(Decision.Indeterminate, null, answers);
        if (content.IsErased)
            return new(Decision.OfNobody(Detail.Erased), null, answers);
        if (answers.Length == 0)
            return new(Decision.OfNobody(Detail.VideoNotRegistered), null, answers);
        var first = 0;
        for (var i = 1; i < answers.Length; i++)
        {
            if (answers[i].Effect > answers[first].Effect)
                first = i;
        }
        var decision = answers[first];
        if (decision.IsAllowed)
        {
            foreach (ref readonly var answer in answers.AsSpan())
                decision.Attach(answer);
        }
        return new(decision, content.Videos[first], answers);
    }

    // R8's limit counts the sum: sources are evaluated anew for each video.
    private static bool ExceedsLimit(FactSet facts, IReadOnlyList<VideoKey> videos)
    {
        var consulted = 0;
        foreach (var video in videos)
        {
            consulted += ReachedVideos.From(video, facts.RecordOf).Count;
            if (consulted > Limits.VideosPerCheck)
                return true;
        }
        return false;
    }
}
