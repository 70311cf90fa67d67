using ConsentRegistry.Client;
using Microsoft.Playwright;

namespace ConsentRegistry.Console.Tests;

/// <summary>
/// A requester asks, a creator answers, and both see what came of it; each form is also filled in wrongly, and says so
/// without losing anything. Without JavaScript, so that each step is a page of its own.
/// </summary>
public sealed class ApprovalStoryTests(Stack stack)
{
    private const string Studio = "studio-north";
    private const string Hostile = "<b>A film</b> <script>alert('hello')</script> \u202Eabc";

    private static readonly Mode Plain = Mode.Usual with { HasScripts = false };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static string DayIn(int days) =>
        DateTimeOffset.UtcNow.AddDays(days).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public async Task A_request_is_made_narrowed_ended_refused_and_taken_back()
    {
        var creatorPage = await stack.OpenAsync(Plain);
        var creator = await stack.SignInAsNewCreatorAsync(creatorPage);
        var studio = await stack.OpenAsync(Plain, await stack.SessionOfAsync(Studio));
        await stack.Registry.Videos.RegisterAsync(
            [new(creator, "dunes"), new(creator, "train"), new(creator, "harbour")],
            cancellation: Cancellation
        );
        await stack.Registry.Settings.SetDefaultAsync(creator, "training", new(Effect.Ask), cancellation: Cancellation);
        string Why(string video) => $"/why?creator={creator}&video={video}&purpose=training";

        // Asking: nothing typed, a day that is over, no number.
        await studio.GotoAsync("/why?creator=..&video=&purpose=training");
        await Expect(studio.Locator(".field-error")).ToHaveCountAsync(2);
        await studio.GotoAsync(Why("dunes"));
        await studio.GetByLabel("Last day").FillAsync("2020-01-01");
        await studio.GetByLabel("How often?").FillAsync("10");
        await PressAsync(studio, "Send request");
        await Expect(studio.Locator(".error-summary li"))
            .ToHaveTextAsync(["Say what you mean to do", "The day must be in the future"]);
        await Expect(studio.GetByLabel("How often?")).ToHaveValueAsync("10");
        await studio.GetByLabel("What for?").FillAsync(Hostile);
        await studio.GetByLabel("Last day").FillAsync(DayIn(100));
        await PressAsync(studio, "Send request");
        await Expect(studio.GetByRole(AriaRole.Status)).ToContainTextAsync("Your request was sent.");
        // The same again is refused, and what was typed is still there.
        await studio.GotoAsync(Why("dunes"));
        await studio.GetByLabel("What for?").FillAsync("Once more");
        await PressAsync(studio, "Send request");
        await Expect(studio.GetByRole(AriaRole.Alert)).ToContainTextAsync("You asked this already");
        await Expect(studio.GetByLabel("What for?")).ToHaveValueAsync("Once more");

        // Answering: nothing chosen, more than was asked for; then less than was asked for.
        await creatorPage.GotoAsync($"/creators/{creator}/requests");
        await Expect(creatorPage.Locator(".foreign")).ToHaveTextAsync(Hostile);
        await creatorPage.GetByText("Answer this request").ClickAsync();
        await PressAsync(creatorPage, "Send answer");
        await Expect(creatorPage.GetByRole(AriaRole.Alert)).ToContainTextAsync("Choose whether you approve or refuse.");
        var stale = await stack.OpenAsync(Plain, await creatorPage.Context.StorageStateAsync());
        await stale.GotoAsync($"/creators/{creator}/requests");
        await creatorPage.Locator("input[name=answer][value=approve]").CheckAsync();
        await creatorPage.GetByLabel("They must credit you.").CheckAsync();
        await SetAsync(creatorPage, "How often", "20");
        await SetAsync(creatorPage, "Until when", DayIn(400));
        await PressAsync(creatorPage, "Send answer");
        await Expect(creatorPage.Locator(".error-summary li"))
            .ToHaveTextAsync(["The day is later than what they asked for.", "That is more often than they asked for."]);
        await Expect(creatorPage.GetByLabel("They must credit you.")).ToBeCheckedAsync();
        await SetAsync(creatorPage, "How often", "2");
        await SetAsync(creatorPage, "Until when", DayIn(50));
        await creatorPage.GetByLabel("Approve which use?").SelectOptionAsync("training.generative");
        await PressAsync(creatorPage, "Send answer");
        await Expect(creatorPage.GetByRole(AriaRole.Status)).ToContainTextAsync("Approved. It holds everywhere.");
        var grant = await GrantAsync(creator);
        Assert.Equal(("training.generative", 2, "standing"), (grant.Purpose, grant.Uses, grant.Status));
        Assert.Equal([Conditions.Attribution], grant.Conditions);

        // What was answered meanwhile is answered once.
        await stale.GetByText("Answer this request").ClickAsync();
        await stale.Locator("input[name=answer][value=refuse]").CheckAsync();
        await stale.Locator("textarea[name=reason]").FillAsync("Too late");
        await PressAsync(stale, "Send answer");
        await Expect(stale.GetByRole(AriaRole.Alert)).ToContainTextAsync("It was answered or taken back before");
        await stale.Context.CloseAsync();

        // The requester has it until the creator ends it.
        await studio.GotoAsync("/grants");
        await Expect(RowOf(studio, creator)).ToContainTextAsync("0 of 2");
        await creatorPage.GotoAsync($"/creators/{creator}/grants");
        await creatorPage.GetByRole(AriaRole.Button, new() { Name = "End it" }).ClickAsync();
        await Expect(creatorPage.GetByRole(AriaRole.Status)).ToContainTextAsync("The approval is ended.");
        Assert.Equal("revoked", (await GrantAsync(creator)).Status);
        await studio.ReloadAsync();
        await Expect(RowOf(studio, creator)).ToContainTextAsync("Revoked");

        // Refused with a reason, and blocked.
        await studio.GotoAsync(Why("train"));
        await studio.GetByLabel("What for?").FillAsync("A train");
        await PressAsync(studio, "Send request");
        var request = studio.Url.Split('?')[0];
        await creatorPage.GotoAsync($"/creators/{creator}/requests");
        await creatorPage.GetByText("Answer this request").ClickAsync();
        await creatorPage.Locator("textarea[name=reason]").FillAsync(Hostile);
        await PressAsync(creatorPage, "Refuse and block them");
        await Expect(creatorPage.GetByRole(AriaRole.Status)).ToContainTextAsync("They cannot ask you any more.");
        await studio.GotoAsync(request);
        await Expect(studio.Locator(".foreign").First).ToHaveTextAsync(Hostile);
        await studio.GotoAsync(Why("harbour"));
        await studio.GetByLabel("What for?").FillAsync("A harbour");
        await PressAsync(studio, "Send request");
        await Expect(studio.GetByRole(AriaRole.Alert)).ToContainTextAsync("does not want to be asked");

        // Blocking by name, and unblocking.
        await creatorPage.GotoAsync($"/creators/{creator}/blocked");
        var block = creatorPage.GetByRole(AriaRole.Button, new() { Name = "Block", Exact = true });
        await block.ClickAsync();
        await Expect(creatorPage.GetByRole(AriaRole.Alert)).ToContainTextAsync("Say whom you want to block.");
        await creatorPage.GetByLabel("Name of the company").FillAsync("a b");
        await block.ClickAsync();
        await Expect(creatorPage.GetByRole(AriaRole.Alert)).ToContainTextAsync("A name has 1 to 128 letters");
        await Expect(creatorPage.GetByLabel("Name of the company")).ToHaveValueAsync("a b");
        await creatorPage.GetByLabel("Name of the company").FillAsync("other-studio");
        await block.ClickAsync();
        await Expect(creatorPage.GetByRole(AriaRole.Status)).ToContainTextAsync("is blocked. It holds everywhere.");
        await creatorPage.GetByRole(AriaRole.Button, new() { Name = $"Unblock {Studio}" }).ClickAsync();
        await Expect(creatorPage.GetByRole(AriaRole.Status)).ToContainTextAsync("may ask you again.");
        await Expect(creatorPage.Locator(".item")).ToHaveCountAsync(1);

        // Asked anew, and taken back.
        await PressAsync(studio, "Send request");
        await Expect(studio.GetByRole(AriaRole.Status)).ToContainTextAsync("Your request was sent.");
        await PressAsync(studio, "Take the request back");
        await Expect(studio.GetByRole(AriaRole.Status)).ToContainTextAsync("Your request was taken back.");
        await Expect(studio.GetByRole(AriaRole.Button, new() { Name = "Take the request back" })).ToHaveCountAsync(0);
        await creatorPage.GotoAsync($"/creators/{creator}/requests?show=all");
        await Expect(creatorPage.Locator(".card .card-head .badge"))
            .ToHaveTextAsync(["Taken back", "Refused", "Approved"]);
        await studio.Context.CloseAsync();
        await creatorPage.Context.CloseAsync();
    }

    [Fact]
    public async Task A_recall_is_disputed_and_answered_and_uses_are_found()
    {
        var creatorPage = await stack.OpenAsync(Plain);
        var creator = await stack.SignInAsNewCreatorAsync(creatorPage);
        await stack.Registry.Videos.RegisterAsync(
            [new(creator, "dunes"), new(creator, "train")],
            cancellation: Cancellation
        );
        await stack.Registry.Settings.SetDefaultAsync(
            creator,
            "remix",
            new(Effect.Allow) { AppliesTo = AppliesTo.All },
            cancellation: Cancellation
        );
        await stack.Registry.Usages.RecordAsync(
            new UseToRecord("remix", [new(creator, "dunes")])
            {
                Requester = Studio,
                Made = new() { TrainingRun = "run-7" },
            },
            cancellation: Cancellation
        );
        await stack.Registry.Usages.RecordAsync(
            new UseToRecord("mining", [new(creator, "train")]) { Requester = "other" },
            cancellation: Cancellation
        );
        await stack.Registry.Settings.SetDefaultAsync(creator, "remix", new(Effect.Deny), cancellation: Cancellation);
        await UntilAsync(async () =>
            await stack.Registry.Recalls.ListAsync(creator, cancellation: Cancellation).AnyAsync(Cancellation)
        );

        // Uses, by each filter.
        var uses = $"/creators/{creator}/uses";
        var rows = creatorPage.Locator(".table-cards tbody tr");
        foreach (
            var (query, count) in new[]
            {
                ("", 2),
                ($"?who={Studio}", 1),
                ("?who=nobody", 0),
                ("?video=train", 1),
                ("?kind=remix", 1),
                ($"?from={DayIn(0)}", 2),
                ($"?to={DayIn(-2)}", 0),
            }
        )
        {
            await creatorPage.GotoAsync(uses + query);
            await Expect(rows).ToHaveCountAsync(count);
        }
        var answer = await creatorPage.GotoAsync(uses + "?who=a+b&video=..&from=nonsense&to=2026-13-01");
        Assert.Equal(422, answer!.Status);
        await Expect(creatorPage.Locator(".field-error")).ToHaveCountAsync(4);
        await Expect(creatorPage.GetByLabel("Company or person")).ToHaveValueAsync("a b");

        // The requester disputes, with a reason alone, and then has stopped.
        var studio = await stack.OpenAsync(Plain, await stack.SessionOfAsync(Studio));
        await studio.GotoAsync("/recalls?state=open");
        await PressAsync(studio, "We dispute this");
        await Expect(studio.GetByRole(AriaRole.Alert)).ToContainTextAsync("To dispute a recall, say why");
        await studio.GetByLabel("What did you do?").First.FillAsync("We have a <b>contract</b>");
        await PressAsync(studio, "We dispute this");
        await Expect(studio.GetByRole(AriaRole.Status)).ToContainTextAsync("You disputed the recall.");
        await creatorPage.GotoAsync($"/creators/{creator}/recalls");
        await Expect(creatorPage.Locator(".card .foreign")).ToHaveTextAsync("We have a <b>contract</b>");
        await creatorPage.GetByRole(AriaRole.Button, new() { Name = $"Block them {Studio}" }).ClickAsync();
        await Expect(creatorPage.GetByRole(AriaRole.Status)).ToContainTextAsync("is blocked. It holds everywhere.");
        await studio.GotoAsync("/recalls?state=disputed");
        await studio.GetByLabel("What did you do?").First.FillAsync("It is gone");
        await PressAsync(studio, "We have stopped");
        await Expect(studio.GetByRole(AriaRole.Status)).ToContainTextAsync("You said that you have stopped.");
        await creatorPage.GotoAsync($"/creators/{creator}/recalls?state=acknowledged");
        await Expect(creatorPage.Locator(".card h3")).ToHaveTextAsync($"{Studio} has stopped");
        await studio.Context.CloseAsync();
        await creatorPage.Context.CloseAsync();
    }

    private static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);

    private static Task PressAsync(IPage page, string name) =>
        page.GetByRole(AriaRole.Button, new() { Name = name }).First.ClickAsync();

    // A form says what it accepts, and browsers keep to it. A form of somebody else's need not.
    private static async Task SetAsync(IPage page, string label, string value)
    {
        var field = page.GetByLabel(label, new() { Exact = true });
        await field.EvaluateAsync("field => { field.removeAttribute('max'); field.form.noValidate = true; }");
        await field.FillAsync(value);
    }

    private static ILocator RowOf(IPage page, string creator) =>
        page.Locator("tbody tr", new() { HasText = creator }).First;

    private async Task<Grant> GrantAsync(string creator) =>
        await stack.Registry.Approvals.ListGrantsAsync(creator, cancellation: Cancellation).FirstAsync(Cancellation);

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        while (!await isSo())
            await Task.Delay(TimeSpan.FromMilliseconds(50), Cancellation);
    }
}
