using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Signals;

namespace ConsentRegistry.Api.Tests.Signals;

/// <summary>Signals in the formats of others, over HTTP: of a video, and of a site.</summary>
public sealed class SignalsTests(RegistryFixture registry, PostgresFixture postgres) : IClassFixture<RegistryFixture>
{
    private readonly string creator = RegistryApplication.NewId();
    private readonly string other = RegistryApplication.NewId();
    private readonly string site = $"https://{Guid.NewGuid():N}.example";

    private RegistryApplication App => registry.App;

    private string Video => $"/v1/creators/{creator}/videos/v/signals";

    [Fact]
    public async Task A_video_has_what_is_part_of_its_file_and_what_goes_with_each_URL()
    {
        await RegisterAsync(creator, "v", Url("/v/1"), Url("/v/2"));
        await AllowAsync(creator, "training");

        var answer = (await App.Platform().GetAsync(Video)).Is(200);

        var signals = answer["signals"]!.AsArray();
        Assert.Equal(
            [
                "cawg  ",
                "iptc  ",
                .. new[] { "/v/1", "/v/2" }.SelectMany(path =>
                    new[] { "aipref", "tdmrep", "rsl", "contentSignal", "noai" }.Select(format =>
                        $"{format} {site}{path} "
                    )
                ),
            ],
            signals.Select(one => $"{one!["format"]} {one["url"]} ")
        );
        Assert.Equal("train-ai=y", HeaderOf(signals, "aipref", "/v/1"));
        Assert.Equal("1", HeaderOf(signals, "tdmrep", "/v/1"));
        // What is part of a file never says allow.
        Assert.Null(signals[0]!["text"]);
    }

    [Fact]
    public async Task Every_format_can_be_asked_for_alone()
    {
        await RegisterAsync(creator, "v", Url("/v/1"));
        foreach (var format in Wording.All<SignalFormat>())
        {
            var answer = (await App.Platform().GetAsync($"{Video}?format={format}")).Is(200);
            Assert.Equal(format, (string?)Assert.Single(answer["signals"]!.AsArray())!["format"]);
        }
        (await App.Platform().GetAsync($"{Video}?format=odrl")).IsProblem(422, FailureCode.Invalid);
    }

    [Fact]
    public async Task A_URLs_signal_is_the_strictest_answer_of_all_videos_that_carry_it_and_does_not_tell_whose()
    {
        await RegisterAsync(creator, "v", Url("/v/1"), Url("/v/2"));
        await RegisterAsync(other, "w", Url("/v/1"));
        await AllowAsync(creator, "training");
        await DenyAsync(other, "training");

        var answer = (await App.Platform().GetAsync(Video)).Is(200);

        var signals = answer["signals"]!.AsArray();
        Assert.Equal("train-ai=n", HeaderOf(signals, "aipref", "/v/1"));
        Assert.Equal("train-ai=y", HeaderOf(signals, "aipref", "/v/2"));
        // The file goes where each of its URLs is.
        Assert.Contains("cawg.ai_generative_training", (string?)signals[0]!["text"], StringComparison.Ordinal);
        Assert.DoesNotContain(other, answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_requester_is_neither_named_nor_treated_worse_than_the_signal_says()
    {
        await RegisterAsync(creator, "v", Url("/v/1"));
        await AllowAsync(creator, "training");
        await DenyAsync(creator, "training", "?requester=secret-lab");

        var answer = (await App.Platform().GetAsync(Video)).Is(200);

        var signals = answer["signals"]!.AsArray();
        Assert.Equal("train-ai=n", HeaderOf(signals, "aipref", "/v/1"));
        var loss = signals.Single(one => (string?)one!["format"] == "aipref")!["losses"]!
            .AsArray()
            .Single(one => (string?)one!["purpose"] == "training.generative")!;
        Assert.Equal("""["requester"]""", loss["lost"]!.ToJsonString());
        Assert.True((bool)loss["overDenied"]!);
        Assert.DoesNotContain("secret-lab", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_is_kept_no_longer_than_the_next_expiry_and_not_sent_again()
    {
        await RegisterAsync(creator, "v", Url("/v/1"));
        await AllowAsync(creator, "training");
        var first = (await App.Platform().GetAsync(Video)).Is(200);
        Assert.Equal("max-age=300, private", first.Header("Cache-Control"));
        var again = await App.Platform().GetAsync(Video, $"If-None-Match: {first.Header("ETag")}");
        Assert.Equal("", again.Is(304).Text);

        var soon = DateTimeOffset.UtcNow.AddSeconds(100).ToString("O", CultureInfo.InvariantCulture);
        await AllowAsync(creator, "training", soon);

        var second = (await App.Platform().GetAsync(Video, $"If-None-Match: {first.Header("ETag")}")).Is(200);
        var left = (int)CacheControlHeaderValue.Parse(second.Header("Cache-Control")).MaxAge!.Value.TotalSeconds;
        Assert.InRange(left, 1, 100);
        var signals = second["signals"]!.AsArray();
        Assert.Equal("train-ai=y", HeaderOf(signals, "aipref", "/v/1"));
        // Readers of RSL keep it for a day.
        Assert.Contains("ai-all", TextOf(signals, "rsl"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_video_that_is_not_registered_has_none() =>
        (await App.Platform().GetAsync($"/v1/creators/{creator}/videos/none/signals")).IsProblem(
            404,
            FailureCode.NotFound
        );

    [Fact]
    public async Task A_site_has_its_listed_URLs_and_no_others()
    {
        await RegisterAsync(creator, "v", Url("/v/1"), Url("/unlisted", listed: false));
        await RegisterAsync(creator, "w", Url("/v/12"));
        await RegisterAsync(other, "x", Url("/v/other"));
        await RegisterAsync(creator, "y", $"{site}.org/v/elsewhere");
        await AllowAsync(creator, "training");
        await AllowAsync(creator, "mining");
        await DenyAsync(creator, "training", "", "/videos/w/consent");

        var file = await SiteAsync("aipref");
        Assert.Equal("User-agent: *\nContent-Usage: /v/1$ train-ai=y\nContent-Usage: /v/12 train-ai=n\n", file);
        Assert.Equal(
            """[{"location":"/v/1$","tdm-reservation":0},{"location":"/v/12","tdm-reservation":1},{"location":"/*","tdm-reservation":1}]""",
            await SiteAsync("tdmrep")
        );
        Assert.Contains("url=\"/v/1$\"", await SiteAsync("rsl"), StringComparison.Ordinal);
        Assert.Equal("User-agent: *\nContent-Signal: ai-train=no\n", await SiteAsync("contentSignal"));
    }

    [Theory]
    [InlineData("aipref", "", "site")]
    [InlineData("aipref", "?site=videos.example", "site")]
    [InlineData("aipref", "?site=https://videos.example/v", "site")]
    [InlineData("cawg", "?site=https://videos.example", "format")]
    [InlineData("robots", "?site=https://videos.example", "format")]
    public async Task What_is_no_site_and_what_has_no_file_is_refused_by_its_field(
        string format,
        string query,
        string field
    )
    {
        var refused = (await App.Platform().GetAsync($"/v1/creators/{creator}/signals/{format}{query}")).IsProblem(
            422,
            FailureCode.Invalid
        );
        Assert.Equal([field], refused.Fields);
    }

    [Fact]
    public async Task A_site_is_one_of_the_configuration_and_asking_leads_to_its_pages()
    {
        await using var app = await RegistryApplication.StartAsync(
            await postgres.CreateDatabaseAsync(),
            "Identifiers:Hosts=platform=videos.example",
            "Signals:AskUrl=https://consent.example.org/ask",
            "Signals:PolicyUrl=https://videos.example/policy.json"
        );
        (await app.Platform().GetAsync($"/v1/creators/{creator}/signals/tdmrep?site=https://other.example")).IsProblem(
            422,
            FailureCode.Invalid
        );

        var answer = (
            await app.Platform().GetAsync($"/v1/creators/{creator}/signals/tdmrep?site=https://Videos.example:443/")
        ).Is(200);

        Assert.Equal("https://videos.example", (string?)answer["site"]);
        Assert.Equal("policy", (string?)answer["signals"]![1]!["form"]);
        Assert.Contains("https://consent.example.org/ask", answer.Text, StringComparison.Ordinal);
    }

    private async Task<string?> SiteAsync(string format)
    {
        var answer = (await App.Platform().GetAsync($"/v1/creators/{creator}/signals/{format}?site={site}")).Is(200);
        Assert.NotNull(answer.Header("ETag"));
        Assert.Equal(2, (int)answer["urls"]!);
        Assert.False((bool)answer["more"]!);
        Assert.DoesNotContain("unlisted", answer.Text, StringComparison.Ordinal);
        return (string?)answer["signals"]![0]!["text"];
    }

    private object Url(string path, bool listed = true) =>
        new
        {
            scheme = "url",
            value = site + path,
            listed,
        };

    private async Task RegisterAsync(string owner, string video, params object[] urls) =>
        (
            await App.Platform()
                .PutAsync(
                    $"/v1/creators/{owner}/videos/{video}",
                    new
                    {
                        identifiers = urls.Select(url =>
                            url is string text
                                ? new
                                {
                                    scheme = "url",
                                    value = text,
                                    listed = true,
                                }
                                : url
                        ),
                    }
                )
        ).Is(200);

    private async Task AllowAsync(string owner, string purpose, string? expiresAt = null) =>
        (
            await App.Creator(owner)
                .PutAsync(
                    $"/v1/creators/{owner}/consent/defaults/{purpose}",
                    new
                    {
                        effect = "allow",
                        appliesTo = "all",
                        expiresAt,
                    }
                )
        ).Is(200);

    private async Task DenyAsync(string owner, string purpose, string query = "", string path = "/consent/defaults") =>
        (await App.Creator(owner).PutAsync($"/v1/creators/{owner}{path}/{purpose}{query}", new { effect = "deny" })).Is(
            200
        );

    private string? HeaderOf(JsonArray signals, string format, string path) =>
        (string?)
            signals.Single(one => (string?)one!["format"] == format && (string?)one["url"] == site + path)!["headers"]![
                0
            ]!["value"];

    private static string TextOf(JsonArray signals, string format) =>
        (string)signals.First(one => (string?)one!["format"] == format)!["text"]!;
}
