using ConsentRegistry.Client;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Api.Tests.Client;

/// <summary>The typed client's webhooks and inbox against the service itself, each of its methods.</summary>
public sealed class ClientNotificationsTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private readonly string creator = RegistryApplication.NewId();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_creator_makes_a_webhook_and_reads_what_it_was_told()
    {
        await using var receiver = await Receiver.StartAsync();
        using var http = Http();
        var client = new ConsentRegistryClient(http);

        var made = await client.Webhooks.CreateAsync(
            new(Audiences.Creator, receiver.Url.ToString())
            {
                Kinds = [NotificationKinds.Lockdown, NotificationKinds.ConsentChanged],
            },
            Cancellation
        );
        var id = made.Webhook.WebhookId;
        Assert.Equal(
            (creator, Audiences.Creator, true),
            (made.Webhook.Owner, made.Webhook.Audience, made.Webhook.Enabled)
        );
        Assert.DoesNotContain(made.Secret, made.ToString(), StringComparison.Ordinal);
        Assert.Equal(
            id,
            Assert
                .Single(await client.Webhooks.ListAsync(cancellation: Cancellation).ToListAsync(Cancellation))
                .WebhookId
        );
        Assert.Equal(
            id,
            Assert
                .Single(
                    await client
                        .Webhooks.ListAsync(Audiences.Creator, creator, 1, Cancellation)
                        .ToListAsync(Cancellation)
                )
                .WebhookId
        );
        Assert.Equal(new(true, 204, null), await client.Webhooks.PingAsync(id, Cancellation));

        await client.Stops.SetLockdownAsync(creator, cancellation: Cancellation);
        await Eventually.HoldsAsync("the lockdown is told", () => Task.FromResult(receiver.All.Count == 2));
        var told = Guid.Parse(receiver.All[1].Id);
        await Eventually.HoldsAsync(
            "that is recorded",
            async () =>
                (
                    await client.Webhooks.ListDeliveriesAsync(id, cancellation: Cancellation).SingleAsync(Cancellation)
                ).State == "delivered"
        );
        Assert.Equal("pending", (await client.Webhooks.RedeliverAsync(id, told, Cancellation)).State);
        await Eventually.HoldsAsync("it comes again", () => Task.FromResult(receiver.All.Count == 3));

        var rotated = await client.Webhooks.RotateSecretAsync(id, Cancellation);
        Assert.NotEqual(made.Secret, rotated.Secret);
        Assert.NotNull((await client.Webhooks.GetAsync(id, Cancellation)).FormerSecretUntil);
        var disabled = await client.Webhooks.UpdateAsync(
            id,
            new(receiver.Url.ToString(), Enabled: false),
            Cancellation
        );
        Assert.Equal((false, "owner", null), (disabled.Enabled, disabled.DisabledFor, disabled.Kinds));
        Assert.Equal(
            "webhookDisabled",
            (
                await Assert.ThrowsAsync<ConsentRegistryException>(() =>
                    client.Webhooks.RedeliverAsync(id, told, Cancellation)
                )
            ).Code
        );
        Assert.Equal(id, (await client.Webhooks.DeleteAsync(id, Cancellation)).WebhookId);
        Assert.Equal(
            "forbidden",
            (await Assert.ThrowsAsync<ConsentRegistryException>(() => client.Webhooks.GetAsync(id, Cancellation))).Code
        );
    }

    [Fact]
    public async Task A_creator_reads_their_inbox()
    {
        using var http = Http();
        var client = new ConsentRegistryClient(http);
        await client.Stops.SetLockdownAsync(creator, cancellation: Cancellation);
        await client.Stops.LiftLockdownAsync(creator, cancellation: Cancellation);
        await client.Settings.SetDefaultAsync(creator, "remix", new(Effect.Deny), cancellation: Cancellation);
        await Eventually.HoldsAsync(
            "all is there",
            async () => (await client.Notifications.GetAsync(creator, cancellation: Cancellation)).Items.Count == 3
        );

        var page = await client.Notifications.GetAsync(creator, 2, cancellation: Cancellation);
        Assert.Equal((2, 3), (page.Items.Count, page.Unread));
        Assert.Equal(
            (NotificationKinds.ConsentChanged, creator),
            (page.Items[0].Kind, page.Items[0].Data.GetProperty("creatorId").GetString())
        );
        Assert.Equal(
            2,
            await client
                .Notifications.ListAsync(creator, NotificationKinds.Lockdown, pageSize: 1, cancellation: Cancellation)
                .CountAsync(Cancellation)
        );
        Assert.Equal(
            new(1, 2),
            await client.Notifications.MarkReadAsync(creator, [page.Items[0].NotificationId], Cancellation)
        );
        Assert.Equal(
            2,
            await client
                .Notifications.ListAsync(creator, unread: true, cancellation: Cancellation)
                .CountAsync(Cancellation)
        );
        Assert.Equal(
            new(2, 0),
            await client.Notifications.MarkReadAsync(creator, page.Items[0].CreatedAt, Cancellation)
        );
    }

    private HttpClient Http()
    {
        var token = registry.App.Sign(TimeProvider.System.GetUtcNow(), ["consent:manage"], creator, null);
        return new(new AccessTokenHandler(_ => new(token), new SocketsHttpHandler()))
        {
            BaseAddress = registry.App.Address,
        };
    }
}
