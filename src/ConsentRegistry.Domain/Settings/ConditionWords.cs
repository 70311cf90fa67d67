using System.Collections.Immutable;
using System.Numerics;

namespace ConsentRegistry.Domain.Settings;

/// <summary>The words for sets of conditions: a word for each condition.</summary>
public static class ConditionWords
{
    /// <summary>The words for each condition of a set, sorted by code unit.</summary>
    public static ImmutableArray<string> Words(this Conditions conditions) =>
        conditions == Conditions.None
            ? []
            : [.. Singles.Where(single => conditions.HasFlag(single.Value)).Select(single => single.Word)];

    /// <summary>The set of conditions that words name: the inverse of <see cref="Words"/>, in any order.</summary>
    /// <exception cref="FormatException">A word is none.</exception>
    public static Conditions Parse(IEnumerable<string> words) =>
        words.Aggregate(Conditions.None, (all, word) => all | Wording.Parse<Conditions>(word));

    // A set is written as its single conditions. R9 wants them sorted, in whatever order they are declared.
    private static readonly ImmutableArray<(Conditions Value, string Word)> Singles =
    [
        .. Enum.GetValues<Conditions>()
            .Where(value => BitOperations.IsPow2((uint)value))
            .Select(value => (value, value.Word()))
            .OrderBy(single => single.Item2, StringComparer.Ordinal),
    ];
}
