using ConsentRegistry.Client;
using Microsoft.Playwright;

namespace ConsentRegistry.Console.Tests;

/// <summary>News comes while the page is open, and is read once; without JavaScript it comes with the page.</summary>
public sealed class NewsTests(Stack stack)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task News_comes_live_and_is_marked_as_read()
    {
        var page = await stack.OpenAsync();
        var creator = await stack.SignInAsNewCreatorAsync(page);
        await stack.Registry.Videos.RegisterAsync([new(creator, "a"), new(creator, "b")], cancellation: Cancellation);
        await stack.Registry.Settings.SetDefaultAsync(creator, "training", new(Effect.Ask), cancellation: Cancellation);
        await page.GotoAsync($"/creators/{creator}/news");
        var asked = page.Locator("[data-news] li", new() { HasText = "asks to use" });

        await AskAsync(creator, "a");
        await Assertions.Expect(asked).ToHaveCountAsync(1);
        await AskAsync(creator, "b");
        await Assertions.Expect(asked).ToHaveCountAsync(2);
        await Assertions.Expect(page.Locator("[data-news-said]")).ToHaveTextAsync("There is news.");

        await asked.First.GetByRole(AriaRole.Button, new() { Name = "Mark as read" }).ClickAsync();
        await Assertions.Expect(asked).ToHaveCountAsync(1);
        await page.GetByRole(AriaRole.Button, new() { Name = "Mark all as read" }).ClickAsync();
        await Assertions.Expect(page.GetByText("No unread news")).ToBeVisibleAsync();

        var plain = await stack.OpenAsync(
            Mode.Usual with
            {
                HasScripts = false,
            },
            await page.Context.StorageStateAsync()
        );
        await plain.GotoAsync($"/creators/{creator}/news?show=all");
        await Assertions.Expect(plain.Locator("li", new() { HasText = "asks to use" })).ToHaveCountAsync(2);
        await Assertions.Expect(plain.GetByText("Reload the page to see new messages.")).ToBeVisibleAsync();
        await plain.Context.CloseAsync();
        await page.Context.CloseAsync();
    }

    private Task AskAsync(string creator, string video) =>
        stack.Registry.Approvals.RequestAsync(new(creator, video, "training", "A model."), cancellation: Cancellation);
}
