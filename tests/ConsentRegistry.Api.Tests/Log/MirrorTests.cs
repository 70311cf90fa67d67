using System.Text;
using System.Text.Json.Nodes;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.Domain.Log.Verification;
using ConsentRegistry.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.FileProviders;

namespace ConsentRegistry.Api.Tests.Log;

/// <summary>
/// <c>consent mirror</c> of a registry: its folder has what the registry serves, and stands for it once it is gone.
/// </summary>
public sealed class MirrorTests(RegistryFixture registry) : IClassFixture<RegistryFixture>, IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("consent-mirror-");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private RegistryApplication App => registry.App;

    private string Mirror => PathOf("log");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task A_folder_has_what_the_registry_serves_and_serves_it_in_its_place()
    {
        var key = await KeyAsync();
        string[] words = ["mirror", "--log", $"{App.Address}", "--key", key, "--to", Mirror];
        // Within a tile, over its end, and several tiles on.
        foreach (var videos in new[] { 2, 300, 500 })
        {
            await RegisterAsync(videos);
            await RunAsync(0, words);
            await AssertIsServedAsync();
        }
        await RunAsync(0, words);

        // By any web server, and from the folder itself.
        await using var server = LoopbackServer.Build();
        server.UseStaticFiles(
            new StaticFileOptions
            {
                FileProvider = new PhysicalFileProvider(Mirror),
                RequestPath = "/of/the/log",
                ServeUnknownFileTypes = true,
            }
        );
        await server.StartAsync(Cancellation);
        string[] sources = [$"{LoopbackServer.UrlOf(server)}/of/the/log", Mirror, new Uri(Mirror).AbsoluteUri];
        foreach (var (source, at) in sources.Select((source, at) => (source, at)))
        {
            await RunAsync(0, "mirror", "--log", source, "--key", key, "--to", PathOf($"copy{at}"));
            Assert.Equal(
                FilesOf(Mirror).Where(IsNoPart).ToDictionary(file => file, file => Hash(Mirror, file)),
                FilesOf(PathOf($"copy{at}"))
                    .Where(IsNoPart)
                    .ToDictionary(file => file, file => Hash(PathOf($"copy{at}"), file))
            );
            await RunAsync(0, Witness(source, key));
        }

        // Witnesses see that it grows; the proof is in the tiles.
        var before = await File.ReadAllTextAsync(Path.Combine(Mirror, "checkpoint"), Cancellation);
        await RegisterAsync(10);
        await RunAsync(0, words);
        Assert.NotEqual(before, await File.ReadAllTextAsync(Path.Combine(Mirror, "checkpoint"), Cancellation));
        foreach (var source in sources)
            await RunAsync(0, Witness(source, key));
        await AssertIsServedAsync();

        // What auditors keep of it goes with an export.
        var report = Exports.Verify(
            await Exports.OfLogAsync(App),
            new()
            {
                PinnedSet = KeySet
                    .Parse(await File.ReadAllBytesAsync(Path.Combine(Mirror, "keys"), Cancellation), Exports.Ed25519)
                    .Value,
                KeptCheckpoints = [before],
            }
        );
        Assert.Equal((Verdict.Valid, 1), (report.Verdict, report.Proven.KeptCheckpoints));
    }

    /// <summary>The files that a web server would serve of a mirror's folder, in order.</summary>
    internal static List<string> FilesOf(string mirror) =>
        [
            .. Directory
                .EnumerateFiles(mirror, "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(mirror, file).Replace(Path.DirectorySeparatorChar, '/'))
                .Where(file => !file.StartsWith('.') && !file.EndsWith(".new", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>Every file that C2SP tlog-tiles wants of a log of this size is there, and is that of the log.</summary>
    internal static void AssertIsWhole(string mirror, long size, Func<string, byte[]?> fileOf)
    {
        var wanted = new List<string> { "keys" };
        for (var level = 0; level < TileId.Levels; level++)
        {
            for (var tile = new TileId(level, 0); tile.WidthIn(size) > 0; tile = tile with { Index = tile.Index + 1 })
            {
                wanted.Add(tile.Path(tile.WidthIn(size)));
                if (level == 0)
                    wanted.Add(EntryBundle.PathOf(tile.Index, tile.WidthIn(size)));
            }
        }
        Assert.All(wanted, file => Assert.Equal(fileOf(file), File.ReadAllBytes(Path.Combine(mirror, file))));
    }

    private static bool IsNoPart(string file) => !file.Contains(".p/", StringComparison.Ordinal);

    private static string Hash(string mirror, string file) =>
        Convert.ToHexString(MerkleTree.LeafHash(File.ReadAllBytes(Path.Combine(mirror, file))));

    private string[] Witness(string source, string key) =>
        ["witness", "--log", source, "--key", key, "--state", PathOf("seen.txt"), "--signer", PathOf("witness.key")];

    private string PathOf(string name) => Path.Combine(folder.FullName, name);

    private async Task<string> KeyAsync() =>
        (string)JsonNode.Parse((await App.Anonymous().GetAsync("/v1/log/keys")).Is(200).Text)!["keys"]![0]!["vkey"]!;

    private async Task RegisterAsync(int videos)
    {
        var creator = RegistryApplication.NewId();
        var batch = Enumerable.Range(0, videos).Select(at => new { creatorId = creator, videoId = $"v{at}" });
        (await App.Platform().PostAsync("/v1/videos/batch", new { videos = batch })).Is(200);
        await Exports.CoveredAsync(App);
    }

    private async Task AssertIsServedAsync()
    {
        using var http = new HttpClient { BaseAddress = App.Address };
        Task<byte[]> GetAsync(string file) =>
            http.GetByteArrayAsync(file == "keys" ? "v1/log/keys" : $"log/{file}", Cancellation);

        var served = new Dictionary<string, byte[]>();
        foreach (var file in FilesOf(Mirror))
        {
            served[file] = await GetAsync(file);
            Assert.Equal(served[file], await File.ReadAllBytesAsync(Path.Combine(Mirror, file), Cancellation));
        }
        Assert.True(SignedNote.TryParse(Encoding.UTF8.GetString(served["checkpoint"]), out var note));
        Assert.True(Checkpoint.TryParse(note.Text, out var head));
        AssertIsWhole(Mirror, head.Size, served.GetValueOrDefault);
        Assert.DoesNotContain(
            FilesOf(Mirror)
                .Where(file => !IsNoPart(file))
                .Select(file => file[..file.IndexOf(".p/", StringComparison.Ordinal)]),
            FilesOf(Mirror).Contains
        );
    }

    private static async Task RunAsync(int code, params string[] words)
    {
        var (found, told) = await ConsentCommand.RunAsync(words, "", Cancellation);
        Assert.True(code == found, $"{string.Join(' ', words)}: {told}");
    }
}
