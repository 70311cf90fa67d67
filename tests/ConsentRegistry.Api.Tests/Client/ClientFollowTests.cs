using ConsentRegistry.Client;

namespace ConsentRegistry.Api.Tests.Client;

/// <summary>The typed client's live streams against the service itself.</summary>
public sealed class ClientFollowTests(RegistryFixture registry, PostgresFixture postgres)
    : IClassFixture<RegistryFixture>,
        IDisposable
{
    private readonly string creator = RegistryApplication.NewId();
    private readonly List<HttpClient> clients = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => clients.ForEach(client => client.Dispose());

    [Fact]
    public async Task An_inbox_is_followed_and_gone_on_with_and_nothing_is_missed()
    {
        var client = Client(registry.App);
        var page = await client.Notifications.GetAsync(creator, cancellation: Cancellation);
        await client.Stops.SetLockdownAsync(creator, cancellation: Cancellation);

        var first = await client
            .Notifications.FollowAsync(creator, page.LastEventId, Cancellation)
            .FirstAsync(Cancellation);
        // Nobody follows now.
        await client.Stops.LiftLockdownAsync(creator, cancellation: Cancellation);
        await client.Settings.SetDefaultAsync(creator, "remix", new(Effect.Ask), cancellation: Cancellation);
        var next = await client
            .Notifications.FollowAsync(creator, first.LastEventId, Cancellation)
            .Take(2)
            .ToListAsync(Cancellation);

        Assert.Equal(
            (NotificationKinds.Lockdown, creator),
            (first.Notification.Kind, first.Notification.Data.GetProperty("creatorId").GetString())
        );
        Assert.Equal(
            [NotificationKinds.Lockdown, NotificationKinds.ConsentChanged],
            next.Select(one => one.Notification.Kind)
        );
        Assert.Equal(3, next.Select(one => one.LastEventId).Append(first.LastEventId).Distinct().Count());
        Assert.Equal(
            next.Select(one => one.Notification.NotificationId).Reverse(),
            (await client.Notifications.GetAsync(creator, 2, cancellation: Cancellation)).Items.Select(item =>
                item.NotificationId
            )
        );
    }

    [Fact]
    public async Task What_comes_while_an_inbox_is_followed_comes_at_once()
    {
        var client = Client(registry.App);
        await using var followed = client
            .Notifications.FollowAsync(creator, cancellation: Cancellation)
            .GetAsyncEnumerator(Cancellation);

        var next = followed.MoveNextAsync().AsTask();
        // Where it begins without an id is known once it has begun, which only what comes then shows.
        while (!next.IsCompleted)
        {
            await client.Stops.SetLockdownAsync(creator, cancellation: Cancellation);
            await client.Stops.LiftLockdownAsync(creator, cancellation: Cancellation);
        }

        Assert.True(await next);
        Assert.Equal(NotificationKinds.Lockdown, followed.Current.Notification.Kind);
    }

    [Fact]
    public async Task Everybodys_changes_are_followed_from_a_place_on()
    {
        var client = Client(registry.App);
        await client.Settings.SetDefaultAsync(
            creator,
            "remix",
            new(Effect.Ask) { Reason = "a test" },
            cancellation: Cancellation
        );
        var set = await client
            .Changes.FollowAsync(cancellation: Cancellation)
            .FirstAsync(change => change.Stream == creator, Cancellation);
        await client.Settings.ClearDefaultAsync(creator, "remix", cancellation: Cancellation);
        await client.Videos.RegisterAsync(creator, "v", new(), cancellation: Cancellation);
        var next = await client
            .Changes.FollowAsync(set.Seq, Cancellation)
            .Where(change => change.Stream == creator)
            .Take(2)
            .ToListAsync(Cancellation);

        Assert.Equal(
            ("defaultChanged", "remix", 1L, false, "a test"),
            (set.Kind, set.Purpose, set.Version, set.Erased, set.By?.Reason)
        );
        Assert.Equal(
            (null, "ask"),
            (set.Before, set.After!.Value.GetProperty("setting").GetProperty("effect").GetString())
        );
        Assert.Equal(["defaultChanged", "videoRegistered"], next.Select(change => change.Kind));
        Assert.True(set.Seq < next[0].Seq && next[0].Seq < next[1].Seq);
        Assert.Equal((null, new VideoName(creator, "v")), (next[0].After, next[1].Video));
    }

    [Fact]
    public async Task Cancelling_ends_what_is_followed()
    {
        var client = Client(registry.App);
        using var cancelling = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var inbox = client
            .Notifications.FollowAsync(creator, cancellation: cancelling.Token)
            .ToListAsync(Cancellation)
            .AsTask();

        await cancelling.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => inbox);
    }

    [Fact]
    public async Task What_is_refused_is_an_exception()
    {
        var client = Client(registry.App);

        var other = await Assert.ThrowsAsync<ConsentRegistryException>(async () =>
            await client.Notifications.FollowAsync("somebody-else", cancellation: Cancellation).AnyAsync(Cancellation)
        );
        var id = await Assert.ThrowsAsync<ConsentRegistryException>(async () =>
            await client.Notifications.FollowAsync(creator, "yesterday", Cancellation).AnyAsync(Cancellation)
        );

        Assert.Equal(("forbidden", "invalidHeader"), (other.Code, id.Code));
    }

    [Fact]
    public async Task A_node_that_stops_ends_what_is_followed_and_so_the_caller_connects_again()
    {
        var app = await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync());
        var client = Client(app);
        await client.Settings.SetDefaultAsync(creator, "remix", new(Effect.Ask), cancellation: Cancellation);
        await using var changes = client
            .Changes.FollowAsync(cancellation: Cancellation)
            .GetAsyncEnumerator(Cancellation);
        while (await changes.MoveNextAsync() && changes.Current.Stream != creator) { }

        var last = changes.Current.Seq;
        var rest = changes.MoveNextAsync().AsTask();
        await app.DisposeAsync();

        Assert.False(await rest);
        await Assert.ThrowsAsync<HttpRequestException>(async () =>
            await client.Changes.FollowAsync(last, Cancellation).AnyAsync(Cancellation)
        );
    }

    private ConsentRegistryClient Client(RegistryApplication app)
    {
        var token = app.Sign(
            TimeProvider.System.GetUtcNow(),
            ["consent:manage", "changes:read", "videos:write"],
            creator,
            "studio"
        );
        var http = app.HttpWith(token);
        clients.Add(http);
        return new(http);
    }
}
