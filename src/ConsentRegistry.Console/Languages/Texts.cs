using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Resources;

namespace ConsentRegistry.Console.Languages;

/// <summary>
/// What pages say, in the language of the request. The words are in <c>Texts.resx</c> and, for each further language, in
/// a file like <c>Texts.de.resx</c>.
/// </summary>
internal sealed class Texts
{
    private static readonly ResourceManager Resources = new(
        "ConsentRegistry.Console.Languages.Texts",
        typeof(Texts).Assembly
    );

    // Unicode's isolates: a name that is written from right to left leaves the sentence around it as it is.
    private const char FirstStrongIsolate = '\u2068';
    private const char PopDirectionalIsolate = '\u2069';

    /// <summary>A text.</summary>
    /// <param name="key">Its name in the file.</param>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public string this[string key] =>
        Resources.GetString(key, CultureInfo.CurrentUICulture)
        ?? throw new InvalidOperationException($"There is no text '{key}'.");

    /// <summary>A text with values in it. A value that is a text is isolated from the direction of the others.</summary>
    public string this[string key, params object?[] values] =>
        string.Format(
            CultureInfo.CurrentCulture,
            this[key],
            Array.ConvertAll(
                values,
                value => value is string text ? $"{FirstStrongIsolate}{text}{PopDirectionalIsolate}" : value
            )
        );

    /// <summary>A text that says how many: <c>key.one</c> for 1, else <c>key.other</c>.</summary>
    /// <param name="key">Its name in the file, without the last part.</param>
    /// <param name="count">How many; <c>{0}</c> in the text.</param>
    /// <param name="values">Further values, from <c>{1}</c> on.</param>
    public string Count(string key, long count, params object?[] values) =>
        this[count == 1 ? $"{key}.one" : $"{key}.other", [Number(count), .. values]];

    /// <summary>What a language calls itself.</summary>
    public static string NameOf(CultureInfo language) =>
        Resources.GetString("format.language", language) ?? language.Name;

    /// <summary>Whether there is such a text.</summary>
    [SuppressMessage(
        "Performance",
        "CA1822",
        Justification = "It is asked of the texts that a page has, as a text is."
    )]
    public bool Has(string key) => Resources.GetString(key, CultureInfo.CurrentUICulture) is not null;

    /// <summary>The text for a word of the registry; the word itself where a newer registry says one that is unknown.</summary>
    /// <param name="group">The first part of the text's name.</param>
    /// <param name="word">The word.</param>
    public string Word(string group, string word) => Has($"{group}.{word}") ? this[$"{group}.{word}"] : word;

    /// <summary>A whole number, with its digits in groups. Not a text: it needs no isolation.</summary>
    private static object Number(long number) => new Grouped(number);

    private readonly record struct Grouped(long Number) : IFormattable
    {
        public string ToString(string? format, IFormatProvider? formatProvider) =>
            Number.ToString("N0", formatProvider);
    }
}
