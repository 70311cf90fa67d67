using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace ConsentRegistry.Domain;

/// <summary>The words of the contract and of the log for the domain's values: the name of each in camel case.</summary>
public static class Wording
{
    /// <summary>The word for a value.</summary>
    public static string Word<T>(this T value)
        where T : struct, Enum => WordsOf<T>.ByValue[value];

    /// <summary>Whether a value is one of its type, and so has a word.</summary>
    public static bool IsWord<T>(this T value)
        where T : struct, Enum => WordsOf<T>.ByValue.ContainsKey(value);

    /// <summary>The value of a word; false if it is none.</summary>
    public static bool TryParse<T>([NotNullWhen(true)] string? word, out T value)
        where T : struct, Enum
    {
        value = default;
        return word is not null && WordsOf<T>.ByWord.TryGetValue(word, out value);
    }

    /// <summary>The value of a word in UTF-8; false if it is none. It allocates nothing.</summary>
    public static bool TryParse<T>(ReadOnlySpan<byte> word, out T value)
        where T : struct, Enum
    {
        foreach (var (bytes, one) in WordsOf<T>.InUtf8)
        {
            if (!word.SequenceEqual(bytes))
                continue;
            value = one;
            return true;
        }
        value = default;
        return false;
    }

    /// <summary>The value of a word that is known to be one.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static T Parse<T>(string word)
        where T : struct, Enum =>
        TryParse<T>(word, out var value) ? value : throw new FormatException($"Not a word for {typeof(T).Name}.");

    /// <summary>Every word for a type, in the order of its values.</summary>
    public static ImmutableArray<string> All<T>()
        where T : struct, Enum => WordsOf<T>.InOrder;

    /// <summary>
    /// How many bits hold any value of a type: those of its largest, or for flags of all of them together.
    /// </summary>
    public static int BitsOf<T>()
        where T : struct, Enum => WordsOf<T>.Bits;

    private static class WordsOf<T>
        where T : struct, Enum
    {
        // None is the absence of a value, which has no word.
        private static readonly T[] Values = [.. Enum.GetValues<T>().Where(value => value.ToString() != "None")];

        public static readonly FrozenDictionary<T, string> ByValue = Values.ToFrozenDictionary(
            value => value,
            CamelCase
        );

        public static readonly FrozenDictionary<string, T> ByWord = Values.ToFrozenDictionary(
            CamelCase,
            value => value,
            StringComparer.Ordinal
        );

        public static readonly ImmutableArray<string> InOrder = [.. Values.Select(CamelCase)];

        public static readonly (byte[] Word, T Value)[] InUtf8 =
        [
            .. Values.Select(value => (Encoding.UTF8.GetBytes(CamelCase(value)), value)),
        ];

        public static readonly int Bits =
            BitOperations.Log2(Values.Aggregate(0U, (all, value) => all | NumberOf(value))) + 1;

        private static uint NumberOf(T value) => Convert.ToUInt32(value, CultureInfo.InvariantCulture);

        private static string CamelCase(T value)
        {
            var name = value.ToString();
            return char.ToLowerInvariant(name[0]) + name[1..];
        }
    }
}
