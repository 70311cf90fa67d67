using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ConsentRegistry.Api.Tests.Checks;
using ConsentRegistry.Api.Tests.OpenApi;

namespace ConsentRegistry.Api.Tests.Proxies;

/// <summary>
/// Answers that are of use before they end come through at once: behind nginx, and by what they say to every proxy.
/// </summary>
public sealed class StreamsBehindNginxTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private RegistryApplication App => registry.App;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_answer_that_is_a_stream_says_that_nobody_is_to_keep_it_back()
    {
        string[] streams = ["text/event-stream", "application/x-ndjson"];
        var found =
            from one in CommittedDocument.Operations
            from answer in one.Operation["responses"]!.AsObject()
            where answer.Key == "200"
            from content in CommittedDocument.Resolve(answer.Value!)["content"]?.AsObject() ?? []
            where streams.Contains(content.Key)
            select (one.Path, one.Method, Type: content.Key);
        Assert.Equal(7, found.Count());
        var creator = RegistryApplication.NewId();
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null)).Is(200);
        var check = new
        {
            creatorId = creator,
            videoId = "v",
            purpose = "remix",
            receipt = true,
        };
        var answered = (await App.Admin().PostAsync("/v1/checks", check)).Is(200);
        var receipt = JsonSerializer.Serialize(new { receipt = (string)answered["receipt"]! });
        await Log.Exports.CoveredAsync(App);
        foreach (var (path, method, type) in found)
        {
            using var http = new HttpClient { BaseAddress = App.Address };
            using var request = new HttpRequestMessage(
                new(method.ToUpperInvariant()),
                path.Replace("{creatorId}", creator, StringComparison.Ordinal)
            );
            request.Headers.Accept.Add(new(type));
            request.Headers.Authorization = new("Bearer", TokenOf(creator));
            if (method == "post")
                request.Content =
                    path == "/v1/receipts/export"
                        ? new StringContent(receipt, Encoding.UTF8, "application/json")
                        : new StringContent("{}\n", Encoding.UTF8, type);
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
            Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {answer.StatusCode}");
            Assert.Equal((path, type), (path, answer.Content.Headers.ContentType?.MediaType));
            Assert.Equal(
                (path, "no"),
                (path, string.Join(',', answer.Headers.TryGetValues("X-Accel-Buffering", out var values) ? values : []))
            );
        }
    }

    [Theory]
    [InlineData("/v1/changes")]
    [InlineData("/v1/creators/{creatorId}/notifications")]
    public async Task A_live_feed_has_its_first_heartbeat_at_once_and_what_happens_when_it_does(string path)
    {
        Nginx.SkipUnlessInstalled();
        await using var nginx = await Nginx.StartAsync(App.Address, App.Address);
        var creator = RegistryApplication.NewId();
        using var http = nginx.Client(TokenOf(creator));
        http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));

        await using var feed = await http.GetStreamAsync(
            path.Replace("{creatorId}", creator, StringComparison.Ordinal),
            Cancellation
        );
        using var lines = new StreamReader(feed);
        Assert.Equal(
            "event: heartbeat",
            await lines.ReadLineAsync(Cancellation).AsTask().WaitAsync(TimeSpan.FromMinutes(1), Cancellation)
        );
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null)).Is(200);
        string? line;
        do line = await lines.ReadLineAsync(Cancellation);
        while (line is not null && !line.Contains(creator, StringComparison.Ordinal));
        Assert.NotNull(line);
    }

    [Fact]
    public async Task A_stream_of_checks_is_answered_line_by_line()
    {
        Nginx.SkipUnlessInstalled();
        await using var nginx = await Nginx.StartAsync(App.Address, App.Address);
        using var stream = await StreamConnection.OpenAsync(
            nginx.Address,
            App.Sign(TimeProvider.System.GetUtcNow(), ["consent:check"], null, "acme")
        );
        // The head comes before the first line is sent.
        Assert.Contains("200 OK", await stream.ReadUntilAsync("\r\n\r\n"), StringComparison.Ordinal);
        for (var number = 0; number < 3; number++)
        {
            await stream.SendAsync(
                $"{JsonSerializer.Serialize(new { creatorId = "c", videoId = $"v{number}", purpose = "remix" })}\n"
            );
            Assert.Contains($"\"v{number}\"", await stream.ReadUntilAsync("}\n"), StringComparison.Ordinal);
        }
    }

    private string TokenOf(string creator) =>
        App.Sign(
            TimeProvider.System.GetUtcNow(),
            ["consent:manage", "consent:check", "consent:audit", "changes:read"],
            creator,
            "acme"
        );
}
