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

    /// <summary>The end of a day, which is the last that something holds.</summary>
    /// <param name="text">The day, as <c>yyyy-MM-dd</c>.</param>
    /// <param name="end">The moment at which it ends; null where nothing was typed.</param>
    /// <returns>Whether it is a day, or nothing was typed.</returns>
    public static bool TryParseEnd(string? text, out DateTimeOffset? end)
    {
        var isRead = TryParse(text, out var start);
        end = start?.AddDays(1);
        return isRead;
    }

    /// <summary>The day of a moment, as a form has it.</summary>
    public static string? Format(DateTimeOffset? moment) =>
        moment?.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
