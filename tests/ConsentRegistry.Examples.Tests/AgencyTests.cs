using ConsentRegistry.Client;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Examples.Tests;

/// <summary>An agency acts for two creators, with the files that the example has.</summary>
[Collection(RegistryTests.Name)]
public sealed class AgencyTests(RunningRegistry registry) : IDisposable
{
    private static readonly string Example = Path.Combine(Repository.Folder, "examples", "agency");

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("consent-agency-");
    private readonly string ana = $"ana-{Guid.NewGuid():N}";
    private readonly string ben = $"ben-{Guid.NewGuid():N}";
    private readonly ConsentRegistryClient creators = registry.Client("admin");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Plan => Path.Combine(folder.FullName, "plan.json");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task A_policy_is_previewed_and_applied_as_one_change_each_and_never_over_a_newer_word()
    {
        await creators.Videos.RegisterAsync(ana, "summer", new(), cancellation: Cancellation);
        await creators.Settings.SetOverrideAsync(
            ana,
            new(ana, "summer"),
            "training.generative",
            new(Effect.Allow),
            cancellation: Cancellation
        );
        var (code, shown) = await RunAsync(["show", .. Both]);
        Assert.True(code == 0, shown);
        Assert.Contains("1 exceptions for single videos", shown, StringComparison.Ordinal);
        Assert.Contains("Silence is not consent", shown, StringComparison.Ordinal);

        (code, shown) = await PlanAsync();
        Assert.True(code == 0, shown);
        Assert.Contains("would change 3 settings", shown, StringComparison.Ordinal);
        Assert.Contains("videos get another answer for mining", shown, StringComparison.Ordinal);
        Assert.Contains("conflict: 1 more specific settings stay", shown, StringComparison.Ordinal);
        Assert.Empty((await creators.Settings.GetAsync(ana, Cancellation)).Defaults);

        // Ben changes his mind between the preview and the change.
        await creators.Settings.SetDefaultAsync(ben, "grounding", new(Effect.Deny), cancellation: Cancellation);
        (code, shown) = await RunAsync(["apply", Plan]);
        Assert.True(code == 3, shown);
        Assert.Contains($"{ana}: 3 records changed", shown, StringComparison.Ordinal);
        Assert.Contains($"{ben}: CONFLICT, nothing was changed", shown, StringComparison.Ordinal);
        var changed = await creators.Settings.GetAsync(ana, Cancellation);
        Assert.Equal(["mining", "remix", "training"], changed.Defaults.Select(setting => setting.Purpose).Order());
        Assert.Equal(
            "grounding",
            Assert.Single((await creators.Settings.GetAsync(ben, Cancellation)).Defaults).Purpose
        );

        // Again: what was done is not done twice.
        (code, shown) = await RunAsync(["apply", Plan]);
        Assert.True(code == 3, shown);
        Assert.Contains($"{ana}: was applied before", shown, StringComparison.Ordinal);
        Assert.Equal(changed.Version, (await creators.Settings.GetAsync(ana, Cancellation)).Version);

        // Planned again, it is applied to Ben as well.
        Assert.Equal(0, (await PlanAsync()).Code);
        (code, shown) = await RunAsync(["apply", Plan]);
        Assert.True(code == 0, shown);
        Assert.Equal(4, (await creators.Settings.GetAsync(ben, Cancellation)).Defaults.Count);
    }

    [Fact]
    public async Task Requests_are_answered_by_rules_and_never_with_more_than_was_asked_for()
    {
        var studio = registry.Client("platform", "studio");
        var other = registry.Client("platform", "other");
        foreach (var creator in (string[])[ana, ben])
        {
            await creators.Videos.RegisterAsync(creator, "summer", new(), cancellation: Cancellation);
            foreach (var purpose in (string[])["remix", "training"])
                await creators.Settings.SetDefaultAsync(creator, purpose, new(Effect.Ask), cancellation: Cancellation);
        }
        var few = await AskAsync(studio, ana, "remix.meme", uses: 2);
        var any = await AskAsync(studio, ben, "remix", uses: null);
        var training = await AskAsync(studio, ben, "training.generative", uses: null);
        var stays = await AskAsync(other, ana, "remix", uses: null);

        var (code, shown) = await RunAsync(["answer", Path.Combine(Example, "rules.json"), .. Both]);

        Assert.True(code == 0, shown);
        Assert.Contains("no rule, stays open", shown, StringComparison.Ordinal);
        var granted = (await studio.Approvals.GetAsync(few, Cancellation)).Asked[0].Grants[0];
        Assert.Equal((2, true), (granted.Uses, granted.ExpiresAt is not null));
        Assert.Equal(["attribution", "labelAsAi"], granted.Conditions);
        Assert.Equal(10, (await studio.Approvals.GetAsync(any, Cancellation)).Asked[0].Grants[0].Uses);
        Assert.Equal("refused", (await studio.Approvals.GetAsync(training, Cancellation)).Status);
        Assert.Equal("open", (await other.Approvals.GetAsync(stays, Cancellation)).Status);

        // Nothing is left to answer but what no rule is for.
        (code, shown) = await RunAsync(["answer", Path.Combine(Example, "rules.json"), .. Both]);
        Assert.True(code == 0, shown);
        Assert.DoesNotContain("approved", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agency_cannot_act_for_somebody_else_and_a_file_with_a_mistake_changes_nothing()
    {
        var (code, shown) = await RunAsync(["show", "--creator", $"cleo-{Guid.NewGuid():N}"]);
        Assert.True(code == 1, shown);
        Assert.Contains("403", shown, StringComparison.Ordinal);

        var misspelt = Path.Combine(folder.FullName, "policy.json");
        await File.WriteAllTextAsync(
            misspelt,
            """{"reason":"r","defaults":[{"purpose":"remix","efect":"deny"}]}""",
            Cancellation
        );
        (code, shown) = await RunAsync(["plan", misspelt, .. Both, "--out", Plan]);
        Assert.True(code == 1, shown);
        Assert.False(File.Exists(Plan));
    }

    private string[] Both => ["--creator", ana, "--creator", ben];

    private Task<(int Code, string Output)> PlanAsync() =>
        RunAsync(["plan", Path.Combine(Example, "policy.json"), .. Both, "--out", Plan]);

    private async Task<(int Code, string Output)> RunAsync(string[] arguments) =>
        await ExampleProcess.RunAsync("Agency", registry, registry.Token("agency", "star", ana, ben), arguments);

    private static async Task<Guid> AskAsync(
        ConsentRegistryClient requester,
        string creator,
        string purpose,
        int? uses
    ) =>
        (
            await requester.Approvals.RequestAsync(
                new(creator, "summer", purpose, "A use.") { Uses = uses },
                cancellation: Cancellation
            )
        )
            .Request
            .Id;
}
