using System.Collections.Concurrent;
using System.Diagnostics;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Replica;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ConsentRegistry.Api.Tests.Faults;

/// <summary>Nodes wake each other after a commit, and keep their promises without that.</summary>
public sealed class WakeUpTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_change_wakes_the_other_node_and_its_confirmation_wakes_the_first()
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        await using var one = await RegistryApplication.StartAsync(connectionString);
        await using var other = await RegistryApplication.StartAsync(connectionString);
        await UntilAsync("both nodes listen and know each other", () => AreReady(one, other));
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var listener = await source.OpenConnectionAsync(Cancellation);
        var heard = new ConcurrentQueue<(int Sender, string Channel)>();
        listener.Notification += (_, message) => heard.Enqueue((message.PID, message.Channel));
        await using (
            var listen = new NpgsqlCommand(
                $"LISTEN {WakeUpChannel.Committed}; LISTEN {WakeUpChannel.Confirmed}",
                listener
            )
        )
            await listen.ExecuteNonQueryAsync(Cancellation);

        (await one.Creator("woken").PutAsync("/v1/creators/woken/lockdown", null)).Is(200);

        while (!IsTold())
            await listener.WaitAsync(Cancellation);
        Assert.Empty(heard.Where(message => message.Channel == WakeUpChannel.Committed).Skip(1));

        // The one who committed says so, and the other says that it has it.
        bool IsTold() =>
            heard
                .Where(message => message.Channel == WakeUpChannel.Committed)
                .Any(committed =>
                    heard.Any(message =>
                        message.Channel == WakeUpChannel.Confirmed && message.Sender != committed.Sender
                    )
                );
    }

    [Fact]
    public async Task A_node_alone_tells_nobody()
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        await using var app = await RegistryApplication.StartAsync(connectionString);
        var channel = app.Services.GetRequiredService<WakeUpChannel>();
        await UntilAsync("it listens", () => channel.IsListening);
        Assert.False(channel.HasOthers);
        (await app.Creator("alone").PutAsync("/v1/creators/alone/lockdown", null)).Is(200);
    }

    [Fact]
    public async Task A_node_whose_own_row_is_gone_is_not_alone_with_the_row_of_another()
    {
        await using var app = await RegistryApplication.StartAsync(
            await postgres.CreateDatabaseAsync(),
            "Replica:DeltaMs=500"
        );
        for (var i = 0; i < 3; i++)
        {
            // The one row is of somebody else, who has nothing of what comes.
            await app.QueryAsync<bool>("UPDATE consent.node SET id = gen_random_uuid() RETURNING true");
            var begun = Stopwatch.GetTimestamp();
            (
                await app.Creator("one")
                    .PutAsync("/v1/creators/one/consent/defaults/remix", new { effect = i % 2 == 0 ? "ask" : "deny" })
            ).Is(200);
            // Nobody confirms: the change waits for its bound. Never sooner, whatever the machine does.
            Assert.InRange(
                Stopwatch.GetElapsedTime(begun),
                ReplicaOptions.LongestWait(TimeSpan.FromMilliseconds(500)),
                TimeSpan.MaxValue
            );
            await Eventually.HoldsAsync(
                "the row of the other is taken away, and the node has one",
                async () => await app.ScalarAsync<long>("SELECT count(*) FROM consent.node") == 1
            );
        }
    }

    [Fact]
    public async Task Changes_are_acknowledged_when_wake_ups_are_lost_and_when_they_are_forged()
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        await using var one = await RegistryApplication.StartAsync(connectionString);
        await using var other = await RegistryApplication.StartAsync(connectionString);
        await UntilAsync("both nodes listen and know each other", () => AreReady(one, other));
        (await one.Platform().PutAsync("/v1/creators/lost/videos/v", new { })).Is(200);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var disturbing = Task.WhenAll(CutAsync(one, stop.Token), ForgeAsync(connectionString, stop.Token));
        for (var i = 0; i < 20; i++)
        {
            var effect = i % 2 == 0 ? "allow" : "deny";
            var change = (
                await one.Creator("lost").PutAsync("/v1/creators/lost/videos/v/consent/remix", new { effect })
            ).Is(200);
            Assert.True(change.Json!["effectiveEverywhere"]!.GetValue<bool>());
            var check = (
                await other
                    .Platform()
                    .PostAsync(
                        "/v1/checks",
                        new
                        {
                            creatorId = "lost",
                            videoId = "v",
                            purpose = "remix",
                            requester = "acme",
                        }
                    )
            ).Is(200);
            Assert.Equal(effect, check.Json!["effect"]!.GetValue<string>());
        }
        await stop.CancelAsync();
        await disturbing;
        await UntilAsync("both nodes listen again", () => AreReady(one, other));
    }

    [Fact]
    public async Task A_node_that_nobody_asks_rests_and_a_check_and_a_commit_wake_it()
    {
        await using var app = await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync());
        var (replica, commits) = (
            app.Services.GetRequiredService<ConsentReplica>(),
            app.Services.GetRequiredService<CommitSignal>()
        );
        (await app.Platform().PutAsync("/v1/creators/calm/videos/v", new { })).Is(200);
        await UntilAsync("the node is quiet", () => replica.IsQuiet(commits));
        // More rarely than a busy node polls, and often enough to answer.
        await UntilAsync(
            "a poll is older than between two of a busy node",
            () => replica.Age > 3 * Applier.BetweenPolls
        );

        (
            await app.Platform()
                .PostAsync(
                    "/v1/checks",
                    new
                    {
                        creatorId = "calm",
                        videoId = "v",
                        purpose = "remix",
                        requester = "acme",
                    }
                )
        ).Is(200);
        Assert.False(replica.IsQuiet(commits));
        await UntilAsync("the node is quiet again", () => replica.IsQuiet(commits));
        (await app.Creator("calm").PutAsync("/v1/creators/calm/lockdown", null)).Is(200);
        Assert.False(commits.IsQuiet);
    }

    [Fact]
    public async Task A_commit_ends_the_rest_of_what_waits_and_a_lost_one_does_so_after_a_pause()
    {
        var commits = new CommitSignal();
        await UntilAsync("it is quiet", () => commits.IsQuiet);
        var resting = commits.WaitAsync(TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(10), Cancellation);
        var others = commits.WaitAsync(TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(10), Cancellation);
        Assert.False(resting.IsCompleted);
        commits.Raise();
        await resting;
        await others;
        // Somebody has committed lately: the short pause holds.
        await commits.WaitAsync(TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(10), Cancellation);
        await UntilAsync("it is quiet again", () => commits.IsQuiet);
        await commits.WaitAsync(TimeSpan.FromMinutes(10), TimeSpan.FromMilliseconds(1), Cancellation);
    }

    private static bool AreReady(params RegistryApplication[] nodes) =>
        nodes.All(node => node.Services.GetRequiredService<WakeUpChannel>() is { IsListening: true, HasOthers: true });

    private static async Task CutAsync(RegistryApplication app, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
            await app.QueryAsync<bool>(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                    + "AND application_name = 'consent-registry wake-ups'"
            );
    }

    private static async Task ForgeAsync(string connectionString, CancellationToken stop)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var connection = await source.OpenConnectionAsync(CancellationToken.None);
        while (!stop.IsCancellationRequested)
        {
            await using var forge = new NpgsqlCommand(
                $"SELECT pg_notify('{WakeUpChannel.Committed}', 'x'), pg_notify('{WakeUpChannel.Confirmed}', 'x')",
                connection
            );
            await forge.ExecuteNonQueryAsync(CancellationToken.None);
        }
    }

    private static Task UntilAsync(string what, Func<bool> condition) =>
        Eventually.HoldsAsync(what, () => Task.FromResult(condition()));
}
