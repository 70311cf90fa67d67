using System.Globalization;
using ConsentRegistry.Soak.Staleness;

namespace ConsentRegistry.Api.Tests.Staleness;

/// <summary>
/// Reads recordings as tests write them: <c>widens 1-2, restricts 3-?</c> are changes, <c>allowed 4-5</c> is a check.
/// </summary>
internal static class Recordings
{
    public static readonly Key Key = new("ana", "first", "training", "studio");

    /// <param name="changes">
    /// Changes, each with its start, its end or <c>?</c>, and perhaps <c>v</c> and the version that was acknowledged.
    /// </param>
    /// <param name="checks">
    /// Checks, likewise with the version that the answer names, and perhaps <c>min</c> and the version that was asked
    /// for.
    /// </param>
    public static KeyRecording Of(string changes, string checks)
    {
        var recording = new KeyRecording(Key);
        foreach (var words in Parts(changes))
        {
            var (start, end) = Times(words[1]);
            recording.Add(
                new Change(
                    Enum.Parse<Direction>(words[0], ignoreCase: true),
                    start,
                    end,
                    Version: Number(words, 2, "v")
                )
            );
        }
        foreach (var words in Parts(checks))
        {
            var (start, end) = Times(words[1]);
            recording.Add(
                new Check(
                    start,
                    end!.Value,
                    Enum.Parse<CheckAnswer>(words[0], ignoreCase: true),
                    Version: Number(words, 2, "v"),
                    MinVersion: Number(words, 3, "min") ?? 0
                )
            );
        }
        return recording;
    }

    private static IEnumerable<string[]> Parts(string text) =>
        text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(part => part.Split(' '));

    private static (long Start, long? End) Times(string word)
    {
        var parts = word.Split('-');
        return (
            long.Parse(parts[0], CultureInfo.InvariantCulture),
            parts[1] == "?" ? null : long.Parse(parts[1], CultureInfo.InvariantCulture)
        );
    }

    private static long? Number(string[] words, int at, string prefix) =>
        words.Length > at && words[at].StartsWith(prefix, StringComparison.Ordinal)
            ? long.Parse(words[at][prefix.Length..], CultureInfo.InvariantCulture)
            : null;
}
