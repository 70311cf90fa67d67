using ConsentRegistry.Client;

namespace ConsentRegistry.Api.Tests.Client;

/// <summary>The typed client's approvals, uses and recalls against the service itself, each of its methods.</summary>
public sealed class ClientApprovalsTests(RegistryFixture registry) : IClassFixture<RegistryFixture>, IDisposable
{
    private readonly string creator = RegistryApplication.NewId();
    private readonly string requester = RegistryApplication.NewId("r");
    private readonly List<HttpClient> clients = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => clients.ForEach(client => client.Dispose());

    [Fact]
    public async Task From_the_ask_to_the_recall()
    {
        var (owner, studio) = (
            Client(["consent:manage"], creator, null),
            Client(["consent:check", "usage:write", "videos:write"], null, requester)
        );
        await studio.Videos.RegisterAsync(creator, "clip", new(), cancellation: Cancellation);
        await owner.Settings.SetDefaultAsync(creator, "remix", new(Effect.Ask), cancellation: Cancellation);
        Assert.Equal(
            "/v1/approval-requests",
            (await studio.Checks.CheckAsync(new(creator, "clip", "remix"), Cancellation)).AskAt
        );

        var asked = (
            await studio.Approvals.RequestAsync(
                new(creator, "clip", "remix", "A remix.") { Uses = 5, Until = DateTimeOffset.UtcNow.AddDays(9) },
                cancellation: Cancellation
            )
        ).Request;
        Assert.Equal(("open", creator), (asked.Status, Assert.Single(asked.Asked).CreatorId));
        Assert.Equal(
            asked.Id,
            Assert
                .Single(
                    await owner
                        .Approvals.ListAskedAsync(creator, "open", cancellation: Cancellation)
                        .ToListAsync(Cancellation)
                )
                .Id
        );
        var approved = await owner.Approvals.ApproveAsync(
            creator,
            asked.Id,
            new() { Uses = 2, Conditions = [Conditions.Attribution] },
            cancellation: Cancellation
        );
        Assert.Equal(
            ("approved", 2, true),
            (approved.Request.Status, Assert.Single(approved.Request.Grants).Uses, approved.EffectiveEverywhere)
        );
        Assert.Equal("approved", (await studio.Approvals.GetAsync(asked.Id, Cancellation)).Status);
        Assert.Equal(
            "approved",
            Assert
                .Single(await studio.Approvals.ListOwnAsync(cancellation: Cancellation).ToListAsync(Cancellation))
                .Status
        );

        var decision = await studio.Checks.CheckAsync(new(creator, "clip", "remix") { Receipt = true }, Cancellation);
        var batch = await studio.Checks.CheckBatchAsync(
            [new(creator, "clip", "remix")],
            new() { Receipt = true },
            Cancellation
        );
        Assert.All([decision, batch.Results[0]], one => Assert.True(one is { Allowed: true, Receipt: not null }));
        var use = new UseToRecord("remix", [new(creator, "clip", decision.Receipt)])
        {
            Made = new() { TrainingRun = "run-1" },
        };
        var used = await studio.Usages.RecordAsync(use, cancellation: Cancellation);
        Assert.Equal(("consented", "grant", "run-1"), (used.Status, used.Reason, used.Made!.TrainingRun));
        Assert.Equal(
            ["consented", "unconsented"],
            (await studio.Usages.RecordAsync([use, use], cancellation: Cancellation)).Select(one => one.Use!.Status)
        );
        Assert.Equal(3, await studio.Usages.ListOwnAsync(2, Cancellation).CountAsync(Cancellation));
        Assert.Equal(
            3,
            await owner
                .Usages.ListAsync(
                    creator,
                    new()
                    {
                        Purpose = "remix",
                        Requester = requester,
                        VideoId = "clip",
                        From = used.RecordedAt,
                    },
                    2,
                    Cancellation
                )
                .CountAsync(Cancellation)
        );
        var totals = await owner.Usages.CountAsync(creator, cancellation: Cancellation);
        Assert.Equal((2L, 1L), (totals.Consented, totals.Unconsented));
        Assert.Equal(
            "spent",
            Assert
                .Single(
                    await owner.Approvals.ListGrantsAsync(creator, cancellation: Cancellation).ToListAsync(Cancellation)
                )
                .Status
        );

        var again = (
            await studio.Approvals.RequestAsync(new(creator, "clip", "remix", "Another."), cancellation: Cancellation)
        ).Request;
        var grant = Assert.Single(
            (await owner.Approvals.ApproveAsync(creator, again.Id, cancellation: Cancellation)).Request.Grants
        );
        await studio.Usages.RecordAsync(use, cancellation: Cancellation);
        Assert.Equal(
            (1, "revoked"),
            (await owner.Approvals.RevokeGrantAsync(creator, grant.Id, cancellation: Cancellation)) is var revoked
                ? (revoked.Changes, revoked.Grant.Status)
                : default
        );
        await Eventually.HoldsAsync(
            "the recall comes",
            async () => await studio.Recalls.ListOwnAsync("open", cancellation: Cancellation).AnyAsync(Cancellation)
        );
        var recall = await studio
            .Recalls.ListOwnAsync(requester: requester, cancellation: Cancellation)
            .FirstAsync(Cancellation);
        Assert.Equal(("run-1", creator), (Assert.Single(recall.Made).TrainingRun, recall.CreatorId));
        Assert.Equal(
            "disputed",
            (await studio.Recalls.DisputeAsync(recall.Id, "Not us.", cancellation: Cancellation)).Status
        );
        Assert.Equal(
            "Gone.",
            (await studio.Recalls.AcknowledgeAsync(recall.Id, "Gone.", cancellation: Cancellation)).Statement
        );
        Assert.Equal(
            "requesterNotYours",
            (
                await Assert.ThrowsAsync<ConsentRegistryException>(() =>
                    studio.Recalls.AcknowledgeAsync(recall.Id, requester: "another", cancellation: Cancellation)
                )
            ).Code
        );
        Assert.Equal(
            "requesterNotYours",
            (
                await Assert.ThrowsAsync<ConsentRegistryException>(() =>
                    studio.Recalls.DisputeAsync(recall.Id, "Not us.", "another", cancellation: Cancellation)
                )
            ).Code
        );
        Assert.Equal(
            "acknowledged",
            (await owner.Recalls.ListAsync(creator, cancellation: Cancellation).FirstAsync(Cancellation)).Status
        );
    }

    [Fact]
    public async Task Refusing_withdrawing_and_blocking()
    {
        var (owner, studio) = (
            Client(["consent:manage"], creator, null),
            Client(["consent:check", "videos:write"], null, requester)
        );
        await studio.Videos.RegisterAsync(creator, "clip", new(), cancellation: Cancellation);
        await owner.Settings.SetDefaultAsync(creator, "remix", new(Effect.Ask), cancellation: Cancellation);
        var first = (
            await studio.Approvals.RequestAsync(
                new(creator, "clip", "remix.meme", "A meme."),
                cancellation: Cancellation
            )
        ).Request;
        Assert.Equal(
            "withdrawn",
            (await studio.Approvals.WithdrawAsync(first.Id, cancellation: Cancellation)).Request.Status
        );
        var second = (
            await studio.Approvals.RequestAsync(
                new(creator, "clip", "remix.voice", "A voice."),
                cancellation: Cancellation
            )
        ).Request;
        Assert.Equal(
            ("refused", "No."),
            (await owner.Approvals.RefuseAsync(creator, second.Id, "No.", cancellation: Cancellation)).Request
                is var refused
                ? (refused.Status, refused.Reason)
                : default
        );
        Assert.Equal(
            requester,
            (await owner.Approvals.BlockAsync(creator, requester, cancellation: Cancellation)).Blocked!.Requester
        );
        Assert.Equal(
            requester,
            Assert
                .Single(
                    await owner
                        .Approvals.ListBlockedAsync(creator, cancellation: Cancellation)
                        .ToListAsync(Cancellation)
                )
                .Requester
        );
        Assert.Equal(
            "askingBlocked",
            (
                await Assert.ThrowsAsync<ConsentRegistryException>(() =>
                    studio.Approvals.RequestAsync(
                        new(creator, "clip", "remix.meme", "A meme."),
                        cancellation: Cancellation
                    )
                )
            ).Code
        );
        Assert.Null((await owner.Approvals.UnblockAsync(creator, requester, cancellation: Cancellation)).Blocked);
    }

    private ConsentRegistryClient Client(string[] scopes, string? subject, string? client)
    {
        var token = registry.App.Sign(TimeProvider.System.GetUtcNow(), scopes, subject, client);
        var http = registry.App.HttpWith(token);
        clients.Add(http);
        return new(http);
    }
}
