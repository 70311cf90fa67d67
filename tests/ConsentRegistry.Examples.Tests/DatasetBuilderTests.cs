using System.Text.Json.Nodes;
using ConsentRegistry.Client;

namespace ConsentRegistry.Examples.Tests;

/// <summary>A dataset is built, ended in the middle, gone on with, and checked again before it is used.</summary>
[Collection(RegistryTests.Name)]
public sealed class DatasetBuilderTests(RunningRegistry registry) : IDisposable
{
    /// <summary>So many that a run is ended before it is finished.</summary>
    private const int Lines = 60_000;

    private const int EveryVideo = 20;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("consent-dataset-");
    private readonly string ana = $"ana-{Guid.NewGuid():N}";
    private readonly ConsentRegistryClient creators = registry.Client("admin");
    private readonly string token = registry.Token("platform", $"builder-{Guid.NewGuid():N}");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Dataset => Path.Combine(folder.FullName, "set");

    private string Ids => Path.Combine(folder.FullName, "ids.jsonl");

    private JsonNode Manifest => JsonNode.Parse(File.ReadAllText(Path.Combine(Dataset, "manifest.json")))!;

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task A_killed_run_goes_on_without_a_line_lost_or_twice()
    {
        // Every so many lines name a video that is registered, and one line in the middle names none.
        var lines = Enumerable.Range(0, Lines).Select(i => LineOf($"v-{i}")).ToArray();
        lines[Lines / 2 + 1] = """{"creatorId": 7}""";
        await File.WriteAllLinesAsync(Ids, lines, Cancellation);
        var registered = Enumerable.Range(0, Lines / EveryVideo).Select(i => $"v-{i * EveryVideo}").ToList();
        await creators.Videos.RegisterAsync(
            [.. registered.Select(id => new VideoToRegister(ana, id))],
            cancellation: Cancellation
        );
        await SetAsync(new(Effect.Allow) { AppliesTo = AppliesTo.All, Conditions = [Conditions.Attribution] });

        await using (
            var killed = ExampleProcess.Start(
                "DatasetBuilder",
                BuildArguments,
                ExampleProcess.Environment(registry, token)
            )
        )
            await Wait.UntilAsync(
                "some lines are answered",
                () => Task.FromResult(File.Exists(Path.Combine(Dataset, "manifest.json"))),
                () => killed.Output
            );
        var before = Manifest;
        Assert.InRange((int)before["source"]!["lines"]!, 1, Lines - 1);
        // What the killed run wrote and nobody counted.
        await File.AppendAllTextAsync(AllowedPath, "{\"creatorId\":\"ana\",\"vid", Cancellation);

        var (code, output) = await RunAsync(BuildArguments);

        Assert.True(code == 0, output);
        Assert.Equal(registered, Allowed().Select(video => (string?)video["videoId"]));
        Assert.All(
            Allowed(),
            video =>
            {
                Assert.Equal(["attribution"], video["obligations"]!.AsArray().Select(word => (string?)word));
                Assert.True((long?)video["versions"]![ana] > 0, video.ToJsonString());
                Assert.NotNull(video["freshAt"]);
            }
        );
        var manifest = Manifest;
        Assert.Equal(Lines, (int)manifest["source"]!["lines"]!);
        Assert.Equal(registered.Count, (int)manifest["allowed"]!["count"]!);
        Assert.Equal(Lines - registered.Count - 1, (int)manifest["refused"]!["videoNotRegistered"]!);
        Assert.Equal(1, (int)manifest["refused"]!["notAVideo"]!);
        Assert.NotNull(manifest["finishedAt"]);
        Assert.NotNull(manifest["allowed"]!["sha256"]);

        // Another question into the same folder would mix two datasets.
        Assert.Equal(1, (await RunAsync([.. BuildArguments, "--can-meet", "labelAsAi"])).Code);
    }

    [Fact]
    public async Task What_was_withdrawn_is_removed_before_use_and_a_registry_that_is_away_changes_nothing()
    {
        string[] videos = ["first", "second", "third"];
        await File.WriteAllLinesAsync(Ids, videos.Select(LineOf), Cancellation);
        await creators.Videos.RegisterAsync(
            [.. videos.Select(id => new VideoToRegister(ana, id))],
            cancellation: Cancellation
        );
        await SetAsync(new(Effect.Allow) { AppliesTo = AppliesTo.All });
        Assert.Equal(0, (await RunAsync(BuildArguments)).Code);
        Assert.Equal(videos, Allowed().Select(video => (string?)video["videoId"]));

        await creators.Settings.SetOverrideAsync(
            ana,
            new(ana, "second"),
            "training",
            new(Effect.Deny),
            cancellation: Cancellation
        );
        await creators.Settings.SetOverrideAsync(
            ana,
            new(ana, "third"),
            "training.generative",
            new(Effect.Allow) { Conditions = [Conditions.NonCommercial] },
            cancellation: Cancellation
        );
        var (code, output) = await ExampleProcess.RunAsync("DatasetBuilder", registry, "no token", "recheck", Dataset);
        Assert.True(code == 1, output);
        Assert.Equal(3, Allowed().Count);

        (code, output) = await RunAsync("recheck", Dataset);
        Assert.True(code == 0, output);
        Assert.Equal(["first"], Allowed().Select(video => (string?)video["videoId"]));
        Assert.Equal("""{"obligationsNotMet":1,"videoOverride":1}""", Manifest["withdrawn"]!.ToJsonString());
        Assert.Equal(
            ["second", "third"],
            (await File.ReadAllLinesAsync(Path.Combine(Dataset, "withdrawn-2.jsonl"), Cancellation)).Select(line =>
                (string?)JsonNode.Parse(line)!["videoId"]
            )
        );
        Assert.False(File.Exists(Path.Combine(Dataset, "allowed-1.jsonl")));
    }

    private string[] BuildArguments =>
        ["build", Ids, Dataset, "--purpose", "training.generative", "--can-meet", "attribution"];

    private string AllowedPath => Path.Combine(Dataset, (string)Manifest["allowed"]!["file"]!);

    private List<JsonNode> Allowed() => [.. File.ReadAllLines(AllowedPath).Select(line => JsonNode.Parse(line)!)];

    private string LineOf(string video) => $$"""{"creatorId":"{{ana}}","videoId":"{{video}}"}""";

    private Task SetAsync(Choice choice) =>
        creators.Settings.SetDefaultAsync(ana, "training", choice, cancellation: Cancellation);

    private async Task<(int Code, string Output)> RunAsync(params string[] arguments) =>
        await ExampleProcess.RunAsync("DatasetBuilder", registry, token, arguments);
}
