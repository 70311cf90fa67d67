using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;

namespace ConsentRegistry.Api.Tests.Notifications;

/// <summary>A creator's inbox: what is in it, what is unread, and how it is followed.</summary>
public sealed class InboxTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private RegistryApplication App => registry.App;

    private readonly string creator = RegistryApplication.NewId();

    private string Inbox => $"/v1/creators/{creator}/notifications";

    [Fact]
    public async Task Each_change_is_one_notification_however_much_it_alters()
    {
        var client = App.Creator(creator);
        var many = Enumerable
            .Range(0, 50)
            .Select(i => new
            {
                op = "setOverride",
                purpose = "remix",
                effect = "ask",
                video = new { creatorId = creator, videoId = $"v{i}" },
            });
        await App.ChangeAsync(creator);
        (await client.PostAsync($"/v1/creators/{creator}/consent/changes", new { changes = many })).Is(200);
        (await client.DeleteAsync($"/v1/creators/{creator}/consent/defaults/remix")).Is(200);
        (await client.PutAsync($"/v1/creators/{creator}/lockdown", new { purposes = new[] { "training" } })).Is(200);
        (await client.DeleteAsync($"/v1/creators/{creator}/lockdown")).Is(200);
        (await App.Admin().PutAsync($"/v1/creators/{creator}/hold", new { reason = "order" })).Is(200);

        var items = await ItemsAsync(6);
        Assert.Equal(
            ["consentChanged", "lockdown", "lockdown", "consentChanged", "consentChanged", "consentChanged"],
            items.Select(item => (string)item["kind"]!)
        );
        Assert.Equal([6L, 5, 4, 3, 2, 1], items.Select(item => (long)item["data"]!["version"]!));
        Assert.Equal([6L, 5, 4, 3, 2, 1], items.Select(item => (long)item["data"]!["settingsVersion"]!));
        Assert.Equal((50, 10), ((int)items[4]["data"]!["changes"]!, items[4]["data"]!["settings"]!.AsArray().Count));
        Assert.True(
            JsonNode.DeepEquals(
                JsonNode.Parse(
                    $$"""{"video":{"creatorId":"{{creator}}","videoId":"v0"},"purpose":"remix","requester":null,"effect":"ask"}"""
                ),
                items[4]["data"]!["settings"]![0]
            )
        );
        Assert.Null(items[3]["data"]!["settings"]![0]!["effect"]);
        Assert.Equal("""["training"]""", items[2]["data"]!["lockdown"]!["purposes"]!.ToJsonString());
        Assert.True(items[1]["data"]!.AsObject().ContainsKey("lockdown") && items[1]["data"]!["lockdown"] is null);
        Assert.True(items[0]["data"]!["hold"]!.AsObject().ContainsKey("purposes"));
    }

    [Fact]
    public async Task What_is_read_is_read_and_counted_so()
    {
        for (var i = 0; i < 5; i++)
            await App.ChangeAsync(creator, effect: i % 2 == 0 ? "deny" : "ask");
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null)).Is(200);
        var items = await ItemsAsync(6);
        var client = App.Creator(creator);

        Assert.Equal(6, (int)(await client.GetAsync(Inbox))["unread"]!);
        var named = new
        {
            notificationIds = new[]
            {
                (string)items[0]["notificationId"]!,
                (string)items[1]["notificationId"]!,
                $"{Guid.NewGuid()}",
            },
        };
        Assert.Equal("""{"marked":2,"unread":4}""", (await client.PostAsync($"{Inbox}/read", named)).Is(200).Text);
        Assert.Equal("""{"marked":0,"unread":4}""", (await client.PostAsync($"{Inbox}/read", named)).Is(200).Text);
        Assert.Equal(4, (await client.GetAsync($"{Inbox}?unread=true")).Is(200)["items"]!.AsArray().Count);
        Assert.Equal(2, (await client.GetAsync($"{Inbox}?unread=false")).Is(200)["items"]!.AsArray().Count);
        Assert.Single((await client.GetAsync($"{Inbox}?kind=lockdown")).Is(200)["items"]!.AsArray());
        Assert.Equal(
            """{"marked":3,"unread":1}""",
            (await client.PostAsync($"{Inbox}/read", new { upTo = (string)items[3]["createdAt"]! })).Is(200).Text
        );
        Assert.Equal(
            (string)items[2]["notificationId"]!,
            (string)(await client.GetAsync($"{Inbox}?unread=true")).Is(200)["items"]![0]!["notificationId"]!
        );

        // Another creator's notifications are not theirs to mark.
        var other = RegistryApplication.NewId();
        Assert.Equal(
            """{"marked":0,"unread":0}""",
            (
                await App.Creator(other)
                    .PostAsync(
                        $"/v1/creators/{other}/notifications/read",
                        new { notificationIds = new[] { (string)items[2]["notificationId"]! } }
                    )
            )
                .Is(200)
                .Text
        );
    }

    [Fact]
    public async Task Pages_go_on_where_they_ended()
    {
        for (var i = 0; i < 7; i++)
            await App.ChangeAsync(creator, effect: i % 2 == 0 ? "deny" : "ask");
        var all = await ItemsAsync(7);
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = (
                await App.Creator(creator).GetAsync($"{Inbox}?limit=3{(cursor is null ? "" : $"&cursor={cursor}")}")
            ).Is(200);
            seen.AddRange(page["items"]!.AsArray().Select(item => (string)item!["notificationId"]!));
            cursor = (string?)page["nextCursor"];
        } while (cursor is not null);
        Assert.Equal(all.Select(item => (string)item["notificationId"]!), seen);
    }

    [Fact]
    public async Task An_inbox_is_followed_live_and_resumed_where_it_was_cut()
    {
        await App.ChangeAsync(creator);
        await ItemsAsync(1);
        var from = (string)(await App.Creator(creator).GetAsync(Inbox)).Is(200)["lastEventId"]!;
        var live = new List<(string Id, string Notification)>();
        using (var http = new HttpClient { BaseAddress = App.Address })
        {
            using var stream = await http.SendAsync(
                Follow(from),
                HttpCompletionOption.ResponseHeadersRead,
                TestContext.Current.CancellationToken
            );
            Assert.Equal("text/event-stream", stream.Content.Headers.ContentType!.MediaType);
            var changing = ChangeTenTimesAsync();
            await ReadAsync(stream, live, 10);
            await changing;
        }
        Assert.Equal(
            (await ItemsAsync(11)).Take(10).Select(item => (string)item["notificationId"]!).Reverse(),
            live.Select(one => one.Notification)
        );

        // Cut, and resumed where it was.
        using var again = new HttpClient { BaseAddress = App.Address };
        using var resumed = await again.SendAsync(
            Follow(live[6].Id),
            HttpCompletionOption.ResponseHeadersRead,
            TestContext.Current.CancellationToken
        );
        var rest = new List<(string, string)>();
        await ReadAsync(resumed, rest, 3);
        Assert.Equal(live[7..], rest);
        (await App.Creator(creator).GetAsync(Inbox, "Accept: text/event-stream", "Last-Event-ID: x")).IsProblem(
            400,
            "invalidHeader"
        );
    }

    [Fact]
    public async Task One_creator_does_not_take_all_streams_of_a_node()
    {
        using var http = new HttpClient { BaseAddress = App.Address };
        var streams = new List<HttpResponseMessage>();
        for (var i = 0; i < 10; i++)
            streams.Add(
                await http.SendAsync(
                    Follow("0"),
                    HttpCompletionOption.ResponseHeadersRead,
                    TestContext.Current.CancellationToken
                )
            );
        Assert.All(streams, stream => Assert.Equal(System.Net.HttpStatusCode.OK, stream.StatusCode));
        (await App.Creator(creator).GetAsync(Inbox, "Accept: text/event-stream")).IsProblem(503, "unavailable");

        // Another creator has a stream, and so has this one as soon as one of theirs ends.
        var other = RegistryApplication.NewId();
        var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/creators/{other}/notifications");
        request.Headers.Add("Accept", "text/event-stream");
        request.Headers.Authorization = new(
            "Bearer",
            App.Sign(TimeProvider.System.GetUtcNow(), ["consent:manage"], other, null)
        );
        streams.Add(
            await http.SendAsync(
                request,
                HttpCompletionOption.ResponseHeadersRead,
                TestContext.Current.CancellationToken
            )
        );
        Assert.Equal(System.Net.HttpStatusCode.OK, streams[^1].StatusCode);
        streams[0].Dispose();
        await Eventually.HoldsAsync(
            "the stream has ended",
            async () =>
            {
                var again = await http.SendAsync(
                    Follow("0"),
                    HttpCompletionOption.ResponseHeadersRead,
                    TestContext.Current.CancellationToken
                );
                streams.Add(again);
                return again.IsSuccessStatusCode;
            }
        );
        streams.ForEach(stream => stream.Dispose());
    }

    [Theory]
    [InlineData("kind=ping")]
    [InlineData("unread=1")]
    [InlineData("cursor=AAAA")]
    [InlineData("limit=0")]
    public async Task What_makes_no_sense_is_refused(string query) =>
        (await App.Creator(creator).GetAsync($"{Inbox}?{query}")).IsProblem(422, "invalid");

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"notificationIds":[],"upTo":null}""")]
    [InlineData("""{"notificationIds":["x"]}""")]
    [InlineData("""{"notificationIds":[null]}""")]
    [InlineData("""{"upTo":"yesterday"}""")]
    [InlineData("""{"notificationIds":["019ab1c5-8f00-7d3e-9c4a-6d1f0b2a7e55"],"upTo":"2026-11-23T00:00:00Z"}""")]
    public async Task Marking_names_notifications_or_a_moment(string body) =>
        (await App.Creator(creator).PostAsync($"{Inbox}/read", body)).IsProblem(422, "invalid");

    [Fact]
    public async Task Nobody_else_reads_an_inbox()
    {
        await App.ChangeAsync(creator);
        foreach (
            var client in new[]
            {
                App.Creator(RegistryApplication.NewId()),
                App.Auditor(),
                App.Platform(),
                App.With("consent:admin", "admin"),
            }
        )
        {
            (await client.GetAsync(Inbox)).IsProblem(403, "forbidden");
            (await client.PostAsync($"{Inbox}/read", new { upTo = "2100-01-01T00:00:00Z" })).IsProblem(
                403,
                "forbidden"
            );
        }
    }

    private async Task ChangeTenTimesAsync()
    {
        for (var i = 0; i < 10; i++)
            await App.ChangeAsync(creator, effect: i % 2 == 0 ? "ask" : "deny");
        await App.ChangeAsync(RegistryApplication.NewId());
    }

    private HttpRequestMessage Follow(string lastEventId)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, Inbox);
        request.Headers.Add("Accept", "text/event-stream");
        request.Headers.Add("Last-Event-ID", lastEventId);
        request.Headers.Authorization = new(
            "Bearer",
            App.Sign(TimeProvider.System.GetUtcNow(), ["consent:manage"], creator, null)
        );
        return request;
    }

    private static async Task ReadAsync(
        HttpResponseMessage stream,
        List<(string Id, string Notification)> into,
        int count
    )
    {
        var events = SseParser
            .Create(await stream.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken))
            .EnumerateAsync(TestContext.Current.CancellationToken);
        await foreach (var item in events)
        {
            if (item.EventId is { } id)
                into.Add((id, (string)JsonNode.Parse(item.Data)!["notificationId"]!));
            if (into.Count == count)
                return;
        }
    }

    private async Task<IReadOnlyList<JsonNode>> ItemsAsync(int count)
    {
        IReadOnlyList<JsonNode> items = [];
        await Eventually.HoldsAsync(
            "all is handed on",
            async () =>
                (
                    items = [
                        .. (await App.Creator(creator).GetAsync(Inbox)).Is(200)["items"]!
                            .AsArray()
                            .Select(item => item!),
                    ]
                ).Count == count
        );
        return items;
    }
}
