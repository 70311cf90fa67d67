using ConsentRegistry.Client;
using Microsoft.Playwright;

namespace ConsentRegistry.Console.Tests;

/// <summary>What creators come for, done in the browser with and without JavaScript, and seen in the registry.</summary>
public sealed class CreatorStoryTests(Stack stack)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<bool> WithAndWithoutScripts => [true, false];

    [Theory]
    [MemberData(nameof(WithAndWithoutScripts))]
    public async Task Everything_is_stopped_in_two_clicks_and_the_stop_is_lifted(bool scripts)
    {
        var page = await stack.OpenAsync(Mode.Usual with { HasScripts = scripts, Width = Mode.Phone });
        var creator = await stack.SignInAsNewCreatorAsync(page);
        await stack.Registry.Settings.SetDefaultAsync(
            creator,
            "remix",
            new(Effect.Allow) { AppliesTo = AppliesTo.All },
            cancellation: Cancellation
        );

        await page.GetByRole(AriaRole.Link, new() { Name = "Stop everything now" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop everything now" }).ClickAsync();

        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync("Stopped. It holds everywhere. It took");
        var stopped = await stack.Registry.Settings.GetAsync(creator, Cancellation);
        Assert.NotNull(stopped.Lockdown);
        Assert.Null(stopped.Lockdown.Purposes);

        await page.GotoAsync($"/creators/{creator}");
        await Assertions
            .Expect(page.Locator("h1"))
            .ToHaveTextAsync("Everything is stopped. Nobody may use your videos for AI.");
        await page.GetByRole(AriaRole.Link, new() { Name = "Lift the stop" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Lift the stop" }).ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync("except for remixes");
        Assert.Null((await stack.Registry.Settings.GetAsync(creator, Cancellation)).Lockdown);
    }

    [Theory]
    [MemberData(nameof(WithAndWithoutScripts))]
    public async Task Remix_is_allowed_for_new_videos_only_after_a_preview_and_taken_back(bool scripts)
    {
        var page = await stack.OpenAsync(Mode.Usual with { HasScripts = scripts });
        var creator = await stack.SignInAsNewCreatorAsync(page);

        var remix = Card(page, "Remix");
        await remix.GetByLabel("Allow", new() { Exact = true }).CheckAsync();
        await remix.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "What would change" }).WaitForAsync();
        Assert.Empty((await stack.Registry.Settings.GetAsync(creator, Cancellation)).Defaults);
        await page.GetByRole(AriaRole.Button, new() { Name = "Confirm this choice" }).ClickAsync();

        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("Saved. It holds everywhere.");
        var said = (await stack.Registry.Settings.GetAsync(creator, Cancellation)).Defaults.Single();
        Assert.Equal(("remix", Effect.Allow), (said.Purpose, said.Effect));
        Assert.NotNull(said.Segments!.Single().From);

        await page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Undo" })).ToHaveCountAsync(0);
        Assert.Empty((await stack.Registry.Settings.GetAsync(creator, Cancellation)).Defaults);
    }

    [Theory]
    [MemberData(nameof(WithAndWithoutScripts))]
    public async Task Refusing_takes_one_click_and_holds_at_once(bool scripts)
    {
        var page = await stack.OpenAsync(Mode.Usual with { HasScripts = scripts });
        var creator = await stack.SignInAsNewCreatorAsync(page);
        await stack.Registry.Settings.SetDefaultAsync(creator, "training", new(Effect.Ask), cancellation: Cancellation);
        await page.ReloadAsync();

        var training = Card(page, "Training");
        await training.GetByLabel("Don’t allow").CheckAsync();
        await training.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("It holds everywhere.");
        Assert.Equal(
            Effect.Deny,
            (await stack.Registry.Settings.GetAsync(creator, Cancellation)).Defaults.Single().Effect
        );
    }

    [Theory]
    [MemberData(nameof(WithAndWithoutScripts))]
    public async Task An_exception_is_made_for_one_video_and_for_several(bool scripts)
    {
        var page = await stack.OpenAsync(Mode.Usual with { HasScripts = scripts });
        var creator = await stack.SignInAsNewCreatorAsync(page);
        await stack.Registry.Videos.RegisterAsync(
            [new(creator, "a"), new(creator, "b"), new(creator, "c")],
            cancellation: Cancellation
        );

        await page.GotoAsync($"/creators/{creator}/videos/a");
        await page.GetByLabel("Kind of use").SelectOptionAsync("remix");
        await page.GetByRole(AriaRole.Button, new() { Name = "Ask me first" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("It holds everywhere.");

        await page.GotoAsync($"/creators/{creator}/videos");
        foreach (var video in new[] { "b", "c" })
            await page.Locator($"input[name=videos][value={video}]").CheckAsync();
        await page.GetByLabel("Change to").SelectOptionAsync("allow");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show what would change" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Change 2 videos" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("It holds everywhere.");

        var overrides = await stack
            .Registry.Settings.ListOverridesAsync(creator, cancellation: Cancellation)
            .ToListAsync(Cancellation);
        Assert.Equal(
            [("a", Effect.Ask), ("b", Effect.Allow), ("c", Effect.Allow)],
            overrides.Select(one => (one.Video!.VideoId, one.Effect))
        );
        await page.GotoAsync($"/creators/{creator}/videos?answer=allow&kind=remix");
        await Assertions.Expect(page.Locator("tbody tr")).ToHaveCountAsync(2);
    }

    [Fact]
    public async Task Nothing_is_confirmed_that_was_not_looked_at()
    {
        var page = await stack.OpenAsync(Mode.Usual with { HasScripts = false });
        var creator = await stack.SignInAsNewCreatorAsync(page);
        await stack.Registry.Videos.RegisterAsync([new(creator, "a"), new(creator, "b")], cancellation: Cancellation);
        await page.GotoAsync($"/creators/{creator}/choices/training?effect=allow");
        await Assertions.Expect(page.GetByText("Also the videos that exist: 2 get another answer")).ToBeVisibleAsync();

        await page.GetByLabel("Also the videos that exist").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Confirm this choice" }).ClickAsync();
        await Assertions.Expect(page.GetByText("You changed something after you looked")).ToBeVisibleAsync();
        Assert.Empty((await stack.Registry.Settings.GetAsync(creator, Cancellation)).Defaults);
        await page.GetByRole(AriaRole.Button, new() { Name = "Confirm this choice" }).ClickAsync();
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("Saved. It holds everywhere.");
        var said = (await stack.Registry.Settings.GetAsync(creator, Cancellation)).Defaults.Single();
        Assert.Null(said.Segments!.Single().From);

        await page.GotoAsync($"/creators/{creator}/videos");
        await page.Locator("input[name=videos][value=a]").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Show what would change" }).ClickAsync();
        await page.Locator("input[name=videos][value=b]").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Change one video" }).ClickAsync();
        await Assertions.Expect(page.GetByText("You changed something after you looked")).ToBeVisibleAsync();
        Assert.Equal(0, (await stack.Registry.Settings.GetAsync(creator, Cancellation)).Overrides);
    }

    private static ILocator Card(IPage page, string kind) =>
        page.Locator("form.choice", new() { Has = page.GetByRole(AriaRole.Heading, new() { Name = kind }) });
}
