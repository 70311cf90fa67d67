using ConsentRegistry.Api.Tests.Log;
using ConsentRegistry.Client;
using Npgsql;

namespace ConsentRegistry.Api.Tests.History;

/// <summary>
/// Followers whose place is beyond the end: what they followed is another log, or was replaced by an older copy.
/// </summary>
public sealed class BeyondTheEndTests(RegistryFixture registry, PostgresFixture postgres)
    : IClassFixture<RegistryFixture>
{
    private RegistryApplication App => registry.App;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_follower_of_changes_beyond_the_end_is_told_and_one_at_the_end_waits()
    {
        // A log of its own: nobody else adds to it.
        await using var app = await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync());
        await Exports.CoveredAsync(app);
        var end = await app.ScalarAsync<long>("SELECT max(seq) FROM consent.history");
        var cache = app.With("changes:read", null, "cache");

        Assert.Empty((await cache.GetAsync($"/v1/changes?after={end}")).Is(200)["items"]!.AsArray());
        (await cache.SendAsync(HttpMethod.Head, $"/v1/changes?after={end}", null, "Accept: text/event-stream")).Is(200);
        foreach (var beyond in new[] { end + 1, long.MaxValue })
        {
            foreach (var accept in new[] { "application/json", "text/event-stream" })
            {
                Assert.Equal(
                    ["after"],
                    (await cache.GetAsync($"/v1/changes?after={beyond}", $"Accept: {accept}"))
                        .IsProblem(422, "invalid")
                        .Fields
                );
                var resumed = await cache.GetAsync(
                    "/v1/changes?after=0",
                    $"Accept: {accept}",
                    $"Last-Event-ID: {beyond}"
                );
                Assert.Equal(["Last-Event-ID"], resumed.IsProblem(422, "invalid").Fields);
                Assert.Contains($"the log's last seq is {end}", (string)resumed["detail"]!, StringComparison.Ordinal);
            }
        }
        using var http = Http(app, "changes:read", null);
        var refused = await Assert.ThrowsAsync<ConsentRegistryException>(async () =>
            await new ConsentRegistryClient(http).Changes.FollowAsync(end + 1, Cancellation).FirstAsync(Cancellation)
        );
        Assert.Equal((422, "after"), ((int)refused.Status, Assert.Single(refused.Errors).Key));
    }

    [Fact]
    public async Task A_follower_of_an_inbox_beyond_every_place_is_told_and_one_whose_last_was_dropped_is_not()
    {
        var creator = RegistryApplication.NewId();
        var path = $"/v1/creators/{creator}/notifications";
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null)).Is(200);
        await Eventually.HoldsAsync(
            "the notification is there",
            async () => (string)(await App.Creator(creator).GetAsync(path)).Is(200)["lastEventId"]! != "0"
        );
        var last = (string)(await App.Creator(creator).GetAsync(path)).Is(200)["lastEventId"]!;
        await App.QueryAsync<int>("DELETE FROM consent.notification WHERE creator = $1 RETURNING 1", creator);

        (
            await App.Creator(creator)
                .SendAsync(HttpMethod.Head, path, null, "Accept: text/event-stream", $"Last-Event-ID: {last}")
        ).Is(200);
        foreach (var beyond in new[] { 1L << 60, long.MaxValue })
        {
            var answer = await App.Creator(creator)
                .GetAsync(path, "Accept: text/event-stream", $"Last-Event-ID: {beyond}");
            Assert.Equal(["Last-Event-ID"], answer.IsProblem(422, "invalid").Fields);
        }
        using var http = Http(App, "consent:manage", creator);
        var refused = await Assert.ThrowsAsync<ConsentRegistryException>(async () =>
            await new ConsentRegistryClient(http)
                .Notifications.FollowAsync(creator, $"{long.MaxValue}", Cancellation)
                .FirstAsync(Cancellation)
        );
        Assert.Equal((422, "Last-Event-ID"), ((int)refused.Status, Assert.Single(refused.Errors).Key));
    }

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task Streams_end_where_an_older_copy_of_the_database_takes_the_place_of_what_was_followed()
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        await using var app = await RegistryApplication.StartAsync(connectionString);
        foreach (var purpose in new[] { "remix", "mining" })
            (
                await app.Creator("mia")
                    .PutAsync($"/v1/creators/mia/consent/defaults/{purpose}", new { effect = "deny" })
            ).Is(200);
        await Exports.CoveredAsync(app);
        var end = await app.ScalarAsync<long>("SELECT max(seq) FROM consent.history");
        await Eventually.HoldsAsync(
            "both are in the inbox",
            async () =>
                await app.ScalarAsync<long>("SELECT count(*) FROM consent.notification WHERE creator = 'mia'") == 2
        );
        using var http = Http(app, "changes:read consent:manage", "mia");
        await using var changes = new ConsentRegistryClient(http)
            .Changes.FollowAsync(end - 1, Cancellation)
            .GetAsyncEnumerator(Cancellation);
        await using var inbox = new ConsentRegistryClient(http)
            .Notifications.FollowAsync("mia", "0", Cancellation)
            .GetAsyncEnumerator(Cancellation);
        Assert.True(await changes.MoveNextAsync());
        Assert.True(await inbox.MoveNextAsync() && await inbox.MoveNextAsync());

        await using (var administrator = NpgsqlDataSource.Create(postgres.AsAdministrator(connectionString)))
        {
            await using var older = administrator.CreateCommand(
                $"""
                SET session_replication_role = replica;
                DELETE FROM consent.tree_head WHERE size > {end};
                DELETE FROM consent.history WHERE seq = {end};
                DELETE FROM consent.notification;
                SELECT setval('consent.notification_place', 1)
                """
            );
            await older.ExecuteNonQueryAsync(Cancellation);
        }

        Assert.False(await changes.MoveNextAsync());
        Assert.False(await inbox.MoveNextAsync());
    }

    private static HttpClient Http(RegistryApplication app, string scopes, string? subject)
    {
        var http = new HttpClient { BaseAddress = app.Address };
        http.DefaultRequestHeaders.Authorization = new(
            "Bearer",
            app.Sign(TimeProvider.System.GetUtcNow(), scopes.Split(' '), subject, "cache")
        );
        return http;
    }
}
