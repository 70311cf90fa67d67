using System.Globalization;

namespace ConsentRegistry.Soak;

/// <summary>Options from the words of a command line.</summary>
internal static class CommandWords
{
    /// <summary>Takes one option after the other.</summary>
    /// <param name="words">The words: values, and names that begin with <c>--</c> with a value each.</param>
    /// <param name="options">The options without any word.</param>
    /// <param name="take">
    /// Gives the options with one word: its name, which is empty for a value alone, its value, and the value as a number,
    /// -1 if it is none. Null if the word makes no sense.
    /// </param>
    /// <returns>The options; null if the words make no sense.</returns>
    public static T? Parse<T>(IReadOnlyList<string> words, T options, Func<T, string, string, int, T?> take)
        where T : class
    {
        for (var i = 0; i < words.Count; i++)
        {
            var (word, value) = words[i].StartsWith("--", StringComparison.Ordinal)
                ? (words[i], i + 1 < words.Count ? words[++i] : "")
                : ("", words[i]);
            var number = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed)
                ? parsed
                : -1;
            if (take(options, word, value, number) is not { } next)
                return null;
            options = next;
        }
        return options;
    }
}
