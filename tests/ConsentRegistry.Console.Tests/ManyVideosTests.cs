using System.Globalization;
using ConsentRegistry.Client;
using Microsoft.Playwright;

namespace ConsentRegistry.Console.Tests;

/// <summary>A creator with as many videos and exceptions as anybody has, and requests and news that wait.</summary>
public sealed class ManyVideos(Stack stack) : IAsyncLifetime
{
    /// <summary>What one request takes.</summary>
    private const int Batch = 10_000;

    private const int Films = 90_000;

    /// <summary>How many videos are clips: more than one change takes.</summary>
    public const int Clips = 10_000 + 50;

    private readonly string name = stack.NewName();

    /// <summary>The name with which the creator signs in.</summary>
    public string Name => name;

    /// <summary>The creator's id.</summary>
    public string Id => $"creator-{name}";

    public async ValueTask InitializeAsync()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await stack.Registry.Settings.SetDefaultAsync(Id, "training", new(Effect.Ask), cancellation: cancellation);
        var videos = Named("clip", Clips).Concat(Named("film", Films)).Select(id => new VideoToRegister(Id, id));
        foreach (var batch in videos.Chunk(Batch))
            await stack.Registry.Videos.RegisterAsync(batch, cancellation: cancellation);
        await stack.Registry.Settings.ChangeAsync(
            Id,
            [.. Named("film", Batch).Select(id => SettingChange.SetOverride(new(Id, id), "remix", Effect.Ask))],
            cancellation: cancellation
        );
        await stack.AnalyzeAsync();
        foreach (var id in Named("film", 25))
        {
            await stack.Registry.Approvals.RequestAsync(
                new(Id, id, "training", "A model that knows films."),
                cancellation: cancellation
            );
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static IEnumerable<string> Named(string kind, int count) =>
        Enumerable
            .Range(0, count)
            .Select(number => string.Create(CultureInfo.InvariantCulture, $"{kind}-{number:00000}"));
}

/// <summary>The first pages of a creator with 100,000 videos and 10,000 exceptions, and changes of very many of them.</summary>
[Trait("Run", "Full")]
public sealed class ManyVideosTests(Stack stack, ManyVideos creator) : IClassFixture<ManyVideos>
{
    private const int MostBytes = 60 * 1024;
    private const int MostCalls = 4;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task First_pages_are_small_and_ask_the_registry_little()
    {
        var page = await stack.OpenAsync(
            Mode.Usual with
            {
                HasScripts = false,
            },
            await stack.SessionOfAsync(creator.Name)
        );
        foreach (
            var path in new[]
            {
                "",
                "/videos",
                "/videos?exceptions=true",
                "/videos?answer=ask&kind=remix",
                "/videos/film-00000?kind=training",
                "/choices/remix",
                "/requests",
                "/history",
                "/news",
            }
        )
        {
            var before = stack.Hop.Calls;

            var answer = await page.GotoAsync($"/creators/{creator.Id}{path}");

            Assert.True(answer!.Status == 200, $"{path} is answered {answer.Status}.");
            var (bytes, calls) = ((await answer.BodyAsync()).Length, stack.Hop.Calls - before);
            TestContext.Current.TestOutputHelper?.WriteLine($"{path}: {bytes} bytes, {calls} calls");
            Assert.True(bytes is > 0 and <= MostBytes, $"{path} has {bytes} bytes.");
            Assert.True(calls is > 0 and <= MostCalls, $"{path} takes {calls} calls.");
        }
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task More_than_one_change_takes_is_changed_in_parts_each_of_which_is_confirmed()
    {
        var page = await stack.OpenAsync(
            Mode.Usual with
            {
                HasScripts = false,
            },
            await stack.SessionOfAsync(creator.Name)
        );
        await page.GotoAsync($"/creators/{creator.Id}/videos?q=clip");
        await page.GetByLabel("All that match").CheckAsync();
        await page.GetByLabel("Change to").SelectOptionAsync("deny");
        await page.Locator("#change-kind").SelectOptionAsync("training");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show what would change" }).ClickAsync();
        await Assertions.Expect(page.Locator("#part")).ToHaveTextAsync("This part: 10,000 videos");
        var before = (await stack.Registry.Settings.GetAsync(creator.Id, Cancellation)).Overrides;
        await page.GetByRole(AriaRole.Button, new() { Name = "Change 10,000 videos" }).ClickAsync();

        await Assertions.Expect(page.GetByText("10,000 videos are changed so far.")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#part")).ToHaveTextAsync("This part: 50 videos");
        await Assertions.Expect(page.GetByText("This is the last part.")).ToBeVisibleAsync();
        Assert.Equal(before + 10_000, (await stack.Registry.Settings.GetAsync(creator.Id, Cancellation)).Overrides);

        // What somebody else changed meanwhile is looked at first.
        await stack.Registry.Settings.SetDefaultAsync(
            creator.Id,
            "mining",
            new(Effect.Ask),
            cancellation: Cancellation
        );
        var last = page.GetByRole(AriaRole.Button, new() { Name = "Change 50 videos" });
        await last.ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Somebody changed your settings");
        using (stack.Hop.LoseAnswers(request => request.Path.Value!.EndsWith("/changes", StringComparison.Ordinal)))
        {
            await last.ClickAsync();
            await Assertions.Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("We do not know yet");
        }
        var version = (await stack.Registry.Settings.GetAsync(creator.Id, Cancellation)).SettingsVersion;
        await last.ClickAsync();
        await Assertions.Expect(page.GetByText("10,050 videos are changed.")).ToBeVisibleAsync();
        var after = await stack.Registry.Settings.GetAsync(creator.Id, Cancellation);
        Assert.Equal((before + ManyVideos.Clips, version), (after.Overrides, after.SettingsVersion));
        await page.Context.CloseAsync();
    }
}
