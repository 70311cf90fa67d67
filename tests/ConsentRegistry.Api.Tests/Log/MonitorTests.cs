using System.Text.Json.Nodes;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Api.Tests.Log;

/// <summary><c>consent monitor</c> with a registry: it reports what others did, and once.</summary>
public sealed class MonitorTests(RegistryFixture registry) : IClassFixture<RegistryFixture>, IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("consent-monitor-");
    private readonly string creator = RegistryApplication.NewId("ana");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private RegistryApplication App => registry.App;

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task What_the_creator_did_is_quiet_and_what_others_did_is_reported_once()
    {
        Assert.Empty(await RunAsync(0));
        await SetAsync(App.Creator(creator), "remix");
        Assert.Empty(await RunAsync(0));
        await SetAsync(App.Creator(creator), "training");
        Assert.Empty(await RunAsync(0));

        (await App.Admin().PutAsync($"/v1/creators/{creator}/hold", new { reason = "an\norder" })).Is(200);
        var report = Assert.Single(await RunAsync(1));
        Assert.Equal("unexpectedEvent", (string?)report["type"]);
        Assert.Equal(creator, (string?)report["creatorId"]);
        var told = report["event"]!;
        Assert.Equal(
            ("holdChanged", 3, "admin", "admin", "an\norder"),
            (
                (string)told["kind"]!,
                (int)told["version"]!,
                (string)told["by"]!["subject"]!,
                (string)told["by"]!["client"]!,
                (string)told["by"]!["reason"]!
            )
        );
        var listed = (await App.Creator(creator).GetAsync($"/v1/creators/{creator}/history?limit=1")).Is(200)["items"]![
            0
        ]!;
        Assert.Equal((string)listed["eventId"]!, (string)told["eventId"]!);
        Assert.Equal((long)listed["seq"]!, (long)told["seq"]!);
        Assert.Equal((string)listed["at"]!, (string)told["at"]!);

        Assert.Empty(await RunAsync(0));
        await SetAsync(App.Creator(creator), "remix", "allow");
        Assert.Empty(await RunAsync(0));
    }

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task Agencies_and_platforms_are_named_by_their_clients()
    {
        var agency = App.Bearer(App.Token("agency", "studio", creator));
        await SetAsync(agency, "remix");
        (await App.Platform("upload").PutAsync($"/v1/creators/{creator}/videos/v", new { })).Is(200);
        await SetAsync(App.With("consent:manage", creator, "console"), "training");
        await SetAsync(App.With("consent:manage", creator, "other-app"), "mining");
        await Exports.CoveredAsync(App);

        // By which of them an event is expected; each run begins anew.
        var cases = new (string[] Named, int[] Unexpected)[]
        {
            ([], [1, 2, 3, 4]),
            (["--mine", creator], [1, 2]),
            (["--client", "studio"], [2, 3, 4]),
            (["--client", "studio", "--client", "upload"], [3, 4]),
            (["--mine", creator, "--client", "studio", "--client", "upload"], [3, 4]),
            (["--mine", creator, "--client", "studio", "--client", "upload", "--client", "console"], [4]),
            (["--mine", "somebody", "--client", "console", "--client", "other-app"], [1, 2, 3, 4]),
        };
        foreach (var (named, unexpected) in cases)
        {
            File.Delete(PathOf("seen.json"));
            var reports = await RunAsync(unexpected.Length > 0 ? 1 : 0, named, who: []);
            Assert.Equal(unexpected, reports.Select(report => (int)report["event"]!["version"]!));
        }
        File.Delete(PathOf("seen.json"));
        var byAgency = (await RunAsync(1, token: App.Token("agency", "studio", creator)))[0];
        Assert.Equal(
            ("studio", creator, null),
            (
                (string)byAgency["event"]!["by"]!["client"]!,
                (string)byAgency["event"]!["by"]!["onBehalfOf"]!,
                (string?)byAgency["event"]!["by"]!["subject"]
            )
        );
    }

    [Fact]
    public async Task An_agency_follows_several_creators()
    {
        var second = RegistryApplication.NewId("ben");
        var token = App.Token("agency", "studio", creator, second);
        string[] both = ["--creator", second, "--client", "studio"];
        await SetAsync(App.Bearer(token), "remix");
        await SetAsync(App.Bearer(token), "remix", of: second);
        Assert.Empty(await RunAsync(0, both, token: token));
        await SetAsync(App.Admin(), "training", of: second);
        var report = Assert.Single(await RunAsync(1, both, token: token));
        Assert.Equal(second, (string?)report["creatorId"]);

        // Whom the token is not for is not looked at; the others are.
        await SetAsync(App.Admin(), "training");
        string[] stranger = [.. both, "--creator", RegistryApplication.NewId("eve")];
        Assert.Equal(creator, (string?)Assert.Single(await RunAsync(1, stranger, token: token))["creatorId"]);
        Assert.Empty(await RunAsync(2, stranger, token: token));
    }

    [Fact]
    public async Task A_webhook_gets_each_report_and_what_it_did_not_take_is_reported_again()
    {
        await SetAsync(App.Admin(), "remix");
        var status = 503;
        await using var receiver = await Receiver.StartAsync(
            (_, http) =>
            {
                http.Response.StatusCode = status;
                return Task.CompletedTask;
            }
        );
        string[] webhook = ["--webhook", $"{receiver.Url}"];

        var report = Assert.Single(await RunAsync(1, webhook));
        Assert.Equal(3, receiver.All.Count);
        Assert.All(receiver.All, one => Assert.True(JsonNode.DeepEquals(report, one.Json)));
        // A refusal is not sent again.
        status = 400;
        Assert.Single(await RunAsync(1, webhook));
        Assert.Equal(4, receiver.All.Count);

        status = 204;
        Assert.True(JsonNode.DeepEquals(report, Assert.Single(await RunAsync(1, webhook))));
        Assert.True(JsonNode.DeepEquals(report, Assert.Single(receiver.Taken).Json));
        Assert.Empty(await RunAsync(0, webhook));
        Assert.Single(receiver.Taken);
    }

    [Theory]
    [InlineData("http://hooks.example/x")]
    [InlineData("ftp://127.0.0.1/x")]
    [InlineData("hooks.example")]
    public async Task A_webhook_is_reached_by_https_or_on_this_machine(string address) =>
        Assert.Empty(await RunAsync(2, ["--webhook", address]));

    [Fact]
    public async Task It_goes_on_looking_and_reports_what_comes()
    {
        await KeepKeysAsync();
        await SetAsync(App.Admin(), "remix");
        var lines = new System.Collections.Concurrent.ConcurrentQueue<string>();
        using var monitoring = ConsentCommand.Start(Words(["--every", "1"]), App.Token("creator", creator));
        try
        {
            monitoring.OutputDataReceived += (_, line) =>
            {
                if (line.Data is { } text)
                    lines.Enqueue(text);
            };
            monitoring.BeginOutputReadLine();
            monitoring.BeginErrorReadLine();
            await Eventually.HoldsAsync("the first is reported", () => Task.FromResult(lines.Count == 1));
            await SetAsync(App.Admin(), "training");
            await Eventually.HoldsAsync("the second is reported", () => Task.FromResult(lines.Count == 2));
            Assert.False(monitoring.HasExited);
            // One process at a time has the state.
            Assert.Empty(await RunAsync(2));
        }
        finally
        {
            monitoring.Kill();
            await monitoring.WaitForExitAsync(Cancellation);
        }
        Assert.Equal(["1", "2"], lines.Select(line => $"{JsonNode.Parse(line)!["event"]!["version"]}"));
        Assert.Empty(await RunAsync(0));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_erasure_is_an_event_as_any_other_and_what_it_took_is_not_known(bool isByCreator)
    {
        await SetAsync(App.Creator(creator), "remix");
        Assert.Empty(await RunAsync(0));
        await SetAsync(App.Admin(), "training");
        var by = isByCreator ? App.Creator(creator) : App.Admin();
        (await by.PostAsync($"/v1/creators/{creator}/erasure", new { reason = "by post" })).Is(200);
        await Exports.CoveredAsync(App);

        var (code, told) = await ConsentCommand.RunAsync(Words([]), App.Token("creator", creator), Cancellation);

        Assert.True(code == (isByCreator ? 0 : 1), told);
        Assert.Equal(!isByCreator, told.Contains("\"creatorErased\"", StringComparison.Ordinal));
        Assert.Contains("who made 1 new events is not known", told, StringComparison.Ordinal);
        Assert.Empty(await RunAsync(0));
    }

    [Fact]
    public async Task Nothing_is_said_where_the_registry_cannot_be_asked()
    {
        Assert.Empty(await RunAsync(2, token: "no-token"));
        Assert.Empty(await RunAsync(2, token: ""));
        Assert.Empty(await RunAsync(2, token: App.Token("platform", "p")));
        await File.WriteAllTextAsync(PathOf("seen.json"), "{}", Cancellation);
        Assert.Empty(await RunAsync(2));
        File.Delete(PathOf("seen.json"));
        Assert.Empty(await RunAsync(0));
        await File.WriteAllTextAsync(PathOf("keys.json"), "{}", Cancellation);
        Assert.Empty(await RunAsync(2));
    }

    private string PathOf(string name) => Path.Combine(folder.FullName, name);

    private string[] Words(string[] more, string[]? who = null) =>
        [
            "monitor",
            "--log",
            $"{App.Address}",
            "--keys",
            PathOf("keys.json"),
            "--state",
            PathOf("seen.json"),
            "--creator",
            creator,
            .. who ?? ["--mine", creator],
            .. more,
        ];

    private async Task<List<JsonNode>> RunAsync(
        int code,
        string[]? more = null,
        string? token = null,
        string[]? who = null
    )
    {
        await Exports.CoveredAsync(App);
        await KeepKeysAsync();
        var (found, told) = await ConsentCommand.RunAsync(
            Words(more ?? [], who),
            token ?? App.Token("creator", creator),
            Cancellation
        );
        Assert.True(code == found, $"{found}: {told}");
        return [.. told.Split('\n').Where(line => line.StartsWith('{')).Select(line => JsonNode.Parse(line)!)];
    }

    private async Task KeepKeysAsync()
    {
        if (File.Exists(PathOf("keys.json")))
            return;
        var keys = (await App.Anonymous().GetAsync("/v1/log/keys")).Is(200).Text;
        await File.WriteAllTextAsync(PathOf("keys.json"), keys, Cancellation);
    }

    private async Task SetAsync(RegistryClient by, string purpose, string effect = "deny", string? of = null)
    {
        (await by.PutAsync($"/v1/creators/{of ?? creator}/consent/defaults/{purpose}", new { effect })).Is(200);
        await Exports.CoveredAsync(App);
    }
}
