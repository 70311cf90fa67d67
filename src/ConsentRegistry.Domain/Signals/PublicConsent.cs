using System.Collections.Immutable;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Domain.Signals;

/// <summary>What anybody may do with content for one purpose. The default value is a deny.</summary>
public readonly record struct PublicAnswer
{
    private readonly Effect effect;
    private readonly Effect unnamed;

    /// <summary>The most restrictive effect over anybody and every named requester.</summary>
    public Effect Effect
    {
        get => effect == default ? Effect.Deny : effect;
        init => effect = value;
    }

    /// <summary>The effect for a requester whom no setting names; never more restrictive.</summary>
    public Effect Unnamed
    {
        get => unnamed == default ? Effect : unnamed;
        init => unnamed = value;
    }

    /// <summary>Whether it is a deny that nobody has stated: silence.</summary>
    public bool IsSilent { get; init; }

    /// <summary>What an allow rests on; none of any other effect.</summary>
    public Conditions Conditions { get; init; }

    /// <summary>Whether an allow does not speak for every purpose below.</summary>
    public bool IsPartial { get; init; }

    /// <summary>
    /// Whether there is silence only since the video is older than the consent, or the purpose newer (R3).
    /// </summary>
    public bool IsRatcheted { get; init; }

    /// <summary>Whether some named requester is answered otherwise.</summary>
    public bool VariesByRequester { get; init; }

    /// <summary>
    /// The earliest moment from which an allow may be stricter without a change; null if there is none.
    /// </summary>
    public Instant? ExpiresAt { get; init; }
}

/// <summary>What anybody may do with content, for each purpose: all that a format is given.</summary>
/// <param name="Vocabulary">The vocabulary.</param>
/// <param name="At">The moment of the answers.</param>
/// <param name="Answers">An answer for each purpose, in order of registration.</param>
public sealed record PublicConsent(Vocabulary Vocabulary, Instant At, ImmutableArray<PublicAnswer> Answers)
{
    /// <summary>
    /// Requesters named by everybody who decides about one content. No content has so many; with more it is denied, for
    /// to decide for each takes time.
    /// </summary>
    public const int MaxRequesters = 4_096;

    /// <summary>The answer for a purpose.</summary>
    public PublicAnswer this[PurposeIndex purpose] => Answers[purpose.Value];

    /// <summary>The strictest answers of R10 over anybody and every named requester.</summary>
    /// <param name="facts">The facts, with the settings for every requester.</param>
    /// <param name="content">What the content stands for.</param>
    public static PublicConsent From(FactSet facts, CarriedContent content)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(content);
        var requesters = NamedFor(facts, content);
        return new(
            facts.Vocabulary,
            facts.ReadAt,
            [
                .. Enumerable
                    .Range(0, facts.Vocabulary.Purposes.Length)
                    .Select(purpose =>
                        requesters.Count > MaxRequesters
                            ? default
                            : AnswerOf(facts, content, new((byte)purpose), requesters)
                    ),
            ]
        );
    }

    private static PublicAnswer AnswerOf(
        FactSet facts,
        CarriedContent content,
        PurposeIndex purpose,
        IReadOnlyCollection<Requester> requesters
    )
    {
        var unnamed = Decide(null);
        var (strictest, varies, conditions, holdsUntil) = (unnamed, false, unnamed.Obligations, unnamed.HoldsUntil);
        var isPartial = !unnamed.Excludes.IsEmpty;
        foreach (var requester in requesters)
        {
            var decision = Decide(requester);
            varies |= decision.Effect != unnamed.Effect || decision.Obligations != unnamed.Obligations;
            if (decision.Effect > strictest.Effect)
                strictest = decision;
            conditions |= decision.Obligations;
            holdsUntil = Instant.Earlier(holdsUntil, decision.HoldsUntil);
            isPartial |= !decision.Excludes.IsEmpty;
        }
        var isAllowed = strictest.IsAllowed;
        return new()
        {
            Effect = strictest.Effect,
            Unnamed = unnamed.Effect,
            IsSilent = strictest is { Reason: Reason.NoConsent, Detail: not Detail.Erased },
            Conditions = isAllowed ? conditions : Conditions.None,
            IsPartial = isAllowed && isPartial,
            IsRatcheted = strictest.Detail is Detail.PublishedBeforeConsent or Detail.PurposeNewerThanConsent,
            VariesByRequester = varies,
            ExpiresAt = isAllowed && holdsUntil != Instant.Never ? holdsUntil : null,
        };

        Decision Decide(Requester? requester) =>
            ContentConsent.Decide(facts, content, video => facts.Decide(video, purpose, requester)).Decision;
    }

    // Whoever is named by nobody who decides is answered as anybody is.
    private static HashSet<Requester> NamedFor(FactSet facts, CarriedContent content)
    {
        var requesters = new HashSet<Requester>();
        foreach (var video in content.Videos.SelectMany(video => ReachedVideos.From(video, facts.RecordOf)).Distinct())
        {
            requesters.UnionWith(facts.RequestersNamedBy(video.Creator));
            foreach (var participant in facts.RecordOf(video)?.Participants ?? [])
                requesters.UnionWith(facts.RequestersNamedBy(participant.Creator));
        }
        return requesters;
    }
}
