using ConsentRegistry.Client;
using Microsoft.Playwright;

namespace ConsentRegistry.Console.Tests;

/// <summary>What happens where the registry does not do what a form asks for: nothing that was typed is lost.</summary>
public sealed class TroubleTests(Stack stack)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stop_that_meets_a_dead_registry_is_made_when_the_same_form_is_sent_again()
    {
        var page = await stack.OpenAsync(Mode.Usual with { HasScripts = false });
        var creator = await stack.SignInAsNewCreatorAsync(page);
        await page.GotoAsync($"/creators/{creator}/stop");
        await page.GetByLabel("Why?").FillAsync("<b>taken over</b>");

        await stack.StopRegistryAsync();
        try
        {
            await page.GetByRole(AriaRole.Button, new() { Name = "Stop everything now" }).ClickAsync();
            await Assertions
                .Expect(page.GetByRole(AriaRole.Alert))
                .ToContainTextAsync("We do not know yet whether it worked");
            await Assertions.Expect(page.GetByLabel("Why?")).ToHaveValueAsync("<b>taken over</b>");
        }
        finally
        {
            await stack.StartRegistryAsync();
        }

        await page.GetByRole(AriaRole.Button, new() { Name = "Stop everything now" }).ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync("Stopped. It holds everywhere.");
        Assert.NotNull((await stack.Registry.Settings.GetAsync(creator, Cancellation)).Lockdown);
    }

    [Fact]
    public async Task A_choice_made_on_settings_that_changed_meanwhile_is_shown_again_and_not_made()
    {
        var page = await stack.OpenAsync();
        var creator = await stack.SignInAsNewCreatorAsync(page);
        await page.GotoAsync($"/creators/{creator}/choices/remix?effect=allow");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show what would change" }).ClickAsync();
        var confirm = page.GetByRole(AriaRole.Button, new() { Name = "Confirm this choice" });
        await confirm.WaitForAsync();
        await stack.Registry.Settings.SetDefaultAsync(creator, "training", new(Effect.Ask), cancellation: Cancellation);

        await confirm.ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Somebody changed your settings");
        Assert.Equal(
            "training",
            (await stack.Registry.Settings.GetAsync(creator, Cancellation)).Defaults.Single().Purpose
        );
        await confirm.ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("Saved. It holds everywhere.");
    }
}
