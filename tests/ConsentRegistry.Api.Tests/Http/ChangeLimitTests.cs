using System.Globalization;
using System.Threading.RateLimiting;
using ConsentRegistry.Api.Http;

namespace ConsentRegistry.Api.Tests.Http;

/// <summary>How many changes a caller may make who only manages settings, and what never waits for it.</summary>
public sealed class ChangeLimitTests(PostgresFixture postgres)
{
    /// <summary>Items of a bulk that owes more than a quarter of an hour at two changes a second.</summary>
    private const int Bulk = 2_000;

    private const int Stops = 20;

    [Fact]
    public async Task Denies_revocations_and_stops_do_not_wait_for_changes_that_used_up_the_limit()
    {
        await using var app = await StartAsync();
        foreach (var caller in new[] { app.Creator("mia"), app.With("consent:manage", "tom", "agency", "mia", "ben") })
        {
            (await BulkAsync(caller, "mia", "allow")).Is(200);
            IsOwed((await caller.PutAsync("/v1/creators/mia/consent/defaults/remix", new { effect = "allow" })));
            IsOwed(await caller.DeleteAsync("/v1/creators/mia/lockdown"));

            (await caller.PutAsync("/v1/creators/mia/consent/defaults/remix", new { effect = "deny" })).Is(200);
            await AllStopAsync(caller, "mia");
        }
        // The agency stops another creator as well, however much it owes, and however often it stopped the one.
        await AllStopAsync(app.With("consent:manage", "tom", "agency", "mia", "ben"), "ben");
    }

    [Fact]
    public async Task A_bulk_that_only_denies_counts_against_the_denies()
    {
        await using var app = await StartAsync();
        var caller = app.Creator("mia");
        (await BulkAsync(caller, "mia", "deny")).Is(200);

        IsOwed(await caller.PutAsync("/v1/creators/mia/consent/defaults/remix", new { effect = "deny" }));
        IsOwed(await caller.DeleteAsync($"/v1/creators/mia/grants/{Guid.NewGuid()}"));
        (await caller.PutAsync("/v1/creators/mia/consent/defaults/remix", new { effect = "ask" })).Is(200);
        await AllStopAsync(caller, "mia");
    }

    [Theory]
    [InlineData("a deny among allows", false)]
    [InlineData("denies that are only shown", true)]
    public async Task What_does_not_only_restrict_leaves_the_share_of_denies(string what, bool isDryRun)
    {
        await using var app = await StartAsync();
        var caller = app.Creator("mia");
        var changes = Enumerable
            .Range(0, Bulk)
            .Select(i => new
            {
                op = "setOverride",
                purpose = "remix",
                effect = i == 0 && !isDryRun ? "allow" : "deny",
                video = new { creatorId = "mia", videoId = $"v{i}" },
            });
        (await caller.PostAsync("/v1/creators/mia/consent/changes", new { dryRun = isDryRun, changes })).Is(200);

        IsOwed(await caller.PutAsync("/v1/creators/mia/consent/defaults/remix", new { effect = "ask" }));
        Assert.True(
            (await caller.PutAsync("/v1/creators/mia/consent/defaults/remix", new { effect = "deny" })).Status == 200,
            what
        );
    }

    [Fact]
    public async Task A_bulk_that_is_refused_counts_as_one_change()
    {
        await using var app = await StartAsync();
        var caller = app.Creator("mia");
        var changes = Enumerable
            .Range(0, Bulk)
            .Select(i => new
            {
                op = "setOverride",
                purpose = "remix",
                effect = i == 0 ? "perhaps" : "allow",
                video = new { creatorId = "mia", videoId = $"v{i}" },
            });
        (await caller.PostAsync("/v1/creators/mia/consent/changes", new { changes })).IsProblem(422, "invalid");

        (await caller.PutAsync("/v1/creators/mia/consent/defaults/remix", new { effect = "allow" })).Is(200);
    }

    [Fact]
    public async Task Stops_have_a_limit_too_for_each_creator()
    {
        await using var app = await StartAsync("RateLimits:StopsPerSecond=1");
        var agency = app.With("consent:manage", "tom", "agency", "mia", "ben");
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 60).Select(_ => agency.PutAsync("/v1/creators/mia/lockdown", null))
        );
        Assert.Contains(answers, answer => answer.Status == 429);
        (await agency.PutAsync("/v1/creators/ben/lockdown", null)).Is(200);
        (await app.Creator("mia").PutAsync("/v1/creators/mia/lockdown", null)).Is(200);
    }

    [Fact]
    public void A_bucket_admits_what_is_larger_when_it_is_full_and_then_nothing_until_that_is_paid_back()
    {
        var clock = new HandClock();
        using var bucket = new OverdraftBucket(10, clock);

        Assert.True(Take(bucket, 4));
        Assert.False(Take(bucket, 25));
        clock.Move(TimeSpan.FromSeconds(0.4));
        Assert.True(Take(bucket, 25));
        Assert.Null(bucket.IdleDuration);
        Assert.Equal(TimeSpan.FromSeconds(1.6), RetryAfter(bucket, 1));
        Assert.Equal(TimeSpan.FromSeconds(2.5), RetryAfter(bucket, 25));
        Assert.Equal(TimeSpan.FromSeconds(1.6), RetryAfter(bucket, 0));
        clock.Move(TimeSpan.FromSeconds(1.6));
        Assert.True(Take(bucket, 0));
        Assert.True(Take(bucket, 1));
        Assert.False(Take(bucket, 1));

        // Nothing is saved up beyond the limit; and only what is full can be forgotten.
        clock.Move(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.Zero, bucket.IdleDuration);
        clock.Move(TimeSpan.FromHours(1));
        Assert.Equal(TimeSpan.FromHours(1), bucket.IdleDuration);
        Assert.Equal(10, bucket.GetStatistics()!.CurrentAvailablePermits);
    }

    private static bool Take(OverdraftBucket bucket, int count)
    {
        using var lease = bucket.AttemptAcquire(count);
        return lease.IsAcquired;
    }

    private static TimeSpan RetryAfter(OverdraftBucket bucket, int count)
    {
        using var lease = bucket.AttemptAcquire(count);
        Assert.True(lease.TryGetMetadata(MetadataName.RetryAfter, out var wait));
        return TimeSpan.FromMilliseconds(Math.Round(wait.TotalMilliseconds));
    }

    private async Task<RegistryApplication> StartAsync(params string[] settings) =>
        await RegistryApplication.StartAsync(
            await postgres.CreateDatabaseAsync(),
            ["RateLimits:ChangesPerSecond=2", .. settings]
        );

    private static Task<Answer> BulkAsync(RegistryClient caller, string creator, string effect) =>
        caller.PostAsync(
            $"/v1/creators/{creator}/consent/changes",
            new
            {
                changes = Enumerable
                    .Range(0, Bulk)
                    .Select(i => new
                    {
                        op = "setOverride",
                        purpose = "remix",
                        effect,
                        video = new { creatorId = creator, videoId = $"v{i}" },
                    }),
            }
        );

    private static void IsOwed(Answer answer) =>
        Assert.InRange(
            int.Parse(answer.IsProblem(429, "rateLimited").Header("Retry-After")!, CultureInfo.InvariantCulture),
            100,
            Bulk / 2
        );

    private static async Task AllStopAsync(RegistryClient caller, string creator)
    {
        var answers = await Task.WhenAll(
            Enumerable.Range(0, Stops).Select(_ => caller.PutAsync($"/v1/creators/{creator}/lockdown", null))
        );
        Assert.All(answers, answer => answer.Is(200));
    }
}
