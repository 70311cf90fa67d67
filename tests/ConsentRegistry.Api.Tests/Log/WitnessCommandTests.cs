using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ConsentRegistry.Api.Tests.Log;

/// <summary><c>consent witness</c> as a process, against logs that do what no registry does.</summary>
public sealed class WitnessCommandTests : IAsyncLifetime
{
    private static readonly byte[][] Leaves = [MerkleTree.LeafHash([0]), MerkleTree.LeafHash([1])];
    private static readonly byte[] Whole = MerkleTree.NodeHash(Leaves[0], Leaves[1]);
    private static readonly NoteSigner Own = new("log.example", Exports.Ed25519.ImportPrivateKey(Seed(1)));
    private static readonly NoteSigner Named = new("key.example", Exports.Ed25519.ImportPrivateKey(Seed(2)));

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory();
    private readonly WebApplication server = LoopbackServer.Build();
    private readonly Dictionary<string, string> shown = new(StringComparer.Ordinal);
    private string given = JsonSerializer.Serialize(new { proof = new[] { Convert.ToBase64String(Leaves[1]) } });
    private string? letters;
    private int asked;
    private volatile bool isDown;

    public async ValueTask InitializeAsync()
    {
        shown["one"] = Note(Own, "log.example", 1, Leaves[0]);
        shown["other"] = Note(Named, "other log", 1, Leaves[0]);
        server.Run(async http =>
        {
            Interlocked.Increment(ref asked);
            var path = http.Request.Path.Value!.Split('/');
            http.Response.ContentType = letters;
            if (isDown)
                http.Response.StatusCode = 503;
            else if (path[^1] == "checkpoint")
                await http.Response.WriteAsync(shown[path[1]]);
            else
                await http.Response.WriteAsync(given);
        });
        await server.StartAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Several_logs_are_followed_through_an_outage_until_one_shows_another_history()
    {
        Assert.Equal(0, await RunAsync([.. Logs, "--max-age", "1h"]));
        shown["other"] = Note(Named, "other log", 2, Whole);
        Assert.Equal(0, await RunAsync(Logs));

        isDown = true;
        Assert.Equal(2, await RunAsync(Logs));
        using var looking = Start([.. Logs, "--every", "1"]);
        var before = asked;
        await Eventually.HoldsAsync("it looks again and again", () => Task.FromResult(asked >= before + 6));
        Assert.False(looking.HasExited);
        isDown = false;
        shown["one"] = Note(Own, "log.example", 1, Leaves[1]);
        await looking.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, looking.ExitCode);
        var evidence = await File.ReadAllTextAsync(State + ".evidence", TestContext.Current.CancellationToken);
        Assert.Contains(Note(Own, "log.example", 1, Leaves[1]), evidence, StringComparison.Ordinal);
        Assert.Contains(Convert.ToBase64String(Leaves[0]), evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_checkpoint_that_is_shown_for_ever_gets_too_old()
    {
        Assert.Equal(0, await RunAsync(Logs));
        // What was seen first an hour ago: its own cosignature says so.
        var witness = new NoteSigner("witness.invalid/consent", Exports.Ed25519.ImportPrivateKey(WitnessSeed()));
        Assert.True(SignedNote.TryParse(shown["one"], out var note));
        var hourAgo = DateTimeOffset.UtcNow.AddHours(-1).ToUnixTimeSeconds();
        await File.WriteAllTextAsync(
            State,
            note.With(Cosignature.Sign(note.Text, hourAgo, witness)).ToString(),
            TestContext.Current.CancellationToken
        );

        Assert.Equal(0, await RunAsync(Logs[..2]));
        Assert.Equal(0, await RunAsync([.. Logs[..2], "--max-age", "2h"]));
        Assert.Equal(2, await RunAsync([.. Logs[..2], "--max-age", "30m"]));
    }

    [Theory]
    [InlineData("<html>Please sign in.</html>")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"proof":null}""")]
    [InlineData("""{"proof":[null]}""")]
    [InlineData("""{"proof":[1]}""")]
    [InlineData("""{"proof":["?"]}""")]
    [InlineData("""{"proof":["AAAA"]}""")]
    public async Task What_is_no_answer_of_a_registry_says_nothing_about_the_log(string answer)
    {
        Assert.Equal(0, await RunAsync(Logs[..2]));
        shown["one"] = Note(Own, "log.example", 2, Whole);
        given = answer;
        Assert.Equal(2, await RunAsync(Logs[..2]));
        Assert.False(File.Exists(State + ".evidence"));
    }

    [Fact]
    public async Task A_checkpoint_is_read_whatever_its_answer_says_of_its_letters_and_one_that_is_no_text_is_none()
    {
        letters = "text/plain; charset=there-is-none";
        Assert.Equal(0, await RunAsync(Logs[..2]));
        letters = "text/plain; charset=utf-16";
        Assert.Equal(0, await RunAsync(Logs[..2]));
        shown["one"] = "\ud800";
        Assert.Equal(2, await RunAsync(Logs[..2]));
    }

    [Fact]
    public async Task Two_witnesses_do_not_keep_one_state()
    {
        using var looking = Start([.. Logs, "--every", "1"]);
        try
        {
            await Eventually.HoldsAsync("it looks", () => Task.FromResult(asked >= 2));
            Assert.Equal(2, await RunAsync(Logs));
        }
        finally
        {
            looking.Kill();
        }
    }

    [Fact]
    public async Task A_slow_caller_keeps_nobody_waiting_and_doubts_leave_room_for_proofs()
    {
        var port = LoopbackPort.Free();
        using var serving = Start(["--listen", $"http://127.0.0.1:{port}/"]);
        try
        {
            var cancellation = TestContext.Current.CancellationToken;
            using var slow = new TcpClient();
            await Eventually.HoldsAsync(
                "it listens",
                async () =>
                {
                    try
                    {
                        await slow.ConnectAsync(IPAddress.Loopback, port, cancellation);
                        return true;
                    }
                    catch (SocketException)
                    {
                        return false;
                    }
                }
            );
            await slow.GetStream()
                .WriteAsync(
                    Encoding.ASCII.GetBytes("POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 99\r\n\r\no"),
                    cancellation
                );
            // Less than a caller may take.
            using var http = new HttpClient
            {
                BaseAddress = new($"http://127.0.0.1:{port}/"),
                Timeout = TimeSpan.FromSeconds(7),
            };
            async Task<int> AddAsync(string request) =>
                (int)(await http.PostAsync("add-checkpoint", new StringContent(request), cancellation)).StatusCode;

            Assert.Equal(200, await AddAsync($"old 0\n\n{shown["other"]}"));
            // Honest checkpoints with a bad proof: anybody can send them.
            for (var size = 2; size < 120; size++)
                Assert.Equal(422, await AddAsync($"old 1\n\n{Note(Named, "other log", size, Whole)}"));
            var fork = Note(Named, "other log", 1, Leaves[1]);
            Assert.Equal(422, await AddAsync($"old 1\n\n{fork}"));

            var evidence = await File.ReadAllTextAsync(State + ".evidence", cancellation);
            Assert.Contains(fork, evidence, StringComparison.Ordinal);
        }
        finally
        {
            serving.Kill();
        }
    }

    [Theory]
    [InlineData(15)]
    [InlineData(16)]
    public async Task A_line_of_the_log_that_is_shown_again_and_again_ends_no_witness(int times)
    {
        Assert.True(SignedNote.TryParse(shown["one"], out var note));
        shown["one"] = $"{note.Text}\n{string.Concat(Enumerable.Repeat($"{note.Signatures[0]}\n", times))}";
        Assert.Equal(0, await RunAsync(Logs[..2]));
        Assert.Equal(0, await RunAsync(Logs[..2]));
        Assert.Equal(0, await RunAsync(Logs[..2]));

        var address = $"http://127.0.0.1:{LoopbackPort.Free()}/";
        using var serving = Start(["--listen", address]);
        try
        {
            using var http = await ListenerAsync(address);
            Assert.Equal(200, await AddAsync(http, $"old 1\n\n{shown["one"]}"));
            Assert.Equal(200, await AddAsync(http, $"old 1\n\n{shown["one"]}"));
        }
        finally
        {
            serving.Kill();
        }
    }

    [Fact]
    public async Task Callers_without_the_log_s_key_fill_neither_the_disk_nor_the_log_of_the_witness()
    {
        var address = $"http://127.0.0.1:{LoopbackPort.Free()}/";
        var told = new ConcurrentQueue<string>();
        using var serving = Start(["--listen", address], told);
        try
        {
            using var http = await ListenerAsync(address);
            Assert.Equal(200, await AddAsync(http, $"old 0\n\n{shown["other"]}"));
            for (var number = 0; number < 5; number++)
            {
                var junk = new NoteSignature($"{number}{new string('x', 200_000)}", 1, [1]);
                Assert.Equal(422, await AddAsync(http, $"old 1\n\n{Note(Named, "other log", 2, Whole)}{junk}\n"));
            }
            Assert.InRange(new FileInfo(State + ".evidence").Length, 1, 2_000);

            for (var size = 2; size < 120; size++)
                Assert.Equal(422, await AddAsync(http, $"old 1\n\n{Note(Named, "other log", size, Whole)}"));
            Assert.Equal(422, await AddAsync(http, $"old 1\n\n{Note(Named, "other log", 1, Leaves[1])}"));
            await Eventually.HoldsAsync(
                "the fork is told",
                () => Task.FromResult(told.Any(line => line.Contains("over 1 leaves", StringComparison.Ordinal)))
            );
            // 50 doubts, and the fork.
            Assert.Equal(51, told.Count(line => line.StartsWith("EVIDENCE", StringComparison.Ordinal)));
        }
        finally
        {
            serving.Kill();
        }
    }

    [Fact]
    public async Task Serves_the_newest_checkpoint_keeps_evidence_and_answers_as_the_protocol_says()
    {
        var address = $"http://127.0.0.1:{LoopbackPort.Free()}/";
        using var serving = Start(["--listen", address]);
        try
        {
            using var http = new HttpClient { BaseAddress = new(address) };
            var cancellation = TestContext.Current.CancellationToken;
            var of = $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("other log")))}/checkpoint";
            await Eventually.HoldsAsync(
                "it listens",
                async () =>
                {
                    try
                    {
                        return (await http.GetAsync(of, cancellation)).StatusCode == HttpStatusCode.NotFound;
                    }
                    catch (HttpRequestException)
                    {
                        return false;
                    }
                }
            );
            async Task<int> AddAsync(string request) =>
                (int)(await http.PostAsync("add-checkpoint", new StringContent(request), cancellation)).StatusCode;

            Assert.Equal(422, await AddAsync($"old 0\n\n{Note(Named, "other log", 0, Whole)}"));
            Assert.Equal(200, await AddAsync($"old 0\n\n{shown["other"]}"));
            Assert.Equal(422, await AddAsync($"old 1\n\n{Note(Named, "other log", 1, Leaves[1])}"));
            Assert.Equal(409, await AddAsync($"old 0\n\n{shown["other"]}"));
            Assert.Equal(403, await AddAsync($"old 1\n\n{Note(Own, "other log", 1, Leaves[0])}"));
            var proof = Convert.ToBase64String(Leaves[1]);
            Assert.Equal(200, await AddAsync($"old 1\n{proof}\n\n{Note(Named, "other log", 2, Whole)}"));

            Assert.True(SignedNote.TryParse(await http.GetStringAsync(of, cancellation), out var served));
            Assert.StartsWith("other log\n2\n", served.Text, StringComparison.Ordinal);
            Assert.Equal(["key.example", "witness.invalid/consent"], served.Signatures.Select(line => line.Name));
            var evidence = await File.ReadAllTextAsync(State + ".evidence", TestContext.Current.CancellationToken);
            Assert.Contains(Note(Named, "other log", 1, Leaves[1]), evidence, StringComparison.Ordinal);
        }
        finally
        {
            serving.Kill();
        }
    }

    private string State => Path.Combine(folder.FullName, "seen.txt");

    private string[] Logs =>
        ["--log", $"{LoopbackServer.UrlOf(server)}/one/", "--log", $"{LoopbackServer.UrlOf(server)}/other/"];

    private static byte[] Seed(byte first) => [.. Enumerable.Repeat(first, 32)];

    private byte[] WitnessSeed() =>
        Convert.FromBase64String(File.ReadAllText(Path.Combine(folder.FullName, "witness.key")).Trim());

    private static string Note(NoteSigner signer, string origin, long size, byte[] root) =>
        SignedNote.Sign(new Checkpoint(origin, size, root).ToString(), [signer]).ToString();

    private async Task<int> RunAsync(string[] arguments)
    {
        using var process = Start(arguments);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode;
    }

    private static async Task<HttpClient> ListenerAsync(string address)
    {
        var http = new HttpClient { BaseAddress = new(address), Timeout = TimeSpan.FromSeconds(20) };
        await Eventually.HoldsAsync(
            "it listens",
            async () =>
            {
                try
                {
                    using var answer = await http.GetAsync("", TestContext.Current.CancellationToken);
                    return true;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            }
        );
        return http;
    }

    private static async Task<int> AddAsync(HttpClient http, string request)
    {
        using var body = new StringContent(request);
        using var answer = await http.PostAsync("add-checkpoint", body, TestContext.Current.CancellationToken);
        return (int)answer.StatusCode;
    }

    private Process Start(string[] arguments, ConcurrentQueue<string>? errors = null)
    {
        string[] own =
        [
            Path.Combine(AppContext.BaseDirectory, "consent.dll"),
            "witness",
            "--key",
            Own.Key(NoteKeyType.Ed25519).ToString(),
            "--key",
            $"other log {Named.Key(NoteKeyType.Ed25519)}",
            "--state",
            State,
            "--signer",
            Path.Combine(folder.FullName, "witness.key"),
        ];
        var process = Process.Start(
            new ProcessStartInfo("dotnet", [.. own, .. arguments])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        process.ErrorDataReceived += (_, line) => errors?.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
