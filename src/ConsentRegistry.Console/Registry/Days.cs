using System.Globalization;

namespace ConsentRegistry.Console.Registry;

/// <summary>Days that people type; they count in UTC.</summary>
internal static class Days
{
    /// <summary>The beginning of a day.</summary>
    /// <param name="text">The day, as <c>yyyy-MM-dd</c>.</param>
    /// <param name="start">Its beginning; null where nothing was typed.</param>
    /// <returns>Whether it is a day, or nothing was typed.</returns>
    public static bool TryParse(string? text, out DateTimeOffset? start)
    {
        start = null;
        if (string.IsNullOrWhiteSpace(text))
            return true;
        if (
            !DateOnly.TryParseExact(
                text.Trim(),
                "yyyy-MM-dd",
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out var day
            )
            || day == DateOnly.MaxValue
        )
            return false;
        start = new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero);
        return true;
    }

    /// <summary>The day of a moment, as a form has it.</summary>
    public static string? Of(DateTimeOffset? moment) =>
        moment?.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
