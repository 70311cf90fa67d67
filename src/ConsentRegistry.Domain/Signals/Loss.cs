using System.Collections.Immutable;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;

namespace ConsentRegistry.Domain.Signals;

/// <summary>What a signal says of a purpose. In order of restrictiveness.</summary>
/// <remarks>None is zero, so that a value nobody set allows nothing.</remarks>
public enum Said : byte
{
    /// <summary>Anybody may.</summary>
    Allow = 1,

    /// <summary>It is silent.</summary>
    Nothing,

    /// <summary>Whoever wants to has to ask.</summary>
    Ask,

    /// <summary>Nobody may.</summary>
    Deny,
}

/// <summary>What a signal cannot say.</summary>
public enum Lost : byte
{
    /// <summary>The purpose: the format has no word for it.</summary>
    Purpose,

    /// <summary>That anybody may: the format only denies.</summary>
    Allow,

    /// <summary>That one has to ask.</summary>
    Ask,

    /// <summary>That some requester is answered otherwise.</summary>
    Requester,

    /// <summary>A condition of the allow. <see cref="Loss.Conditions"/> has them.</summary>
    Condition,

    /// <summary>When the allow ends, or that it ends before readers look again.</summary>
    Expiry,

    /// <summary>That the consent is not for older videos, or not for newer purposes.</summary>
    Ratchet,

    /// <summary>That nobody said anything.</summary>
    Silence,

    /// <summary>An allow that could not be taken back.</summary>
    Revocation,

    /// <summary>The difference to other purposes, which share a word with it.</summary>
    SharedWord,

    /// <summary>The exact URL: the format speaks of whole sites, or some reader takes another URL for it.</summary>
    Path,

    /// <summary>Single URLs: they would be too many.</summary>
    Size,
}

/// <summary>What a signal says in place of what it cannot say.</summary>
/// <param name="Purpose">Of which purpose.</param>
/// <param name="Effect">The registry's answer.</param>
/// <param name="Says">What the signal says.</param>
/// <param name="OverDenied">Whether that is stricter than what the registry answers to anybody.</param>
/// <param name="Lost">What is lost.</param>
/// <param name="Conditions">The conditions that are lost.</param>
/// <param name="Count">Of how many contents.</param>
public sealed record Loss(
    Purpose Purpose,
    Effect Effect,
    Said Says,
    bool OverDenied,
    ImmutableArray<Lost> Lost,
    Conditions Conditions,
    int Count
)
{
    /// <summary>Rows of one report: for each purpose, effect, word, and whether it is over-denied.</summary>
    public const int MaxRows = Limits.Purposes * 3 * 4 * 2;

    /// <summary>The losses of many contents, a row for those that differ in nothing but what is lost.</summary>
    public static ImmutableArray<Loss> Sum(IEnumerable<Loss> losses) =>
        [
            .. losses
                .GroupBy(loss => (loss.Purpose, loss.Effect, loss.Says, loss.OverDenied))
                .Select(alike => new Loss(
                    alike.Key.Purpose,
                    alike.Key.Effect,
                    alike.Key.Says,
                    alike.Key.OverDenied,
                    [.. alike.SelectMany(loss => loss.Lost).Distinct().Order()],
                    alike.Aggregate(Conditions.None, (all, loss) => all | loss.Conditions),
                    alike.Sum(loss => loss.Count)
                ))
                .OrderBy(loss => loss.Purpose)
                .ThenBy(loss => loss.Effect)
                .ThenBy(loss => loss.Says)
                .ThenBy(loss => loss.OverDenied),
        ];
}
