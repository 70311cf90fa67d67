using System.Runtime.Versioning;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Api.Startup;
using Microsoft.Extensions.DependencyInjection;

namespace ConsentRegistry.Api.Tests.Failover;

/// <summary>
/// Acknowledged means acknowledged, whichever server is the primary; and a node that follows a server which is the
/// primary no more answers nothing.
/// </summary>
[UnsupportedOSPlatform("windows")]
[WaitsLong]
public sealed class FailoverTests
{
    private const string Check = "/v1/checks";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static readonly object Question = new
    {
        creatorId = "ana",
        videoId = "v",
        purpose = "remix",
        requester = "acme",
    };

    private static readonly object StrongQuestion = new
    {
        creatorId = "ana",
        videoId = "v",
        purpose = "remix",
        requester = "acme",
        consistency = "strong",
    };

    [Fact]
    public async Task A_node_that_stays_with_the_old_primary_answers_nothing_once_the_standby_is_promoted()
    {
        await using var servers = await ReplicatedServers.StartAsync();
        await using var old = await AllowingAsync(servers);
        Assert.True((await old.Platform().PostAsync(Check, Question)).Is(200).Json["allowed"]!.GetValue<bool>());

        // Nobody tells the old primary, which lives, and takes reads and writes.
        await servers.Standby.PromoteAsync();
        await using var router = new PoolRouter(servers.Standby.SocketFolder);
        await using var next = await RegistryApplication.StartAsync(servers.Through(router), "Replica:DeltaMs=500");
        (await next.Creator("ana").PutAsync("/v1/creators/ana/lockdown", null)).Is(200);

        // From the acknowledgement on, not a little later.
        Assert.Equal(503, (await old.Platform().PostAsync(Check, Question)).Status);
        Assert.False(old.Replica.TryBegin(out _));
    }

    [Theory]
    [InlineData("pg_cancel_backend")]
    [InlineData("pg_terminate_backend")]
    public async Task A_commit_that_the_standby_did_not_confirm_is_of_unknown_outcome_and_vouched_for_only_when_it_did(
        string end
    )
    {
        await using var servers = await ReplicatedServers.StartAsync();
        await using var app = await AllowingAsync(servers);
        var creator = app.Creator("ana");
        await servers.Standby.PauseReceiverAsync();

        var first = creator.PutAsync(Remix, new { effect = "deny" }, Key);
        await servers.EndWaitsAsync("changes", end);
        (await first).IsProblem(503, "outcomeUnknown");

        // It stands on this server, and may be lost with it: nobody is told that it stands.
        var replay = creator.PutAsync(Remix, new { effect = "deny" }, Key);
        await servers.WaitingAsync("changes");
        Assert.False(replay.IsCompleted);
        var again = creator.PutAsync(Remix, new { effect = "deny" });
        Assert.Equal(503, (await app.Platform().PostAsync(Check, StrongQuestion)).Status);
        Assert.False(replay.IsCompleted);
        Assert.False(again.IsCompleted);

        await servers.Standby.ResumeReceiverAsync();
        Assert.Equal("true", (await replay).Is(200).Header("Idempotent-Replayed"));
        (await again).Is(200);
        await Eventually.HoldsAsync(
            "strong checks are answered again, and deny",
            async () =>
                await app.Platform().PostAsync(Check, StrongQuestion) is { Status: 200 } answer
                && !answer.Json["allowed"]!.GetValue<bool>()
        );
    }

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task What_is_altered_outside_of_a_change_is_acknowledged_only_when_the_standby_has_it()
    {
        await using var servers = await ReplicatedServers.StartAsync();
        await using var app = await AllowingAsync(servers);
        var platform = app.Platform();
        var address = "http://127.0.0.1:9/";
        var made = (await platform.PostAsync("/v1/webhooks", new { audience = "platform", url = address })).Is(201);
        var path = $"/v1/webhooks/{made["webhook"]!["webhookId"]}";
        await servers.Standby.PauseReceiverAsync();
        foreach (
            var send in new Func<Task<Answer>>[]
            {
                () => platform.PutAsync(path, new { url = address, enabled = false }),
                () => platform.PostAsync($"{path}/secret", null),
                () => platform.DeleteAsync(path),
            }
        )
        {
            var answer = send();
            var waiting = servers.WaitingAsync("changes");
            // An answer that needs nobody's confirmation is wrong.
            if (await Task.WhenAny(answer, waiting) == answer)
                Assert.Fail($"{(await answer).Status} {(await answer).Text}");
            await servers.EndWaitsAsync("changes");
            (await answer).IsProblem(503, "outcomeUnknown");
        }
    }

    [Fact]
    public async Task A_strong_check_is_answered_with_what_the_standby_confirmed_and_a_weak_one_with_what_is_fresh()
    {
        await using var servers = await ReplicatedServers.StartAsync();
        await using var app = await AllowingAsync(servers, "Replica:DeltaMs=10000");
        var platform = app.Platform();
        Assert.True((bool)(await platform.PostAsync(Check, StrongQuestion)).Is(200)["allowed"]!);
        await servers.Standby.PauseReceiverAsync();

        Assert.True((bool)(await platform.PostAsync(Check, Question)).Is(200)["allowed"]!);
        Assert.Equal(503, (await platform.PostAsync(Check, StrongQuestion)).Status);
        Assert.True((bool)(await platform.PostAsync(Check, Question)).Is(200)["allowed"]!);

        await servers.Standby.ResumeReceiverAsync();
        await Eventually.HoldsAsync(
            "strong checks are answered again",
            async () => (await platform.PostAsync(Check, StrongQuestion)).Status == 200
        );
    }

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task Two_promotions_with_one_timeline_number_are_two_histories()
    {
        await using var servers = await ReplicatedServers.StartAsync(standbys: 2);
        await using var app = await AllowingAsync(servers);
        var (one, other) = (servers.Standbys[0], servers.Standbys[1]);
        await Eventually.HoldsAsync(
            "both standbys have everything",
            () =>
                servers.ScalarAsync<bool>(
                    "SELECT bool_and(flush_lsn = pg_current_wal_flush_lsn()) AND count(*) = 2 FROM pg_stat_replication"
                )
        );
        await servers.KillPrimaryAsync();
        await one.PromoteAsync();
        await other.PromoteAsync();

        servers.Router.RouteTo(one.SocketFolder);
        await ChangedAsync(app, "allow");
        var first = await IdentityAsync(app);
        // At the same version the other one says something else.
        await using var router = new PoolRouter(other.SocketFolder);
        await using var elsewhere = await RegistryApplication.StartAsync(
            servers.Through(router),
            "Replica:DeltaMs=500"
        );
        await ChangedAsync(elsewhere, "deny");
        Assert.NotEqual(first, await IdentityAsync(elsewhere));

        await one.DisposeAsync();
        servers.Router.RouteTo(other.SocketFolder);
        await Eventually.HoldsAsync(
            "the node answers as the other server has it",
            async () =>
                await app.Platform().PostAsync(Check, Question) is { Status: 200 } answer
                && !answer.Json["allowed"]!.GetValue<bool>()
        );
        Assert.Contains(
            app.Log.Lines,
            line => line.Contains("The database is another server", StringComparison.Ordinal)
        );
        Assert.DoesNotContain(app.Log.Errors, line => line.Contains("Memory is lost", StringComparison.Ordinal));
    }

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task A_node_that_is_led_to_a_standby_answers_nothing_and_goes_on_when_it_is_led_to_the_primary()
    {
        await using var servers = await ReplicatedServers.StartAsync();
        await using var app = await AllowingAsync(servers);
        servers.Router.MoveTo(servers.Standby.SocketFolder);
        await Eventually.HoldsAsync(
            "everything that looks at the database by itself has met the standby",
            () =>
                Task.FromResult(
                    new[] { "Following the database was interrupted", "The log could not be looked at" }.All(text =>
                        app.Log.Contains(text)
                    )
                )
        );
        Assert.Equal(503, (await app.Platform().PostAsync(Check, StrongQuestion)).Status);
        Assert.Equal(503, (await app.Creator("ana").PutAsync(Remix, new { effect = "deny" })).Status);

        servers.Router.MoveTo(servers.PrimarySockets);
        await ChangedAsync(app, "deny");
        Assert.Empty(app.Log.Errors);
    }

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task A_node_is_not_led_back_to_a_server_that_was_replaced()
    {
        await using var servers = await ReplicatedServers.StartAsync(standbys: 2);
        await using var app = await AllowingAsync(servers);
        await servers.Standby.PromoteAsync();
        servers.Router.MoveTo(servers.Standby.SocketFolder);
        app.Database.Clear();
        await ChangedAsync(app, "deny");

        // The old primary has a standby that confirms, and nothing of what was acknowledged since.
        await servers.WaitForAsync("standby1");
        servers.Router.MoveTo(servers.PrimarySockets);
        app.Database.Clear();
        await Eventually.HoldsAsync(
            "the node says that the server is outdated",
            () =>
                Task.FromResult(
                    app.Log.Errors.Any(line => line.Contains("has followed timeline", StringComparison.Ordinal))
                )
        );
        Assert.Equal(503, (await app.Platform().PostAsync(Check, Question)).Status);
        Assert.Equal(503, (await app.Creator("ana").PutAsync(Remix, new { effect = "allow" })).Status);
        Assert.Equal(503, (await app.Anonymous().GetAsync("/health/ready")).Status);

        servers.Router.MoveTo(servers.Standby.SocketFolder);
        app.Database.Clear();
        await Eventually.HoldsAsync(
            "the node answers as the newer server has it",
            async () =>
                await app.Platform().PostAsync(Check, Question) is { Status: 200 } answer
                && !answer.Json["allowed"]!.GetValue<bool>()
        );
    }

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task A_change_is_not_acknowledged_by_what_another_server_says_of_the_nodes()
    {
        await using var servers = await ReplicatedServers.StartAsync();
        await using var app = await AllowingAsync(servers);
        await servers.Standby.PromoteAsync();

        // Changes reach the new primary, and everything else the old one.
        servers.Router.RoutePool("changes", servers.Standby.SocketFolder);
        await Eventually.HoldsAsync(
            "the change is committed on the new primary",
            async () =>
                (await app.Creator("ana").PutAsync(Remix, new { effect = "deny" }, Key)) switch
                {
                    // The pool's connection was cut, or memory is not what it was any more.
                    { Status: 503, Code: not "outcomeUnknown" } => false,
                    var answer => answer.Is(503).Code == "outcomeUnknown",
                }
        );

        servers.Router.RouteTo(servers.Standby.SocketFolder);
        await Eventually.HoldsAsync(
            "with all on one server the change is repeated and in force",
            async () => (await app.Creator("ana").PutAsync(Remix, new { effect = "deny" }, Key)).Status == 200
        );
        Assert.False((await app.Platform().PostAsync(Check, Question)).Is(200).Json["allowed"]!.GetValue<bool>());
    }

    [Fact]
    public async Task Only_leaves_that_the_standby_has_are_signed()
    {
        await using var servers = await ReplicatedServers.StartAsync();
        await using var app = await AllowingAsync(servers);
        await Log.Exports.CoveredAsync(app);
        var signed = await File.ReadAllTextAsync(CheckpointOf(app), Cancellation);

        await using (await servers.BlockAsync("consent.history"))
        {
            (await app.Creator("ana").PutAsync(Remix, new { effect = "deny" })).Is(200);
            await servers.BlockedAsync("sequencer");
            await servers.Standby.PauseReceiverAsync();
        }
        // The append is told to have succeeded, though nobody confirmed it.
        await servers.EndWaitsAsync("sequencer");
        await Eventually.HoldsAsync(
            "the leaf is seen on this server",
            async () => await app.ScalarAsync<long>("SELECT count(*) FROM consent.inbox") == 0
        );
        await Eventually.HoldsAsync(
            "the sequencer takes the append for unknown",
            () => Task.FromResult(app.Log.Contains("Sequencing was interrupted"))
        );
        Assert.Equal(signed, await File.ReadAllTextAsync(CheckpointOf(app), Cancellation));

        await servers.KillPrimaryAsync();
        await servers.Standby.ResumeReceiverAsync();
        await FailedOverAsync(servers, app);
        await Log.Exports.CoveredAsync(app);
        Assert.DoesNotContain(app.Log.Errors, line => line.Contains("does not extend", StringComparison.Ordinal));
    }

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task A_promotion_between_the_checkpoint_file_and_its_commit_is_no_fork()
    {
        await using var servers = await ReplicatedServers.StartAsync();
        await using var app = await AllowingAsync(servers);
        await Log.Exports.CoveredAsync(app);
        var signed = await File.ReadAllTextAsync(CheckpointOf(app), Cancellation);

        await using (await servers.BlockAsync("consent.tree_head"))
        {
            (await app.Creator("ana").PutAsync(Remix, new { effect = "deny" })).Is(200);
            await servers.BlockedAsync("sequencer");
            Assert.NotEqual(signed, await File.ReadAllTextAsync(CheckpointOf(app), Cancellation));
            await servers.KillPrimaryAsync();
        }
        await FailedOverAsync(servers, app);
        await Log.Exports.CoveredAsync(app);
        await History.Ledger.VerifyAsync(app);
        Assert.DoesNotContain(app.Log.Errors, line => line.Contains("does not extend", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_standby_a_node_that_demands_one_is_not_ready_and_makes_no_change()
    {
        await using var servers = await ReplicatedServers.StartAsync();
        await using var app = await AllowingAsync(servers, "Database:RequireSynchronous=true");
        Assert.True(PartOf(await app.Anonymous().GetAsync("/health/ready"), 200));

        await servers.WaitForAsync("");
        await Eventually.HoldsAsync(
            "the node is not ready",
            async () => !PartOf(await app.Anonymous().GetAsync("/health/ready"), null)
        );
        PartOf(await app.Anonymous().GetAsync("/health/ready"), 503);
        var refused = (await app.Creator("ana").PutAsync(Remix, new { effect = "deny" })).Is(503);
        Assert.Equal("unavailable", refused.Code);
        Assert.Contains("no synchronous standby", refused.Json["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        await Eventually.HoldsAsync(
            "memory answers nothing",
            async () => (await app.Platform().PostAsync(Check, Question)).Status == 503
        );
        var error = await Assert.ThrowsAsync<StartupException>(() =>
            Migrator.RequireStandbyAsync(servers.ConnectionString, Cancellation)
        );
        Assert.Contains("synchronous_standby_names", error.Message, StringComparison.Ordinal);

        await servers.WaitForAsync("standby0");
        await Migrator.RequireStandbyAsync(servers.ConnectionString, Cancellation);
        await Eventually.HoldsAsync(
            "the node is ready again",
            async () => (await app.Anonymous().GetAsync("/health/ready")).Status == 200
        );
    }

    // The server ends all waits for it then, and says nothing.
    [Fact]
    public async Task A_standby_that_is_taken_away_meanwhile_has_confirmed_nothing()
    {
        await using var servers = await ReplicatedServers.StartAsync();
        await using var app = await AllowingAsync(servers, "Database:RequireSynchronous=true");
        var made = (await app.Admin().PostAsync("/v1/webhooks", Webhook("before"))).Is(201);
        // Whoever hands notifications on keeps webhooks locked until the standby has what was handed on.
        await Eventually.HoldsAsync(
            "what happened so far was told",
            async () => !await app.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM consent.outbox)")
        );
        await servers.Standby.PauseReceiverAsync();
        // A change, a transaction of several statements, and one statement that is a transaction.
        Task<Answer>[] unconfirmed =
        [
            app.Creator("ana").PutAsync(Remix, new { effect = "deny" }),
            app.Admin().PostAsync("/v1/webhooks", Webhook("after")),
            app.Admin().DeleteAsync($"/v1/webhooks/{made["webhook"]!["webhookId"]}"),
        ];
        await servers.WaitingAsync("changes", unconfirmed.Length);
        await servers.WaitingAsync("replica");

        await servers.WaitForAsync("");

        foreach (var answer in await Task.WhenAll(unconfirmed))
            answer.IsProblem(503, "outcomeUnknown");
        await Eventually.HoldsAsync(
            "the beat that waited counts for nothing",
            () => Task.FromResult(app.Log.Contains(ConfirmedCommit.StandbyTakenAway))
        );
    }

    private static object Webhook(string name) =>
        new
        {
            audience = "platform",
            owner = "acme",
            url = $"https://hooks.example.com/{name}",
        };

    private const string Remix = "/v1/creators/ana/videos/v/consent/remix";

    private const string Key = "Idempotency-Key: one";

    private static string CheckpointOf(RegistryApplication app) =>
        app.Services.GetRequiredService<Sequencing.CheckpointFile>().Path;

    private static bool PartOf(Answer answer, int? status)
    {
        if (status is { } expected)
            answer.Is(expected);
        return answer.Json["parts"]!.AsArray().Single(part => part!["name"]!.GetValue<string>() == "standby")![
            "ready"
        ]!.GetValue<bool>();
    }

    // A node that knows a video, whose owner allows.
    private static async Task<RegistryApplication> AllowingAsync(
        ReplicatedServers servers,
        params string[] configuration
    )
    {
        var app = await RegistryApplication.StartAsync(
            servers.ConnectionString,
            ["Replica:DeltaMs=500", .. configuration]
        );
        (await app.Platform().PutAsync("/v1/creators/ana/videos/v", new { })).Is(200);
        (await app.Creator("ana").PutAsync(Remix, new { effect = "allow" })).Is(200);
        return app;
    }

    private static Task ChangedAsync(RegistryApplication app, string effect) =>
        Eventually.HoldsAsync(
            $"the change to {effect} is acknowledged",
            async () => (await app.Creator("ana").PutAsync(Remix, new { effect })).Status == 200
        );

    private static async Task FailedOverAsync(ReplicatedServers servers, RegistryApplication app)
    {
        await servers.Standby.PromoteAsync();
        servers.Router.RouteTo(servers.Standby.SocketFolder);
        app.Database.Clear();
        await ChangedAsync(app, "ask");
    }

    private static Task<Guid> IdentityAsync(RegistryApplication app) =>
        app.ScalarAsync<Guid>($"SELECT {ServerIdentity.Column}");
}
