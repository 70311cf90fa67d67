using System.Globalization;
using ConsentRegistry.Api.Replica;
using Microsoft.Extensions.DependencyInjection;

namespace ConsentRegistry.Api.Tests.Approvals;

/// <summary>
/// What becomes of grants: revoked, denied, expired, erased; from memory, at a past moment, and after a restart.
/// </summary>
public sealed class GrantsTests(RegistryFixture registry, PostgresFixture postgres) : IClassFixture<RegistryFixture>
{
    private readonly string requester = RegistryApplication.NewId("r");

    private RegistryApplication App => registry.App;

    private ApprovalSteps Steps => new(App);

    [Fact]
    public async Task A_revoked_grant_is_revoked_for_good_and_once()
    {
        var creator = await Steps.CreatorWhoWantsToBeAskedAsync();
        var grant = await Steps.GrantAsync(requester, creator);
        Assert.Equal("allow grant", await Steps.CheckAsync(requester, creator));
        (await App.Creator(creator).DeleteAsync($"/v1/creators/{creator}/grants/{Guid.NewGuid()}")).IsProblem(
            404,
            "notFound"
        );
        (await App.Creator(requester).DeleteAsync($"/v1/creators/{requester}/grants/{grant["id"]}")).IsProblem(
            404,
            "notFound"
        );

        var revoked = (await App.Creator(creator).DeleteAsync($"/v1/creators/{creator}/grants/{grant["id"]}")).Is(200);
        Assert.Equal((1, "revoked", 5L), (revoked.Changes, (string)revoked["grant"]!["status"]!, revoked.Version));
        Assert.Equal("ask creatorDefault", await Steps.CheckAsync(requester, creator));
        var again = (await App.Creator(creator).DeleteAsync($"/v1/creators/{creator}/grants/{grant["id"]}")).Is(200);
        Assert.Equal((0, 5L), (again.Changes, again.Version));
        Assert.Equal(["revoked"], await StatusesAsync(creator));
    }

    [Theory]
    [InlineData("a deny for everything above", "consent/defaults/remix", true)]
    [InlineData("a deny for something below", "consent/defaults/remix.voice.dub", true)]
    [InlineData("a deny for the video", "videos/clip/consent/remix.voice", true)]
    [InlineData("a deny to the requester", "consent/defaults/remix.voice?requester={r}", true)]
    [InlineData("a deny to somebody else", "consent/defaults/remix.voice?requester=somebody-else", false)]
    [InlineData("a deny for another video", "videos/other/consent/remix.voice", false)]
    [InlineData("a deny for another purpose", "consent/defaults/remix.meme", false)]
    public async Task A_deny_revokes_what_it_touches_in_the_same_change(string name, string setting, bool touches)
    {
        var creator = await Steps.CreatorWhoWantsToBeAskedAsync();
        await App.Admin()
            .PostAsync(
                "/v1/purposes",
                new
                {
                    purpose = "remix.voice.dub",
                    usesLikeness = true,
                    description = "Dubbing.",
                }
            );
        await Steps.GrantAsync(requester, creator, "remix.voice");
        var path = $"/v1/creators/{creator}/{setting.Replace("{r}", requester, StringComparison.Ordinal)}";
        var denied = (await App.Creator(creator).PutAsync(path, new { effect = "deny" })).Is(200);
        Assert.Equal((touches ? 2 : 1, touches ? 1 : null), (denied.Changes, (int?)denied["revokedGrants"]));
        Assert.True(
            touches == (await Steps.EventsAsync(creator)).EndsWith("Changed grantRevoked", StringComparison.Ordinal),
            name
        );

        // Revoked for good: what stands after the deny is cleared, and asking is set again, is an ask.
        (await App.Creator(creator).DeleteAsync(path)).Is(200);
        await Steps.AskAsync(creator);
        Assert.Equal(
            touches ? "ask creatorDefault" : "allow grant",
            await Steps.CheckAsync(requester, creator, "remix.voice")
        );
    }

    [Fact]
    public async Task A_deny_among_many_changes_one_that_clears_exceptions_and_one_for_an_appearance_revoke_as_well()
    {
        var (creator, friend) = (RegistryApplication.NewId(), RegistryApplication.NewId());
        (
            await App.Platform()
                .PutAsync(
                    $"/v1/creators/{creator}/videos/clip",
                    new { participants = new[] { new { creatorId = friend, role = "coCreator" } } }
                )
        ).Is(200);
        foreach (var one in new[] { creator, friend })
            await Steps.AskAsync(one);
        foreach (var purpose in new[] { "remix.voice", "remix.meme", "remix.background" })
        {
            var request = await Steps.OpenAsync(requester, creator, purpose);
            (await Steps.ApproveAsync(creator, request)).Is(200);
            (await Steps.ApproveAsync(friend, request)).Is(200);
            Assert.Equal("allow grant", await Steps.CheckAsync(requester, creator, purpose));
        }

        var bulk = (
            await App.Creator(creator)
                .PostAsync(
                    $"/v1/creators/{creator}/consent/changes",
                    new
                    {
                        changes = new object[]
                        {
                            new
                            {
                                op = "setDefault",
                                purpose = "mining",
                                effect = "deny",
                            },
                            new
                            {
                                op = "setOverride",
                                purpose = "remix.voice",
                                video = new { creatorId = creator, videoId = "clip" },
                                effect = "deny",
                            },
                        },
                    }
                )
        ).Is(200);
        Assert.Equal((3, 1), (bulk.Changes, (int)bulk["revokedGrants"]!));
        var clearing = (
            await App.Creator(creator)
                .PutAsync(
                    $"/v1/creators/{creator}/consent/defaults/remix.meme",
                    new { effect = "deny", clearExceptions = true }
                )
        ).Is(200);
        Assert.Equal(1, (int)clearing["revokedGrants"]!);
        var appearance = (
            await App.Creator(friend)
                .PutAsync(
                    $"/v1/creators/{friend}/appearances/{creator}/clip/consent/remix.background",
                    new { effect = "deny" }
                )
        ).Is(200);
        Assert.Equal(1, (int)appearance["revokedGrants"]!);
        Assert.Equal(["revoked", "revoked", "standing"], (await StatusesAsync(creator)).Order(StringComparer.Ordinal));
        Assert.Equal(["revoked", "standing", "standing"], (await StatusesAsync(friend)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_has_expired_is_revoked_by_nothing()
    {
        var creator = await Steps.CreatorWhoWantsToBeAskedAsync();
        var until = DateTimeOffset.UtcNow.AddSeconds(2);
        var grant = await Steps.GrantAsync(requester, creator, until: until.ToString("O"));
        // Checks let go of it a moment before: what a change knows is the time of the database.
        await Eventually.HoldsAsync(
            "the grant ends",
            async () =>
                await Steps.CheckAsync(requester, creator) == "ask creatorDefault"
                && DateTimeOffset.Parse(await App.NowAsync(), CultureInfo.InvariantCulture) > until
        );
        Assert.Equal(
            0,
            (await App.Creator(creator).DeleteAsync($"/v1/creators/{creator}/grants/{grant["id"]}")).Is(200).Changes
        );
        var denied = (
            await App.Creator(creator)
                .PutAsync($"/v1/creators/{creator}/consent/defaults/remix.voice", new { effect = "deny" })
        ).Is(200);
        Assert.Equal((1, null), (denied.Changes, (int?)denied["revokedGrants"]));
        Assert.Equal(["expired"], await StatusesAsync(creator));
    }

    [Fact]
    public async Task A_grant_reaches_no_purpose_that_is_newer_than_the_vocabulary_which_the_creator_saw()
    {
        await using var app = await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync());
        var asking = new ApprovalSteps(app);
        var creator = await asking.CreatorWhoWantsToBeAskedAsync();
        (
            await app.Admin()
                .PostAsync(
                    "/v1/purposes",
                    new
                    {
                        purpose = "remix.dub",
                        usesLikeness = true,
                        description = "Dubbing.",
                    }
                )
        ).Is(201);
        var grant = await asking.GrantAsync(requester, creator, terms: new { vocabularyVersion = 1 });
        Assert.Equal(1, (int)grant["vocabularyVersion"]!);
        Assert.Equal(
            ["allow grant", "ask creatorDefault"],
            [await asking.CheckAsync(requester, creator), await asking.CheckAsync(requester, creator, "remix.dub")]
        );
    }

    [Fact]
    public async Task A_deny_that_stands_already_is_a_change_where_it_touches_a_grant()
    {
        var creator = await Steps.CreatorWhoWantsToBeAskedAsync();
        (
            await App.Creator(creator)
                .PutAsync($"/v1/creators/{creator}/consent/defaults/mining", new { effect = "deny" })
        ).Is(200);
        var path = $"/v1/creators/{creator}/consent/defaults/remix.voice";
        var request = await Steps.OpenAsync(requester, creator);
        (await App.Creator(creator).PutAsync(path, new { effect = "deny" })).Is(200);
        // The answer to an open request is the creator's word, even beside a deny.
        (await Steps.ApproveAsync(creator, request)).Is(200);
        var before = await App.ScalarAsync<long>("SELECT settings_version FROM consent.creator WHERE id = $1", creator);

        var again = (await App.Creator(creator).PutAsync(path, new { effect = "deny" })).Is(200);
        Assert.Equal((1, 1, before), (again.Changes, (int)again["revokedGrants"]!, again.SettingsVersion));
        Assert.Equal(0, (await App.Creator(creator).PutAsync(path, new { effect = "deny" })).Is(200).Changes);
        Assert.Equal("ask creatorDefault", await Steps.CheckAsync(requester, creator, "remix.meme"));
    }

    [Fact]
    public async Task A_lockdown_stops_what_was_granted_and_lifting_restores_it()
    {
        var creator = await Steps.CreatorWhoWantsToBeAskedAsync();
        await Steps.GrantAsync(requester, creator);
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null)).Is(200);
        Assert.Equal("deny lockdown", await Steps.CheckAsync(requester, creator));
        (await App.Creator(creator).DeleteAsync($"/v1/creators/{creator}/lockdown")).Is(200);
        Assert.Equal("allow grant", await Steps.CheckAsync(requester, creator));
    }

    [Fact]
    public async Task A_past_check_knows_the_grants_of_then()
    {
        var creator = await Steps.CreatorWhoWantsToBeAskedAsync();
        var before = await App.NowAsync();
        var grant = await Steps.GrantAsync(requester, creator);
        var between = await App.NowAsync();
        (await App.Creator(creator).DeleteAsync($"/v1/creators/{creator}/grants/{grant["id"]}")).Is(200);
        var after = await App.NowAsync();
        Assert.Equal(["ask", "allow", "ask"], [await AtAsync(before), await AtAsync(between), await AtAsync(after)]);

        async Task<string> AtAsync(string asOf) =>
            (string)
                (
                    await App.Auditor()
                        .PostAsync(
                            "/v1/checks",
                            new
                            {
                                creatorId = creator,
                                videoId = "clip",
                                purpose = "remix",
                                requester,
                                asOf,
                            }
                        )
                ).Is(200)["effect"]!;
    }

    [Fact]
    public async Task Grants_outlive_the_node_and_end_with_their_time()
    {
        var database = await postgres.CreateDatabaseAsync();
        string creator;
        await using (var app = await RegistryApplication.StartAsync(database))
        {
            creator = await new ApprovalSteps(app).CreatorWhoWantsToBeAskedAsync();
            await new ApprovalSteps(app).GrantAsync(requester, creator, "remix.voice");
            await new ApprovalSteps(app).GrantAsync(
                requester,
                creator,
                "remix.meme",
                until: DateTimeOffset.UtcNow.AddSeconds(4).ToString("O")
            );
            Assert.Equal("allow grant", await new ApprovalSteps(app).CheckAsync(requester, creator, "remix.meme"));
        }
        await using (var app = await RegistryApplication.StartAsync(database))
        {
            var asking = new ApprovalSteps(app);
            Assert.Equal("allow grant", await asking.CheckAsync(requester, creator, "remix.voice"));
            await Eventually.HoldsAsync(
                "the grant ends",
                async () => await asking.CheckAsync(requester, creator, "remix.meme") == "ask creatorDefault"
            );
            Assert.Equal(
                0,
                await app
                    .Services.GetRequiredService<ReplicaVerifier>()
                    .LookAsync(TestContext.Current.CancellationToken)
            );
            Assert.Equal(
                ["expired", "standing"],
                (await app.Creator(creator).GetAsync($"/v1/creators/{creator}/grants")).Is(200)["items"]!
                    .AsArray()
                    .Select(one => (string)one!["status"]!)
            );
        }
    }

    [Fact]
    public async Task Nothing_is_left_of_an_erased_creators_requests_and_grants()
    {
        var creator = await Steps.CreatorWhoWantsToBeAskedAsync();
        await Steps.GrantAsync(requester, creator);
        var open = await Steps.OpenAsync("somebody-else", creator, "remix.voice");
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/blocked-requesters/pest", null)).Is(200);
        (await App.Creator(creator).PostAsync($"/v1/creators/{creator}/erasure", new { reason = "asked for" })).Is(200);

        Assert.Equal("deny noConsent", await Steps.CheckAsync(requester, creator));
        (await Steps.ApproveAsync(creator, open)).IsProblem(409, "creatorErased");
        (await App.Platform("somebody-else").GetAsync($"/v1/approval-requests/{open}")).IsProblem(404, "notFound");
        foreach (var table in new[] { "approval_part", "consent_grant", "asking_block" })
            Assert.Equal(
                0L,
                await App.ScalarAsync<long>($"SELECT count(*) FROM consent.{table} WHERE creator = $1", creator)
            );
    }

    private async Task<string[]> StatusesAsync(string creator) =>
        [
            .. (await App.Creator(creator).GetAsync($"/v1/creators/{creator}/grants")).Is(200)["items"]!
                .AsArray()
                .Select(one => (string)one!["status"]!),
        ];
}
