using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Domain.Decisions;

/// <summary>One creator's answer about one video: the rules R1 to R6.</summary>
internal static class CreatorConsent
{
    public static Decision Decide<TTrace>(
        in Check check, Decider decider, in VideoFacts video, in CreatorFacts said, Vocabulary vocabulary, ref TTrace trace)
        where TTrace : ITrace
    {
        // R1: stops first.
        if (said.IsErased)
            return Silence(decider, Detail.Erased);
        ref readonly var related = ref vocabulary.Related(check.Purpose);
        if (said.Hold.Covers.Intersects(related))
            return Stopped(decider, Reason.Hold, said.Hold);
        if (said.Lockdown.Covers.Intersects(related))
            return Stopped(decider, Reason.Lockdown, said.Lockdown);

        // R2 to R4: the settings that speak, and those that nothing beats.
        var publishedAt = video.IsRegistered && video.PublishedAt is { } known ? known : Instant.Beginning;
        var candidates = new Candidates(check, publishedAt, said.Settings, vocabulary);
        candidates.Find();
        var unbeaten = candidates.Weigh(ref trace);

        // R5: silence is deny.
        if (!candidates.Any)
            return Silence(decider, candidates.WhySilent);

        var answer = new Decision
        {
            Effect = unbeaten.Effect,
            Reason = unbeaten.Named.Scope == Scope.Override ? Reason.VideoOverride : Reason.CreatorDefault,
            DecidedBy = decider,
            Setting = new(unbeaten.Named.Scope, unbeaten.Named.Purpose, unbeaten.Named.Audience == Audience.Requester),
            Stamp = unbeaten.Named.Stamp,
            Obligations = unbeaten.Conditions,
            Excludes = unbeaten.Excludes,
            HoldsUntil = unbeaten.HoldsUntil,
        };

        // R6: a grant answers an ask, and never a deny.
        if (answer.Effect == Effect.Ask)
            answer = AnswerFromGrants(check, said.Grants, vocabulary, answer, ref trace);

        // R5: nobody knows who else is concerned by a video that nobody registered.
        return answer.Effect != Effect.Deny && !video.IsRegistered ? Silence(decider, Detail.VideoNotRegistered) : answer;
    }

    private static Decision AnswerFromGrants<TTrace>(
        in Check check, ReadOnlySpan<Grant> grants, Vocabulary vocabulary, Decision ask, ref TTrace trace)
        where TTrace : ITrace
    {
        var answer = ask;
        var best = -1;
        for (var i = 0; i < grants.Length; i++)
        {
            ref readonly var grant = ref grants[i];
            var answers = Answers(grant, check, vocabulary);
            if (TTrace.IsOn)
                trace.Weigh(grant, answers);
            if (!answers)
                continue;
            answer = answer with
            {
                Obligations = answer.Obligations | grant.Conditions,
                Excludes = answer.Excludes | vocabulary.IntroducedAfter(grant.VocabularyVersion, vocabulary.Below(check.Purpose)),
                HoldsUntil = Instant.Earlier(answer.HoldsUntil, grant.ExpiresAt),
                RestsOnCountedGrant = answer.RestsOnCountedGrant || grant.UsesLeft is not null,
            };
            if (best < 0 || IsNamedBefore(grant, grants[best], vocabulary))
                best = i;
        }
        return best < 0
            ? ask
            : answer with
            {
                Effect = Effect.Allow,
                Reason = Reason.Grant,
                Setting = new(null, grants[best].Purpose, NamesRequester: true),
                Stamp = grants[best].Stamp,
            };
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

    private static Decision Silence(Decider decider, Detail detail) => new()
    {
        Effect = Effect.Deny,
        Reason = Reason.NoConsent,
        Detail = detail,
        DecidedBy = decider,
        HoldsUntil = Instant.Never,
    };

    private static Decision Stopped(Decider decider, Reason reason, in StopFact stop) => new()
    {
        Effect = Effect.Deny,
        Reason = reason,
        DecidedBy = decider,
        Stamp = stop.Stamp,
        HoldsUntil = Instant.Never,
    };
}
