using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Decisions;
using ConsentRegistry.Domain.History;
using ConsentRegistry.Domain.Purposes;
using ConsentRegistry.Domain.Settings;
using Microsoft.Extensions.DependencyInjection;

namespace ConsentRegistry.Api.Tests.Approvals;

/// <summary>
/// Which grants denies touch is a rule of the domain (R6). Many denies at once find what each of them would find, also
/// of very many.
/// </summary>
public sealed class TouchedGrantsTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private const int Registries = 40;
    private const int Grants = 30;
    private const int Denies = 6;
    private const int Many = 10_000;

    private static readonly string[] Purposes =
    [
        "remix",
        "remix.meme",
        "remix.voice",
        "training",
        "training.generative",
        "mining",
    ];
    private static readonly string[] Clips = ["one", "two"];
    private static readonly string[] Askers = ["acme", "beta"];

    private readonly CreatorId creator = CreatorId.Parse(RegistryApplication.NewId());

    private Database Database => registry.App.Services.GetRequiredService<Database>();

    [Fact]
    public async Task A_grant_that_a_standing_deny_revokes_beside_another_change_is_told_among_the_affected_checks()
    {
        var asking = new ApprovalSteps(registry.App);
        var asked = await asking.CreatorWhoWantsToBeAskedAsync();
        var consent = $"/v1/creators/{asked}/consent";
        var client = registry.App.Creator(asked);
        (await client.PutAsync($"{consent}/defaults/remix?requester=acme", new { effect = "ask" })).Is(200);
        (await client.PutAsync($"{consent}/defaults/remix", new { effect = "deny" })).Is(200);
        await asking.GrantAsync("acme", asked);

        var changed = (
            await client.PostAsync(
                $"{consent}/changes",
                new
                {
                    changes = new[]
                    {
                        new
                        {
                            op = "setDefault",
                            purpose = "remix",
                            effect = "deny",
                        },
                        new
                        {
                            op = "setDefault",
                            purpose = "mining",
                            effect = "deny",
                        },
                    },
                }
            )
        ).Is(200);
        // One setting was altered, and one grant revoked.
        Assert.Equal(2, changed.Changes);
        var affected = "";
        await Eventually.HoldsAsync(
            "the creator is told",
            async () =>
                (
                    affected = (
                        await registry.App.QueryAsync<string>(
                            "SELECT (data -> 'affects' -> 'purposes')::text FROM consent.notification WHERE creator = $1 AND (data ->> 'version')::bigint = $2",
                            asked,
                            changed.Version
                        )
                    ).SingleOrDefault("")
                ) != ""
        );
        Assert.Equal("""["mining", "remix"]""", affected);
    }

    [Fact]
    public async Task Denies_find_what_the_domain_says()
    {
        var random = new Random(TestSeed.Get());
        for (var round = 0; round < Registries; round++)
        {
            var decider = CreatorId.Parse(RegistryApplication.NewId());
            var grants = Enumerable
                .Range(0, Grants)
                .Select(_ => new SettingKey(
                    Video(decider, Pick(random, Clips)),
                    Purpose.Parse(Pick(random, Purposes)),
                    Requester.Parse(Pick(random, Askers))
                ))
                .ToList();
            var given = await GiveAsync(decider, grants);
            for (var i = 0; i < Denies; i++)
            {
                var denies = Enumerable
                    .Range(0, random.Next(1, 4))
                    .Select(_ => new SettingKey(
                        random.Next(2) == 0 ? null : Video(decider, Pick(random, Clips)),
                        Purpose.Parse(Pick(random, Purposes)),
                        random.Next(2) == 0 ? null : Requester.Parse(Pick(random, Askers))
                    ))
                    .ToList();
                Assert.Equal(
                    given
                        .Where(grant => denies.Exists(deny => Grant.IsTouchedBy(deny, grant.Grant.Place)))
                        .Select(grant => grant.Id)
                        .Order(),
                    (await TouchedAsync(decider, denies)).Select(grant => grant.Id).Order()
                );
            }
        }
    }

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task As_many_denies_as_one_change_holds_find_as_many_grants_as_a_creator_can_have()
    {
        var grants = Enumerable
            .Range(0, Many)
            .Select(i => new SettingKey(Video(creator, $"v{i}"), Purpose.Parse("remix.voice"), Requester.Parse("acme")))
            .ToList();
        await GiveAsync(creator, grants);
        var denied = (
            await registry
                .App.Creator(creator.Value)
                .PostAsync(
                    $"/v1/creators/{creator}/consent/changes",
                    new
                    {
                        changes = Enumerable
                            .Range(0, Many)
                            .Select(i => new
                            {
                                op = "setOverride",
                                purpose = "remix",
                                video = new { creatorId = creator.Value, videoId = $"v{i}" },
                                effect = "deny",
                            }),
                    }
                )
        ).Is(200);
        Assert.Equal((2 * Many, Many), (denied.Changes, (int)denied["revokedGrants"]!));
    }

    private IntegrityKeys Keys => registry.App.Services.GetRequiredService<IntegrityKeys>();

    private async Task<List<StoredGrant>> TouchedAsync(CreatorId decider, IReadOnlyCollection<SettingKey> denies)
    {
        await using var connection = await Database.Reads.OpenConnectionAsync(TestContext.Current.CancellationToken);
        return await GrantStore.ReadTouchedAsync(
            new(connection, Keys),
            decider,
            denies,
            Instant.From(DateTime.UtcNow),
            toAlter: false,
            TestContext.Current.CancellationToken
        );
    }

    /// <summary>Gives grants as approvals do, all in one version, but without any request.</summary>
    private Task<List<StoredGrant>> GiveAsync(CreatorId decider, IReadOnlyList<SettingKey> places)
    {
        registry.HasMadeUpEvents = true;
        return BackgroundTransaction.RunAsync(
            Database.Changes,
            Keys,
            async change =>
            {
                var cancellation = TestContext.Current.CancellationToken;
                var stream = (await change.LockAsync(StreamId.OfCreator(decider), cancellation)).Value;
                var grants = places
                    .Select(place => new StoredGrant(
                        Guid.CreateVersion7(),
                        new(
                            Guid.CreateVersion7(),
                            place.Video!.Value,
                            place.Video.Value,
                            place.Requester!.Value,
                            new(place.Purpose, Conditions.None, 1, null, null),
                            stream.Stamp
                        ),
                        Used: 0
                    ))
                    .ToList();
                await GrantStore.InsertAsync(change, decider, grants, cancellation);
                await change.AppendAsync(
                    stream,
                    grants.ConvertAll(grant => Records.GrantChanged(grant.Id, null, grant.Grant)),
                    Authorship.Registry,
                    altersSettings: false,
                    cancellation
                );
                return grants;
            },
            TestContext.Current.CancellationToken
        );
    }

    private static VideoKey Video(CreatorId owner, string clip) => new(owner, VideoId.Parse(clip));

    private static string Pick(Random random, string[] from) => from[random.Next(from.Length)];
}
