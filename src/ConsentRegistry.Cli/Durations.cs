using System.CommandLine.Parsing;
using System.Globalization;

namespace ConsentRegistry.Cli;

/// <summary>Durations on the command line: a whole number and s, m, h or d.</summary>
internal static class Durations
{
    /// <summary>Reads the value of an option.</summary>
    public static TimeSpan Parse(ArgumentResult result)
    {
        if (TryParse(result.Tokens[0].Value, out var duration))
            return duration;
        result.AddError($"'{result.Tokens[0].Value}' is no duration such as 30s, 10m or 1h.");
        return default;
    }

    private static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var seconds =
            text.Length > 0
                ? text[^1] switch
                {
                    's' => 1,
                    'm' => 60,
                    'h' => 3_600,
                    'd' => 86_400,
                    _ => 0,
                }
                : 0;
        if (
            seconds == 0
            || !int.TryParse(
                text.AsSpan(0, text.Length - 1),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var count
            )
        )
            return false;
        duration = TimeSpan.FromSeconds((long)count * seconds);
        return true;
    }
}
