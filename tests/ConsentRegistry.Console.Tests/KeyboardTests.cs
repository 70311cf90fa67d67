using ConsentRegistry.Client;
using Microsoft.Playwright;

namespace ConsentRegistry.Console.Tests;

/// <summary>A creator who has no mouse: what has the focus is seen, comes in the order of the page, and does everything.</summary>
public sealed class KeyboardTests(Stack stack)
{
    /// <summary>Steps to any control of a page, at most.</summary>
    private const int MostSteps = 60;

    // What has the focus: its name, whether that can be seen, and where it is on the page.
    private const string Focused = """
        () => {
          const one = document.activeElement;
          const shown = one.matches('.choice-row input') ? one.closest('label') : one;
          const style = getComputedStyle(shown), box = shown.getBoundingClientRect();
          const middle = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height / 2, 10));
          return {
            name: (one.labels?.[0]?.innerText ?? one.getAttribute('aria-label') ?? one.innerText ?? '').replace(/\s+/g, ' ').trim(),
            isSeen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
              && box.bottom > 0 && box.top < innerHeight && (shown.contains(middle) || middle?.contains(shown)),
            where: `${style.outlineStyle} ${style.outlineWidth}, from ${box.top} to ${box.bottom} of ${innerHeight}, under ${middle?.outerHTML.slice(0, 80)}`,
            isInMain: document.querySelector('main').contains(one),
            isPage: one === document.body,
            top: Math.round(box.top + scrollY),
            bottom: Math.round(box.bottom + scrollY),
          };
        }
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_creator_answers_makes_an_exception_and_stops_everything_without_a_mouse()
    {
        var page = await stack.OpenAsync(Mode.Usual with { Width = Mode.Phone });
        var creator = await stack.SignInAsNewCreatorAsync(page);
        await stack.Registry.Videos.RegisterAsync([new(creator, "holiday")], cancellation: Cancellation);
        await stack.Registry.Settings.SetDefaultAsync(creator, "mining", new(Effect.Ask), cancellation: Cancellation);
        await stack.Registry.Approvals.RequestAsync(
            new(creator, "holiday", "mining", "To count seagulls."),
            cancellation: Cancellation
        );
        var home = $"/creators/{creator}";

        // The skip link comes first, and leads to the content, whose controls come from top to bottom.
        await page.GotoAsync(home);
        Assert.Equal("Skip to the content", (await StepAsync(page)).Name);
        await page.Keyboard.PressAsync("Enter");
        var (before, seen) = (new Stop(), 0);
        for (var stop = await StepAsync(page); stop.IsInMain; stop = await StepAsync(page), seen++)
        {
            Assert.True(stop.Bottom > before.Top, $"'{stop.Name}' is above '{before.Name}', which comes before it.");
            before = stop;
        }
        Assert.InRange(seen, 10, MostSteps);

        await page.GotoAsync(home);
        await PressAsync(page, "Answer", "Enter");
        await PressAsync(page, "Answer this request admin", "Enter");
        await PressAsync(page, "Approve", "Space");
        await PressAsync(page, "They must credit you.", "Space");
        await PressAsync(page, "Send answer", "Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("Approved.");
        var grant = await stack
            .Registry.Approvals.ListGrantsAsync(creator, cancellation: Cancellation)
            .SingleAsync(Cancellation);
        Assert.Equal([Conditions.Attribution], grant.Conditions);

        await page.GotoAsync(home);
        await PressAsync(page, "Make an exception for one video", "Enter");
        await PressAsync(page, "holiday, Training: Not allowed", "Enter");
        await PressAsync(page, "Ask me first", "Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("It holds everywhere.");

        await page.GotoAsync(home);
        await PressAsync(page, "Stop everything now", "Enter");
        await page.GetByRole(AriaRole.Heading, new() { Name = "Stop everything now?" }).WaitForAsync();
        await PressAsync(page, "Why? (you may leave this empty)", "A");
        await PressAsync(page, "Stop everything now", "Enter");
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync("Stopped. It holds everywhere.");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_exact_time_can_be_dismissed()
    {
        var page = await stack.OpenAsync();
        var creator = await stack.SignInAsNewCreatorAsync(page);
        await stack.Registry.Settings.SetDefaultAsync(creator, "mining", new(Effect.Ask), cancellation: Cancellation);
        await page.GotoAsync($"/creators/{creator}/history");
        var moment = page.Locator(".timeline .time").First;
        var exact = moment.Locator(".utc");
        await moment.FocusAsync();
        await Assertions.Expect(exact).ToBeVisibleAsync();

        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(exact).ToBeHiddenAsync();

        await moment.BlurAsync();
        await moment.FocusAsync();
        await Assertions.Expect(exact).ToBeVisibleAsync();
        await page.Context.CloseAsync();
    }

    // Goes to a control, and presses a key there.
    private static async Task PressAsync(IPage page, string name, string key)
    {
        await page.Locator("h1").WaitForAsync();
        for (var step = 0; step < MostSteps; step++)
        {
            if ((await StepAsync(page)).Name.StartsWith(name, StringComparison.Ordinal))
            {
                await page.Keyboard.PressAsync(key);
                return;
            }
        }
        Assert.Fail($"'{name}' cannot be reached.");
    }

    private static async Task<Stop> StepAsync(IPage page)
    {
        await page.Keyboard.PressAsync("Tab");
        var stop = await page.EvaluateAsync<Stop>(Focused);
        Assert.True(stop.IsPage || stop.IsSeen, $"'{stop.Name}' has the focus, and nobody sees it: {stop.Where}");
        return stop;
    }

    private sealed class Stop
    {
        public string Name { get; set; } = "";

        public bool IsSeen { get; set; }

        public string Where { get; set; } = "";

        public bool IsInMain { get; set; }

        public bool IsPage { get; set; }

        public int Top { get; set; }

        public int Bottom { get; set; }
    }
}
