using ConsentRegistry.Client;
using Microsoft.Playwright;

namespace ConsentRegistry.Console.Tests;

/// <summary>What operators do: each form, filled in wrongly and rightly.</summary>
public sealed class OperatorStoryTests(Stack stack)
{
    private static readonly Mode Plain = Mode.Usual with { HasScripts = false };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_hold_is_set_and_lifted()
    {
        var page = await stack.OpenAsync(Plain, await stack.SessionOfAsync("operator-otto"));
        var creator = $"creator-{stack.NewName()}";
        await page.GotoAsync("/operations/holds?creator=..");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("An id has 1 to 128 letters");

        var holds = $"/operations/holds?creator={creator}";
        await page.GotoAsync(holds);
        await page.GetByLabel("training").CheckAsync();
        await PressAsync(page, "Place hold");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("A hold needs a reason");
        await Expect(page.GetByLabel("training")).ToBeCheckedAsync();
        await page.GetByLabel("Reason").FillAsync("Order 17 <script>alert(1)</script>");
        await PressAsync(page, "Place hold");
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("The hold stands, everywhere.");
        Assert.Equal(["training"], (await stack.Registry.Settings.GetAsync(creator, Cancellation)).Hold!.Purposes);

        // What another operator added meanwhile is not lifted unseen.
        await stack.Registry.Stops.SetHoldAsync(creator, "Order 18", cancellation: Cancellation);
        await PressAsync(page, "Lift the hold");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Nothing was done.");
        Assert.NotNull((await stack.Registry.Settings.GetAsync(creator, Cancellation)).Hold);
        await page.GotoAsync(holds);
        await PressAsync(page, "Lift the hold");
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("The hold is lifted.");
        Assert.Null((await stack.Registry.Settings.GetAsync(creator, Cancellation)).Hold);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_purpose_is_registered_and_a_webhook_made_tried_and_deleted()
    {
        var page = await stack.OpenAsync(Plain, await stack.SessionOfAsync("operator-otto"));
        var (purpose, url) = ($"mining.{stack.NewName()}", $"https://hooks.invalid/{stack.NewName()}");

        // A webhook: a bad address and owner, one that is made, and the same once more.
        await page.GotoAsync("/operations/webhooks");
        await page.GetByLabel("Owner").FillAsync("a b");
        await page.GetByLabel("Address").EvaluateAsync("field => { field.form.noValidate = true; }");
        await page.GetByLabel("Address").FillAsync("http://hooks.invalid/");
        await PressAsync(page, "Make a webhook");
        await Expect(page.Locator(".error-summary li")).ToHaveCountAsync(2);
        await Expect(page.GetByLabel("Address")).ToHaveValueAsync("http://hooks.invalid/");
        foreach (
            var expected in new[] { "The secret, shown this once", "This owner has a webhook of this address already" }
        )
        {
            await page.GotoAsync("/operations/webhooks");
            await page.GetByLabel("Address").FillAsync(url);
            await page.GetByLabel("purpose").CheckAsync();
            await PressAsync(page, "Make a webhook");
            await Expect(page.Locator(".notice").First).ToContainTextAsync(expected);
        }

        // A purpose: nothing typed, none that can be, one that exists, and a new one.
        await page.GotoAsync("/operations/purposes");
        await PressAsync(page, "Register a purpose");
        await Expect(page.Locator(".error-summary li")).ToHaveCountAsync(2);
        foreach (
            var (name, expected) in new[]
            {
                ("nope.Bad", "Write a purpose that exists"),
                ("remix.voice", "There is such a purpose already"),
                (purpose, "is registered."),
            }
        )
        {
            await page.GetByLabel("Name", new() { Exact = true }).FillAsync(name);
            await page.GetByLabel("What it means").FillAsync("A <b>test</b>");
            await PressAsync(page, "Register a purpose");
            await Expect(page.Locator("main")).ToContainTextAsync(expected);
        }

        // What was sent does not arrive: tried by hand, and once more.
        await page.GotoAsync("/operations/webhooks");
        await page.GetByRole(AriaRole.Link, new() { Name = url }).ClickAsync();
        var webhook = Guid.Parse(page.Url.Split('/')[^1]);
        while (
            !await stack
                .Registry.Webhooks.ListDeliveriesAsync(webhook, cancellation: Cancellation)
                .AnyAsync(Cancellation)
        )
            await Task.Delay(TimeSpan.FromMilliseconds(50), Cancellation);
        await page.ReloadAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Deliver now" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("It is sent once more.");
        await PressAsync(page, "Send a ping");
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("The ping did not arrive.");
        await PressAsync(page, "New secret");
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("The secret, shown this once");
        await PressAsync(page, "Switch off");
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("The webhook is switched off.");
        await PressAsync(page, "Switch on");
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("The webhook is switched on.");
        await PressAsync(page, "Delete");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Delete this webhook?");
        await PressAsync(page, "Delete");
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("The webhook was deleted.");
        var answer = await page.GotoAsync($"/operations/webhooks/{webhook}");
        Assert.Equal(404, answer!.Status);
        await page.Context.CloseAsync();
    }

    private static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);

    private static Task PressAsync(IPage page, string name) =>
        page.GetByRole(AriaRole.Button, new() { Name = name }).First.ClickAsync();
}
