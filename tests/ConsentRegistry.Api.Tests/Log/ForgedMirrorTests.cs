using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Api.Tests.Log;

/// <summary><c>consent mirror</c> against logs that do what no registry does, and when it is ended in the middle.</summary>
public sealed class ForgedMirrorTests(MirroredOnce mirrored) : IClassFixture<MirroredOnce>, IAsyncLifetime
{
    // A tile and a part of a second, then two and a part of a third.
    internal const int Before = 300;
    private const int After = 600;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("consent-mirror-");
    private ServedLog? served;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ServedLog Server => served!;

    private MadeLog Log => Server.Log;

    private string Mirror => Path.Combine(folder.FullName, "log");

    public async ValueTask InitializeAsync() => served = await ServedLog.StartAsync(new MadeLog(1).GrowTo(Before));

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        folder.Delete(recursive: true);
    }

    /// <summary>What is served in place of a file, the exit code, and whether it is evidence of another history.</summary>
    private static readonly IReadOnlyDictionary<string, Forgery> Forgeries = new Dictionary<string, Forgery>
    {
        ["a leaf that differs"] = new("tile/entries/001", Flip(9), 1),
        ["a leaf of the part that differs"] = new("tile/entries/002.p/88", Flip(9), 1),
        ["the leaves of another tile"] = new("tile/entries/001", (log, _) => log.FileOf("tile/entries/000")!, 1),
        ["leaves in another order"] = new(
            "tile/entries/001",
            (_, file) => [.. file[10..20], .. file[..10], .. file[20..]],
            1
        ),
        ["leaves and something more"] = new("tile/entries/001", (_, file) => [.. file, 0, 0], 2),
        ["leaves that end too early"] = new("tile/entries/001", (_, file) => file[..^1], 2),
        ["leaves without end"] = new("tile/entries/001", Endless, 2),
        ["a tile that differs"] = new("tile/0/001", Flip(33), 1),
        ["another tile"] = new("tile/0/001", (log, _) => log.FileOf("tile/0/000")!, 1),
        ["a part of a tile that differs"] = new("tile/0/002.p/88", Flip(87 * MerkleTree.HashLength), 1),
        ["a tile above that differs"] = new("tile/1/000.p/2", Flip(40), 1),
        ["a tile that is too long"] = new("tile/0/001", (_, file) => [.. file, .. file[..32]], 2),
        ["a tile that is too short"] = new("tile/0/001", (_, file) => file[..^32], 2),
        ["a part that is too long"] = new("tile/0/002.p/88", (_, file) => [.. file, .. file[..32]], 2),
        ["a tile without end"] = new("tile/0/001", Endless, 2),
        ["a page in place of a tile"] = new("tile/0/001", (_, _) => "<html>"u8.ToArray(), 2),
        ["a page in place of the checkpoint"] = new("checkpoint", (_, _) => "<html>"u8.ToArray(), 2),
        ["a checkpoint without end"] = new("checkpoint", Endless, 2),
        ["a signature that differs"] = new("checkpoint", Flip(-9), 2),
        ["a root that differs"] = new("checkpoint", Flip(MadeLog.Origin.Length + 9), 2),
        ["a checkpoint by another key"] = new(
            "checkpoint",
            (_, _) => new MadeLog(9).GrowTo(After).FileOf("checkpoint")!,
            2
        ),
        ["keys of another log"] = new("keys", (_, _) => new MadeLog(9).FileOf("keys")!, 2),
        ["a page in place of keys"] = new("keys", (_, _) => "<html>"u8.ToArray(), 2),
        ["the same size with another root"] = new("checkpoint", (_, _) => Fork(Before), 1, IsEvidence: true),
        ["an older checkpoint of another history"] = new("checkpoint", (_, _) => Fork(100), 1, IsEvidence: true),
        ["an older checkpoint"] = new("checkpoint", (log, _) => Encoding.UTF8.GetBytes(log.Checkpoint(100)), 0),
        ["the empty tree"] = new("checkpoint", (log, _) => Encoding.UTF8.GetBytes(log.Checkpoint(0)), 0),
    };

    public static TheoryData<string> Names => new(Forgeries.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Nothing_wrong_is_written(string what)
    {
        var (path, forge, code, isEvidence) = Forgeries[what];
        await RunAsync(0);
        var checkpoint = Read("checkpoint");
        Log.GrowTo(After);
        Server.Serve(path, () => forge(Log, Log.FileOf(path)!));

        var told = await RunAsync(code);

        Assert.Equal(checkpoint, Read("checkpoint"));
        AssertEveryFileIsOfTheLog();
        Assert.Equal(isEvidence, File.Exists(Path.Combine(Mirror, ".evidence")));
        Assert.Equal(code == 1, told.Contains("TAMPERED", StringComparison.Ordinal));

        // Whoever answered in its place is gone.
        Server.Instead = ServedLog.Nothing;
        await RunAsync(0);
        AssertIsWhole(After);
    }

    [Theory]
    [InlineData("checkpoint", 404)]
    [InlineData("checkpoint", 503)]
    [InlineData("tile/0/001", 404)]
    [InlineData("tile/0/001", 503)]
    [InlineData("tile/entries/002.p/88", 404)]
    [InlineData("tile/entries/001", 500)]
    [InlineData("keys", 503)]
    public async Task What_is_not_served_says_nothing_about_the_log(string path, int status)
    {
        mirrored.CopyTo(Mirror);
        var checkpoint = Read("checkpoint");
        Log.GrowTo(After);
        Server.Refuse(path, status);

        await RunAsync(2);

        Assert.Equal(checkpoint, Read("checkpoint"));
        AssertEveryFileIsOfTheLog();
        Assert.False(File.Exists(Path.Combine(Mirror, ".evidence")));
    }

    [Fact]
    public async Task Another_history_with_all_its_files_is_found_out_before_anything_is_written()
    {
        mirrored.CopyTo(Mirror);
        var files = Files();
        Log.GrowTo(After);
        var fork = new MadeLog(1, differing: 5).GrowTo(After);
        Server.Serve(fork);

        await RunAsync(1);

        Assert.Equal(files, Files());
        AssertIsWhole(Before);
        var evidence = Encoding.UTF8.GetString(Read(".evidence"));
        Assert.Contains(fork.Checkpoint(After), evidence, StringComparison.Ordinal);
        Assert.Contains(Log.Checkpoint(Before), evidence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "keys")]
    [InlineData(0, "tile/1/000.p/2")]
    [InlineData(0, "tile/0/000")]
    [InlineData(0, "tile/entries/000")]
    [InlineData(0, "tile/entries/001")]
    [InlineData(0, "tile/entries/002.p/88")]
    [InlineData(Before, "tile/0/001")]
    [InlineData(Before, "tile/entries/001")]
    [InlineData(Before, "tile/entries/002.p/88")]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task What_ends_it_leaves_a_folder_that_is_good_and_it_goes_on_there(int before, string path)
    {
        if (before > 0)
            mirrored.CopyTo(Mirror);
        Log.GrowTo(After);
        var isReached = new TaskCompletionSource();
        Server.Instead = async (asked, http) =>
        {
            if (asked != path)
                return false;
            isReached.TrySetResult();
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
            return true;
        };
        using (var process = Start())
        {
            await isReached.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
            process.Kill();
            await process.WaitForExitAsync(Cancellation);
        }

        AssertEveryFileIsOfTheLog();
        if (before > 0)
            AssertIsWhole(before);
        else
            Assert.DoesNotContain("checkpoint", Files());
        var kept = Files().Where(file => file.StartsWith("tile/entries/", StringComparison.Ordinal)).ToList();
        Server.Asked.Clear();
        Server.Instead = ServedLog.Nothing;

        await RunAsync(0);

        AssertIsWhole(After);
        Assert.Empty(kept.Intersect(Server.Asked));
    }

    [Fact]
    public async Task Parts_stay_until_their_tile_is_full_and_are_dropped_later_where_the_program_was_ended()
    {
        mirrored.CopyTo(Mirror);
        Log.GrowTo(Before + 1);
        await RunAsync(0);
        string[] parts = ["tile/0/001.p/44", "tile/0/001.p/45", "tile/entries/001.p/44", "tile/entries/001.p/45"];
        var kept = parts.ToDictionary(part => part, Read);

        Log.GrowTo(After);
        await RunAsync(0);
        Assert.Empty(parts.Intersect(Files()));
        AssertIsWhole(After);

        // As if it had been ended between the checkpoint and this.
        foreach (var (part, bytes) in kept)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Mirror, part))!);
            await File.WriteAllBytesAsync(Path.Combine(Mirror, part), bytes, Cancellation);
        }
        await RunAsync(0);
        Assert.Empty(parts.Intersect(Files()));
        AssertIsWhole(After);
    }

    [Theory]
    [InlineData("tile/0/001.p/44", true)]
    [InlineData("tile/1/000.p/1", true)]
    [InlineData("tile/entries/001.p/44", true)]
    [InlineData("tile/0/000", false)]
    [InlineData("tile/entries/000", false)]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task A_folder_that_was_edited_is_said_to_be_and_repaired(string path, bool isAtTheEnd)
    {
        mirrored.CopyTo(Mirror);
        var file = Path.Combine(Mirror, path);
        var bytes = await File.ReadAllBytesAsync(file, Cancellation);
        foreach (
            var edited in (byte[]?[])
                [
                    [.. bytes[..^1], (byte)(bytes[^1] ^ 1)],
                    [.. bytes, 0],
                    null,
                ]
        )
        {
            if (edited is null)
                File.Delete(file);
            else
                await File.WriteAllBytesAsync(file, edited, Cancellation);

            // Only a look at everything finds what is further left.
            await RunAsync(isAtTheEnd ? 1 : 0);
            var told = await RunAsync(0, "--repair");

            AssertIsWhole(Before);
            Assert.Contains("files written: 1.", told, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_older_checkpoint_repairs_nothing_and_the_exit_code_says_so()
    {
        mirrored.CopyTo(Mirror);
        var file = Path.Combine(Mirror, "tile/entries/000");
        await File.WriteAllBytesAsync(file, [1, 2, 3], Cancellation);
        Server.Serve("checkpoint", () => Encoding.UTF8.GetBytes(Log.Checkpoint(100)));

        Assert.Contains("not repaired", await RunAsync(2, "--repair"), StringComparison.Ordinal);

        Server.Instead = ServedLog.Nothing;
        await RunAsync(0, "--repair");
        AssertIsWhole(Before);
    }

    [Theory]
    [InlineData("tile/0/001.p/44")]
    [InlineData("tile/entries/001.p/44")]
    public async Task Parts_of_earlier_sizes_are_repaired_as_well(string path)
    {
        mirrored.CopyTo(Mirror);
        Log.GrowTo(Before + 1);
        await RunAsync(0);
        var file = Path.Combine(Mirror, path);
        var bytes = await File.ReadAllBytesAsync(file, Cancellation);
        var ahead = Path.Combine(Path.GetDirectoryName(file)!, "77");
        await File.WriteAllBytesAsync(file, [1, 2, 3], Cancellation);
        await File.WriteAllBytesAsync(ahead, bytes, Cancellation);

        await RunAsync(0, "--repair");

        Assert.Equal(bytes, Read(path));
        Assert.False(File.Exists(ahead));
        AssertEveryFileIsOfTheLog();
    }

    [Fact]
    public async Task Cosignatures_under_a_checkpoint_are_not_given_up_for_the_same_without_them()
    {
        var (one, other) = (Line("one.example", 5), Line("other.example", 5));
        string Text(params NoteSignature[] lines) =>
            Log.Checkpoint(Before) + string.Concat(lines.Select(line => $"{line}\n"));
        async Task LookAsync(string shown, string kept)
        {
            Server.Serve("checkpoint", () => Encoding.UTF8.GetBytes(shown));
            await RunAsync(0);
            Assert.Equal(kept, Encoding.UTF8.GetString(Read("checkpoint")));
        }

        await LookAsync(Text(one), Text(one));
        await LookAsync(Text(), Text(one));
        await LookAsync(Text(other), Text(one, other));
        var newer = Line("one.example", 6);
        await LookAsync(Text(newer), Text(newer, other));
        await LookAsync(Text(one, other), Text(newer, other));
        // A note has 16 lines, and what was kept goes first.
        var many = Enumerable.Range(0, 14).Select(number => Line($"w{number}.example", 7)).ToArray();
        await LookAsync(Text(many), Text([newer, other, .. many[..13]]));

        // They are of that checkpoint, and of no other.
        Log.GrowTo(After);
        Server.Instead = ServedLog.Nothing;
        await RunAsync(0);
        AssertIsWhole(After);

        static NoteSignature Line(string name, byte seconds) =>
            new(name, 1, [.. new byte[7], seconds, .. new byte[64]]);
    }

    [Fact]
    public async Task With_a_policy_only_lines_that_are_right_are_kept_and_only_checkpoints_that_are_cosigned()
    {
        NoteSigner[] witnesses = [.. Enumerable.Range(1, 3).Select(Signer)];
        var policy = Path.Combine(folder.FullName, "policy.txt");
        await File.WriteAllLinesAsync(
            policy,
            [
                .. witnesses.Select(one => $"witness {one.Name} {one.Key(NoteKeyType.Cosignature)}"),
                $"group two 2 {string.Join(' ', witnesses.Select(one => one.Name))}",
                "quorum two",
            ],
            Cancellation
        );
        var at = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        string Text(params NoteSignature[] lines) =>
            Log.Checkpoint(Log.Size) + string.Concat(lines.Select(line => $"{line}\n"));
        NoteSignature Line(int witness, long seconds, int? size = null) =>
            Cosignature.Sign(
                new MadeLog(1).GrowTo(size ?? Log.Size).Text(size ?? Log.Size),
                seconds,
                witnesses[witness]
            );
        async Task LookAsync(int code, string shown, string kept)
        {
            Server.Serve("checkpoint", () => Encoding.UTF8.GetBytes(shown));
            await RunAsync(code, "--policy", policy);
            Assert.Equal(kept, Encoding.UTF8.GetString(Read("checkpoint")));
        }

        await RunAsync(0);
        await LookAsync(2, Text(), Text());
        // Without a policy any line is taken, also one that is of another checkpoint.
        var wrong = Line(0, at + 9, size: 7);
        var junk = new NoteSignature("junk.example", 1, [1]);
        Server.Serve("checkpoint", () => Encoding.UTF8.GetBytes(Text(wrong, junk)));
        await RunAsync(0);
        var both = Text(Line(0, at), Line(1, at));
        await LookAsync(2, Text(Line(0, at)), Text(wrong, junk));
        await LookAsync(0, Text(Line(0, at), Line(1, at), junk), both);
        await LookAsync(0, Text(wrong, Line(1, at)), both);
        await LookAsync(0, Text(), both);
        await LookAsync(0, Text(Line(0, at + 1)), Text(Line(0, at + 1), Line(1, at)));

        var before = Text(Line(0, at + 1), Line(1, at));
        Log.GrowTo(After);
        await LookAsync(2, Text(Line(2, at)), before);
        await LookAsync(2, Text(Line(2, at), wrong), before);
        await LookAsync(0, Text(Line(2, at), Line(0, at)), Text(Line(0, at), Line(2, at)));

        await File.WriteAllTextAsync(policy, "quorum", Cancellation);
        await RunAsync(2, "--policy", policy);

        static NoteSigner Signer(int number) =>
            new($"w{number}.example", Exports.Ed25519.ImportPrivateKey([.. Enumerable.Repeat((byte)number, 32)]));
    }

    [Theory]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(410)]
    public async Task A_place_that_says_of_missing_files_that_they_are_forbidden_or_gone_is_read(int status)
    {
        await RunAsync(0);
        Log.GrowTo(After);
        // Neither the paths of a registry, nor parts of tiles that are full now.
        Server.Instead = async (_, http) =>
        {
            var path = http.Request.Path.Value![1..];
            var file =
                path == "checkpoint" ? Encoding.UTF8.GetBytes(Log.Checkpoint(Before + 7))
                : path.Contains("001.p/", StringComparison.Ordinal) ? null
                : Log.FileOf(path);
            if (file is null)
                http.Response.StatusCode = status;
            else
                await http.Response.Body.WriteAsync(file, http.RequestAborted);
            return true;
        };

        await RunAsync(0);

        AssertIsWhole(Before + 7);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task Leaves_may_be_compressed_without_being_asked_for(string encoding)
    {
        Server.Instead = async (path, http) =>
        {
            if (!path.StartsWith("tile/entries/", StringComparison.Ordinal))
                return false;
            http.Response.Headers.ContentEncoding = encoding;
            await using Stream packed = encoding switch
            {
                "gzip" => new GZipStream(http.Response.Body, CompressionLevel.Fastest),
                "br" => new BrotliStream(http.Response.Body, CompressionLevel.Fastest),
                _ => new ZLibStream(http.Response.Body, CompressionLevel.Fastest),
            };
            await packed.WriteAsync(Log.FileOf(path), http.RequestAborted);
            return true;
        };

        await RunAsync(0);

        AssertIsWhole(Before);
    }

    [Fact]
    public async Task What_is_too_long_once_it_is_inflated_is_not_read()
    {
        Server.Instead = async (path, http) =>
        {
            if (path != "tile/entries/000")
                return false;
            http.Response.Headers.ContentEncoding = "gzip";
            await using var packed = new GZipStream(http.Response.Body, CompressionLevel.Fastest);
            for (var megabytes = 0; megabytes < 64; megabytes++)
                await packed.WriteAsync(new byte[1 << 20], http.RequestAborted);
            return true;
        };

        await RunAsync(2);
    }

    [Fact]
    public async Task A_folder_has_one_process_and_one_log()
    {
        using (var other = Start("--every", "1"))
        {
            try
            {
                await Eventually.HoldsAsync(
                    "it mirrors",
                    () => Task.FromResult(File.Exists(Path.Combine(Mirror, "checkpoint")))
                );
                await RunAsync(2);
                Log.GrowTo(After);
                await Eventually.HoldsAsync(
                    "it goes on",
                    () => Task.FromResult(Read("checkpoint").SequenceEqual(Log.FileOf("checkpoint")!))
                );
            }
            finally
            {
                other.Kill();
                await other.WaitForExitAsync(Cancellation);
            }
        }
        AssertIsWhole(After);

        await using var stranger = await ServedLog.StartAsync(new MadeLog(9).GrowTo(After));
        string[] words = ["mirror", "--log", stranger.Url, "--key", stranger.Log.Key, "--to", Mirror];
        Assert.Equal(2, (await ConsentCommand.RunAsync(words, "", Cancellation)).Code);
        AssertIsWhole(After);
    }

    [Fact]
    public async Task It_goes_on_through_an_outage_until_the_log_shows_another_history()
    {
        using var mirroring = Start("--every", "1");
        try
        {
            await Eventually.HoldsAsync(
                "it mirrors",
                () => Task.FromResult(File.Exists(Path.Combine(Mirror, "checkpoint")))
            );
            Server.Refuse(null, 503);
            Server.Asked.Clear();
            await Eventually.HoldsAsync("it looks again and again", () => Task.FromResult(Server.Asked.Count >= 3));
            Assert.False(mirroring.HasExited);
            Server.Serve(new MadeLog(1, differing: 5).GrowTo(After));
            await mirroring.WaitForExitAsync(Cancellation);
            Assert.Equal(1, mirroring.ExitCode);
        }
        finally
        {
            mirroring.Kill();
        }
        AssertIsWhole(Before);
    }

    [Fact]
    public async Task A_log_without_leaves_is_mirrored_and_grows()
    {
        Log.GrowTo(0);
        await RunAsync(0);
        Assert.Equal(["checkpoint", "keys"], Files());
        Log.GrowTo(256);
        await RunAsync(0);
        Assert.Equal(["checkpoint", "keys", "tile/0/000", "tile/1/000.p/1", "tile/entries/000"], Files());
    }

    private static byte[] Fork(int size) =>
        Encoding.UTF8.GetBytes(new MadeLog(1, differing: 5).GrowTo(size).Checkpoint(size));

    private static byte[] Endless(MadeLog log, byte[] file) => [.. file, .. new byte[EntryBundle.MaxBytes]];

    private static Func<MadeLog, byte[], byte[]> Flip(int at) =>
        (_, file) =>
        {
            file[at < 0 ? file.Length + at : at] ^= 1;
            return file;
        };

    private string[] Words(params string[] more) =>
        ["mirror", "--log", Server.Url, "--key", Log.Key, "--to", Mirror, .. more];

    private Process Start(params string[] more)
    {
        var process = ConsentCommand.Start(Words(more), "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private async Task<string> RunAsync(int code, params string[] more)
    {
        var (found, told) = await ConsentCommand.RunAsync(Words(more), "", Cancellation);
        Assert.True(code == found, told);
        return told;
    }

    private byte[] Read(string path) => File.ReadAllBytes(Path.Combine(Mirror, path));

    private List<string> Files() => MirrorTests.FilesOf(Mirror);

    private void AssertEveryFileIsOfTheLog() =>
        Assert.All(Files().Where(file => file != "checkpoint"), file => Assert.Equal(Log.FileOf(file), Read(file)));

    private void AssertIsWhole(int size)
    {
        var then = new MadeLog(1).GrowTo(size);
        Assert.Equal(then.FileOf("checkpoint"), Read("checkpoint"));
        MirrorTests.AssertIsWhole(Mirror, size, file => file == "keys" ? Log.FileOf(file) : then.FileOf(file));
    }

    private sealed record Forgery(string Path, Func<MadeLog, byte[], byte[]> Forge, int Code, bool IsEvidence = false);
}

/// <summary>A mirror of the log as it is before a test, made once by the program itself.</summary>
public sealed class MirroredOnce : IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("consent-mirror-");

    private string Mirror => Path.Combine(folder.FullName, "log");

    public async ValueTask InitializeAsync()
    {
        await using var served = await ServedLog.StartAsync(new MadeLog(1).GrowTo(ForgedMirrorTests.Before));
        var (code, told) = await ConsentCommand.RunAsync(
            ["mirror", "--log", served.Url, "--key", served.Log.Key, "--to", Mirror],
            "",
            TestContext.Current.CancellationToken
        );
        Assert.True(code == 0, told);
    }

    public ValueTask DisposeAsync()
    {
        folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Puts a copy of it somewhere.</summary>
    public void CopyTo(string path)
    {
        foreach (var file in new DirectoryInfo(Mirror).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(path, Path.GetRelativePath(Mirror, file.FullName));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            file.CopyTo(copy);
        }
    }
}
