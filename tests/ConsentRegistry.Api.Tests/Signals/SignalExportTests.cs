using System.Text.Json.Nodes;
using ConsentRegistry.Api.Tests.Client;
using ConsentRegistry.Client;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Api.Tests.Signals;

/// <summary>The signals of all videos: as lines, in the client, and as files of <c>consent signals</c>.</summary>
public sealed class SignalExportTests(PostgresFixture postgres) : IAsyncLifetime
{
    /// <summary>More than are read at once, and than a place is written after.</summary>
    private const int Videos = 230;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string folder = Directory.CreateTempSubdirectory("consent-signals-").FullName;
    private RegistryApplication app = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        app = await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync());
        (
            await app.Platform()
                .PostAsync(
                    "/v1/videos/batch",
                    new
                    {
                        videos = Enumerable
                            .Range(0, Videos)
                            .Select(i => new
                            {
                                creatorId = i % 2 == 0 ? "Ana" : "ana",
                                videoId = $"v{i:000}",
                                identifiers = new[] { new { scheme = "url", value = $"https://videos.example/{i}" } },
                            }),
                    }
                )
        ).Is(200);
        (await app.Creator("ana").PutAsync("/v1/creators/ana/consent/defaults/mining", new { effect = "deny" })).Is(
            200
        );
        (
            await app.Creator("Ana")
                .PutAsync("/v1/creators/Ana/consent/defaults/mining", new { effect = "allow", appliesTo = "all" })
        ).Is(200);
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Each_video_has_a_line_as_its_own_operation_answers_and_the_last_line_says_that_it_is_the_end()
    {
        var export = (await app.Platform().GetAsync("/v1/signals/export")).Is(200);
        Assert.Equal("application/x-ndjson", export.MediaType);
        var lines = export.Text.TrimEnd('\n').Split('\n');

        Assert.Equal(Videos + 1, lines.Length);
        Assert.Equal($$"""{"end":true,"videos":{{Videos}}}""", lines[^1]);
        var names = lines[..^1].Select(line => NameOf(JsonNode.Parse(line)!)).ToList();
        Assert.Equal(names.OrderBy(name => name, StringComparer.Ordinal), names);
        Assert.Equal((await app.Platform().GetAsync("/v1/creators/ana/videos/v001/signals")).Text, lines[Videos / 2]);

        var rest = (
            await app.Platform().GetAsync("/v1/signals/export?afterCreatorId=ana&afterVideoId=v001&format=cawg")
        ).Is(200);
        Assert.Equal((Videos / 2) - 1 + 1, rest.Text.TrimEnd('\n').Split('\n').Length);
        Assert.DoesNotContain("tdm-reservation", rest.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("afterCreatorId=ana", "afterVideoId")]
    [InlineData("afterVideoId=v", "afterCreatorId")]
    public async Task Half_a_place_is_refused(string query, string field)
    {
        var refused = (await app.Platform().GetAsync($"/v1/signals/export?{query}")).IsProblem(422, "invalid");
        Assert.Equal([field], refused.Fields);
    }

    [Fact]
    public async Task The_client_reads_them_as_they_come()
    {
        using var http = app.HttpForAll();
        var signals = new ConsentRegistryClient(http).Signals;

        var all = await signals.ExportAsync(cancellation: Cancellation).ToListAsync(Cancellation);

        Assert.Equal(Videos, all.Count);
        var rest = await signals
            .ExportAsync(new(all[200].CreatorId, all[200].VideoId), SignalFormats.Cawg, Cancellation)
            .ToListAsync(Cancellation);
        Assert.Equal(Videos - 201, rest.Count);
        Assert.All(rest, one => Assert.Equal(SignalFormats.Cawg, Assert.Single(one.Signals).Format));
    }

    [Fact]
    public async Task Files_are_written_where_there_is_something_to_say_and_never_say_allow()
    {
        Assert.Equal((0, $"{Videos} videos, {Videos} files, 0 deleted."), await RunAsync());

        // Only one of the two creators denies. Their folders differ where case makes no difference, too.
        Assert.Equal(["ana"], Directory.GetDirectories(folder).Select(Path.GetFileName));
        var files = Directory.GetFiles(Path.Combine(folder, "ana"));
        Assert.Equal(Videos, files.Length);
        Assert.All(
            files,
            file => Assert.DoesNotContain("\"allowed\"", File.ReadAllText(file), StringComparison.Ordinal)
        );
        Assert.Contains("notAllowed", await ReadAsync("v001.cawg.json"), StringComparison.Ordinal);
        Assert.Contains("DMI-PROHIBITED", await ReadAsync("v001.xmp"), StringComparison.Ordinal);
        Assert.False(File.Exists(Place));
    }

    [Fact]
    public async Task A_run_that_was_ended_goes_on_and_what_there_is_nothing_to_say_of_is_deleted()
    {
        await File.WriteAllTextAsync(Place, "ana\nv027\n", Cancellation);
        var old = Path.Combine(folder, "ana", "v229.xmp");
        Directory.CreateDirectory(Path.GetDirectoryName(old)!);
        await File.WriteAllTextAsync(old, "old", Cancellation);

        Assert.Equal((0, "101 videos, 202 files, 0 deleted."), await RunAsync());
        Assert.False(File.Exists(Path.Combine(folder, "ana", "v027.xmp")));
        Assert.Contains("DMI-PROHIBITED", await ReadAsync("v229.xmp"), StringComparison.Ordinal);

        (await app.Creator("ana").DeleteAsync("/v1/creators/ana/consent/defaults/mining")).Is(200);
        Assert.Equal((0, $"{Videos} videos, 0 files, 202 deleted."), await RunAsync());
    }

    [Fact]
    public async Task A_run_that_is_killed_goes_on_and_comes_to_the_same()
    {
        const int more = 5_000;
        foreach (var batch in Enumerable.Range(0, more).Chunk(1_000))
            (
                await app.Platform()
                    .PostAsync(
                        "/v1/videos/batch",
                        new { videos = batch.Select(i => new { creatorId = "ana", videoId = $"w{i:0000}" }) }
                    )
            ).Is(200);
        using (var killed = ConsentCommand.Start(Words, Token))
        {
            await Eventually.HoldsAsync(
                "a place is written",
                () => Task.FromResult(File.Exists(Place) || killed.HasExited)
            );
            killed.Kill();
            await killed.WaitForExitAsync(Cancellation);
        }
        Assert.True(File.Exists(Place), "it ended before it was killed");
        var before = Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Length;

        var (code, told) = await RunAsync();

        Assert.True(code == 0, told);
        // The two files of each of ana's videos, and no place.
        var files = Directory.GetFiles(folder, "*", SearchOption.AllDirectories);
        Assert.Equal(2 * ((Videos / 2) + more), files.Length);
        Assert.InRange(before, 1, files.Length);
        Assert.All(
            files,
            file =>
                Assert.True(
                    file.EndsWith(".xmp", StringComparison.Ordinal)
                        || file.EndsWith(".cawg.json", StringComparison.Ordinal),
                    file
                )
        );
        Assert.All(files, file => Assert.NotEqual(0, new FileInfo(file).Length));
    }

    private string Place => Path.Combine(folder, "%.place");

    private Task<string> ReadAsync(string file) =>
        File.ReadAllTextAsync(Path.Combine(folder, "ana", file), Cancellation);

    private static string NameOf(JsonNode line) => $"{line["creatorId"]}/{line["videoId"]}";

    private string[] Words => ["signals", "--url", app.Address.ToString(), "--output", folder];

    private string Token =>
        app.Sign(TimeProvider.System.GetUtcNow(), [Api.Http.Scopes.WriteVideos], "platform", "studio");

    private async Task<(int Code, string Told)> RunAsync()
    {
        var result = await ConsentCommand.RunAsync(Words, Token, Cancellation).WaitAsync(Patience, Cancellation);
        return (result.Code, result.Told);
    }
}
