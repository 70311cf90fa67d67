using ConsentRegistry.Client;
using Microsoft.Playwright;

namespace ConsentRegistry.Console.Tests;

/// <summary>
/// The five questions of somebody who sees the console for the first time: each takes three clicks from Home at most, on a
/// phone, where the menu is closed.
/// </summary>
public sealed class ThreeClicksTests(Stack stack)
{
    private const int Most = 3;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_first_time_creator_finds_each_answer_within_three_clicks()
    {
        var page = await stack.OpenAsync(Mode.Usual with { Width = Mode.Phone });
        var creator = await stack.SignInAsNewCreatorAsync(page);
        await stack.Registry.Videos.RegisterAsync([new(creator, "holiday")], cancellation: Cancellation);
        await stack.Registry.Usages.RecordAsync(
            new UseToRecord("remix", [new(creator, "holiday")]) { Requester = "studio-north" },
            cancellation: Cancellation
        );
        var home = $"/creators/{creator}";

        // What is allowed now?
        var clicks = await StartAsync(page, home);
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("Nobody may use your videos for AI.");
        await Assertions
            .Expect(page.Locator("form.choice .card-head .badge"))
            .ToHaveTextAsync(["Not allowed", "Not allowed", "Not allowed", "Not allowed"]);
        Assert.Equal(0, clicks.Count);

        // Allow remix for new videos only.
        clicks = await StartAsync(page, home);
        var remix = page.Locator(
            "form.choice",
            new() { Has = page.GetByRole(AriaRole.Heading, new() { Name = "Remix" }) }
        );
        await clicks.OnAsync(remix.GetByLabel("Allow", new() { Exact = true }));
        await clicks.OnAsync(remix.GetByRole(AriaRole.Button, new() { Name = "Save" }));
        await clicks.OnAsync(page.GetByRole(AriaRole.Button, new() { Name = "Confirm this choice" }));
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("Saved. It holds everywhere.");
        Assert.InRange(clicks.Count, 1, Most);
        var said = (await stack.Registry.Settings.GetAsync(creator, Cancellation)).Defaults.Single();
        Assert.Equal(("remix", Effect.Allow), (said.Purpose, said.Effect));
        Assert.NotNull(said.Segments!.Single().From);

        // Make an exception for one video.
        clicks = await StartAsync(page, home);
        await clicks.OnAsync(page.GetByRole(AriaRole.Link, new() { Name = "Make an exception for one video" }));
        await clicks.OnAsync(page.GetByRole(AriaRole.Link, new() { Name = "holiday, Training" }));
        await clicks.OnAsync(page.Locator("#exception").GetByRole(AriaRole.Button, new() { Name = "Ask me first" }));
        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("It holds everywhere.");
        Assert.InRange(clicks.Count, 1, Most);
        var exception = await stack
            .Registry.Settings.ListOverridesAsync(creator, cancellation: Cancellation)
            .SingleAsync(Cancellation);
        Assert.Equal(("training", Effect.Ask), (exception.Purpose, exception.Effect));

        // Who used my videos?
        clicks = await StartAsync(page, home);
        await clicks.OnAsync(page.GetByRole(AriaRole.Link, new() { Name = "Who used my videos?" }));
        await Assertions.Expect(page.Locator(".table-cards tbody tr")).ToContainTextAsync("studio-north");
        Assert.InRange(clicks.Count, 1, Most);

        // Stop everything.
        clicks = await StartAsync(page, home);
        await clicks.OnAsync(page.GetByRole(AriaRole.Link, new() { Name = "Stop everything now" }));
        await clicks.OnAsync(page.Locator("main").GetByRole(AriaRole.Button, new() { Name = "Stop everything now" }));
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync("Stopped. It holds everywhere.");
        Assert.InRange(clicks.Count, 1, 2);
        await page.Context.CloseAsync();
    }

    private static async Task<Clicks> StartAsync(IPage page, string home)
    {
        await page.GotoAsync(home);
        return new();
    }

    private sealed class Clicks
    {
        public int Count { get; private set; }

        public async Task OnAsync(ILocator what)
        {
            Count++;
            await what.ClickAsync();
        }
    }
}
