using System.Globalization;

namespace ConsentRegistry.Console.Registry;

/// <summary>Moments that people type; they are in UTC, as the labels say.</summary>
internal static class Moments
{
    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd"];

    /// <summary>Reads what a field for date and time sends, or a full moment.</summary>
    /// <param name="text">The text.</param>
    /// <param name="moment">The moment; null where nothing was typed.</param>
    /// <returns>Whether it is a moment, or nothing was typed.</returns>
    public static bool TryParse(string? text, out DateTimeOffset? moment)
    {
        moment = null;
        if (string.IsNullOrWhiteSpace(text))
            return true;
        const DateTimeStyles utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        var culture = CultureInfo.InvariantCulture;
        if (
            DateTimeOffset.TryParseExact(text.Trim(), Formats, culture, utc, out var read)
            || DateTimeOffset.TryParseExact(text.Trim(), "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", culture, utc, out read)
        )
        {
            moment = read;
            return true;
        }
        return false;
    }

    /// <summary>The moment as a field for date and time has it, to the minute.</summary>
    public static string? ForField(DateTimeOffset? moment) =>
        moment?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture);

    /// <summary>The moment, exactly.</summary>
    public static string? Exact(DateTimeOffset? moment) =>
        moment?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
