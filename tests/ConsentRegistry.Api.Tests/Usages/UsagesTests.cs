using System.Text.Json.Nodes;
using ConsentRegistry.Api.Tests.Approvals;

namespace ConsentRegistry.Api.Tests.Usages;

/// <summary>Uses are recorded whatever consent says, judged by it, and shown to everybody concerned.</summary>
public sealed class UsagesTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private readonly string requester = RegistryApplication.NewId("r");

    private RegistryApplication App => registry.App;

    private ApprovalSteps Steps => new(App);

    [Fact]
    public async Task The_status_of_a_use_of_several_videos_is_that_of_the_worst()
    {
        var (yes, no) = (await CreatorAsync("remix"), await CreatorAsync("mining"));
        var use = (
            await RecordAsync(
                new
                {
                    purpose = "remix",
                    videos = new[] { Name(yes), Name(no) },
                    made = new { trainingRun = "run-7" },
                }
            )
        ).Is(201)["use"]!;
        Assert.Equal(
            ("unconsented", "noConsent", "run-7"),
            ((string)use["status"]!, (string)use["reason"]!, (string)use["made"]!["trainingRun"]!)
        );
        Assert.Equal(["consented", "unconsented"], use["videos"]!.AsArray().Select(video => (string)video!["status"]!));
    }

    [Theory]
    [InlineData("no purpose", """{"videos":[{"creatorId":"a","videoId":"v"}]}""", 422, "purpose")]
    [InlineData(
        "a purpose that is no name",
        """{"purpose":"Remix!","videos":[{"creatorId":"a","videoId":"v"}]}""",
        422,
        "purpose"
    )]
    [InlineData(
        "a receipt and a decision",
        """{"purpose":"remix","videos":[{"creatorId":"a","videoId":"v","receipt":"r","decision":{"freshAt":"2026-01-01T00:00:00Z","versions":{"a":1}}}]}""",
        422,
        "videos[0].decision"
    )]
    [InlineData(
        "a decision of no moment",
        """{"purpose":"remix","videos":[{"creatorId":"a","videoId":"v","decision":{"versions":{"a":1}}}]}""",
        422,
        "videos[0].decision.freshAt"
    )]
    [InlineData(
        "a decision from no versions",
        """{"purpose":"remix","videos":[{"creatorId":"a","videoId":"v","decision":{"freshAt":"2026-01-01T00:00:00Z","versions":{}}}]}""",
        422,
        "videos[0].decision.versions"
    )]
    [InlineData(
        "a version of no stream",
        """{"purpose":"remix","videos":[{"creatorId":"a","videoId":"v","decision":{"freshAt":"2026-01-01T00:00:00Z","versions":{"a b":1}}}]}""",
        422,
        "videos[0].decision.versions"
    )]
    [InlineData("no videos", """{"purpose":"remix","videos":[]}""", 422, "videos")]
    [InlineData(
        "a video twice",
        """{"purpose":"remix","videos":[{"creatorId":"a","videoId":"v"},{"creatorId":"a","videoId":"v"}]}""",
        422,
        "videos"
    )]
    [InlineData("a null video", """{"purpose":"remix","videos":[null]}""", 422, "videos[0]")]
    [InlineData(
        "a bad id",
        """{"purpose":"remix","videos":[{"creatorId":"a/b","videoId":"v"}]}""",
        422,
        "videos[0].creatorId"
    )]
    [InlineData(
        "a use to come",
        """{"purpose":"remix","videos":[{"creatorId":"a","videoId":"v"}],"usedAt":"2999-01-01T00:00:00Z"}""",
        422,
        "usedAt"
    )]
    [InlineData(
        "two things made",
        """{"purpose":"remix","videos":[{"creatorId":"a","videoId":"v"}],"made":{"trainingRun":"t","video":{"creatorId":"a","videoId":"w"}}}""",
        422,
        "made"
    )]
    [InlineData(
        "nothing made",
        """{"purpose":"remix","videos":[{"creatorId":"a","videoId":"v"}],"made":{}}""",
        422,
        "made"
    )]
    [InlineData(
        "made from itself",
        """{"purpose":"remix","videos":[{"creatorId":"a","videoId":"v"}],"made":{"video":{"creatorId":"a","videoId":"v"}}}""",
        422,
        "videos"
    )]
    [InlineData(
        "an unknown field",
        """{"purpose":"remix","videos":[{"creatorId":"a","videoId":"v"}],"maid":{}}""",
        400,
        "maid"
    )]
    public async Task Only_what_is_malformed_is_refused(string name, string body, int status, string field)
    {
        var answer = (await App.Platform(requester).PostAsync("/v1/usages", body)).Is(status);
        Assert.True(answer.Fields.Contains(field), $"{name}: {answer.Text}");
        Assert.Empty((await App.Platform(requester).GetAsync("/v1/usages")).Is(200)["items"]!.AsArray());
        if (status != 422)
            return;
        // Among many it spoils no other.
        var batch = (
            await App.Platform(requester)
                .PostAsync(
                    "/v1/usages/batch",
                    $$"""{"usages":[{{body}},{"purpose":"remix","videos":[{"creatorId":"a","videoId":"v"}]}]}"""
                )
        ).Is(201);
        var (refused, recorded) = (batch["results"]![0]!, batch["results"]![1]!);
        Assert.Equal(
            (answer.Code, true),
            (
                (string)refused["error"]!["code"]!,
                ((string)refused["error"]!["detail"]!).Contains(field, StringComparison.Ordinal)
            )
        );
        Assert.Equal((null, "unknownVideo"), (refused["use"], (string)recorded["use"]!["reason"]!));
        Assert.Single((await App.Platform(requester).GetAsync("/v1/usages")).Is(200)["items"]!.AsArray());
    }

    [Fact]
    public async Task A_batch_in_which_every_use_is_refused_records_nothing()
    {
        var answer = (
            await App.With("usage:write", client: requester)
                .PostAsync(
                    "/v1/usages/batch",
                    new
                    {
                        usages = new object[]
                        {
                            new
                            {
                                purpose = "remix",
                                requester = "another",
                                videos = new[] { Name("a") },
                            },
                            new { purpose = "remix" },
                        },
                    }
                )
        ).Is(200);
        Assert.Equal(
            ["requesterNotYours", "invalid"],
            answer["results"]!.AsArray().Select(item => (string)item!["error"]!["code"]!)
        );
        Assert.Equal(
            0,
            await App.ScalarAsync<long>("SELECT count(*) FROM consent.creator WHERE id = $1", $"$requester/{requester}")
        );
    }

    [Theory]
    [InlineData(1_001, 1, 0, "uses")]
    [InlineData(11, 1_000, 0, "videos")]
    [InlineData(2, 501, 1, "receipts and decisions")]
    public async Task More_than_one_request_may_hold_is_refused_as_a_whole(
        int uses,
        int videos,
        int receipts,
        string of
    )
    {
        var use = new
        {
            purpose = "remix",
            videos = Enumerable.Range(0, videos).Select(i => Name("a", $"v{i}", receipts > 0 ? "r" : null)),
        };
        var answer = (
            await App.Platform(requester).PostAsync("/v1/usages/batch", new { usages = Enumerable.Repeat(use, uses) })
        ).IsProblem(422, "tooMany");
        Assert.Contains($" {of}", (string)answer["errors"]!["usages"]![0]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_requester_records_their_own_uses_and_a_platform_anybodys()
    {
        var creator = await CreatorAsync("remix");
        var body = new
        {
            purpose = "remix",
            requester = "somebody-else",
            videos = new[] { Name(creator) },
        };
        (await App.With("usage:write", client: requester).PostAsync("/v1/usages", body)).IsProblem(
            403,
            "requesterNotYours"
        );
        (
            await App.With("usage:write", "subject")
                .PostAsync("/v1/usages", new { purpose = "remix", videos = new[] { Name(creator) } })
        ).IsProblem(422, "invalid");
        Assert.Equal(
            "somebody-else",
            (string)(await App.Platform(requester).PostAsync("/v1/usages", body)).Is(201)["use"]!["requester"]!
        );
        var batch = (
            await App.With("usage:write", client: requester)
                .PostAsync(
                    "/v1/usages/batch",
                    new { usages = new object[] { body, new { body.purpose, body.videos } } }
                )
        ).Is(201);
        Assert.Equal(
            ("requesterNotYours", requester),
            ((string)batch["results"]![0]!["error"]!["code"]!, (string)batch["results"]![1]!["use"]!["requester"]!)
        );
    }

    [Fact]
    public async Task An_agency_approves_for_its_creator_and_sees_the_uses_that_follow()
    {
        var creator = await Steps.CreatorWhoWantsToBeAskedAsync();
        var agency = App.With("consent:manage", "agency", "tool", creator);
        var request = await Steps.OpenAsync(requester, creator, uses: 1);
        (await agency.PostAsync($"/v1/creators/{creator}/approval-requests/{request}/approve", null)).Is(200);
        Assert.Equal("consented grant", await UseAsync(creator));
        Assert.Equal(1, await CountAsync(agency, creator, ""));
        Assert.Equal(1L, (long)(await agency.GetAsync($"/v1/creators/{creator}/usages/totals")).Is(200)["consented"]!);
        (
            await App.With("consent:manage", "agency", "tool", "somebody-else")
                .GetAsync($"/v1/creators/{creator}/usages")
        ).IsProblem(403, "forbidden");
        // The agency's in the creator's history; the one that spent the last use is the requester's.
        var by = await App.QueryAsync<string>(
            "SELECT type || ' ' || (convert_from(body, 'UTF8')::jsonb #>> '{by,onBehalfOf}') FROM consent.event "
                + "WHERE creator = $1 AND type LIKE 'grant%' "
                + "AND convert_from(body, 'UTF8')::jsonb #>> '{by,onBehalfOf}' IS NOT NULL",
            creator
        );
        Assert.Equal([$"grantGiven {creator}"], by);
    }

    [Fact]
    public async Task Nothing_is_written_down_any_more_of_who_was_erased()
    {
        var (creator, friend) = (await CreatorAsync("remix"), RegistryApplication.NewId());
        (
            await App.Platform()
                .PutAsync(
                    $"/v1/creators/{creator}/videos/clip",
                    new { participants = new[] { new { creatorId = friend, role = "coCreator" } } }
                )
        ).Is(200);
        (await App.Admin().PostAsync($"/v1/creators/{friend}/erasure", new { reason = "asked for" })).Is(200);
        Assert.Equal("unconsented noConsent", await UseAsync(creator));
        Assert.Equal(1, await CountAsync(App.Creator(creator), creator, ""));
        (await App.Admin().PostAsync($"/v1/creators/{creator}/erasure", new { reason = "asked for" })).Is(200);
        Assert.Equal("unconsented noConsent", await UseAsync(creator));
        Assert.Equal(
            0,
            await App.ScalarAsync<long>(
                "SELECT count(*) FROM consent.use_concern WHERE creator IN ($1, $2)",
                creator,
                friend
            )
        );
        Assert.Equal(
            0,
            await App.ScalarAsync<long>(
                "SELECT (SELECT count(*) FROM consent.notification WHERE creator IN ($1, $2)) + (SELECT count(*) "
                    + "FROM consent.outbox WHERE creator IN ($1, $2))",
                creator,
                friend
            )
        );
    }

    [Fact]
    public async Task Who_appears_in_two_roles_spends_one_use()
    {
        var (owner, friend) = (await CreatorAsync("remix"), RegistryApplication.NewId());
        var participants = new[]
        {
            new { creatorId = friend, role = "coCreator" },
            new { creatorId = friend, role = "depicted" },
        };
        (await App.Platform().PutAsync($"/v1/creators/{owner}/videos/clip", new { participants })).Is(200);
        await Steps.AskAsync(friend);
        foreach (var uses in new[] { 3, 2 })
        {
            var request = await Steps.OpenAsync(requester, owner, uses: uses);
            (await Steps.ApproveAsync(friend, request)).Is(200);
            for (var used = 1; used <= uses; used++)
            {
                Assert.Equal("consented creatorDefault", await UseAsync(owner));
                Assert.Equal(
                    used,
                    await App.ScalarAsync<int>(
                        "SELECT used FROM consent.consent_grant WHERE creator = $1 ORDER BY version DESC LIMIT 1",
                        friend
                    )
                );
            }
            Assert.Equal("unconsented beyondGrant", await UseAsync(owner));
        }
    }

    [Fact]
    public async Task Beyond_a_grant_is_what_was_granted_and_is_used_up_or_over()
    {
        var creator = await Steps.CreatorWhoWantsToBeAskedAsync();
        await Steps.GrantAsync(requester, creator, "remix.meme", uses: 1);
        Assert.Equal("consented grant", await UseAsync(creator, "remix.meme"));
        Assert.Equal("unconsented beyondGrant", await UseAsync(creator, "remix.meme"));
        Assert.Equal("unconsented notApproved", await UseAsync(creator, "remix.voice"));
        Assert.Equal("unconsented notApproved", await UseAsync(creator, "remix"));
        Assert.Equal("unconsented notApproved", await UseAsync(creator, "remix.meme", by: "another"));

        // A grant for a purpose above covered it, for a while.
        var end = DateTimeOffset.UtcNow.AddSeconds(3);
        await Steps.GrantAsync(requester, creator, until: end.ToString("O"));
        await Eventually.HoldsAsync(
            "the grant is over",
            async () => await App.ScalarAsync<bool>("SELECT clock_timestamp() > $1", end)
        );
        Assert.Equal("unconsented beyondGrant", await UseAsync(creator, "remix.voice"));

        // What was taken back was not overrun.
        var grant = await Steps.GrantAsync(requester, creator, uses: 5);
        (await App.Creator(creator).DeleteAsync($"/v1/creators/{creator}/grants/{grant["id"]}")).Is(200);
        Assert.Equal("unconsented notApproved", await UseAsync(creator));

        // One of two granted and is used up, the other never answered.
        var friend = RegistryApplication.NewId();
        (
            await App.Platform()
                .PutAsync(
                    $"/v1/creators/{creator}/videos/clip",
                    new { participants = new[] { new { creatorId = friend, role = "coCreator" } } }
                )
        ).Is(200);
        await Steps.AskAsync(friend);
        Assert.Equal("unconsented notApproved", await UseAsync(creator, "remix.meme"));
    }

    [Fact]
    public async Task A_counted_grant_is_spent_use_by_use_and_the_last_one_is_an_event()
    {
        var creator = await Steps.CreatorWhoWantsToBeAskedAsync();
        var grant = await Steps.GrantAsync(requester, creator, uses: 3);
        var before = await Steps.EventsAsync(creator);

        var spent = (await RecordAsync(new { purpose = "remix", videos = new[] { Name(creator) } })).Is(201)["use"]!;
        Assert.Equal($"[\"{grant["id"]}\"]", spent["videos"]![0]!["spentGrants"]!.ToJsonString());
        Assert.Equal("consented grant", await UseAsync(creator));
        Assert.Equal((2, "standing"), await GrantOfAsync(creator));
        Assert.Equal(before, await Steps.EventsAsync(creator));
        Assert.Equal("consented grant", await UseAsync(creator));
        Assert.Equal((3, "spent"), await GrantOfAsync(creator));
        Assert.Equal($"{before} grantSpent", await Steps.EventsAsync(creator));
        Assert.Equal("ask creatorDefault", await Steps.CheckAsync(requester, creator));
        Assert.Equal("unconsented beyondGrant", await UseAsync(creator));
        // Another grant begins anew.
        await Steps.GrantAsync(requester, creator, uses: 1);
        Assert.Equal("consented grant", await UseAsync(creator));
        Assert.Equal("unconsented beyondGrant", await UseAsync(creator));
    }

    [Fact]
    public async Task A_batch_spends_in_its_order_and_across_creators_all_or_nothing()
    {
        var (owner, friend) = (RegistryApplication.NewId(), RegistryApplication.NewId());
        (
            await App.Platform()
                .PutAsync(
                    $"/v1/creators/{owner}/videos/clip",
                    new { participants = new[] { new { creatorId = friend, role = "coCreator" } } }
                )
        ).Is(200);
        await Steps.AskAsync(owner);
        await Steps.AskAsync(friend);
        var request = await Steps.OpenAsync(requester, owner, uses: 5);
        (await Steps.ApproveAsync(owner, request)).Is(200);
        (await Steps.ApproveAsync(friend, request, new { uses = 2 })).Is(200);

        var one = new { purpose = "remix", videos = new[] { Name(owner) } };
        var uses = (
            await App.Platform(requester).PostAsync("/v1/usages/batch", new { usages = Enumerable.Repeat(one, 4) })
        ).Is(201)["results"]!.AsArray();
        Assert.Equal(
            ["grant", "grant", "beyondGrant", "beyondGrant"],
            uses.Select(item => (string)item!["use"]!["reason"]!)
        );
        Assert.Equal(((2, "standing"), (2, "spent")), (await GrantOfAsync(owner), await GrantOfAsync(friend)));
    }

    [Fact]
    public async Task Creators_and_auditors_list_and_count_the_uses_that_concern_a_creator()
    {
        var (creator, friend, stranger) = (
            await CreatorAsync("remix"),
            RegistryApplication.NewId(),
            RegistryApplication.NewId()
        );
        (
            await App.Platform()
                .PutAsync(
                    $"/v1/creators/{creator}/videos/clip",
                    new { participants = new[] { new { creatorId = friend, role = "coCreator" } } }
                )
        ).Is(200);
        (
            await App.Creator(friend)
                .PutAsync($"/v1/creators/{friend}/consent/defaults/remix", new { effect = "allow", appliesTo = "all" })
        ).Is(200);
        await UseAsync(creator);
        var between = await App.NowAsync();
        await UseAsync(creator, "mining");
        await UseAsync(creator, by: "another");

        foreach (
            var (client, of) in new[]
            {
                (App.Creator(creator), creator),
                (App.Auditor(), creator),
                (App.Creator(friend), friend),
            }
        )
        {
            Assert.Equal(3, await CountAsync(client, of, ""));
            Assert.Equal(2, await CountAsync(client, of, "?purpose=remix"));
            Assert.Equal(1, await CountAsync(client, of, "?requester=another"));
            Assert.Equal(2, await CountAsync(client, of, $"?from={between}"));
            Assert.Equal(1, await CountAsync(client, of, $"?to={between}"));
            Assert.Equal(0, await CountAsync(client, of, "?videoId=other"));
            Assert.Equal(of == creator ? 3 : 0, await CountAsync(client, of, "?videoId=clip"));
            Assert.Equal(3, await CountAsync(client, of, $"?videoId=clip&ownerId={creator}"));
            Assert.Equal(
                2,
                await CountAsync(client, of, $"?ownerId={creator}&from={between}&purpose=mining")
                    + await CountAsync(client, of, $"?requester={requester}&to={between}")
            );
            Assert.Equal(
                0,
                await CountAsync(client, of, "?from=9999-01-01T00:00:00Z")
                    + await CountAsync(client, of, "?to=1000-01-02T00:00:00Z")
            );
            var totals = (await client.GetAsync($"/v1/creators/{of}/usages/totals")).Is(200);
            Assert.Equal(
                (2L, 1L, 3),
                ((long)totals["consented"]!, (long)totals["unconsented"]!, totals["items"]!.AsArray().Count)
            );
        }
        Assert.Equal(0, await CountAsync(App.Creator(stranger), stranger, ""));
        (await App.Creator(stranger).GetAsync($"/v1/creators/{creator}/usages")).IsProblem(403, "forbidden");

        var (first, items) = ("", new List<string>());
        do
        {
            var page = (await App.Creator(creator).GetAsync($"/v1/creators/{creator}/usages?limit=2{first}")).Is(200);
            items.AddRange(page["items"]!.AsArray().Select(item => (string)item!["requester"]!));
            first = page["nextCursor"] is { } next ? $"&cursor={next}" : null!;
        } while (first is not null);
        Assert.Equal(["another", requester, requester], items);
    }

    private static async Task<int> CountAsync(RegistryClient client, string creator, string query) =>
        (await client.GetAsync($"/v1/creators/{creator}/usages{query}")).Is(200)["items"]!.AsArray().Count;

    private static object Name(string creator, string video = "clip", string? receipt = null) =>
        new
        {
            creatorId = creator,
            videoId = video,
            receipt,
        };

    private Task<Answer> RecordAsync(object body) => App.Platform(requester).PostAsync("/v1/usages", body);

    /// <summary>Records a use; in words, its status and reason.</summary>
    private async Task<string> UseAsync(
        string creator,
        string purpose = "remix",
        string video = "clip",
        string? receipt = null,
        string? usedAt = null,
        string? by = null
    )
    {
        var use = (
            await RecordAsync(
                new
                {
                    purpose,
                    requester = by,
                    videos = new[] { Name(creator, video, receipt) },
                    usedAt,
                }
            )
        ).Is(201)["use"]!;
        return $"{use["status"]} {use["reason"]}";
    }

    private async Task<string> ReceiptAsync(string creator, string purpose = "remix") =>
        (string)
            (
                await App.Platform(requester)
                    .PostAsync(
                        "/v1/checks",
                        new
                        {
                            creatorId = creator,
                            videoId = "clip",
                            purpose,
                            receipt = true,
                        }
                    )
            ).Is(200)["receipt"]!;

    private async Task<(int Used, string Status)> GrantOfAsync(string creator, string? to = null)
    {
        JsonNode grant = (await App.Creator(creator).GetAsync($"/v1/creators/{creator}/grants")).Is(200)["items"]!
            .AsArray()
            .First(one => to is null || (string)one!["requester"]! == to)!;
        return ((int)grant["used"]!, (string)grant["status"]!);
    }

    private async Task<string> CreatorAsync(string allowed)
    {
        var creator = RegistryApplication.NewId();
        (await App.Platform().PutAsync($"/v1/creators/{creator}/videos/clip", new { })).Is(200);
        (
            await App.Creator(creator)
                .PutAsync(
                    $"/v1/creators/{creator}/consent/defaults/{allowed}",
                    new { effect = "allow", appliesTo = "all" }
                )
        ).Is(200);
        return creator;
    }
}
