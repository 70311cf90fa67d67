using ConsentRegistry.Client;
using Spectre.Console;

namespace ConsentRegistry.Cli.Demo;

/// <summary>
/// The story that the registry was made for, in two parts: one switch instead of 500, and nobody's work used without
/// their being asked and told.
/// </summary>
internal sealed class DemoScenario(ConsentRegistryClient registry, IAnsiConsole console)
{
    // Nobody has heard of this creator, so that the story begins at the beginning however often, and by however many at
    // once, it is told.
    private readonly string creator = $"demo-{Guid.CreateVersion7():N}";

    /// <summary>Tells the story; false if the registry answered otherwise than it promises.</summary>
    public async Task<bool> PlayAsync(CancellationToken cancellation)
    {
        console.MarkupLineInterpolated(
            $"A creator, [bold]{creator}[/], with {SwitchScenario.Videos} videos. A requester, [bold]{SwitchScenario.Requester}[/], who wants to remix them and train on them."
        );
        console.WriteLine();
        var switches = new SwitchScenario(registry, console, creator);
        await WithBarAsync("One switch", SwitchScenario.Chapters, bar => switches.TellAsync(bar, cancellation));
        switches.Summarize();

        console.WriteLine();
        console.MarkupLine(
            "From here on somebody has to ask. The studio speaks as the token's own client, and a small receiver in "
                + "this process hears what the registry tells."
        );
        var narrator = new DemoConsole(console, SwitchScenario.Chapters);
        await using (var telling = await DemoContext.OpenAsync(registry, creator, narrator, cancellation))
        {
            var asked = new ApprovalScenario(registry, creator, narrator, telling);
            var withdrawn = new WithdrawalScenario(registry, creator, narrator, telling);
            await WithBarAsync(
                "Asked and told",
                ApprovalScenario.Chapters + WithdrawalScenario.Chapters,
                async bar =>
                {
                    await asked.TellAsync(bar, cancellation);
                    await withdrawn.TellAsync(asked.Approved, bar, cancellation);
                }
            );
        }
        narrator.Summarize();
        return switches.IsAsPromised && narrator.IsAsPromised;
    }

    // A bar is for whoever watches; a file gets the lines alone.
    private Task WithBarAsync(string title, int chapters, Func<ProgressTask?, Task> tell) =>
        console.Profile.Capabilities.Interactive
            ? console
                .Progress()
                .AutoClear(true)
                .StartAsync(progress => tell(progress.AddTask(title, maxValue: chapters)))
            : tell(null);
}
