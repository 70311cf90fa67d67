using ConsentRegistry.Api.Changes;
using ConsentRegistry.Api.Notifications;
using ConsentRegistry.Api.Persistence;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ConsentRegistry.Api.Tests;

/// <summary>What is kept for a time only: rows that are older go, and no others.</summary>
public sealed class RowRetentionTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private static readonly TimeSpan Age = TimeSpan.FromDays(400);

    private RegistryApplication App => registry.App;

    private Database Pools => App.Services.GetRequiredService<Database>();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Old_idempotency_keys_go_and_young_ones_stay()
    {
        foreach (var key in new[] { "old", "young" })
        {
            var creator = RegistryApplication.NewId();
            (
                await App.Creator(creator)
                    .PutAsync(
                        $"/v1/creators/{creator}/consent/defaults/remix",
                        new { effect = "deny" },
                        $"Idempotency-Key: rows-{key}"
                    )
            ).Is(200);
        }
        await App.QueryAsync<string>(
            "UPDATE consent.idempotency_key SET created_at = created_at - $1 WHERE key = 'rows-old'",
            Age
        );
        using var cleaner = new RetentionCleaner(Pools, NullLogger<RetentionCleaner>.Instance);

        Assert.Equal(1, await cleaner.DeleteAsync(Cancellation));

        Assert.Equal(
            ["rows-young"],
            await App.QueryAsync<string>("SELECT key FROM consent.idempotency_key WHERE key LIKE 'rows-%'")
        );
    }

    [Fact]
    public async Task Old_traces_and_notifications_go_and_young_ones_stay()
    {
        var (old, young) = (
            $"00-{new string('1', 32)}-{new string('1', 16)}-01",
            $"00-{new string('2', 32)}-{new string('2', 16)}-01"
        );
        await App.QueryAsync<string>(
            "INSERT INTO consent.trace (id, traceparent, created_at) "
                + "VALUES (gen_random_uuid(), $1, now() - $3), (gen_random_uuid(), $2, now())",
            old,
            young,
            Age
        );
        var creator = RegistryApplication.NewId();
        (
            await App.Creator(creator)
                .PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "deny" })
        ).Is(200);
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null)).Is(200);
        await Eventually.HoldsAsync("both are handed on", async () => await CountAsync() == 2);
        await App.QueryAsync<Guid>(
            "UPDATE consent.notification SET created_at = created_at - $1 WHERE place = (SELECT min(place) "
                + "FROM consent.notification WHERE creator = $2)",
            Age,
            creator
        );

        Assert.Equal(1, await TraceStore.CleanAsync(Pools.Background, 10, Cancellation));
        Assert.Equal(1, await DeliveryStore.CleanAsync(Pools.Notifications, Age - TimeSpan.FromDays(1), Cancellation));

        Assert.Equal(
            [young],
            await App.QueryAsync<string>(
                "SELECT traceparent FROM consent.trace WHERE traceparent IN ($1, $2)",
                old,
                young
            )
        );
        Assert.Equal(1L, await CountAsync());

        Task<long> CountAsync() =>
            App.ScalarAsync<long>("SELECT count(*) FROM consent.notification WHERE creator = $1", creator);
    }
}
