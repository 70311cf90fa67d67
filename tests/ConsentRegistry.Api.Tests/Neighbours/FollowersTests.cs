using System.Net.ServerSentEvents;

namespace ConsentRegistry.Api.Tests.Neighbours;

/// <summary>
/// Those who follow changes while the database fails them. Apart from other tests, whose connections would be cut off,
/// too.
/// </summary>
public sealed class FollowersTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private RegistryApplication App => registry.App;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task Two_hundred_followers_who_read_from_the_start_all_get_everything_though_the_database_fails_them()
    {
        const int events = 200;
        using var streams = new StreamClient();
        var creator = RegistryApplication.NewId();
        var changes = Enumerable
            .Range(0, events)
            .Select(number => new
            {
                op = "setOverride",
                purpose = "remix",
                effect = "deny",
                video = new { creatorId = creator, videoId = $"v{number}" },
            });
        (await App.Creator(creator).PostAsync($"/v1/creators/{creator}/consent/changes", new { changes })).Is(200);
        await using var others = await OtherCallers.StartAsync(App);
        var newest = await App.ScalarAsync<long>("SELECT count(*) FROM consent.event") - 1;
        await Eventually.HoldsAsync(
            "all is in the log",
            async () => await App.ScalarAsync<bool>("SELECT coalesce(max(seq), 0) >= $1 FROM consent.history", newest)
        );

        const int followers = 200;
        var (opened, read) = (0, 0L);
        var following = Enumerable
            .Range(0, followers)
            .Select(async number =>
            {
                using var answer = await streams.FollowAsync(
                    App,
                    "/v1/changes",
                    App.Sign(TimeProvider.System.GetUtcNow(), ["changes:read"], null, $"follower-{number / 20}")
                );
                Assert.Equal(200, (int)answer.StatusCode);
                Interlocked.Increment(ref opened);
                var next = 0L;
                await foreach (
                    var item in SseParser
                        .Create(await answer.Content.ReadAsStreamAsync(Cancellation))
                        .EnumerateAsync(Cancellation)
                )
                {
                    if (item.EventId is not { Length: > 0 } id)
                        continue;
                    Assert.Equal($"{next++}", id);
                    Interlocked.Increment(ref read);
                    if (next > newest)
                        return;
                }
                Assert.Fail($"A stream was cut off after {next} events.");
            })
            .ToList();
        // Five times in the middle, whatever reads for them is cut off.
        var cuts = 0;
        await Eventually.HoldsAsync(
            "all have read everything",
            async () =>
            {
                if (cuts < 5 && Interlocked.Read(ref read) >= 20 * events * cuts)
                {
                    cuts++;
                    // Who is about to open a stream would be refused without the pool of reads, and rightly so.
                    var pools = Volatile.Read(ref opened) == followers ? "(reads|followers)" : "followers";
                    await App.QueryAsync<bool>(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                            + "AND application_name ~ $1",
                        $"registry {pools}$"
                    );
                }
                return following.TrueForAll(one => one.IsCompleted);
            }
        );
        await Task.WhenAll(following);
        await others.AssertUnharmedAsync();
        // A message of an exception may name people.
        Assert.Empty(App.Log.Errors);
        Assert.DoesNotContain(App.Log.Lines, line => line.Contains("terminating connection", StringComparison.Ordinal));
    }
}
