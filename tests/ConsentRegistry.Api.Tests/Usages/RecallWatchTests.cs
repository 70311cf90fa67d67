using ConsentRegistry.Api.Replica;
using ConsentRegistry.Api.Replica.Facts;
using ConsentRegistry.Domain;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ConsentRegistry.Api.Tests.Usages;

/// <summary>However many rely on withdrawn consent, and whoever is held up: nobody else waits for it.</summary>
public sealed class RecallWatchTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private readonly string requester = RegistryApplication.NewId("r");

    private RegistryApplication App => registry.App;

    private RecallSteps RecallSteps => new(App);

    [Theory]
    [InlineData("UPDATE consent.creator SET id = id WHERE id = '$requester/' || $1")]
    [InlineData("UPDATE consent.reliance SET check_at = check_at WHERE requester = $1")]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task A_busy_requester_holds_up_nobody_else_and_is_told_later(string busy)
    {
        var creator = await RecallSteps.CreatorAsync();
        // Who is told in the order of their names: the busy one first.
        var (first, other) = (RegistryApplication.NewId("a"), RegistryApplication.NewId("z"));
        await RecallSteps.UseAsync(first, creator);
        await RecallSteps.UseAsync(other, creator);
        await using var connection = await App.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var held = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (
            var command = new NpgsqlCommand(busy, connection, held) { Parameters = { new() { Value = first } } }
        )
            Assert.NotEqual(0, await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));

        await RecallSteps.DenyAsync(creator);
        await RecallSteps.RecallsAsync(other, 1);
        Assert.Empty(await RecallSteps.ListAsync(first));
        await held.CommitAsync(TestContext.Current.CancellationToken);
        await RecallSteps.RecallsAsync(first, 1);
    }

    [Fact]
    public async Task A_creator_in_doubt_puts_off_nobody_elses_recalls()
    {
        var (doubted, creator) = (await RecallSteps.CreatorAsync(), await RecallSteps.CreatorAsync());
        await RecallSteps.UseAsync(requester, doubted);
        await RecallSteps.UseAsync(requester, creator);
        Assert.True(App.Replica.TryBegin(out var permit));
        var draft = new Draft(permit.Memory, permit.Now);
        draft.Editor.Doubt(CreatorId.Parse(doubted));
        draft.Publish();
        await RecallSteps.DueAsync(requester);
        await RecallSteps.DenyAsync(creator);
        Assert.Equal(creator, (string)Assert.Single(await RecallSteps.RecallsAsync(requester, 1))["creatorId"]!);
        Assert.Equal(
            1L,
            await App.ScalarAsync<long>("SELECT count(*) FROM consent.reliance WHERE owner = $1", doubted)
        );

        App.Services.GetRequiredService<Applier>().Doubt(CreatorId.Parse(doubted));
        await RecallSteps.DenyAsync(doubted);
        await RecallSteps.RecallsAsync(requester, 2);
    }

    [Fact]
    public async Task However_many_rely_on_a_creator_all_are_told()
    {
        const int Videos = 1_200;
        var creator = await RecallSteps.CreatorAsync();
        var videos = Enumerable.Range(0, Videos).Select(i => $"v{i}").ToList();
        (
            await App.Platform()
                .PostAsync(
                    "/v1/videos/batch",
                    new { videos = videos.Select(videoId => new { creatorId = creator, videoId }) }
                )
        ).Is(200);
        foreach (var part in videos.Chunk(1_000))
        {
            (
                await App.Platform(requester)
                    .PostAsync(
                        "/v1/checks/batch",
                        new
                        {
                            defaults = new
                            {
                                creatorId = creator,
                                purpose = "remix",
                                receipt = true,
                            },
                            checks = part.Select(videoId => new { videoId }),
                        }
                    )
            ).Is(200);
        }
        Assert.Equal(Videos, await RelyingAsync(creator));
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null)).Is(200);
        await Eventually.HoldsAsync(
            "all are told",
            async () =>
                await App.ScalarAsync<long>("SELECT count(*) FROM consent.recall WHERE owner = $1", creator) == Videos
        );
        Assert.Equal(0L, await RelyingAsync(creator));
        await Eventually.HoldsAsync(
            "nobody is noted any more",
            () =>
                App.ScalarAsync<bool>("SELECT NOT EXISTS (SELECT FROM consent.recall_due WHERE creator = $1)", creator)
        );
    }

    [Fact]
    public async Task A_new_video_makes_nobody_due_who_relies_on_its_owner()
    {
        var creator = await RecallSteps.CreatorAsync();
        await RecallSteps.UseAsync(requester, creator);
        // What the creator did before makes due as well: it has to be over.
        await FollowedAsync();
        await RecallSteps.LookedAtAsync(requester);
        var before = await RowAsync();
        (await App.Platform().PutAsync($"/v1/creators/{creator}/videos/new", new { })).Is(200);
        await FollowedAsync();
        Assert.Equal(before, await RowAsync());

        Task<string> RowAsync() =>
            App.ScalarAsync<string>("SELECT xmin::text FROM consent.reliance WHERE owner = $1", creator);

        Task FollowedAsync() =>
            Eventually.HoldsAsync(
                "the log is followed",
                () =>
                    App.ScalarAsync<bool>(
                        """
                        SELECT NOT EXISTS (SELECT FROM consent.inbox WHERE creator = $1) AND NOT EXISTS (SELECT
                            FROM consent.recall_due WHERE creator = $1)
                            AND (SELECT max(seq) FROM consent.history WHERE creator = $1) <= (SELECT seq
                                FROM consent.recall_position)
                        """,
                        creator
                    )
            );
    }

    private Task<long> RelyingAsync(string creator) =>
        App.ScalarAsync<long>("SELECT count(*) FROM consent.reliance WHERE owner = $1", creator);
}
