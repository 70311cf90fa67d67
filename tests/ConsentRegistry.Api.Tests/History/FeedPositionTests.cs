using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using ConsentRegistry.Api.Tests.Log;
using ConsentRegistry.Domain;
using Npgsql;

namespace ConsentRegistry.Api.Tests.History;

/// <summary>A heartbeat of the feed claims only what is told: everything that was acknowledged before its time.</summary>
public sealed class FeedPositionTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private RegistryApplication App => registry.App;

    [Fact]
    public async Task A_heartbeat_comes_each_second_and_its_time_goes_on()
    {
        var creator = RegistryApplication.NewId();
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null)).Is(200);
        await Exports.CoveredAsync(App);
        var end = await App.ScalarAsync<long>("SELECT max(seq) FROM consent.history");
        await using var feed = await Feed.OpenAsync(App, end);
        var first = await feed.HeartbeatAsync(position => position.At is not null);
        var later = await feed.HeartbeatAsync(position => position.At is not null);
        Assert.Equal((end, end), (first.After, later.After));
        Assert.True(later.At > first.At, $"{later.At} after {first.At}");
    }

    [Fact]
    public async Task Its_time_stands_before_a_change_that_still_waits_for_the_log_and_goes_on_once_it_is_told()
    {
        var creator = RegistryApplication.NewId();
        await Exports.CoveredAsync(App);
        await using var feed = await Feed.OpenAsync(
            App,
            await App.ScalarAsync<long>("SELECT coalesce(max(seq), -1) FROM consent.history")
        );
        Instant acknowledged;
        await using (await Exports.HoldSequencerAsync(App))
        {
            (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null)).Is(200);
            acknowledged = Parse(await App.NowAsync());
            // Looks that came after it, of which none may claim that it is told.
            for (var heartbeats = 0; heartbeats < 3; heartbeats++)
                Assert.True(!((await feed.HeartbeatAsync(_ => true)).At >= acknowledged));
        }
        await feed.HeartbeatAsync(position => position.At >= acknowledged);
        Assert.Contains(creator, feed.Told);
    }

    private static Instant Parse(string time) =>
        Instant.TryParse(time, out var instant) ? instant : throw new FormatException(time);

    private sealed record Position(long? After, Instant? At);

    private sealed class Feed(HttpClient http, Stream body) : IAsyncDisposable
    {
        private readonly IAsyncEnumerator<SseItem<string>> events = SseParser
            .Create(body)
            .EnumerateAsync(Cancellation)
            .GetAsyncEnumerator(Cancellation);

        /// <summary>The streams whose changes came.</summary>
        public List<string> Told { get; } = [];

        public static async Task<Feed> OpenAsync(RegistryApplication app, long after)
        {
            var http = new HttpClient { BaseAddress = app.Address };
            http.DefaultRequestHeaders.Authorization = new(
                "Bearer",
                app.Sign(TimeProvider.System.GetUtcNow(), ["changes:read"], null, "follower")
            );
            http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
            return new(
                http,
                await http.GetStreamAsync($"/v1/changes{(after < 0 ? "" : $"?after={after}")}", Cancellation)
            );
        }

        public async Task<Position> HeartbeatAsync(Func<Position, bool> isWanted)
        {
            while (await events.MoveNextAsync().AsTask().WaitAsync(Limit, Cancellation))
            {
                var data = JsonNode.Parse(events.Current.Data)!;
                if (events.Current.EventType != "heartbeat")
                    Told.Add((string)data["stream"]!);
                else if (
                    new Position((long?)data["after"], (string?)data["at"] is { } at ? Parse(at) : null) is var position
                    && isWanted(position)
                )
                    return position;
            }
            throw new Xunit.Sdk.XunitException("The feed ended.");
        }

        public async ValueTask DisposeAsync()
        {
            await events.DisposeAsync();
            http.Dispose();
        }
    }
}
