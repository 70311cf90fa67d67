using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Videos;

namespace ConsentRegistry.Domain.Decisions;

/// <summary>
/// Decides a check: a pure and total function of the check, the facts and the time, by the rules R1 to R9 of
/// docs/reference/rules.md. It performs no I/O, allocates nothing, and the same input always gives the same decision.
/// </summary>
/// <remarks>
/// R8 and R9 are here: whose consent is asked, and how the answers combine. <see cref="CreatorConsent"/> holds R1 to
/// R6, one creator's answer.
/// </remarks>
public static class Evaluator
{
    /// <summary>Decides a check.</summary>
    /// <param name="check">The question.</param>
    /// <param name="facts">The facts, seen from the requester of the check.</param>
    /// <param name="vocabulary">The vocabulary that the facts refer to.</param>
    public static Decision Decide<TFacts>(in Check check, ref TFacts facts, Vocabulary vocabulary)
        where TFacts : IFacts, allows ref struct
    {
        var silent = default(NoTrace);
        return Decide(check, ref facts, vocabulary, ref silent);
    }

    /// <summary>Decides a check and tells <paramref name="trace"/> how.</summary>
    /// <param name="check">The question.</param>
    /// <param name="facts">The facts, seen from the requester of the check.</param>
    /// <param name="vocabulary">The vocabulary that the facts refer to.</param>
    /// <param name="trace">Hears every step. The decision is the same with any trace.</param>
    public static Decision Decide<TFacts, TTrace>(
        in Check check,
        ref TFacts facts,
        Vocabulary vocabulary,
        ref TTrace trace
    )
        where TFacts : IFacts, allows ref struct
        where TTrace : ITrace
    {
        Decide(check, ref facts, vocabulary, ref trace, out var decision);
        return decision;
    }

    /// <summary>Decides a check and tells <paramref name="trace"/> how.</summary>
    /// <param name="check">The question.</param>
    /// <param name="facts">The facts, seen from the requester of the check.</param>
    /// <param name="vocabulary">The vocabulary that the facts refer to.</param>
    /// <param name="trace">Hears every step. The decision is the same with any trace.</param>
    /// <param name="decision">The decision, written where it is wanted.</param>
    public static void Decide<TFacts, TTrace>(
        in Check check,
        ref TFacts facts,
        Vocabulary vocabulary,
        ref TTrace trace,
        out Decision decision
    )
        where TFacts : IFacts, allows ref struct
        where TTrace : ITrace
    {
        decision = default;
        if (!TryDecide(check, ref facts, vocabulary, ref trace, ref decision))
            decision = Decision.Indeterminate;
    }

    private static bool TryDecide<TFacts, TTrace>(
        in Check check,
        ref TFacts facts,
        Vocabulary vocabulary,
        ref TTrace trace,
        ref Decision combined
    )
        where TFacts : IFacts, allows ref struct
        where TTrace : ITrace
    {
        if (!facts.TryRead(check.Video, out var registered))
            return false;
        // As nearly all are: made from nothing that is registered.
        return registered.Sources.IsEmpty
            ? TryAskAll(check, check.Video, registered, ref facts, vocabulary, ref trace, ref combined)
            : TryAskAllOfSources(check, registered, ref facts, vocabulary, ref trace, ref combined);
    }

    private static bool TryAskAllOfSources<TFacts, TTrace>(
        in Check check,
        VideoFacts registered,
        ref TFacts facts,
        Vocabulary vocabulary,
        ref TTrace trace,
        ref Decision combined
    )
        where TFacts : IFacts, allows ref struct
        where TTrace : ITrace
    {
        Span<VideoHandle> videos = stackalloc VideoHandle[Limits.VideosPerCheck];
        if (!TryCollectVideos(check.Video, registered, ref facts, videos, out var count))
            return false;
        foreach (var video in videos[..count])
        {
            if (
                !facts.TryRead(video, out registered)
                || !TryAskAll(check, video, registered, ref facts, vocabulary, ref trace, ref combined)
            )
                return false;
        }
        return true;
    }

    // R7: the owner and each co-creator, and each depicted participant where the purpose uses likeness.
    private static bool TryAskAll<TFacts, TTrace>(
        in Check check,
        VideoHandle video,
        in VideoFacts registered,
        ref TFacts facts,
        Vocabulary vocabulary,
        ref TTrace trace,
        ref Decision combined
    )
        where TFacts : IFacts, allows ref struct
        where TTrace : ITrace
    {
        if (
            !TryAsk(
                check,
                new()
                {
                    Creator = registered.Owner,
                    Role = Role.Owner,
                    Video = video,
                },
                registered,
                ref facts,
                vocabulary,
                ref trace,
                ref combined
            )
        )
            return false;
        foreach (var participant in registered.Participants)
        {
            if (participant.Role == Role.Depicted && !vocabulary.UsesLikeness(check.Purpose))
                continue;
            if (
                !TryAsk(
                    check,
                    new()
                    {
                        Creator = participant.Creator,
                        Role = participant.Role,
                        Video = video,
                    },
                    registered,
                    ref facts,
                    vocabulary,
                    ref trace,
                    ref combined
                )
            )
                return false;
        }
        return true;
    }

    // R8: the checked video, then its sources depth-first in their listed order, each once.
    private static bool TryCollectVideos<TFacts>(
        VideoHandle root,
        VideoFacts registered,
        ref TFacts facts,
        scoped Span<VideoHandle> videos,
        out int count
    )
        where TFacts : IFacts, allows ref struct
    {
        videos[0] = root;
        count = 1;
        Span<VideoHandle> pending = stackalloc VideoHandle[Limits.VideosPerCheck];
        var waiting = 0;
        if (!TryPush(registered.Sources, videos[..count], pending, ref waiting))
            return false;
        while (waiting > 0)
        {
            var video = pending[--waiting];
            if (!facts.TryRead(video, out registered))
                return false;
            videos[count++] = video;
            if (!TryPush(registered.Sources, videos[..count], pending, ref waiting))
                return false;
        }
        return true;
    }

    // Last first, so that the first listed is taken next. What waits already is taken where it was found last. Together
    // they are never more than a check may consult, so that what waits will have its place.
    private static bool TryPush(
        ReadOnlySpan<VideoHandle> sources,
        ReadOnlySpan<VideoHandle> taken,
        Span<VideoHandle> pending,
        ref int waiting
    )
    {
        if (sources.Length > Limits.SourcesPerVideo)
            return false;
        for (var i = sources.Length - 1; i >= 0; i--)
        {
            if (taken.Contains(sources[i]))
                continue;
            var before = pending[..waiting].IndexOf(sources[i]);
            if (before >= 0)
            {
                pending[(before + 1)..waiting].CopyTo(pending[before..]);
                waiting--;
            }
            else if (taken.Length + waiting == Limits.VideosPerCheck)
            {
                return false;
            }
            pending[waiting++] = sources[i];
        }
        return true;
    }

    private static bool TryAsk<TFacts, TTrace>(
        in Check check,
        in Decider decider,
        in VideoFacts video,
        ref TFacts facts,
        Vocabulary vocabulary,
        ref TTrace trace,
        ref Decision combined
    )
        where TFacts : IFacts, allows ref struct
        where TTrace : ITrace
    {
        if (!facts.TryRead(decider.Creator, decider.Video, check.Video, out var said))
            return false;
        if (TTrace.IsOn)
            trace.Consider(decider);
        if (combined.IsNone)
        {
            CreatorConsent.Decide(check, decider, video, said, vocabulary, ref trace, out combined);
            if (TTrace.IsOn)
                trace.Conclude(combined);
            return true;
        }
        CreatorConsent.Decide(check, decider, video, said, vocabulary, ref trace, out var answer);
        if (TTrace.IsOn)
            trace.Conclude(answer);
        // R9: the most restrictive answer over everybody, the first of equals; on allow, what everybody attached.
        if (answer.Effect > combined.Effect)
            combined = answer;
        else if (combined.IsAllowed)
            combined.Attach(answer);
        return true;
    }
}
