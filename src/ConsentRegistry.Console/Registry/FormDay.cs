using System.Globalization;

namespace ConsentRegistry.Console.Registry;

/// <summary>A day that was typed into a form. It counts in UTC.</summary>
internal static class FormDay
{
    /// <summary>Reads the end of a day, which is the last that something holds.</summary>
    /// <param name="text">The day, as <c>yyyy-MM-dd</c>; null or empty for none.</param>
    /// <param name="end">The moment at which the day ends; null for none.</param>
    /// <returns>Whether it is a day, or nothing.</returns>
    public static bool TryReadEnd(string? text, out DateTimeOffset? end)
    {
        end = null;
        if (string.IsNullOrWhiteSpace(text))
            return true;
        var isDay = DateOnly.TryParseExact(
            text.Trim(),
            "yyyy-MM-dd",
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out var day
        );
        if (!isDay || day == DateOnly.MaxValue)
            return false;
        end = new DateTimeOffset(day.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero);
        return true;
    }
}
