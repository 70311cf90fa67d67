using ConsentRegistry.Api.Tests.Client;
using ConsentRegistry.Client;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Signals.Reading;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Api.Tests.Signals;

/// <summary>Signals that somebody found, beside the registry: over HTTP, in the client, and on the command line.</summary>
public sealed class DriftTests(RegistryFixture registry) : IClassFixture<RegistryFixture>, IAsyncLifetime
{
    private readonly string creator = RegistryApplication.NewId();
    private readonly string site = $"https://{Guid.NewGuid():N}.example";
    private readonly string folder = Directory.CreateTempSubdirectory("consent-drift-").FullName;

    private RegistryApplication App => registry.App;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Comparison => $"/v1/creators/{creator}/videos/v/signals/comparison";

    public async ValueTask InitializeAsync()
    {
        await RegisterAsync("v", "/v/1");
        await SetAsync("training", "allow");
        await SetAsync("grounding", "ask");
        await SetAsync("mining", "deny");
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(
        "headers",
        "Content-Usage: train-ai=n, ai-use=n",
        "aipref",
        "training.generative stricter, grounding stricter"
    )]
    [InlineData(
        "headers",
        "Content-Usage: train-ai=y, ai-use=y",
        "aipref",
        "training.generative agrees, grounding looser"
    )]
    [InlineData("headers", "Server: x", "aipref", "")]
    [InlineData(
        "headers",
        "tdm-reservation: 0",
        "tdmrep",
        "training agrees, training.generative agrees, training.nongenerative agrees, mining looser"
    )]
    [InlineData("robots", "User-agent: *\nContent-Usage: /v/1$ train-ai=y", "aipref", "training.generative agrees")]
    [InlineData("robots", "User-agent: *\nContent-Usage: /v/2 train-ai=y", "aipref", "")]
    [InlineData(
        "manifest",
        """{"label":"cawg.training-mining","data":{"entries":{"cawg.ai_inference":{"use":"constrained","constraint_info":"x"},"cawg.data_mining":{"use":"constrained","constraint_info":"x"}}}}""",
        "cawg",
        "grounding agrees, mining looser"
    )]
    [InlineData(
        "page",
        "<meta name=\"robots\" content=\"noai\">",
        "noai",
        "training stricter, training.generative stricter, training.nongenerative stricter"
    )]
    public async Task Each_purpose_agrees_is_stricter_is_looser_or_is_unknown(
        string source,
        string text,
        string format,
        string drifts
    )
    {
        var answer = (await App.Platform().PostAsync(Comparison, new { source, text })).Is(200);

        var found = answer["formats"]!.AsArray().Single(one => (string?)one!["format"] == format)!;
        Assert.Null(found["unreadable"]);
        Assert.Equal(
            drifts,
            string.Join(
                ", ",
                found["purposes"]!
                    .AsArray()
                    .Where(row => (string?)row!["drift"] != "unknown")
                    .Select(row => $"{row!["purpose"]} {row["drift"]}")
            )
        );
        Assert.Equal(source is "manifest" ? null : $"{site}/v/1", (string?)answer["url"]);
    }

    [Fact]
    public async Task An_allow_without_the_registrys_conditions_is_looser()
    {
        (
            await App.Creator(creator)
                .PutAsync(
                    $"/v1/creators/{creator}/consent/defaults/training",
                    new
                    {
                        effect = "allow",
                        appliesTo = "all",
                        conditions = new[] { "attribution" },
                    }
                )
        ).Is(200);
        const string license =
            """<rsl xmlns="https://rslstandard.org/rsl"><content url="/"><license><permits type="usage">ai-train</permits>{0}</license></content></rsl>""";
        foreach (var (payment, drift) in new[] { ("", "looser"), ("<payment type=\"attribution\"/>", "agrees") })
        {
            var answer = (
                await App.Platform()
                    .PostAsync(
                        Comparison,
                        new { source = "rsl", text = license.Replace("{0}", payment, StringComparison.Ordinal) }
                    )
            ).Is(200);
            Assert.Equal(
                drift,
                (string?)
                    answer["formats"]![0]!["purposes"]!
                        .AsArray()
                        .Single(row => (string?)row!["purpose"] == "training")!["drift"]
            );
        }
    }

    [Fact]
    public async Task What_cannot_be_read_says_where_and_nothing_else()
    {
        var answer = (
            await App.Platform().PostAsync(Comparison, new { source = "tdmrep", text = "[\n{\"location\":}]" })
        ).Is(200);

        var found = answer["formats"]![0]!;
        Assert.Equal((2, 13), ((int)found["unreadable"]!["line"]!, (int)found["unreadable"]!["column"]!));
        Assert.All(found["purposes"]!.AsArray(), row => Assert.Equal("unknown", (string?)row!["drift"]));
    }

    [Fact]
    public async Task A_URL_is_one_of_the_videos_and_needed_where_there_are_several()
    {
        await RegisterAsync("w", "/w/1", "/w/2");
        var path = $"/v1/creators/{creator}/videos/w/signals/comparison";
        foreach (var url in new string?[] { null, "https://elsewhere.example/", "no url", $"{site}/v/1" })
            Assert.Equal(["url"], (
                    await App.Platform()
                        .PostAsync(
                            path,
                            new
                            {
                                source = "robots",
                                text = "x",
                                url,
                            }
                        )
                ).IsProblem(422, FailureCode.Invalid).Fields);
        (
            await App.Platform()
                .PostAsync(
                    path,
                    new
                    {
                        source = "robots",
                        text = "x",
                        url = $"{site.ToUpperInvariant()}:443/w/%32",
                    }
                )
        ).Is(200);
        (await App.Platform().PostAsync(path, new { source = "xmp", text = "<x/>" })).Is(200);
    }

    [Theory]
    [InlineData("", "source")]
    [InlineData("email", "source")]
    public async Task A_place_that_nobody_knows_is_refused(string source, string field) =>
        Assert.Equal(
            [field],
            (await App.Platform().PostAsync(Comparison, new { source, text = "x" }))
                .IsProblem(422, FailureCode.Invalid)
                .Fields
        );

    [Fact]
    public async Task A_text_of_more_than_a_mebibyte_is_refused_and_a_video_that_is_none_is_not_found()
    {
        var longest = new string('x', SignalDocument.MaxLength);
        (await App.Platform().PostAsync(Comparison, new { source = "robots", text = longest })).Is(200);
        Assert.Equal(
            ["text"],
            (await App.Platform().PostAsync(Comparison, new { source = "robots", text = longest + "x" }))
                .IsProblem(422, FailureCode.Invalid)
                .Fields
        );
        (
            await App.Platform()
                .PostAsync($"/v1/creators/{creator}/videos/none/signals/comparison", new { source = "xmp", text = "x" })
        ).IsProblem(404, FailureCode.NotFound);
    }

    [Fact]
    public async Task The_client_asks_for_it()
    {
        using var http = App.HttpForAll();
        var found = await new ConsentRegistryClient(http).Signals.CompareAsync(
            creator,
            "v",
            SignalSources.Headers,
            "tdm-reservation: 0",
            cancellation: Cancellation
        );
        Assert.Equal(
            Drifts.Looser,
            found
                .Formats.Single(one => one.Format == SignalFormats.Tdmrep)
                .Purposes.Single(row => row.Purpose == "mining")
                .Drift
        );
    }

    [Theory]
    [InlineData("headers", "tdm-reservation: 0", 1, "looser")]
    [InlineData("headers", "tdm-reservation: 1", 0, "stricter")]
    [InlineData("headers", "Server: x", 0, "says nothing")]
    [InlineData("xmp", "<a>", 2, "iptc cannot be read: line 1, column")]
    [InlineData("nowhere", "x", 2, "nowhere")]
    public async Task The_command_tells_it_and_its_exit_code_says_whether_something_is_looser(
        string source,
        string text,
        int code,
        string told
    )
    {
        var file = Path.Combine(folder, "found.txt");
        await File.WriteAllTextAsync(file, text, Cancellation);
        var result = await ConsentCommand.RunAsync(
            ["drift", file, "--url", App.Address.ToString(), "--creator", creator, "--video", "v", "--source", source],
            App.Token("platform", "studio"),
            Cancellation
        );
        Assert.True(result.Code == code, result.Told);
        Assert.Contains(told, result.Told, StringComparison.Ordinal);
    }

    private async Task RegisterAsync(string video, params string[] paths) =>
        (
            await App.Platform()
                .PutAsync(
                    $"/v1/creators/{creator}/videos/{video}",
                    new { identifiers = paths.Select(path => new { scheme = "url", value = site + path }) }
                )
        ).Is(200);

    private async Task SetAsync(string purpose, string effect) =>
        (
            await App.Creator(creator)
                .PutAsync(
                    $"/v1/creators/{creator}/consent/defaults/{purpose}",
                    new { effect, appliesTo = effect == "allow" ? "all" : null }
                )
        ).Is(200);
}
