using ConsentRegistry.Client;
using Microsoft.AspNetCore.Http;
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

    [Fact]
    public async Task Whatever_is_answered_there_is_a_sentence_and_nothing_typed_is_lost()
    {
        var page = await stack.OpenAsync(Mode.Usual with { HasScripts = false });
        var creator = await stack.SignInAsNewCreatorAsync(page);
        await page.GotoAsync($"/creators/{creator}/stop");
        foreach (
            var (status, code, says) in new[]
            {
                (403, "forbidden", "You may not do this"),
                (409, "conflict", "Something else was decided before"),
                (412, "preconditionFailed", "Somebody changed your settings meanwhile"),
                (422, "invalid", "Something in the form cannot be right"),
                (429, "rateLimited", "Try again after 30 seconds."),
                (500, "unknown", "We do not know yet whether it worked"),
                (503, "unavailable", "The registry cannot answer now"),
                (503, "outcomeUnknown", "We do not know yet whether it worked"),
            }
        )
        {
            await page.GetByLabel("Why?").FillAsync($"<b>because</b> {status}");
            // A registry that says when to come back later than a page can wait is not asked again by itself.
            using (stack.Hop.Refuse(IsChange, status, code, retryAfter: 30))
                await page.GetByRole(AriaRole.Button, new() { Name = "Stop everything now" }).ClickAsync();
            await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync(says);
            await Assertions.Expect(page.GetByLabel("Why?")).ToHaveValueAsync($"<b>because</b> {status}");
            await HasNoTraceAsync(page);
        }
        Assert.Null((await stack.Registry.Settings.GetAsync(creator, Cancellation)).Lockdown);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_change_whose_answer_is_lost_or_late_is_made_once_when_the_same_form_is_sent_again()
    {
        var page = await stack.OpenAsync(Mode.Usual with { HasScripts = false });
        var creator = await stack.SignInAsNewCreatorAsync(page);
        await stack.Registry.Settings.SetDefaultAsync(creator, "mining", new(Effect.Ask), cancellation: Cancellation);
        async Task<long> VersionAsync() =>
            (await stack.Registry.Settings.GetAsync(creator, Cancellation)).SettingsVersion;
        async Task SendTwiceAsync(ILocator button, string done, Func<Func<HttpRequest, bool>, IDisposable> fault)
        {
            var before = await VersionAsync();
            using (fault(IsChange))
            {
                await button.ClickAsync();
                await Assertions
                    .Expect(page.GetByRole(AriaRole.Alert))
                    .ToContainTextAsync("We do not know yet whether it worked");
                await HasNoTraceAsync(page);
            }
            await button.ClickAsync();
            await Assertions.Expect(page.Locator("main")).ToContainTextAsync(done);
            Assert.Equal(before + 1, await VersionAsync());
        }

        await page.GotoAsync($"/creators/{creator}/choices/remix?effect=allow");
        await SendTwiceAsync(
            page.GetByRole(AriaRole.Button, new() { Name = "Confirm this choice" }),
            "Saved. It holds everywhere.",
            stack.Hop.LoseAnswers
        );
        await page.GotoAsync($"/creators/{creator}/videos/any?kind=remix");
        await SendTwiceAsync(
            page.Locator("#exception").GetByRole(AriaRole.Button, new() { Name = "Ask me first" }),
            "Saved. It holds everywhere.",
            stack.Hop.LoseAnswers
        );
        await page.GotoAsync($"/creators/{creator}");
        var mining = page.Locator(
            "form.choice",
            new() { Has = page.GetByRole(AriaRole.Heading, new() { Name = "Data analysis" }) }
        );
        await mining.GetByLabel("Don’t allow").CheckAsync();
        // Here the answer comes, but later than a page waits.
        await SendTwiceAsync(
            mining.GetByRole(AriaRole.Button, new() { Name = "Save" }),
            "It holds everywhere.",
            stack.Hop.KeepBack
        );
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task What_was_typed_waits_where_the_page_itself_cannot_be_read()
    {
        var page = await stack.OpenAsync(Mode.Usual with { HasScripts = false });
        var creator = await stack.SignInAsNewCreatorAsync(page);
        await stack.Registry.Videos.RegisterAsync([new(creator, "a")], cancellation: Cancellation);
        await stack.Registry.Stops.SetLockdownAsync(creator, cancellation: Cancellation);
        async Task SendAsync(string name)
        {
            using (stack.Hop.Refuse(_ => true, 503, "unavailable", retryAfter: 30))
            {
                await page.GetByRole(AriaRole.Button, new() { Name = name }).First.ClickAsync();
                await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Nothing was changed.");
                // Also when it is tried too early.
                await page.GetByRole(AriaRole.Button, new() { Name = "Send again" }).ClickAsync();
                await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Nothing was changed.");
                await HasNoTraceAsync(page);
            }
            await page.GetByRole(AriaRole.Button, new() { Name = "Send again" }).ClickAsync();
        }

        await page.GotoAsync($"/creators/{creator}/lift");
        await SendAsync("Lift the stop");
        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("Saved as change number");
        await page.GotoAsync($"/creators/{creator}/choices/training");
        await page.GetByLabel("Ask me first").CheckAsync();
        await page.GetByLabel("They must credit you.").CheckAsync();
        await SendAsync("Show what would change");
        await Assertions.Expect(page.GetByLabel("They must credit you.")).ToBeCheckedAsync();
        await SendAsync("Confirm this choice");
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("Saved. It holds everywhere.");
        await page.GotoAsync($"/creators/{creator}/videos/a");
        await SendAsync("Ask me first");
        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("Saved.");
        await page.GotoAsync($"/creators/{creator}/videos");
        await page.Locator("input[name=videos][value=a]").CheckAsync();
        await SendAsync("Show what would change");
        await Assertions.Expect(page.Locator("input[name=videos][value=a]")).ToBeCheckedAsync();
        await page.GotoAsync($"/creators/{creator}/blocked");
        await page.GetByLabel("Name of the company").FillAsync("nosy");
        await SendAsync("Block");
        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("nosy");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Somebody_else_s_forms_are_refused()
    {
        var page = await stack.OpenAsync(Mode.Usual with { HasScripts = false });
        await stack.SignInAsNewCreatorAsync(page);
        var other = $"creator-{stack.NewName()}";
        await page.GotoAsync($"/creators/{other}/stop");
        await page.GetByLabel("Why?").FillAsync("To harm");
        await page.Locator("main").GetByRole(AriaRole.Button, new() { Name = "Stop everything now" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("You may not do this");
        Assert.Null((await stack.Registry.Settings.GetAsync(other, Cancellation)).Lockdown);
        await page.Context.CloseAsync();
    }

    private static bool IsChange(HttpRequest request) =>
        request.Method != "GET" && !request.Path.Value!.EndsWith("/preview", StringComparison.Ordinal);

    private static async Task HasNoTraceAsync(IPage page)
    {
        var text = await page.Locator("body").InnerTextAsync();
        Assert.DoesNotContain("Exception:", text, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
    }
}
