using Spectre.Console;

namespace ConsentRegistry.Cli.Demo;

/// <summary>
/// Tells the second part line by line, and keeps count of the promises that hold and of those that do not.
/// </summary>
internal sealed class DemoConsole(IAnsiConsole console, int chaptersBefore)
{
    private int chapter = chaptersBefore;
    private int held;
    private int broken;

    /// <summary>Whether every promise so far holds.</summary>
    public bool IsAsPromised => broken == 0;

    /// <summary>Begins a chapter.</summary>
    public void Begin(string title, string why)
    {
        console.WriteLine();
        console.MarkupLineInterpolated($"[bold]{++chapter}. {title}[/]: {why}.");
    }

    /// <summary>Somebody does something.</summary>
    public void Tell(string who, string what) => console.MarkupLineInterpolated($"   [grey]{who, -9}[/] {what}");

    /// <summary>Something has to hold, and the story has failed if it does not.</summary>
    public void Promise(bool holds, string what)
    {
        if (holds)
        {
            held++;
            console.MarkupLineInterpolated($"   [green]{"kept", -9}[/] {what}");
        }
        else
        {
            broken++;
            console.MarkupLineInterpolated($"   [red]Not as promised: {what}.[/]");
        }
    }

    /// <summary>Says how it ended.</summary>
    public void Summarize()
    {
        console.WriteLine();
        console.MarkupLine(
            IsAsPromised
                ? $"[green]Every one of {held} promises of being asked and told was kept.[/]"
                : $"[red]{broken} of {held + broken} promises of being asked and told were not kept.[/]"
        );
    }
}
