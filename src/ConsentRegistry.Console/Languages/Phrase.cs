using System.Globalization;
using ConsentRegistry.Client;

namespace ConsentRegistry.Console.Languages;

/// <summary>A sentence with names in it, before it is written as a part of a page or as plain text.</summary>
/// <param name="Key">The name of the text.</param>
/// <param name="Values">
/// What stands for <c>{0}</c> and so on: an <see cref="OwnWord"/>, a <see cref="VideoName"/>, or as a <c>string</c> what
/// somebody else wrote.
/// </param>
internal sealed record Phrase(string Key, params IReadOnlyList<object> Values)
{
    /// <summary>The sentence in its parts, in order: the values, and as <see cref="OwnWord"/> what is between.</summary>
    public IEnumerable<object> PartsIn(Texts texts)
    {
        var text = texts[Key];
        while (text.Length > 0)
        {
            var start = text.IndexOf('{', StringComparison.Ordinal);
            var end = text.IndexOf('}', StringComparison.Ordinal);
            if (
                start < 0
                || end < start
                || !int.TryParse(text[(start + 1)..end], CultureInfo.InvariantCulture, out var place)
                || place >= Values.Count
            )
            {
                yield return new OwnWord(text);
                yield break;
            }
            if (start > 0)
                yield return new OwnWord(text[..start]);
            yield return Values[place];
            text = text[(end + 1)..];
        }
    }

    /// <summary>The sentence as plain text.</summary>
    public string ToText(Texts texts) =>
        string.Concat(PartsIn(texts).Select(part => part is VideoName video ? video.VideoId : part.ToString()));
}

/// <summary>A word of the console's own, in the reader's language.</summary>
/// <param name="Text">The word.</param>
/// <param name="IsStrong">Whether it stands out.</param>
internal sealed record OwnWord(string Text, bool IsStrong = false)
{
    /// <inheritdoc/>
    public override string ToString() => Text;
}
