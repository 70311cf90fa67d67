using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Domain.Decisions;

/// <summary>One creator's answer about one video: the rules R1 to R6.</summary>
internal static class CreatorConsent
{
    public static void Decide<TTrace>(
        in Check check,
        in Decider decider,
        in VideoFacts video,
        in CreatorFacts said,
        Vocabulary vocabulary,
        ref TTrace trace,
        out Decision answer
    )
        where TTrace : ITrace
    {
        // R1: stops first.
        if (said.IsErased)
        {
            Decision.Silence(decider, Detail.Erased, out answer);
            return;
        }
        foreach (ref readonly var stop in said.Stops)
        {
            if (!stop.Covers.Intersects(vocabulary.Related(check.Purpose)))
                continue;
            Decision.Stop(decider, stop, out answer);
            return;
        }

        // R2 to R4: the settings that speak, and what those say that nothing beats.
        var publishedAt = video.IsRegistered && video.PublishedAt is { } known ? known : Instant.Beginning;
        Candidates.Find(check, publishedAt, said.Settings, vocabulary, out var candidates);
        if (TTrace.IsOn)
            candidates.Tell(ref trace);

        // R5: silence is deny.
        if (!candidates.Any)
        {
            Decision.Silence(decider, candidates.WhySilent, out answer);
            return;
        }
        candidates.Weigh(out var unbeaten);

        // R6: a grant answers an ask, and never a deny.
        var answering =
            unbeaten.Effect == Effect.Ask
                ? FindGrant(check, said.Grants, vocabulary, ref unbeaten.Attached, ref trace)
                : -1;

        // R5: nobody knows who else is concerned by a video that nobody registered.
        if (!video.IsRegistered && unbeaten.Effect != Effect.Deny)
            Decision.Silence(decider, Detail.VideoNotRegistered, out answer);
        else if (answering >= 0)
            Decision.Grant(decider, said.Grants[answering], unbeaten.Attached, out answer);
        else
            Decision.Say(decider, unbeaten.Effect, said.Settings[unbeaten.Named], unbeaten.Attached, out answer);
    }

    /// <summary>Finds the grant that a decision names, and attaches what every grant that answers attaches.</summary>
    /// <returns>Its place; -1 if none answers.</returns>
    private static int FindGrant<TTrace>(
        in Check check,
        ReadOnlySpan<Grant> grants,
        Vocabulary vocabulary,
        ref Attachments attached,
        ref TTrace trace
    )
        where TTrace : ITrace
    {
        var best = -1;
        for (var i = 0; i < grants.Length; i++)
        {
            ref readonly var grant = ref grants[i];
            var answers = Answers(grant, check, vocabulary);
            if (TTrace.IsOn)
                trace.Weigh(grant, answers);
            if (!answers)
                continue;
            attached.Add(grant.Conditions, grant.ExpiresAt);
            attached.Excludes |= vocabulary.IntroducedAfter(grant.VocabularyVersion, vocabulary.Below(check.Purpose));
            attached.RestsOnCountedGrant |= grant.UsesLeft is not null;
            if (best < 0 || IsNamedBefore(grant, grants[best], vocabulary))
                best = i;
        }
        return best;
    }

    private static bool Answers(in Grant grant, in Check check, Vocabulary vocabulary) =>
        !grant.IsRevoked
        && grant.UsesLeft is null or > 0
        && grant.ExpiresAt > check.Now
        && vocabulary.AtOrAbove(check.Purpose).Contains(grant.Purpose)
        && (grant.Purpose == check.Purpose || vocabulary.IntroducedIn(check.Purpose) <= grant.VocabularyVersion);

    // The deepest purpose, then the latest.
    private static bool IsNamedBefore(in Grant one, in Grant other, Vocabulary vocabulary)
    {
        var (depth, otherDepth) = (vocabulary.Depth(one.Purpose), vocabulary.Depth(other.Purpose));
        return depth != otherDepth ? depth > otherDepth : one.Stamp.Version > other.Stamp.Version;
    }
}
