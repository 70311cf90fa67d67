using System.Text;

namespace ConsentRegistry.Domain;

/// <summary>Counts and shows text in characters: Unicode code points, whatever UTF-16 makes of them.</summary>
public static class Characters
{
    /// <summary>Characters of a quoted value, at most: enough to recognize what was sent.</summary>
    public const int MaxQuoted = 64;

    /// <summary>How many characters a text has. Half a surrogate pair counts as one.</summary>
    public static int Count(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var count = 0;
        foreach (var _ in text.EnumerateRunes())
            count++;
        return count;
    }

    /// <summary>Whether a text has from 1 up to this many characters.</summary>
    public static bool IsOneTo(int most, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        // A character is one or two units: most texts need no counting.
        return text.Length > 0 && text.Length <= 2L * most && (text.Length <= most || Count(text) <= most);
    }

    /// <summary>Whether a character is one of text: any but control characters, of which line breaks and tabs are.</summary>
    public static bool IsText(Rune character) => !Rune.IsControl(character) || character.Value is '\n' or '\r' or '\t';

    /// <summary>
    /// A value that a caller sent, in quotes, for the sentence that refuses it: at most <see cref="MaxQuoted"/>
    /// characters, a control character shown as U+FFFD.
    /// </summary>
    public static string Quote(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var shown = new StringBuilder("'");
        var count = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (++count > MaxQuoted)
                return shown.Append("…'").ToString();
            shown.Append(Rune.IsControl(rune) ? "\uFFFD" : rune.ToString());
        }
        return shown.Append('\'').ToString();
    }
}
