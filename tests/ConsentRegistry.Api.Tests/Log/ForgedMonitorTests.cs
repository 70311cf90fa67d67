using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Domain.Log;
using ConsentRegistry.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ConsentRegistry.Api.Tests.Log;

/// <summary><c>consent monitor</c> where somebody between it and the registry, or the registry itself, lies.</summary>
public sealed class ForgedMonitorTests(RegistryFixture registry) : IClassFixture<RegistryFixture>, IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("consent-monitor-");
    private readonly WebApplication between = LoopbackServer.Build();
    private readonly HttpClient http = new();
    private readonly string creator = RegistryApplication.NewId("ana");

    // What is answered in place of the registry, by the end of the path.
    private readonly ConcurrentDictionary<string, Func<byte[], byte[]?>> forged = new(StringComparer.Ordinal);
    private volatile int asked;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private RegistryApplication App => registry.App;

    private LogSigner Signer => App.Services.GetRequiredService<LogSigner>();

    public async ValueTask InitializeAsync()
    {
        between.Run(PassAsync);
        await between.StartAsync(Cancellation);
        await File.WriteAllTextAsync(
            PathOf("keys.json"),
            (await App.Anonymous().GetAsync("/v1/log/keys")).Is(200).Text,
            Cancellation
        );
        foreach (var purpose in new[] { "remix", "training", "mining" })
            await SetAsync(purpose);
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await between.DisposeAsync();
        folder.Delete(recursive: true);
    }

    /// <summary>What becomes of a bundle, and the exit code.</summary>
    private static readonly IReadOnlyDictionary<string, (Func<List<string>, bool> Change, int Code)> Bundles =
        new Dictionary<string, (Func<List<string>, bool>, int)>
        {
            ["a version is left out"] = (lines => lines.Remove(lines.First(IsEntry)), 1),
            ["the last version is left out"] = (lines => lines.Remove(lines.Last(IsEntry)), 1),
            ["a body says something else"] = (
                lines => Replace(lines, IsEntry, "\\\"effect\\\":\\\"deny\\\"", "\\\"effect\\\":\\\"allow\\\""),
                1
            ),
            ["somebody else made it"] = (
                lines => Replace(lines, IsEntry, "\\\"subject\\\":\\\"", "\\\"subject\\\":\\\"x"),
                1
            ),
            ["there is no statement"] = (lines => lines.Remove(lines.First(line => IsOf(line, "statement"))), 1),
            ["it breaks off"] = (lines => lines.Remove(lines.Last(line => IsOf(line, "entry"))) && CutEnd(lines), 2),
            ["it is a page"] = (
                lines =>
                {
                    lines.Clear();
                    lines.Add("<html>");
                    return true;
                },
                2
            ),
        };

    public static TheoryData<string> Names => new(Bundles.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task A_bundle_that_is_not_of_the_registry_is_loud_or_says_nothing(string what)
    {
        var (change, code) = Bundles[what];
        await RunAsync(0);
        var state = await File.ReadAllTextAsync(PathOf("seen.json"), Cancellation);
        await SetAsync("remix", "allow");
        forged["/history/export"] = bundle =>
        {
            var lines = Encoding.UTF8.GetString(bundle).TrimEnd('\n').Split('\n').ToList();
            Assert.True(change(lines));
            return Sealed(lines);
        };

        var told = await RunAsync(code);

        Assert.Equal(code == 1, told.Contains("\"historyChanged\"", StringComparison.Ordinal));
        Assert.Equal(code == 1, File.Exists(PathOf("seen.json.bundle.evidence1")));
        Assert.False(File.Exists(PathOf("seen.json.bundle")));
        // What was seen of the history stays as it was.
        var kept = JsonNode.Parse(await File.ReadAllTextAsync(PathOf("seen.json"), Cancellation))!;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(state)!["histories"], kept["histories"]));
        forged.Clear();
        await RunAsync(0);
    }

    [Fact]
    public async Task A_statement_for_a_smaller_version_than_seen_is_evidence()
    {
        await RunAsync(0);
        var state = JsonNode.Parse(await File.ReadAllTextAsync(PathOf("seen.json"), Cancellation))!;
        var seen = state["histories"]![creator]!;
        // As if more had been stated then, of the same log.
        seen["version"] = 4;
        await File.WriteAllTextAsync(PathOf("seen.json"), state.ToJsonString(), Cancellation);

        var told = await RunAsync(1);

        Assert.Contains("states version 3 as the last, and stated 4 before", told, StringComparison.Ordinal);
        var evidence = await File.ReadAllTextAsync(PathOf("seen.json.evidence"), Cancellation);
        Assert.Contains((string)seen["statement"]!, evidence, StringComparison.Ordinal);
        // Each signature is another one.
        var newest = StatementOf(await Exports.OfCreatorAsync(App, creator));
        Assert.Contains(newest[..newest.LastIndexOf('.')], evidence, StringComparison.Ordinal);
    }

    // A registry shows a checkpoint with enough cosignatures, which may be older than what it showed before.
    [Fact]
    public async Task A_statement_that_is_true_of_the_log_as_it_was_is_no_change_and_does_not_set_the_monitor_back()
    {
        byte[]? old = null;
        forged["/history/export"] = bundle => old = bundle;
        await RunAsync(0);
        forged.Clear();
        await SetAsync("remix", "allow");
        await RunAsync(0);
        var state = await File.ReadAllTextAsync(PathOf("seen.json"), Cancellation);
        forged["/history/export"] = _ => old;

        var told = await RunAsync(0);

        Assert.Contains("older", told, StringComparison.Ordinal);
        Assert.DoesNotContain("historyChanged", told, StringComparison.Ordinal);
        Assert.False(File.Exists(PathOf("seen.json.evidence")));
        Assert.Equal(state, await File.ReadAllTextAsync(PathOf("seen.json"), Cancellation));
    }

    [Fact]
    public async Task Another_event_at_the_end_of_a_version_that_was_seen_is_loud()
    {
        await RunAsync(0);
        var state = JsonNode.Parse(await File.ReadAllTextAsync(PathOf("seen.json"), Cancellation))!;
        var seen = state["histories"]![creator]!;
        // As if another one had been stated then.
        seen["head"] = Convert.ToBase64String(new byte[32]).TrimEnd('=');
        await File.WriteAllTextAsync(PathOf("seen.json"), state.ToJsonString(), Cancellation);
        await SetAsync("remix", "allow");

        var told = await RunAsync(1);

        Assert.Contains("Version 3 ends with another event", told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task Another_history_of_the_log_is_evidence(int more)
    {
        await RunAsync(0);
        var size = await App.ScalarAsync<long>("SELECT max(size) FROM consent.tree_head") + more;
        // The registry's own key signs it.
        var fork = Signer.Sign(size, RandomNumberGenerator.GetBytes(32)).ToString();
        forged["/log/checkpoint"] = _ => Encoding.UTF8.GetBytes(fork);

        var told = await RunAsync(1);

        Assert.Contains("\"logChanged\"", told, StringComparison.Ordinal);
        Assert.Contains(
            fork,
            await File.ReadAllTextAsync(PathOf("seen.json.evidence"), Cancellation),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Tiles_that_are_not_what_was_signed_are_loud()
    {
        await RunAsync(0);
        await SetAsync("remix", "allow");
        var size = await App.ScalarAsync<long>("SELECT max(size) FROM consent.tree_head");
        var edge = VerifiedTiles.EdgeOf(size).First();
        forged[$"/log/{edge.Path(edge.WidthIn(size))}"] = tile =>
        {
            tile[7] ^= 1;
            return tile;
        };

        Assert.Contains("\"logChanged\"", await RunAsync(1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_goes_on_through_an_outage_and_ends_at_another_history()
    {
        forged[""] = _ => null;
        await RunAsync(2);
        using var monitoring = ConsentCommand.Start([.. Words, "--every", "1"], App.Token("creator", creator));
        try
        {
            var output = monitoring.StandardOutput.ReadToEndAsync(Cancellation);
            monitoring.BeginErrorReadLine();
            var before = asked;
            await Eventually.HoldsAsync("it looks again and again", () => Task.FromResult(asked >= before + 4));
            Assert.False(monitoring.HasExited);
            forged.Clear();
            await Eventually.HoldsAsync("it has looked", () => Task.FromResult(File.Exists(PathOf("seen.json"))));
            var size = await App.ScalarAsync<long>("SELECT max(size) FROM consent.tree_head");
            var fork = Encoding.UTF8.GetBytes(Signer.Sign(size, new byte[32]).ToString());
            forged["/log/checkpoint"] = _ => fork;
            await monitoring.WaitForExitAsync(Cancellation);
            Assert.Equal(1, monitoring.ExitCode);
            Assert.Contains("\"logChanged\"", await output, StringComparison.Ordinal);
        }
        finally
        {
            monitoring.Kill();
        }
    }

    private string[] Words =>
        [
            "monitor",
            "--log",
            LoopbackServer.UrlOf(between),
            "--keys",
            PathOf("keys.json"),
            "--state",
            PathOf("seen.json"),
            "--creator",
            creator,
            "--mine",
            creator,
        ];

    private string PathOf(string name) => Path.Combine(folder.FullName, name);

    private async Task<string> RunAsync(int code)
    {
        var (found, told) = await ConsentCommand.RunAsync(Words, App.Token("creator", creator), Cancellation);
        Assert.True(code == found, $"{found}: {told}");
        return told;
    }

    private async Task SetAsync(string purpose, string effect = "deny")
    {
        var path = $"/v1/creators/{creator}/consent/defaults/{purpose}";
        (await App.Creator(creator).PutAsync(path, new { effect })).Is(200);
        await Exports.CoveredAsync(App);
    }

    private static bool IsOf(string line, string kind) =>
        line.Contains($"\"kind\":\"{kind}\"", StringComparison.Ordinal);

    private static bool IsEntry(string line) => IsOf(line, "entry");

    private static bool CutEnd(List<string> lines) =>
        lines.RemoveAll(line => IsOf(line, "end") || IsOf(line, "statement")) == 2;

    private static bool Replace(List<string> lines, Predicate<string> which, string text, string by)
    {
        var at = lines.FindLastIndex(which);
        var before = lines[at];
        lines[at] = before.Replace(text, by, StringComparison.Ordinal);
        return lines[at] != before;
    }

    // With the hash of what is there now at the end, as whoever alters a bundle can make it.
    private static byte[] Sealed(List<string> lines)
    {
        if (lines.RemoveAll(line => IsOf(line, "end")) == 0)
            return Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")));
        var text = string.Concat(lines.Select(line => line + "\n"));
        var hash = System.Buffers.Text.Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        return Encoding.UTF8.GetBytes($"{text}{{\"kind\":\"end\",\"sha256\":\"{hash}\"}}\n");
    }

    private static string StatementOf(byte[] bundle) =>
        (string)
            JsonNode.Parse(Encoding.UTF8.GetString(bundle).Split('\n').Single(line => IsOf(line, "statement")))![
                "jws"
            ]!;

    private async Task PassAsync(HttpContext context)
    {
        Interlocked.Increment(ref asked);
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            new Uri(App.Address, context.Request.Path + context.Request.QueryString.Value)
        );
        if (context.Request.Headers.Authorization.ToString() is { Length: > 0 } token)
            request.Headers.Authorization = AuthenticationHeaderValue.Parse(token);
        using var answer = await http.SendAsync(request, context.RequestAborted);
        var body = await answer.Content.ReadAsByteArrayAsync(context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        if (
            forged
                .FirstOrDefault(one => context.Request.Path.Value!.EndsWith(one.Key, StringComparison.Ordinal))
                .Value is
            { } forge
        )
        {
            if (forge(body) is not { } instead)
            {
                context.Response.StatusCode = (int)HttpStatusCode.ServiceUnavailable;
                return;
            }
            body = instead;
        }
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
