using System.Text.Json.Nodes;
using ConsentRegistry.Api.Tests.Approvals;

namespace ConsentRegistry.Api.Tests.Usages;

/// <summary>Whoever relied on consent is told to stop when it is withdrawn, whoever withdrew it and however.</summary>
public sealed class RecallsTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private readonly string requester = RegistryApplication.NewId("r");

    private RegistryApplication App => registry.App;

    private ApprovalSteps Steps => new(App);

    private RecallSteps RecallSteps => new(App);

    [Theory]
    [InlineData("deny", "creatorDefault")]
    [InlineData("ask", "creatorDefault")]
    [InlineData("clear", "noConsent")]
    [InlineData("override", "videoOverride")]
    [InlineData("lockdown", "lockdown")]
    [InlineData("hold", "hold")]
    [InlineData("erasure", "noConsent")]
    public async Task Withdrawing_in_any_way_recalls(string way, string reason)
    {
        var creator = await CreatorAsync();
        await UseAsync(creator, made: new { trainingRun = "run-1" });
        var consent = $"/v1/creators/{creator}/consent/defaults/remix";
        (
            way switch
            {
                "deny" or "ask" => await App.Creator(creator).PutAsync(consent, new { effect = way }),
                "clear" => await App.Creator(creator).DeleteAsync(consent),
                "override" => await App.Creator(creator)
                    .PutAsync($"/v1/creators/{creator}/videos/clip/consent/remix", new { effect = "deny" }),
                "lockdown" => await App.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null),
                "hold" => await App.Operator().PutAsync($"/v1/creators/{creator}/hold", new { reason = "order" }),
                _ => await App.Creator(creator)
                    .PostAsync($"/v1/creators/{creator}/erasure", new { reason = "asked for" }),
            }
        ).Is(200);

        var recall = Assert.Single(await RecallsAsync(1));
        Assert.Equal(
            (creator, "remix", reason, "open", "run-1", way == "erasure" ? null : creator),
            (
                (string)recall["video"]!["creatorId"]!,
                (string)recall["purpose"]!,
                (string)recall["reason"]!,
                (string)recall["status"]!,
                (string)recall["made"]![0]!["trainingRun"]!,
                (string?)recall["creatorId"]
            )
        );
        Assert.InRange(
            (DateTimeOffset)recall["stopBy"]! - (DateTimeOffset)recall["createdAt"]!,
            TimeSpan.FromHours(72),
            TimeSpan.FromHours(72)
        );
        Assert.Equal("useRecorded recallChanged", await Steps.EventsAsync($"$requester/{requester}"));
    }

    [Fact]
    public async Task A_revoked_grant_recalls_and_an_expired_one_as_well()
    {
        var (revoking, ending) = (
            await Steps.CreatorWhoWantsToBeAskedAsync(),
            await Steps.CreatorWhoWantsToBeAskedAsync()
        );
        var grant = await Steps.GrantAsync(requester, revoking);
        await Steps.GrantAsync(requester, ending, until: DateTimeOffset.UtcNow.AddSeconds(5).ToString("O"));
        await UseAsync(revoking);
        await UseAsync(ending);
        (await App.Creator(revoking).DeleteAsync($"/v1/creators/{revoking}/grants/{grant["id"]}")).Is(200);
        Assert.Equal([revoking], (await RecallsAsync(1)).Select(recall => (string)recall["creatorId"]!));
        // What it rests on is known when it is looked at for the first time, and then waited for.
        await DueAsync();
        Assert.Equal([ending, revoking], (await RecallsAsync(2)).Select(recall => (string)recall["creatorId"]!));
    }

    [Theory]
    [InlineData("revoke", "creatorDefault")]
    [InlineData("deny", "creatorDefault")]
    [InlineData("deny above", "creatorDefault")]
    [InlineData("lockdown", "lockdown")]
    [InlineData("expiry", "creatorDefault")]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task A_spent_grant_covers_what_was_used_with_it_until_consent_is_withdrawn(string way, string reason)
    {
        var creator = await Steps.CreatorWhoWantsToBeAskedAsync();
        (
            await App.Creator(creator)
                .PutAsync($"/v1/creators/{creator}/consent/defaults/remix.meme", new { effect = "ask" })
        ).Is(200);
        var until = way == "expiry" ? DateTimeOffset.UtcNow.AddSeconds(20).ToString("O") : null;
        var grant = await Steps.GrantAsync(requester, creator, "remix.meme", uses: 1, until: until);
        await UseAsync(creator, purpose: "remix.meme");
        await RecallSteps.LookedAtAsync(requester);
        Assert.Equal((0, 1L), ((await ListAsync(requester)).Count, await RelyingAsync(creator)));

        var consent = $"/v1/creators/{creator}/consent/defaults";
        if (way == "revoke")
            Assert.Equal(
                (1, "revoked"),
                (await App.Creator(creator).DeleteAsync($"/v1/creators/{creator}/grants/{grant["id"]}")).Is(200)
                    is var answer
                    ? (answer.Changes, (string)answer["grant"]!["status"]!)
                    : default
            );
        else if (way == "deny")
            (await App.Creator(creator).PutAsync($"{consent}/remix.meme", new { effect = "deny" })).Is(200);
        else if (way == "deny above")
            (await App.Creator(creator).PutAsync($"{consent}/remix", new { effect = "deny" })).Is(200);
        else if (way == "lockdown")
            (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null)).Is(200);
        var recall = Assert.Single(await RecallsAsync(1));
        Assert.Equal((creator, reason), ((string)recall["creatorId"]!, (string)recall["reason"]!));
        Assert.Equal(
            way == "revoke",
            (await Steps.EventsAsync(creator)).EndsWith("grantSpent grantRevoked", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Of_two_grants_the_one_that_was_used_last_decides()
    {
        var (creator, other) = (
            await Steps.CreatorWhoWantsToBeAskedAsync(),
            await Steps.CreatorWhoWantsToBeAskedAsync()
        );
        foreach (var one in new[] { creator, other })
        {
            await Steps.GrantAsync(requester, one, uses: 1);
            await UseAsync(one);
        }
        var (used, unused) = (
            await Steps.GrantAsync(requester, creator),
            await Steps.GrantAsync(requester, other, uses: 1)
        );
        await UseAsync(creator);
        (await App.Creator(creator).DeleteAsync($"/v1/creators/{creator}/grants/{used["id"]}")).Is(200);
        (await App.Creator(other).DeleteAsync($"/v1/creators/{other}/grants/{unused["id"]}")).Is(200);
        await RecallsAsync(1);
        await RecallSteps.LookedAtAsync(requester);
        Assert.Equal(creator, (string)Assert.Single(await RecallsAsync(1))["creatorId"]!);
        Assert.Equal(1L, await RelyingAsync(other));
    }

    [Fact]
    public async Task A_preview_counts_what_a_spent_grant_covers()
    {
        var creator = await Steps.CreatorWhoWantsToBeAskedAsync();
        await Steps.GrantAsync(requester, creator, uses: 1);
        await UseAsync(creator);
        var denied = await PreviewAsync(creator, "remix", "deny");
        Assert.Equal((1, 0), ((int)denied["recalls"]!["count"]!, (int)denied["revokedGrants"]!["count"]!));
        Assert.Equal(0, (int)(await PreviewAsync(creator, "mining", "deny"))["recalls"]!["count"]!);
    }

    [Fact]
    public async Task A_grant_that_a_deny_revokes_recalls_and_an_allow_that_expires_as_well()
    {
        var (denying, ending) = (await Steps.CreatorWhoWantsToBeAskedAsync(), await CreatorAsync());
        await Steps.GrantAsync(requester, denying);
        await UseAsync(denying);
        (
            await App.Creator(denying)
                .PutAsync($"/v1/creators/{denying}/consent/defaults/remix", new { effect = "deny" })
        ).Is(200);
        await RecallsAsync(1);
        Assert.EndsWith("defaultChanged grantRevoked", await Steps.EventsAsync(denying), StringComparison.Ordinal);

        var end = new
        {
            effect = "allow",
            appliesTo = "all",
            expiresAt = DateTimeOffset.UtcNow.AddSeconds(10).ToString("O"),
        };
        (await App.Creator(ending).PutAsync($"/v1/creators/{ending}/consent/defaults/remix", end)).Is(200);
        await UseAsync(ending);
        await DueAsync();
        Assert.Equal(
            [(ending, "noConsent"), (denying, "creatorDefault")],
            (await RecallsAsync(2)).Select(recall => ((string)recall["creatorId"]!, (string)recall["reason"]!))
        );
    }

    [Fact]
    public async Task A_use_that_was_reported_too_late_is_recalled_like_any_other()
    {
        var creator = await CreatorAsync();
        var late = new
        {
            purpose = "remix",
            videos = new[] { new { creatorId = creator, videoId = "clip" } },
            usedAt = DateTimeOffset.UtcNow.AddHours(-1).ToString("O"),
            made = new { trainingRun = "late" },
        };
        Assert.Equal(
            "noReceipt",
            (string)(await App.Platform(requester).PostAsync("/v1/usages", late)).Is(201)["use"]!["reason"]!
        );
        (
            await App.Creator(creator)
                .PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "deny" })
        ).Is(200);
        Assert.Equal("late", (string)Assert.Single(await RecallsAsync(1))["made"]![0]!["trainingRun"]!);
    }

    [Fact]
    public async Task A_recall_names_what_its_requester_made_since_consent_began_in_its_order()
    {
        var creator = await CreatorAsync();
        foreach (var run in new[] { "z", "a", "z" })
            await UseAsync(creator, made: new { trainingRun = run });
        await UseAsync(creator, by: RegistryApplication.NewId("r"), made: new { trainingRun = "anothers" });
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null)).Is(200);
        await RecallsAsync(1);
        (await App.Creator(creator).DeleteAsync($"/v1/creators/{creator}/lockdown")).Is(200);
        await UseAsync(creator, made: new { trainingRun = "again" });
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null)).Is(200);
        Assert.Equal(
            ["again", "z a"],
            (await RecallsAsync(2)).Select(recall =>
                string.Join(' ', recall["made"]!.AsArray().Select(made => (string)made!["trainingRun"]!))
            )
        );
    }

    private Task<long> RelyingAsync(string creator) =>
        App.ScalarAsync<long>("SELECT count(*) FROM consent.reliance WHERE owner = $1", creator);

    [Fact]
    public async Task A_derived_video_is_followed_through_its_sources()
    {
        var (source, maker) = (await CreatorAsync(), RegistryApplication.NewId());
        var maker_of_remix = RegistryApplication.NewId("r");
        (
            await App.Creator(maker)
                .PutAsync($"/v1/creators/{maker}/consent/defaults/remix", new { effect = "allow", appliesTo = "all" })
        ).Is(200);
        await UseAsync(
            source,
            by: maker_of_remix,
            made: new { video = new { creatorId = maker, videoId = "mix" }, publishedAt = "2026-05-01T00:00:00Z" }
        );
        await UseAsync(maker, "mix");
        (await App.Creator(source).PutAsync($"/v1/creators/{source}/lockdown", null)).Is(200);

        var mine = Assert.Single(await RecallsAsync(1));
        Assert.Equal(
            (maker, "mix", source),
            ((string)mine["video"]!["creatorId"]!, (string)mine["video"]!["videoId"]!, (string)mine["creatorId"]!)
        );
        var theirs = Assert.Single(await RecallsAsync(1, maker_of_remix));
        Assert.Equal(
            (source, "mix"),
            ((string)theirs["video"]!["creatorId"]!, (string)theirs["made"]![0]!["video"]!["videoId"]!)
        );
        // Whose word it was, and whose video, see it both.
        Assert.Equal(
            2,
            (await App.Creator(source).GetAsync($"/v1/creators/{source}/recalls")).Is(200)["items"]!.AsArray().Count
        );
        Assert.Single((await App.Creator(maker).GetAsync($"/v1/creators/{maker}/recalls")).Is(200)["items"]!.AsArray());
    }

    [Fact]
    public async Task Who_becomes_concerned_later_can_withdraw_as_well()
    {
        var (creator, late) = (await CreatorAsync(), RegistryApplication.NewId());
        (
            await App.Creator(late)
                .PutAsync($"/v1/creators/{late}/consent/defaults/remix", new { effect = "allow", appliesTo = "all" })
        ).Is(200);
        await UseAsync(creator);
        (
            await App.Platform()
                .PutAsync(
                    $"/v1/creators/{creator}/videos/clip",
                    new { participants = new[] { new { creatorId = late, role = "coCreator" } } }
                )
        ).Is(200);
        await Eventually.HoldsAsync(
            "the participant is noted",
            async () =>
                await App.ScalarAsync<long>("SELECT count(*) FROM consent.reliance_concern WHERE creator = $1", late)
                == 1
        );
        Assert.Empty(await ListAsync(requester));
        (await App.Creator(late).PutAsync($"/v1/creators/{late}/consent/defaults/remix", new { effect = "deny" })).Is(
            200
        );
        Assert.Equal(late, (string)Assert.Single(await RecallsAsync(1))["creatorId"]!);
    }

    [Fact]
    public async Task A_receipt_is_reliance_too_and_a_use_without_consent_is_none()
    {
        var creator = await CreatorAsync();
        var check = new
        {
            creatorId = creator,
            videoId = "clip",
            purpose = "remix",
            receipt = true,
        };
        (await App.Platform(requester).PostAsync("/v1/checks", check)).Is(200);
        var other = RegistryApplication.NewId("r");
        (
            await App.Platform(other)
                .PostAsync(
                    "/v1/checks/batch",
                    new
                    {
                        checks = new object[]
                        {
                            check,
                            new
                            {
                                creatorId = creator,
                                videoId = "clip",
                                purpose = "mining",
                                receipt = true,
                            },
                        },
                    }
                )
        ).Is(200);
        var third = RegistryApplication.NewId("r");
        await UseAsync(creator, "clip", third, purpose: "mining");
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null)).Is(200);
        Assert.Single(await RecallsAsync(1));
        Assert.Equal("remix", (string)Assert.Single(await RecallsAsync(1, other))["purpose"]!);
        Assert.Empty(await ListAsync(third));
    }

    [Fact]
    public async Task A_preview_says_which_uses_and_grants_a_change_would_recall()
    {
        var (creator, maker) = (await CreatorAsync(), RegistryApplication.NewId());
        var asked = (
            await App.Creator(creator)
                .PutAsync($"/v1/creators/{creator}/consent/defaults/training", new { effect = "ask" })
        ).Is(200);
        (
            await App.Creator(maker)
                .PutAsync($"/v1/creators/{maker}/consent/defaults/remix", new { effect = "allow", appliesTo = "all" })
        ).Is(200);
        await UseAsync(
            creator,
            made: new { video = new { creatorId = maker, videoId = "mix" }, publishedAt = "2026-05-01T00:00:00Z" }
        );
        await UseAsync(maker, "mix", "another");
        await Steps.GrantAsync(requester, creator, "training");
        await UseAsync(creator, purpose: "training");

        var preview = await PreviewAsync(creator, "remix", "deny");
        Assert.Equal(
            new[] { $"{creator} clip remix {requester}", $"{maker} mix remix another" }.Order(StringComparer.Ordinal),
            preview["recalls"]!["first"]!.AsArray().Select(Words)
        );
        Assert.Equal((2, 0), ((int)preview["recalls"]!["count"]!, (int)preview["revokedGrants"]!["count"]!));

        var training = await PreviewAsync(creator, "training", "deny");
        Assert.Equal(
            (1, 1, 2),
            ((int)training["recalls"]!["count"]!, (int)training["revokedGrants"]!["count"]!, (int)training["changes"]!)
        );
        Assert.Equal(requester, (string)training["revokedGrants"]!["first"]![0]!["requester"]!);
        var mining = await PreviewAsync(creator, "mining", "deny");
        Assert.Equal((0, 0), ((int)mining["recalls"]!["count"]!, (int)mining["revokedGrants"]!["count"]!));
        // Nothing was changed, and nobody told.
        Assert.Empty(await ListAsync(requester));
        Assert.Equal(
            (string)asked["setting"]!["effect"]!,
            (string)
                (await App.Creator(creator).GetAsync($"/v1/creators/{creator}/consent")).Is(200)["defaults"]!
                    .AsArray()
                    .Single(one => (string)one!["purpose"]! == "training")!["effect"]!
        );
    }

    private static string Words(JsonNode? recall) =>
        $"{recall!["video"]!["creatorId"]} {recall["video"]!["videoId"]} {recall["purpose"]} {recall["requester"]}";

    private async Task<Answer> PreviewAsync(string creator, string purpose, string effect) =>
        (
            await App.Creator(creator)
                .PostAsync(
                    $"/v1/creators/{creator}/consent/changes",
                    new
                    {
                        dryRun = true,
                        changes = new[]
                        {
                            new
                            {
                                op = "setDefault",
                                purpose,
                                effect,
                            },
                        },
                    }
                )
        ).Is(200);

    [Fact]
    public async Task Nobody_is_told_twice_and_consent_given_again_begins_anew()
    {
        var creator = await CreatorAsync();
        await UseAsync(creator);
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null)).Is(200);
        await RecallsAsync(1);
        (
            await App.Creator(creator)
                .PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "deny" })
        ).Is(200);
        (await App.Creator(creator).DeleteAsync($"/v1/creators/{creator}/lockdown")).Is(200);
        (
            await App.Creator(creator)
                .PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "allow", appliesTo = "all" })
        ).Is(200);
        await UseAsync(creator);
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null)).Is(200);
        await RecallsAsync(2);
        Assert.Equal(
            0L,
            await App.ScalarAsync<long>("SELECT count(*) FROM consent.reliance WHERE owner = $1", creator)
        );
    }

    private Task DueAsync() => RecallSteps.DueAsync(requester);

    private Task<IReadOnlyList<JsonNode>> RecallsAsync(int expected, string? of = null) =>
        RecallSteps.RecallsAsync(of ?? requester, expected);

    private Task<IReadOnlyList<JsonNode>> ListAsync(string of) => RecallSteps.ListAsync(of);

    private Task UseAsync(
        string creator,
        string video = "clip",
        string? by = null,
        object? made = null,
        string purpose = "remix"
    ) => RecallSteps.UseAsync(by ?? requester, creator, video, made, purpose);

    private Task<string> CreatorAsync() => RecallSteps.CreatorAsync();
}
