using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using ConsentRegistry.Api.Tests.Log;
using Npgsql;

namespace ConsentRegistry.Api.Tests.History;

/// <summary>What a creator and an auditor read of the past.</summary>
public sealed class HistoryTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private readonly string creator = RegistryApplication.NewId();

    private RegistryApplication App => registry.App;

    private string History => $"/v1/creators/{creator}/history";

    [Fact]
    public async Task Says_who_changed_what_from_what_to_what_when_and_on_whose_behalf()
    {
        var agency = App.With("consent:manage", "agency", "agency-tool", creator);
        (
            await App.Creator(creator)
                .PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "deny" })
        ).Is(200);
        (
            await agency.PutAsync(
                $"/v1/creators/{creator}/consent/defaults/remix",
                new { effect = "ask", reason = "asked by phone" }
            )
        ).Is(200);
        await Exports.CoveredAsync(App);

        var items = await ItemsAsync(History);
        Assert.Equal([2L, 1L], items.Select(item => (long)item["version"]!));
        var newest = items[0];
        Assert.Equal(
            """{"subject":"agency","client":"agency-tool","onBehalfOf":"CREATOR","reason":"asked by phone"}""".Replace(
                "CREATOR",
                creator,
                StringComparison.Ordinal
            ),
            newest["by"]!.ToJsonString()
        );
        Assert.Equal(
            ("deny", "ask"),
            ((string)newest["before"]!["setting"]!["effect"]!, (string)newest["after"]!["setting"]!["effect"]!)
        );
        Assert.Equal(
            ("defaultChanged", "remix", null, true),
            (
                (string)newest["kind"]!,
                (string)newest["purpose"]!,
                (string?)newest["requester"],
                (bool)newest["sequenced"]!
            )
        );
        Assert.Null(items[1]["before"]);
        Assert.Equal($"/v1/log/proof/{newest["eventId"]}", (string)newest["proof"]!);
        (await App.Anonymous().GetAsync((string)newest["proof"]!)).Is(200);
    }

    [Fact]
    public async Task An_event_that_is_not_yet_in_the_log_says_so_and_counts_already()
    {
        await Exports.CoveredAsync(App);
        await using (await Exports.HoldSequencerAsync(App))
        {
            (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null)).Is(200);
            var item = Assert.Single(await ItemsAsync(History));
            Assert.Equal((false, null, null), ((bool)item["sequenced"]!, (long?)item["seq"], (string?)item["proof"]));
            Assert.NotNull(
                (await App.Creator(creator).GetAsync($"/v1/creators/{creator}/consent")).Is(200)["lockdown"]
            );
            (await App.Anonymous().GetAsync($"/v1/log/proof/{item["eventId"]}")).IsProblem(404, "notFound");
        }
        await Exports.CoveredAsync(App);
        Assert.NotNull((long?)Assert.Single(await ItemsAsync(History))["seq"]);
    }

    [Fact]
    public async Task Filters_and_pages_show_each_event_once()
    {
        var other = RegistryApplication.NewId();
        (
            await App.Platform()
                .PutAsync(
                    $"/v1/creators/{other}/videos/shared",
                    new { participants = new[] { new { creatorId = creator, role = "coCreator" } } }
                )
        ).Is(200);
        var client = App.Creator(creator);
        (
            await client.PostAsync(
                $"/v1/creators/{creator}/consent/changes",
                new
                {
                    changes = Enumerable
                        .Range(0, 30)
                        .Select(i => new
                        {
                            op = "setOverride",
                            purpose = i % 2 == 0 ? "remix" : "training",
                            effect = "deny",
                            video = new { creatorId = creator, videoId = $"v{i}" },
                        }),
                }
            )
        ).Is(200);
        (
            await client.PutAsync(
                $"/v1/creators/{creator}/appearances/{other}/shared/consent/mining",
                new { effect = "ask" }
            )
        ).Is(200);
        var middle = await App.NowAsync();
        (await client.PutAsync($"/v1/creators/{creator}/lockdown", new { purposes = new[] { "training" } })).Is(200);

        Assert.Equal(32, (await ItemsAsync(History)).Count);
        var paged = new List<string>();
        for (var path = $"{History}?limit=7"; ; )
        {
            var page = (await client.GetAsync(path)).Is(200);
            paged.AddRange(page["items"]!.AsArray().Select(item => (string)item!["eventId"]!));
            if (paged.Count == 7)
                (await client.PutAsync($"/v1/creators/{creator}/consent/defaults/mining", new { effect = "deny" })).Is(
                    200
                );
            if (page["nextCursor"] is not { } next)
                break;
            path = $"{History}?limit=7&cursor={next}";
        }
        Assert.Equal(32, paged.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(32, paged.Count);

        Assert.Equal(
            "shared",
            (string)Assert.Single(await ItemsAsync($"{History}?videoId=shared"))["video"]!["videoId"]!
        );
        Assert.Equal(2, (await ItemsAsync($"{History}?purpose=mining")).Count);
        Assert.Equal(16, (await ItemsAsync($"{History}?purpose=training")).Count);
        Assert.Equal(
            "lockdownChanged",
            (string)Assert.Single(await ItemsAsync($"{History}?kind=lockdownChanged"))["kind"]!
        );
        Assert.Equal(2, (await ItemsAsync($"{History}?from={middle}")).Count);
        Assert.Equal(31, (await ItemsAsync($"{History}?to={middle}")).Count);
        Assert.Empty(await ItemsAsync($"{History}?from={middle}&to={middle}"));
    }

    [Theory]
    [InlineData("?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "from")]
    [InlineData("?from=yesterday", "from")]
    [InlineData("?to=2026-01-01", "to")]
    [InlineData("?cursor=%21", "cursor")]
    [InlineData("?cursor=YWJj", "cursor")]
    [InlineData("?cursor=YS9iL2M", "cursor")]
    [InlineData("?kind=changed", "kind")]
    [InlineData("?limit=0", "limit")]
    [InlineData("?videoId=a%20b", "videoId")]
    public async Task Bad_input_is_named(string query, string field) =>
        Assert.Contains(field, (await App.Creator(creator).GetAsync(History + query)).IsProblem(422, "invalid").Fields);

    [Fact]
    public async Task Another_creators_name_appears_only_where_a_video_is_shared()
    {
        string[] names =
        [
            RegistryApplication.NewId("shares"),
            RegistryApplication.NewId("source"),
            RegistryApplication.NewId("nobody"),
        ];
        foreach (var name in names)
            (
                await App.Creator(name).PutAsync($"/v1/creators/{name}/consent/defaults/remix", new { effect = "deny" })
            ).Is(200);
        (
            await App.Platform()
                .PutAsync(
                    $"/v1/creators/{creator}/videos/v",
                    new
                    {
                        participants = new[] { new { creatorId = names[0], role = "depicted" } },
                        derivedFrom = new[] { new { creatorId = names[1], videoId = "w" } },
                    }
                )
        ).Is(200);
        (
            await App.Creator(names[0])
                .PutAsync($"/v1/creators/{names[0]}/appearances/{creator}/v/consent/remix", new { effect = "ask" })
        ).Is(200);
        await Exports.CoveredAsync(App);

        foreach (var path in new[] { History, $"{History}/export" })
        {
            var own = (await App.Creator(creator).GetAsync(path)).Is(200).Text;
            Assert.Equal([true, true, false], names.Select(name => own.Contains(name, StringComparison.Ordinal)));
            (await App.Creator(names[2]).GetAsync(path)).IsProblem(403, "forbidden");
        }
    }

    [Fact]
    public async Task Everybodys_changes_come_in_log_order_without_gap_and_live()
    {
        await Exports.CoveredAsync(App);
        var begin = await App.ScalarAsync<long>("SELECT max(seq) FROM consent.history");
        using var http = new HttpClient { BaseAddress = App.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/changes?after={begin}");
        request.Headers.Add("Accept", "text/event-stream");
        request.Headers.Authorization = new(
            "Bearer",
            App.Sign(TimeProvider.System.GetUtcNow(), ["changes:read"], null, "cache")
        );
        using var stream = await http.SendAsync(
            request,
            HttpCompletionOption.ResponseHeadersRead,
            TestContext.Current.CancellationToken
        );
        Assert.Equal("text/event-stream", stream.Content.Headers.ContentType!.MediaType);
        await using var events = SseParser
            .Create(await stream.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken))
            .EnumerateAsync(TestContext.Current.CancellationToken)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);

        await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(i =>
                    App.Creator(creator)
                        .PutAsync($"/v1/creators/{creator}/videos/v{i}/consent/remix", new { effect = "deny" })
                )
        );
        var live = new List<long>();
        var mine = 0;
        while (mine < 20)
        {
            Assert.True(await events.MoveNextAsync());
            if (events.Current.EventId is { } id)
                live.Add(long.Parse(id));
            if (events.Current.Data.Contains(creator, StringComparison.Ordinal))
                mine++;
        }
        Assert.Equal(Enumerable.Range(0, live.Count).Select(i => begin + 1 + i), live.Order());
        Assert.Equal(live.Order(), live);

        // Cut, and resumed where it was.
        var after = live[^5];
        var page = (
            await App.With("changes:read", null, "cache")
                .GetAsync($"/v1/changes?after={begin}&limit=1000", $"Last-Event-ID: {after}")
        ).Is(200);
        Assert.Equal(after + 1, (long)page["items"]![0]!["seq"]!);
        (await App.With("changes:read", null, "cache").GetAsync("/v1/changes", "Last-Event-ID: x")).IsProblem(
            400,
            "invalidHeader"
        );
        (await App.With("changes:read", null, "cache").GetAsync("/v1/changes?after=-1")).IsProblem(422, "invalid");
    }

    private async Task<IReadOnlyList<JsonNode>> ItemsAsync(string path) =>
        [.. (await App.Creator(creator).GetAsync(path)).Is(200)["items"]!.AsArray().Select(item => item!)];
}
