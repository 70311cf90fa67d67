using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.TestSupport;
using Microsoft.AspNetCore.Http;

namespace ConsentRegistry.Api.Tests.Notifications;

/// <summary>What is committed reaches receivers, whatever other receivers do.</summary>
public sealed class DeliveryTests(QuickRetries registry) : IClassFixture<QuickRetries>
{
    private RegistryApplication App => registry.App;

    private readonly string creator = RegistryApplication.NewId();

    [Fact]
    public async Task A_receiver_is_told_of_a_change_in_a_signed_message()
    {
        await using var receiver = await Receiver.StartAsync();
        var (id, secret) = await App.OfCreatorAsync(creator, receiver.Url);

        await App.ChangeAsync(creator);
        await Eventually.HoldsAsync("the receiver is told", () => Task.FromResult(receiver.All.Count == 1));

        var received = receiver.All[0];
        Assert.True(received.IsSignedBy(secret));
        Assert.Equal("consentChanged", received.Kind);
        Assert.Equal(["type", "timestamp", "data"], received.Json.AsObject().Select(member => member.Key));
        Assert.Equal(creator, (string)received.Json["data"]!["creatorId"]!);
        Assert.Equal("deny", (string)received.Json["data"]!["settings"]![0]!["effect"]!);
        Assert.InRange(
            DateTimeOffset.FromUnixTimeSeconds(long.Parse(received.Timestamp)),
            DateTimeOffset.UtcNow.AddMinutes(-1),
            DateTimeOffset.UtcNow.AddMinutes(1)
        );
        var delivery = await EndedAsync(id);
        Assert.Equal(
            ("delivered", 204, 1),
            ((string)delivery["state"]!, (int)delivery["status"]!, (int)delivery["attempts"]!)
        );
        Assert.Equal(received.Id, (string)delivery["notificationId"]!);
        // The same id as in the inbox.
        Assert.Equal(
            received.Id,
            (string)
                (await App.Creator(creator).GetAsync($"/v1/creators/{creator}/notifications")).Is(200)["items"]![0]![
                    "notificationId"
                ]!
        );
    }

    [Fact]
    public async Task Whatever_bad_receivers_do_a_good_one_is_told_of_everything()
    {
        using var never = new CancellationTokenSource();
        await using var good = await Receiver.StartAsync();
        await using var slow = await Receiver.StartAsync(
            (_, http) =>
                Task.Delay(
                    Timeout.Infinite,
                    CancellationTokenSource.CreateLinkedTokenSource(never.Token, http.RequestAborted).Token
                )
        );
        await using var failing = await Receiver.StartAsync(500);
        await using var elsewhere = await Receiver.StartAsync();
        await using var redirecting = await Receiver.StartAsync(
            (_, http) =>
            {
                (http.Response.StatusCode, http.Response.Headers.Location) = (301, elsewhere.Url.ToString());
                return Task.CompletedTask;
            }
        );
        await using var gone = await Receiver.StartAsync(410);
        using var vanished = new TcpListener(IPAddress.Loopback, 0);
        vanished.Start();
        var nowhere = new Uri($"http://127.0.0.1:{((IPEndPoint)vanished.LocalEndpoint).Port}/hook");
        vanished.Stop();
        await using var chatty = await Receiver.StartAsync(
            async (_, http) =>
            {
                while (true)
                    await http.Response.Body.WriteAsync(new byte[64 * 1024], http.RequestAborted);
            }
        );
        var ids = new Dictionary<string, string>();
        foreach (
            var (name, url) in new[]
            {
                ("slow", slow.Url),
                ("failing", failing.Url),
                ("redirecting", redirecting.Url),
                ("gone", gone.Url),
                ("nowhere", nowhere),
                ("chatty", chatty.Url),
                ("good", good.Url),
            }
        )
            ids[name] = (await App.OfCreatorAsync(creator, url)).Id;

        const int Changes = 40;
        for (var i = 0; i < Changes; i++)
            await App.ChangeAsync(creator, effect: i % 2 == 0 ? "deny" : "ask");

        await Eventually.HoldsAsync(
            "the good one is told",
            () => Task.FromResult(good.All.Select(one => one.Id).Distinct().Count() == Changes)
        );
        await Eventually.HoldsAsync(
            "410 disables",
            async () => !(bool)(await App.Creator(creator).GetAsync($"/v1/webhooks/{ids["gone"]}")).Is(200)["enabled"]!
        );
        Assert.Equal(
            "gone",
            (string)(await App.Creator(creator).GetAsync($"/v1/webhooks/{ids["gone"]}"))["disabledFor"]!
        );
        await Eventually.HoldsAsync(
            "each has been tried",
            () =>
                Task.FromResult(
                    failing.All.Count > 0 && redirecting.All.Count > 0 && chatty.All.Count > 0 && slow.All.Count > 0
                )
        );
        Assert.Empty(elsewhere.All);
        var lost = await StateAsync(ids["nowhere"]);
        Assert.All(
            lost.Where(one => one["error"] is not null),
            one => Assert.Equal("unreachable", (string)one["error"]!)
        );
        Assert.All(
            (await StateAsync(ids["redirecting"])).Where(one => one["status"] is not null),
            one => Assert.Equal(301, (int)one["status"]!)
        );
        Assert.DoesNotContain(await StateAsync(ids["redirecting"]), one => (string)one["state"]! == "delivered");
        await never.CancelAsync();
        foreach (var id in ids.Values)
            (await App.Creator(creator).DeleteAsync($"/v1/webhooks/{id}")).Is(200);
    }

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task Receivers_that_hang_do_not_hold_up_a_good_one_at_the_same_host()
    {
        const int Changes = 20;
        var (hung, told) = (0, new ConcurrentDictionary<string, bool>());
        await using var host = await Receiver.StartAsync(
            async (received, http) =>
            {
                if (http.Request.Path.StartsWithSegments("/hanging", StringComparison.Ordinal))
                {
                    Interlocked.Increment(ref hung);
                    await Task.Delay(Timeout.Infinite, http.RequestAborted);
                }
                told[received.Id] = true;
            }
        );
        // As many as the host has turns.
        var hanging = new List<string>();
        for (var i = 0; i < DeliveryLimits.PerHost; i++)
            hanging.Add((await App.OfCreatorAsync(creator, new(host.Url, $"/hanging/{i}"))).Id);
        // They are known to hang by the first message, which takes the time of one attempt.
        await App.ChangeAsync(creator, effect: "ask");
        await Eventually.HoldsAsync(
            "each has failed once",
            async () =>
                (await App.Creator(creator).GetAsync("/v1/webhooks")).Is(200)["items"]!
                    .AsArray()
                    .All(one => one!["failingSince"] is not null)
        );
        var good = (await App.OfCreatorAsync(creator, new(host.Url, "/good"))).Id;
        for (var i = 0; i < Changes; i++)
            await App.ChangeAsync(creator, effect: i % 2 == 0 ? "deny" : "ask");
        await Eventually.HoldsAsync(
            "as many hang as may",
            () => Task.FromResult(Volatile.Read(ref hung) >= DeliveryLimits.PerHost + DeliveryLimits.SlowPerHost)
        );

        var started = Stopwatch.GetTimestamp();
        await Eventually.HoldsAsync("the good one is told", () => Task.FromResult(told.Count == Changes));
        Assert.True(
            Stopwatch.GetElapsedTime(started) < WebhookSender.Timeout,
            "It waited until those that hang were given up."
        );
        foreach (var id in hanging.Append(good))
            (await App.Creator(creator).DeleteAsync($"/v1/webhooks/{id}")).Is(200);
    }

    [Fact]
    public async Task What_fails_is_sent_again_with_the_same_id_until_it_is_taken()
    {
        var attempts = 0;
        await using var receiver = await Receiver.StartAsync(
            (_, http) =>
            {
                http.Response.StatusCode = Interlocked.Increment(ref attempts) <= 2 ? 503 : 200;
                return Task.CompletedTask;
            }
        );
        var (id, secret) = await App.OfCreatorAsync(creator, receiver.Url);

        await App.ChangeAsync(creator);
        var delivery = await EndedAsync(id);

        Assert.Equal(("delivered", 3), ((string)delivery["state"]!, (int)delivery["attempts"]!));
        Assert.Equal(3, receiver.All.Count);
        Assert.Single(receiver.All.Select(one => one.Id).Distinct());
        Assert.Single(receiver.All.Select(one => Convert.ToBase64String(one.Body)).Distinct());
        Assert.All(receiver.All, one => Assert.True(one.IsSignedBy(secret)));
        Assert.Null((await App.Creator(creator).GetAsync($"/v1/webhooks/{id}")).Is(200)["failingSince"]);
    }

    [Fact]
    public async Task What_was_taken_or_has_failed_is_sent_once_more_when_asked_for()
    {
        await using var receiver = await Receiver.StartAsync();
        var (id, _) = await App.OfCreatorAsync(creator, receiver.Url);
        await App.ChangeAsync(creator);
        var notification = (string)(await EndedAsync(id))["notificationId"]!;

        (await App.Creator(creator).PostAsync($"/v1/webhooks/{id}/deliveries/{notification}", null)).Is(200);

        await Eventually.HoldsAsync("it comes again", () => Task.FromResult(receiver.All.Count == 2));
        Assert.Equal([notification, notification], receiver.All.Select(one => one.Id));
        (await App.Creator(creator).PostAsync($"/v1/webhooks/{id}/deliveries/{Guid.NewGuid()}", null)).IsProblem(
            404,
            "notFound"
        );
        (await App.Creator(creator).PutAsync($"/v1/webhooks/{id}", new { url = receiver.Url, enabled = false })).Is(
            200
        );
        (await App.Creator(creator).PostAsync($"/v1/webhooks/{id}/deliveries/{notification}", null)).IsProblem(
            409,
            "webhookDisabled"
        );
    }

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task Attempts_end_and_a_webhook_that_nothing_reaches_is_disabled()
    {
        await using var receiver = await Receiver.StartAsync(500);
        var (id, _) = await App.OfCreatorAsync(creator, receiver.Url);

        await App.ChangeAsync(creator);
        var delivery = await EndedAsync(id);

        Assert.Equal(
            ("failed", 10, 500),
            ((string)delivery["state"]!, (int)delivery["attempts"]!, (int)delivery["status"]!)
        );
        Assert.Equal(10, receiver.All.Count);
        await Eventually.HoldsAsync(
            "it is disabled",
            async () =>
                (string?)(await App.Creator(creator).GetAsync($"/v1/webhooks/{id}")).Is(200)["disabledFor"] == "failing"
        );
        // Enabled again it begins anew.
        var enabled = (await App.Creator(creator).PutAsync($"/v1/webhooks/{id}", new { url = receiver.Url })).Is(200);
        Assert.Equal(
            (true, null, null),
            ((bool)enabled["enabled"]!, (string?)enabled["disabledFor"], (string?)enabled["failingSince"])
        );
        (await App.Creator(creator).DeleteAsync($"/v1/webhooks/{id}")).Is(200);
    }

    [Fact]
    public async Task A_webhook_is_told_of_its_kinds_and_its_creator_only()
    {
        await using var receiver = await Receiver.StartAsync();
        await App.OfCreatorAsync(creator, receiver.Url, "lockdown");
        var other = RegistryApplication.NewId();

        await App.ChangeAsync(creator);
        (await App.Creator(other).PutAsync($"/v1/creators/{other}/lockdown", null)).Is(200);
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null)).Is(200);
        (await App.Creator(creator).DeleteAsync($"/v1/creators/{creator}/lockdown")).Is(200);

        await Eventually.HoldsAsync("it is told of both", () => Task.FromResult(receiver.All.Count == 2));
        Assert.All(
            receiver.All,
            one => Assert.Equal(("lockdown", creator), (one.Kind, (string)one.Json["data"]!["creatorId"]!))
        );
    }

    [Fact]
    public async Task A_platform_is_told_of_everybody_and_a_requester_of_new_purposes()
    {
        await using var platform = await Receiver.StartAsync();
        await using var requester = await Receiver.StartAsync();
        var (client, name) = (RegistryApplication.NewId("p"), $"p{Guid.NewGuid():N}"[..16]);
        await App.Platform(client).CreateWebhookAsync(new { audience = "platform", url = platform.Url });
        await App.Platform(client).CreateWebhookAsync(new { audience = "requester", url = requester.Url });

        await App.ChangeAsync(creator);
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null)).Is(200);
        (
            await App.Admin()
                .PostAsync(
                    "/v1/purposes",
                    new
                    {
                        purpose = name,
                        usesLikeness = false,
                        description = "New.",
                    }
                )
        ).Is(201);

        await Eventually.HoldsAsync(
            "the requester is told",
            () => Task.FromResult(requester.All.Any(one => (string?)one.Json["data"]!["purpose"] == name))
        );
        await Eventually.HoldsAsync(
            "the platform is told",
            () =>
                Task.FromResult(
                    platform.All.Any(one => (string?)one.Json["data"]!["purpose"] == name)
                        && platform.All.Count(one => (string?)one.Json["data"]!["creatorId"] == creator) == 2
                )
        );
        Assert.All(requester.All, one => Assert.Equal("purposeRegistered", one.Kind));
    }

    [Fact]
    public async Task What_a_change_that_was_refused_would_have_told_nobody_is_told()
    {
        var key = $"Idempotency-Key: {Guid.NewGuid()}";
        for (var i = 0; i < 2; i++)
            (
                await App.Creator(creator)
                    .PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "deny" }, key)
            ).Is(200);
        await App.ChangeAsync(creator);
        (
            await App.Creator(creator)
                .PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "ask" }, "If-Match: \"99\"")
        ).Is(412);
        (
            await App.Creator(creator)
                .PostAsync(
                    $"/v1/creators/{creator}/consent/changes",
                    new { dryRun = true, changes = new[] { new { op = "clearDefault", purpose = "remix" } } }
                )
        ).Is(200);
        await App.ChangeAsync(creator, effect: "ask");

        await Eventually.HoldsAsync("the last one is handed on", async () => await CountAsync() == 2);
        Assert.Equal(2, await CountAsync());

        Task<long> CountAsync() =>
            App.ScalarAsync<long>(
                "SELECT (SELECT count(*) FROM consent.notification WHERE creator = $1) + (SELECT count(*) "
                    + "FROM consent.outbox WHERE creator = $1)",
                creator
            );
    }

    private async Task<System.Text.Json.Nodes.JsonNode> EndedAsync(string webhook)
    {
        System.Text.Json.Nodes.JsonNode? ended = null;
        await Eventually.HoldsAsync(
            "the delivery ends",
            async () =>
                (ended = (await StateAsync(webhook)).SingleOrDefault()) is not null
                && (string)ended["state"]! != "pending"
        );
        return ended!;
    }

    private Task<IReadOnlyList<System.Text.Json.Nodes.JsonNode>> StateAsync(string webhook) =>
        App.Creator(creator).DeliveriesAsync(webhook);
}

/// <summary>A service that tries again within milliseconds what it would try again within days.</summary>
public sealed class QuickRetries(PostgresFixture postgres) : IAsyncLifetime
{
    private RegistryApplication? app;

    public RegistryApplication App => app ?? throw new InvalidOperationException("The service has not been started.");

    public async ValueTask InitializeAsync() =>
        app = await RegistryApplication.StartAsync(
            await postgres.CreateDatabaseAsync(),
            "Notifications:RetryScale=0.0001"
        );

    public async ValueTask DisposeAsync()
    {
        if (app is null)
            return;
        await using var ending = app;
        Assert.True(ending.Log.Errors.Count == 0, string.Join('\n', ending.Log.Errors));
    }
}
