using System.Collections.Concurrent;
using System.Net.ServerSentEvents;
using ConsentRegistry.Api.Authentication;
using ConsentRegistry.Api.Tests.Checks;

namespace ConsentRegistry.Api.Tests.Neighbours;

/// <summary>Callers who hold many streams, for long, and read from the start.</summary>
public sealed class StreamsTests(RegistryFixture registry) : IClassFixture<RegistryFixture>, IDisposable
{
    private const string Changes = "/v1/changes";

    private readonly StreamClient streams = new();
    private readonly ConcurrentBag<HttpResponseMessage> open = [];

    private RegistryApplication App => registry.App;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        foreach (var answer in open)
            answer.Dispose();
        streams.Dispose();
    }

    [Fact]
    public async Task No_caller_takes_all_streams_of_changes()
    {
        var greedy = Token("changes:read", "greedy");
        await using var others = await OtherCallers.StartAsync(App);
        await AssertOpenAsync([.. Enumerable.Repeat(200, 20), 503], _ => Changes, greedy);
        // Pages go on, and so do the streams of others.
        (await App.Bearer(greedy).GetAsync(Changes)).Is(200);
        await AssertOpenAsync([200], _ => Changes, Token("changes:read", "modest"));
        await others.AssertUnharmedAsync();
    }

    [Fact]
    public async Task No_agency_takes_all_streams_of_inboxes()
    {
        var creators = Enumerable.Range(0, 21).Select(_ => RegistryApplication.NewId()).ToArray();
        await using var others = await OtherCallers.StartAsync(App);
        var agency = Token("consent:manage", "tool", "agency", creators);
        await AssertOpenAsync([.. Enumerable.Repeat(200, 10), 503], _ => Inbox(creators[0]), agency);
        await AssertOpenAsync(
            [.. Enumerable.Repeat(200, 190), 503],
            number => Inbox(creators[1 + (number / 10)]),
            agency
        );
        await AssertOpenAsync([200], _ => Inbox(creators[20]), Token("consent:manage", null, creators[20]));
        await others.AssertUnharmedAsync();
    }

    [Fact]
    public async Task No_caller_holds_all_streams_of_checks()
    {
        await using var others = await OtherCallers.StartAsync(App);
        var connections = new List<StreamConnection>();
        try
        {
            var greedy = Token("consent:check", "greedy");
            for (var i = 0; i < 100; i++)
            {
                connections.Add(await StreamConnection.OpenAsync(App.Address, greedy));
                await connections[^1].SendAsync("\n");
                await connections[^1].ReadUntilAsync("\"line\":1}");
            }
            connections.Add(await StreamConnection.OpenAsync(App.Address, greedy));
            Assert.StartsWith(
                "HTTP/1.1 503 ",
                await connections[^1].ReadUntilAsync("\r\n\r\n"),
                StringComparison.Ordinal
            );
            connections.Add(await StreamConnection.OpenAsync(App.Address, Token("consent:check", "modest")));
            await connections[^1].SendAsync("\n");
            await connections[^1].ReadUntilAsync("\"line\":1}");
        }
        finally
        {
            connections.ForEach(connection => connection.Dispose());
        }
        await others.AssertUnharmedAsync();
    }

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task Every_stream_ends_with_its_token()
    {
        var creator = RegistryApplication.NewId();
        await App.Admin().PutAsync($"/v1/creators/{creator}/videos/v", new { });
        string Ending(params string[] scopes) =>
            App.Sign(
                TimeProvider.System.GetUtcNow() - DevelopmentTokens.Lifetime + TimeSpan.FromSeconds(4),
                scopes,
                creator,
                "short"
            );
        using var changes = await streams.FollowAsync(App, Changes, Ending("changes:read"));
        using var inbox = await streams.FollowAsync(App, Inbox(creator), Ending("consent:manage"));
        using var checks = await StreamConnection.OpenAsync(App.Address, Ending("consent:check"));
        await checks.SendAsync("\n");
        await checks.ReadUntilAsync("\"line\":1}");
        using var lasting = await streams.FollowAsync(App, Changes, Token("changes:read", "lasting"));

        Assert.Equal((200, 200), ((int)changes.StatusCode, (int)inbox.StatusCode));
        // To their ends, which come by themselves.
        await changes.Content.CopyToAsync(Stream.Null, Cancellation);
        await inbox.Content.CopyToAsync(Stream.Null, Cancellation);
        // A silent stream says why, as one does on which a line comes.
        var last = await checks.ReadUntilAsync("\r\n0\r\n\r\n");
        Assert.Contains("\"code\":\"unauthenticated\"", last, StringComparison.Ordinal);
        Assert.Contains("\"line\":2}", last, StringComparison.Ordinal);
        // Another goes on.
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null)).Is(200);
        await foreach (
            var item in SseParser
                .Create(await lasting.Content.ReadAsStreamAsync(Cancellation))
                .EnumerateAsync(Cancellation)
        )
        {
            if (item.EventType == "lockdownChanged")
                break;
        }
    }

    [Fact]
    public async Task One_callers_uses_do_not_flood_an_inbox_and_make_none_for_who_is_not_known()
    {
        const int uses = 250;
        var (known, unknown) = (RegistryApplication.NewId(), RegistryApplication.NewId("x"));
        (await App.Platform().PutAsync($"/v1/creators/{known}/videos/v", new { })).Is(200);
        (
            await App.Creator(known)
                .PutAsync($"/v1/creators/{known}/consent/defaults/remix", new { effect = "allow", appliesTo = "all" })
        ).Is(200);
        await using var others = await OtherCallers.StartAsync(App);
        foreach (var (creator, client) in new[] { (known, "flood"), (unknown, "flood"), (known, "another") })
        {
            var usages = Enumerable.Repeat(
                new { purpose = "remix", videos = new[] { new { creatorId = creator, videoId = "v" } } },
                client == "flood" ? uses : 1
            );
            var answer = (
                await App.With("usage:write", client: client).PostAsync("/v1/usages/batch", new { usages })
            ).Is(201);
            Assert.All(answer["results"]!.AsArray(), result => Assert.Null(result!["error"]));
        }
        await Eventually.HoldsAsync(
            "all is handed on",
            async () => !await App.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM consent.outbox)")
        );

        // Every use is recorded; the last one that is told of says that there may be more.
        Assert.Equal(
            uses + 1L,
            (long)(await App.Creator(known).GetAsync($"/v1/creators/{known}/usages/totals")).Is(200)["consented"]!
        );
        var told = (await App.Creator(known).GetAsync($"{Inbox(known)}?kind=used&limit=1000")).Is(200)[
            "items"
        ]!.AsArray();
        Assert.Equal(
            ["another", .. Enumerable.Repeat("flood", 100)],
            told.Select(item => (string)item!["data"]!["requester"]!)
        );
        Assert.Equal(
            [false, true, .. Enumerable.Repeat(false, 99)],
            told.Select(item => (bool)item!["data"]!["more"]!)
        );
        Assert.Equal(
            0,
            await App.ScalarAsync<long>("SELECT count(*) FROM consent.notification WHERE creator = $1", unknown)
        );
        Assert.InRange(
            await App.ScalarAsync<long>(
                "SELECT count(*) FROM consent.notification WHERE data ->> 'creatorId' = $1",
                unknown
            ),
            1,
            100
        );
        await others.AssertUnharmedAsync();
    }

    private static string Inbox(string creator) => $"/v1/creators/{creator}/notifications";

    private string Token(string scope, string? client, string? subject = null, params string[] creators) =>
        App.Sign(TimeProvider.System.GetUtcNow(), [scope], subject, client, creators);

    // What another test has left behind takes a moment to go: the server notices a caller who has left.
    private Task AssertOpenAsync(IReadOnlyList<int> expected, Func<int, string> path, string token) =>
        Eventually.HoldsAsync(
            $"streams are answered {string.Join(' ', expected.Distinct())}",
            async () =>
            {
                var answers = new List<HttpResponseMessage>();
                for (var i = 0; i < expected.Count; i++)
                    answers.Add(await streams.FollowAsync(App, path(i), token));
                var areAsExpected = answers.Select(answer => (int)answer.StatusCode).SequenceEqual(expected);
                foreach (var answer in answers)
                {
                    if (areAsExpected)
                        open.Add(answer);
                    else
                        answer.Dispose();
                }
                return areAsExpected;
            }
        );
}
