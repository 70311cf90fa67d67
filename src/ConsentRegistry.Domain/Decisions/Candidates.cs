using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Domain.Decisions;

/// <summary>Which of a creator's settings speak (R2, R3) and which of those nothing beats (R4).</summary>
/// <remarks>
/// At or above the checked purpose a candidate is one of few: depth, scope and requester name its place among 16, and which places beat
/// which is known beforehand. Below it a setting is only ever beaten by one for the same purpose, so a set of purposes for each
/// combination of scope and requester tells.
/// </remarks>
internal ref struct Candidates
{
    private const int Places = Limits.PurposeDepth * 4;
    private static readonly ushort[] BeatenBy = PlacesThatBeat();

    private readonly Check check;
    private readonly Instant publishedAt;
    private readonly ReadOnlySpan<Setting> settings;
    private readonly Vocabulary vocabulary;

    private int present;
    private BelowSets below;
    private Detail whySilent;

    public Candidates(in Check check, Instant publishedAt, ReadOnlySpan<Setting> settings, Vocabulary vocabulary)
    {
        (this.check, this.publishedAt, this.vocabulary) = (check, publishedAt, vocabulary);
        this.settings = settings;
        whySilent = Detail.NeverSet;
    }

    /// <summary>Whether there is a candidate at or above the checked purpose; if not, the creator is silent.</summary>
    public readonly bool Any => present != 0;

    /// <summary>Of a silent creator, why: the first detail that applies (R5).</summary>
    public readonly Detail WhySilent => whySilent;

    /// <summary>Finds the candidates.</summary>
    public void Find()
    {
        for (var at = 0; at < settings.Length;)
        {
            ref readonly var setting = ref settings[Next(ref at, out var covers)];
            var standing = Classify(setting, covers, out var isBelow);
            if (standing == Standing.Unbeaten)
            {
                if (isBelow)
                    below[Kind(setting)] = below[Kind(setting)].With(setting.Purpose);
                else
                    present |= 1 << Place(setting);
            }
            else if (!isBelow && DetailOf(standing) is var detail && detail != Detail.None && detail < whySilent)
            {
                whySilent = detail;
            }
        }
    }

    /// <summary>Combines what nothing beats. Call after <see cref="Find"/>; the result means nothing if the creator is silent.</summary>
    public readonly Unbeaten Weigh<TTrace>(ref TTrace trace)
        where TTrace : ITrace
    {
        var unbeaten = new Unbeaten();
        if (!TTrace.IsOn && !Any)
            return unbeaten;
        for (var at = 0; at < settings.Length;)
        {
            ref readonly var setting = ref settings[Next(ref at, out var covers)];
            var standing = Classify(setting, covers, out var isBelow);
            if (standing == Standing.Unbeaten)
                standing = !Any ? Standing.NothingToRestrict : IsBeaten(setting, isBelow) ? Standing.Beaten : Standing.Unbeaten;
            if (standing == Standing.Unbeaten)
                unbeaten.Add(setting, isBelow, check.Purpose, vocabulary);
            if (TTrace.IsOn)
                trace.Weigh(setting, standing, standing == Standing.Beaten ? FindBeater(setting, isBelow) : null);
        }
        return unbeaten;
    }

    // Goes past one setting. Of a default's segments, the one that covers the video is the latest that starts at or before its
    // publication (R3); where none does, the first stands for the default.
    private readonly int Next(ref int at, out bool covers)
    {
        var first = at;
        var chosen = -1;
        do
        {
            if (settings[at].From <= publishedAt)
                chosen = at;
            at++;
        }
        while (at < settings.Length && settings[at].IsFurtherSegment);
        covers = chosen >= 0;
        return covers ? chosen : first;
    }

    private readonly Standing Classify(in Setting setting, bool covers, out bool isBelow)
    {
        isBelow = false;
        if (setting.Audience == Audience.SomebodyElse)
            return Standing.OtherRequester;
        if (!vocabulary.AtOrAbove(check.Purpose).Contains(setting.Purpose))
        {
            isBelow = true;
            if (!vocabulary.Below(check.Purpose).Contains(setting.Purpose))
                return Standing.OtherPurpose;
        }
        if (!covers)
            return Standing.PublishedBeforeConsent;
        if (setting.Effect != Effect.Allow)
            return Standing.Unbeaten;
        if (!isBelow && setting.Purpose != check.Purpose && vocabulary.IntroducedIn(check.Purpose) > setting.VocabularyVersion)
            return Standing.PurposeNewerThanConsent;
        return setting.ExpiresAt <= check.Now ? Standing.Expired : Standing.Unbeaten;
    }

    private static Detail DetailOf(Standing standing) => standing switch
    {
        Standing.PublishedBeforeConsent => Detail.PublishedBeforeConsent,
        Standing.PurposeNewerThanConsent => Detail.PurposeNewerThanConsent,
        Standing.Expired => Detail.Expired,
        _ => Detail.None,
    };

    private readonly bool IsBeaten(in Setting setting, bool isBelow) => isBelow
        ? IsBeatenBelow(Kind(setting), setting.Purpose)
        : (present & BeatenBy[Place(setting)]) != 0;

    private readonly bool IsBeatenBelow(int kind, PurposeIndex purpose)
    {
        for (var other = kind + 1; other < BelowSets.Length; other++)
        {
            if ((other & kind) == kind && below[other].Contains(purpose))
                return true;
        }
        return false;
    }

    // Only for a trace: the beater that a decision would name first.
    private readonly Setting? FindBeater(in Setting beaten, bool isBelow)
    {
        Setting? beater = null;
        for (var at = 0; at < settings.Length;)
        {
            ref readonly var other = ref settings[Next(ref at, out var covers)];
            if (Classify(other, covers, out var otherIsBelow) != Standing.Unbeaten || otherIsBelow != isBelow)
                continue;
            var beats = isBelow
                ? other.Purpose == beaten.Purpose && Kind(other) != Kind(beaten) && (Kind(other) & Kind(beaten)) == Kind(beaten)
                : (BeatenBy[Place(beaten)] >> Place(other) & 1) != 0;
            if (beats && (beater is not { } named || Unbeaten.Rank(other, vocabulary) > Unbeaten.Rank(named, vocabulary)))
                beater = other;
        }
        return beater;
    }

    // Scope and requester as two bits: a kind is at least as specific as another if it has all the other's bits.
    private static int Kind(in Setting setting) => ((int)setting.Scope << 1) | (int)setting.Audience;

    private readonly int Place(in Setting setting) => ((vocabulary.Depth(setting.Purpose) - 1) << 2) | Kind(setting);

    private static ushort[] PlacesThatBeat()
    {
        var beatenBy = new ushort[Places];
        for (var place = 0; place < Places; place++)
        {
            for (var other = 0; other < Places; other++)
            {
                if (other != place && other >> 2 >= place >> 2 && (other & place & 3) == (place & 3))
                    beatenBy[place] |= (ushort)(1 << other);
            }
        }
        return beatenBy;
    }

    [System.Runtime.CompilerServices.InlineArray(Length)]
    private struct BelowSets
    {
        public const int Length = 4;
        private PurposeSet first;
    }
}

/// <summary>What the settings that nothing beats say together (R4).</summary>
internal struct Unbeaten
{
    private int namedRank = -1;

    public Unbeaten()
    {
    }

    /// <summary>The most restrictive effect.</summary>
    public Effect Effect { get; private set; }

    /// <summary>The setting that a decision names.</summary>
    public Setting Named { get; private set; }

    /// <summary>The conditions of all of them.</summary>
    public Conditions Conditions { get; private set; }

    /// <summary>The purposes below the checked one for which an allow among them does not speak (R9).</summary>
    public PurposeSet Excludes { get; private set; }

    /// <summary>The earliest expiry among them.</summary>
    public Instant HoldsUntil { get; private set; } = Instant.Never;

    public void Add(in Setting setting, bool isBelow, PurposeIndex purpose, Vocabulary vocabulary)
    {
        Conditions |= setting.Conditions;
        HoldsUntil = Instant.Earlier(HoldsUntil, setting.ExpiresAt);
        if (setting.Effect == Effect.Allow && setting.VocabularyVersion < vocabulary.Version)
            Excludes |= vocabulary.IntroducedAfter(setting.VocabularyVersion, vocabulary.Below(isBelow ? setting.Purpose : purpose));
        if (setting.Effect < Effect)
            return;
        // For allow only candidates at or above the checked purpose are named.
        var rank = isBelow && setting.Effect == Effect.Allow ? -1 : Rank(setting, vocabulary);
        if (setting.Effect > Effect || rank > namedRank)
            (Effect, Named, namedRank) = (setting.Effect, setting, rank);
    }

    /// <summary>Override before default, named before anybody, deepest purpose, then ordinal name: the highest rank is named first.</summary>
    public static int Rank(in Setting setting, Vocabulary vocabulary) =>
        ((int)setting.Scope << 13) | ((int)setting.Audience << 12) | (vocabulary.Depth(setting.Purpose) << 8)
        | (Limits.Purposes - 1 - vocabulary.NameRank(setting.Purpose));
}
