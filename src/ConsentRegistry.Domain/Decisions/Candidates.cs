using System.Numerics;
using System.Runtime.CompilerServices;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Domain.Decisions;

/// <summary>Which of a creator's settings speak (R2, R3) and which of those nothing beats (R4).</summary>
/// <remarks>
/// At or above the checked purpose a candidate is one of few: depth, scope and requester name its place among 16, and
/// which places beat which is known beforehand. Below it a setting is only ever beaten by one for the same purpose, so
/// a set of purposes for each combination of scope and requester tells.
/// </remarks>
internal ref struct Candidates
{
    private const int Places = Limits.PurposeDepth * 4;
    private static readonly ushort[] BeatenBy = PlacesThatBeat();

    private PurposeIndex purpose;
    private Instant now;
    private Instant publishedAt;
    private ReadOnlySpan<Setting> settings;
    private Vocabulary vocabulary;
    private ref readonly PurposeSet atOrAbove;
    private ref readonly PurposeSet below;

    private int present;
    private bool isAnyBelow;
    private Detail whySilent;
    private AtPlaces at;
    private BelowSets restricted;

    /// <summary>Whether there is a candidate at or above the checked purpose; if not, the creator is silent.</summary>
    public readonly bool Any => present != 0;

    /// <summary>Of a silent creator, why: the first detail that applies (R5).</summary>
    public readonly Detail WhySilent => whySilent;

    /// <summary>Finds the candidates among a creator's settings.</summary>
    public static void Find(
        in Check check,
        Instant publishedAt,
        ReadOnlySpan<Setting> settings,
        Vocabulary vocabulary,
        out Candidates candidates
    )
    {
        candidates = default;
        (candidates.purpose, candidates.now, candidates.publishedAt) = (check.Purpose, check.Now, publishedAt);
        candidates.settings = settings;
        candidates.vocabulary = vocabulary;
        candidates.atOrAbove = ref vocabulary.AtOrAbove(check.Purpose);
        candidates.below = ref vocabulary.Below(check.Purpose);
        candidates.whySilent = Detail.NeverSet;
        candidates.Find();
    }

    private void Find()
    {
        for (var next = 0; next < settings.Length; )
        {
            var index = Next(ref next, out var covers);
            ref readonly var setting = ref settings[index];
            var standing = Classify(setting, covers, out var isBelow);
            if (standing == Standing.Unbeaten)
            {
                if (isBelow)
                {
                    isAnyBelow = true;
                    restricted[Kind(setting)] = restricted[Kind(setting)].With(setting.Purpose);
                }
                else
                {
                    var place = Place(setting);
                    present |= 1 << place;
                    at[place] = index;
                }
            }
            else if (!isBelow && DetailOf(standing) is var detail && detail != Detail.None && detail < whySilent)
            {
                whySilent = detail;
            }
        }
    }

    /// <summary>Combines what nothing beats. Of a silent creator that is nothing.</summary>
    public readonly void Weigh(out Unbeaten unbeaten)
    {
        unbeaten = default;
        unbeaten.Attached.HoldsUntil = Instant.Never;
        for (var places = present; places != 0; places &= places - 1)
        {
            var place = BitOperations.TrailingZeroCount(places);
            if ((present & BeatenBy[place]) == 0)
                unbeaten.Add(settings, at[place], purpose, isBelow: false, vocabulary);
        }
        for (var next = 0; isAnyBelow && next < settings.Length; )
        {
            var index = Next(ref next, out var covers);
            ref readonly var setting = ref settings[index];
            if (
                Classify(setting, covers, out var isBelow) == Standing.Unbeaten
                && isBelow
                && !IsBeaten(setting, isBelow)
            )
                unbeaten.Add(settings, index, setting.Purpose, isBelow, vocabulary);
        }
    }

    /// <summary>Tells how each setting stands.</summary>
    public readonly void Tell<TTrace>(ref TTrace trace)
        where TTrace : ITrace
    {
        for (var next = 0; next < settings.Length; )
        {
            ref readonly var setting = ref settings[Next(ref next, out var covers)];
            var standing = Classify(setting, covers, out var isBelow);
            if (standing == Standing.Unbeaten)
                standing =
                    !Any ? Standing.NothingToRestrict
                    : IsBeaten(setting, isBelow) ? Standing.Beaten
                    : Standing.Unbeaten;
            trace.Weigh(setting, standing, standing == Standing.Beaten ? FindBeater(setting, isBelow) : null);
        }
    }

    // Goes past one setting. Of a default's segments, the one that covers the video is the latest that starts at or
    // before its publication (R3); where none does, the first stands for the default.
    private readonly int Next(ref int next, out bool covers)
    {
        var first = next;
        var chosen = -1;
        do
        {
            if (settings[next].From <= publishedAt)
                chosen = next;
            next++;
        } while (next < settings.Length && settings[next].IsFurtherSegment);
        covers = chosen >= 0;
        return covers ? chosen : first;
    }

    private readonly Standing Classify(in Setting setting, bool covers, out bool isBelow)
    {
        isBelow = false;
        if (setting.Audience == Audience.SomebodyElse)
            return Standing.OtherRequester;
        if (!atOrAbove.Contains(setting.Purpose))
        {
            isBelow = true;
            if (!below.Contains(setting.Purpose))
                return Standing.OtherPurpose;
        }
        if (!covers)
            return Standing.PublishedBeforeConsent;
        if (setting.Effect != Effect.Allow)
            return Standing.Unbeaten;
        if (!isBelow && setting.Purpose != purpose && vocabulary.IntroducedIn(purpose) > setting.VocabularyVersion)
            return Standing.PurposeNewerThanConsent;
        return setting.ExpiresAt <= now ? Standing.Expired : Standing.Unbeaten;
    }

    private static Detail DetailOf(Standing standing) =>
        standing switch
        {
            Standing.PublishedBeforeConsent => Detail.PublishedBeforeConsent,
            Standing.PurposeNewerThanConsent => Detail.PurposeNewerThanConsent,
            Standing.Expired => Detail.Expired,
            _ => Detail.None,
        };

    private readonly bool IsBeaten(in Setting setting, bool isBelow) =>
        isBelow ? IsBeatenBelow(Kind(setting), setting.Purpose) : (present & BeatenBy[Place(setting)]) != 0;

    private readonly bool IsBeatenBelow(int kind, PurposeIndex about)
    {
        for (var other = kind + 1; other < BelowSets.Length; other++)
        {
            if ((other & kind) == kind && restricted[other].Contains(about))
                return true;
        }
        return false;
    }

    // Only for a trace: the beater that a decision would name first.
    private readonly Setting? FindBeater(in Setting beaten, bool isBelow)
    {
        Setting? beater = null;
        for (var next = 0; next < settings.Length; )
        {
            ref readonly var other = ref settings[Next(ref next, out var covers)];
            if (Classify(other, covers, out var otherIsBelow) != Standing.Unbeaten || otherIsBelow != isBelow)
                continue;
            var beats = isBelow
                ? other.Purpose == beaten.Purpose
                    && Kind(other) != Kind(beaten)
                    && (Kind(other) & Kind(beaten)) == Kind(beaten)
                : (BeatenBy[Place(beaten)] >> Place(other) & 1) != 0;
            if (
                beats
                && (beater is not { } named || Unbeaten.Rank(other, vocabulary) > Unbeaten.Rank(named, vocabulary))
            )
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

    /// <summary>The setting at each place that is taken: no two can be at one.</summary>
    [InlineArray(Places)]
    private struct AtPlaces
    {
        private int first;
    }

    [InlineArray(Length)]
    private struct BelowSets
    {
        public const int Length = 4;
        private PurposeSet first;
    }
}

/// <summary>What the settings that nothing beats say together (R4).</summary>
internal struct Unbeaten
{
    /// <summary>The most restrictive effect; the default value is less restrictive than any.</summary>
    public Effect Effect;

    /// <summary>The place of the setting that a decision names.</summary>
    public int Named;

    /// <summary>What all of them attach.</summary>
    public Attachments Attached;

    /// <summary>Adds a setting, those at or above the checked purpose first.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="index">Which of them.</param>
    /// <param name="purpose">The purpose for which it speaks: the checked one, or its own below that.</param>
    /// <param name="isBelow">Whether it is for a purpose below the checked one.</param>
    /// <param name="vocabulary">The vocabulary.</param>
    public void Add(
        ReadOnlySpan<Setting> settings,
        int index,
        PurposeIndex purpose,
        bool isBelow,
        Vocabulary vocabulary
    )
    {
        ref readonly var setting = ref settings[index];
        Attached.Add(setting.Conditions, setting.ExpiresAt);
        if (setting.Effect == Effect.Allow && setting.VocabularyVersion < vocabulary.Version)
            Attached.Excludes |= vocabulary.IntroducedAfter(setting.VocabularyVersion, vocabulary.Below(purpose));
        if (setting.Effect < Effect)
            return;
        // For allow only candidates at or above the checked purpose are named.
        if (
            setting.Effect > Effect
            || (!(isBelow && Effect == Effect.Allow) && Rank(setting, vocabulary) > Rank(settings[Named], vocabulary))
        )
            (Effect, Named) = (setting.Effect, index);
    }

    /// <summary>
    /// Override before default, named before anybody, deepest purpose, then ordinal name: the highest rank is named
    /// first.
    /// </summary>
    public static int Rank(in Setting setting, Vocabulary vocabulary) =>
        ((int)setting.Scope << 13)
        | ((int)setting.Audience << 12)
        | (vocabulary.Depth(setting.Purpose) << 8)
        | (Limits.Purposes - 1 - vocabulary.NameRank(setting.Purpose));
}

/// <summary>What an allow comes with.</summary>
internal struct Attachments
{
    /// <summary>The conditions of all that it rests on.</summary>
    public Conditions Conditions;

    /// <summary>The purposes below the checked one for which an allow among that does not speak (R9).</summary>
    public PurposeSet Excludes;

    /// <summary>The earliest expiry among it.</summary>
    public Instant HoldsUntil;

    /// <summary>Whether a grant whose uses are counted is among it.</summary>
    public bool RestsOnCountedGrant;

    public void Add(Conditions conditions, Instant expiresAt)
    {
        Conditions |= conditions;
        HoldsUntil = Instant.Earlier(HoldsUntil, expiresAt);
    }
}
