using System.Collections.Immutable;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Domain.Signals;

/// <summary>A word of a format, and the purposes of which it speaks: those listed, and all below them.</summary>
/// <param name="Name">The word.</param>
/// <param name="About">The purposes.</param>
internal sealed record Word(string Name, params Purpose[] About)
{
    /// <summary>Whether it speaks of the listed purposes alone.</summary>
    public bool IsExact { get; init; }

    public bool Covers(Purpose purpose) => About.Any(about => IsExact ? purpose == about : purpose.IsAtOrBelow(about));
}

/// <summary>What a format can say in the form at hand.</summary>
internal sealed record Ability
{
    /// <summary>Conditions that it can attach to an allow.</summary>
    public Conditions Conditions { get; init; }

    /// <summary>
    /// For how long its readers keep it. What they keep for longer than an allow lasts does not say it.
    /// </summary>
    public TimeSpan KeptFor { get; init; }

    /// <summary>Why it never says allow; null if it may.</summary>
    public Lost? NeverAllows { get; init; }

    /// <summary>Whether it can say that one has to ask.</summary>
    public bool SaysAsk { get; init; }

    /// <summary>
    /// Whether it can leave out a word without being read as permission; else silence is said as a deny.
    /// </summary>
    public bool HasSilence { get; init; } = true;
}

/// <summary>
/// What a format says of one public consent: a <see cref="Said"/> for each of its words. No format decides more than
/// how to write it down.
/// </summary>
internal sealed class Statement
{
    private readonly PublicConsent consent;
    private readonly Ability ability;
    private readonly ImmutableArray<Word> words;

    public Statement(PublicConsent consent, Ability ability, ImmutableArray<Word> words)
    {
        (this.consent, this.ability, this.words) = (consent, ability, words);
        Says = [.. words.Select(word => Answers([word]).Max(Say))];
    }

    private Statement(Statement other, ImmutableArray<Said> says, Ability ability) =>
        (consent, words, Says, this.ability) = (other.consent, other.words, says, ability);

    /// <summary>What it says with each word.</summary>
    public ImmutableArray<Said> Says { get; }

    /// <summary>The conditions of what it allows.</summary>
    public Conditions Conditions =>
        Answers(words.Where((_, i) => Says[i] == Said.Allow))
            .Aggregate(Conditions.None, (all, answer) => all | answer.Conditions);

    /// <summary>The earliest end of what it allows; null if nothing of it ends.</summary>
    public Instant? ExpiresAt => Answers(words.Where((_, i) => Says[i] == Said.Allow)).Min(answer => answer.ExpiresAt);

    /// <summary>What it cannot say.</summary>
    public IEnumerable<Loss> Losses => consent.Vocabulary.Purposes.Select(LossOf).OfType<Loss>();

    /// <summary>The same consent, of which a document says something stricter: it speaks of others too.</summary>
    public Statement Saying(ImmutableArray<Said> stricter) => new(this, stricter, ability);

    /// <summary>The same consent, in a document that denies everything for it would become too large.</summary>
    public Statement Denied() => new(this, [.. words.Select(_ => Said.Deny)], ability with { NeverAllows = Lost.Size });

    private IEnumerable<PublicAnswer> Answers(IEnumerable<Word> some) =>
        some.SelectMany(word => word.About).Select(purpose => consent[consent.Vocabulary.Find(purpose)]);

    private Said Say(PublicAnswer answer) =>
        answer.Effect switch
        {
            Effect.Allow when IsSayable(answer) => IsSpoken(answer) ? Said.Allow : Unsaid,
            Effect.Allow => Said.Deny,
            Effect.Ask => ability.SaysAsk ? Said.Ask : Said.Deny,
            _ => answer.IsSilent ? Unsaid : Said.Deny,
        };

    private Said Unsaid => ability.HasSilence ? Said.Nothing : Said.Deny;

    private bool IsSayable(PublicAnswer answer) =>
        (answer.Conditions & ~ability.Conditions) == Conditions.None && !answer.IsPartial;

    private bool IsSpoken(PublicAnswer answer) =>
        ability.NeverAllows is null && !(answer.ExpiresAt <= consent.At.Plus(ability.KeptFor));

    private Loss? LossOf(PurposeDefinition definition)
    {
        var answer = consent[consent.Vocabulary.Find(definition.Purpose)];
        var covering = Enumerable.Range(0, words.Length).Where(i => words[i].Covers(definition.Purpose)).ToArray();
        var says = covering.Length == 0 ? Said.Nothing : covering.Max(i => Says[i]);
        Lost[] lost = [.. LostOf(answer, says, isCovered: covering.Length > 0).Distinct().Order()];
        if (lost.Length == 0)
            return null;
        var isStricter =
            (says == Said.Deny && (answer.IsSilent || answer.Unnamed != Effect.Deny))
            || (says == Said.Ask && answer.Unnamed == Effect.Allow);
        return new(
            definition.Purpose,
            answer.Effect,
            says,
            isStricter,
            [.. lost],
            answer.Conditions & ~ability.Conditions,
            Count: 1
        );
    }

    private IEnumerable<Lost> LostOf(PublicAnswer answer, Said says, bool isCovered)
    {
        if (answer.VariesByRequester)
            yield return Lost.Requester;
        if (answer.IsRatcheted || answer.IsPartial)
            yield return Lost.Ratchet;
        if (ability.NeverAllows == Lost.Size && (answer.Effect != Effect.Deny || answer.IsSilent))
            yield return Lost.Size;
        switch (answer.Effect)
        {
            case Effect.Allow:
                if ((answer.Conditions & ~ability.Conditions) != Conditions.None)
                    yield return Lost.Condition;
                if (answer.ExpiresAt is not null)
                    yield return Lost.Expiry;
                if (!isCovered)
                    yield return Lost.Purpose;
                else if (says == Said.Allow || !IsSayable(answer))
                    yield break;
                else if (ability.NeverAllows is { } why)
                    yield return why;
                else if (IsSpoken(answer))
                    yield return Lost.SharedWord;
                break;
            case Effect.Ask when !isCovered:
                yield return Lost.Purpose;
                break;
            case Effect.Ask:
                if (says != Said.Ask)
                    yield return ability.SaysAsk ? Lost.SharedWord : Lost.Ask;
                break;
            default:
                if (answer.IsSilent && says is Said.Deny or Said.Ask)
                    yield return ability.HasSilence ? Lost.SharedWord : Lost.Silence;
                else if (!answer.IsSilent && says != Said.Deny)
                    yield return Lost.Purpose;
                break;
        }
    }
}
