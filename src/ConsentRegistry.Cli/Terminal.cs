using Spectre.Console;

namespace ConsentRegistry.Cli;

/// <summary>Where the program prints.</summary>
internal static class Terminal
{
    /// <summary>
    /// The terminal. A file or a pipe gets plain text without control codes, as wide as the longest line needs.
    /// </summary>
    public static IAnsiConsole Open()
    {
        const int plainWidth = 240;
        if (!Console.IsOutputRedirected)
            return AnsiConsole.Console;
        var console = AnsiConsole.Create(
            new()
            {
                Ansi = AnsiSupport.No,
                ColorSystem = ColorSystemSupport.NoColors,
                Interactive = InteractionSupport.No,
            }
        );
        console.Profile.Width = plainWidth;
        return console;
    }
}
