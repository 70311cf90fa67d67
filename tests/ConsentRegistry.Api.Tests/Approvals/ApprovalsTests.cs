namespace ConsentRegistry.Api.Tests.Approvals;

/// <summary>An ask leads to a request, a request to an answer, and an approval is a grant.</summary>
public sealed class ApprovalsTests(RegistryFixture registry, PostgresFixture postgres) : IClassFixture<RegistryFixture>
{
    private readonly string requester = RegistryApplication.NewId("r");

    private RegistryApplication App => registry.App;

    private ApprovalSteps Steps => new(App);

    [Fact]
    public async Task An_ask_says_where_to_ask_and_an_approval_allows_what_was_asked_for_and_nothing_else()
    {
        var creator = await Steps.CreatorWhoWantsToBeAskedAsync();
        var asked = (
            await App.Platform(requester)
                .PostAsync(
                    "/v1/checks",
                    new
                    {
                        creatorId = creator,
                        videoId = "clip",
                        purpose = "remix",
                    }
                )
        ).Is(200);
        Assert.Equal("/v1/approval-requests", (string)asked["askAt"]!);

        var opened = (await Steps.RequestAsync(requester, creator)).Is(201);
        Assert.True((bool)opened["effectiveEverywhere"]!);
        Assert.Equal("open", (string)opened["request"]!["status"]!);
        Assert.Equal(3, (long)opened["versions"]![creator]!);
        Assert.Equal("ask creatorDefault", await Steps.CheckAsync(requester, creator));

        var approved = (
            await Steps.ApproveAsync(
                creator,
                (string)opened["request"]!["id"]!,
                new { conditions = new[] { "attribution" } }
            )
        ).Is(200);
        var grant = Assert.Single(approved["request"]!["grants"]!.AsArray())!;
        Assert.Equal("approved", (string)approved["request"]!["status"]!);
        Assert.Equal(("standing", 0, (int?)null), ((string)grant["status"]!, (int)grant["used"]!, (int?)grant["uses"]));

        var allowed = (
            await App.Platform(requester)
                .PostAsync(
                    "/v1/checks",
                    new
                    {
                        creatorId = creator,
                        videoId = "clip",
                        purpose = "remix.voice",
                        maxStalenessMs = 9000,
                    }
                )
        ).Is(200);
        Assert.Equal("grant", (string)allowed["reason"]!);
        Assert.Equal(
            ("grant", "remix", requester, 4L),
            (
                (string)allowed["decidedBy"]!["scope"]!,
                (string)allowed["decidedBy"]!["purpose"]!,
                (string)allowed["decidedBy"]!["requester"]!,
                (long)allowed["decidedBy"]!["version"]!
            )
        );
        Assert.Equal("""["attribution"]""", allowed["obligations"]!.ToJsonString());
        Assert.Equal(9000, (long)allowed["maxAgeMs"]!);
        Assert.Null(allowed["askAt"]);
        Assert.Equal("ask creatorDefault", await Steps.CheckAsync("somebody-else", creator));
        Assert.Equal("deny noConsent", await Steps.CheckAsync(requester, creator, "mining"));
        Assert.Equal(
            "videoRegistered defaultChanged approvalChanged approvalChanged grantGiven",
            await Steps.EventsAsync(creator)
        );
    }

    [Fact]
    public async Task Everybody_concerned_is_asked_and_the_requester_sees_one_request()
    {
        var (owner, friend, depicted, source) = (
            RegistryApplication.NewId(),
            RegistryApplication.NewId(),
            RegistryApplication.NewId(),
            await Steps.CreatorWhoWantsToBeAskedAsync()
        );
        (
            await App.Platform()
                .PutAsync(
                    $"/v1/creators/{owner}/videos/clip",
                    new
                    {
                        participants = new[]
                        {
                            new { creatorId = friend, role = "coCreator" },
                            new { creatorId = depicted, role = "depicted" },
                        },
                        derivedFrom = new[] { new { creatorId = source, videoId = "clip" } },
                    }
                )
        ).Is(200);
        await Steps.AskAsync(owner);
        await Steps.AskAsync(depicted);
        (
            await App.Creator(friend)
                .PutAsync($"/v1/creators/{friend}/consent/defaults/remix", new { effect = "allow", appliesTo = "all" })
        ).Is(200);

        var opened = (await Steps.RequestAsync(requester, owner)).Is(201);
        var id = (string)opened["request"]!["id"]!;
        var asked = new[] { owner, depicted, source }.Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(asked, opened["request"]!["asked"]!.AsArray().Select(one => (string)one!["creatorId"]!));

        foreach (var (creator, at) in asked.Select((creator, at) => (creator, at)))
        {
            Assert.Equal("open", await StatusAsync(id));
            Assert.Equal("ask creatorDefault", await Steps.CheckAsync(requester, owner));
            var mine = Assert.Single(
                (await App.Creator(creator).GetAsync($"/v1/creators/{creator}/approval-requests?state=open")).Is(200)[
                    "items"
                ]!.AsArray()
            )!;
            Assert.Equal(
                (creator == source ? source : owner, owner),
                ((string)mine["videos"]![0]!["creatorId"]!, (string)mine["video"]!["creatorId"]!)
            );
            (await Steps.ApproveAsync(creator, id)).Is(200);
            Assert.Empty(
                (await App.Creator(creator).GetAsync($"/v1/creators/{creator}/approval-requests?state=open")).Is(200)[
                    "items"
                ]!.AsArray()
            );
        }
        Assert.Equal("approved", await StatusAsync(id));
        Assert.Equal("allow grant", await Steps.CheckAsync(requester, owner));
        // The source's creator opened this video and no other (R6).
        Assert.Equal("ask creatorDefault", await Steps.CheckAsync(requester, source));
    }

    [Fact]
    public async Task A_request_is_answered_once_and_by_those_who_are_asked()
    {
        var creator = await Steps.CreatorWhoWantsToBeAskedAsync();
        var stranger = RegistryApplication.NewId();
        var first = await Steps.OpenAsync(requester, creator);
        (await Steps.ApproveAsync(stranger, first)).IsProblem(404, "notFound");
        (
            await App.Creator(stranger).PostAsync($"/v1/creators/{creator}/approval-requests/{first}/approve", null)
        ).IsProblem(403, "forbidden");
        (await App.Platform("other").GetAsync($"/v1/approval-requests/{first}")).IsProblem(404, "notFound");
        (await App.Platform("other").PostAsync($"/v1/approval-requests/{first}/withdraw", null)).IsProblem(
            404,
            "notFound"
        );
        (await App.Auditor().GetAsync($"/v1/approval-requests/{first}")).Is(200);
        Assert.Empty((await App.Platform("other").GetAsync("/v1/approval-requests")).Is(200)["items"]!.AsArray());

        (await Steps.ApproveAsync(creator, first)).Is(200);
        (await Steps.ApproveAsync(creator, first)).IsProblem(409, "notOpen");
        (await Steps.RefuseAsync(creator, first)).IsProblem(409, "notOpen");
        (await App.Platform(requester).PostAsync($"/v1/approval-requests/{first}/withdraw", null)).IsProblem(
            409,
            "notOpen"
        );

        var other = RegistryApplication.NewId("r");
        var second = await Steps.OpenAsync(other, creator);
        var withdrawn = (await App.Platform(other).PostAsync($"/v1/approval-requests/{second}/withdraw", null)).Is(200);
        Assert.Equal("withdrawn", (string)withdrawn["request"]!["status"]!);
        (await Steps.ApproveAsync(creator, second)).IsProblem(409, "notOpen");

        var third = await Steps.OpenAsync(other, creator, until: DateTimeOffset.UtcNow.AddSeconds(2).ToString("O"));
        await Eventually.HoldsAsync(
            "it expires",
            async () =>
                (string)(await App.Platform(other).GetAsync($"/v1/approval-requests/{third}")).Is(200)["status"]!
                == "expired"
        );
        (await Steps.ApproveAsync(creator, third)).IsProblem(409, "notOpen");
        Assert.Equal(
            [third, second],
            (await App.Platform(other).GetAsync("/v1/approval-requests")).Is(200)["items"]!
                .AsArray()
                .Select(item => (string)item!["id"]!)
        );
    }

    [Fact]
    public async Task A_withdrawal_leaves_the_streams_of_those_who_answered_without_a_hole()
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
        var request = await Steps.OpenAsync(requester, owner);
        (await Steps.ApproveAsync(owner, request)).Is(200);

        var withdrawn = (await App.Platform(requester).PostAsync($"/v1/approval-requests/{request}/withdraw", null)).Is(
            200
        );
        Assert.Equal("withdrawn", (string)withdrawn["request"]!["status"]!);
        Assert.Equal([friend], withdrawn["versions"]!.AsObject().Select(version => version.Key));
        Assert.Equal(
            [(owner, "approved"), (friend, "withdrawn")],
            withdrawn["request"]!["asked"]!
                .AsArray()
                .Select(one => ((string)one!["creatorId"]!, (string)one["status"]!))
                .OrderBy(one => one.Item1 == friend)
        );
        foreach (var creator in new[] { owner, friend })
        {
            await Steps.AskAsync(creator, "attribution");
            var versions = await App.QueryAsync<long>(
                "SELECT DISTINCT version FROM consent.event WHERE creator = $1 ORDER BY version",
                creator
            );
            Assert.Equal(Enumerable.Range(1, versions.Count).Select(version => (long)version), versions);
        }
    }

    [Fact]
    public async Task What_an_erased_creator_was_asked_is_approved_by_nobody_else()
    {
        var (owner, friend, source) = (
            RegistryApplication.NewId(),
            RegistryApplication.NewId(),
            await Steps.CreatorWhoWantsToBeAskedAsync()
        );
        (
            await App.Platform()
                .PutAsync(
                    $"/v1/creators/{owner}/videos/clip",
                    new
                    {
                        participants = new[] { new { creatorId = friend, role = "coCreator" } },
                        derivedFrom = new[] { new { creatorId = source, videoId = "clip" } },
                    }
                )
        ).Is(200);
        (
            await App.Creator(owner)
                .PutAsync($"/v1/creators/{owner}/consent/defaults/remix", new { effect = "allow", appliesTo = "all" })
        ).Is(200);
        await Steps.AskAsync(friend);
        var request = await Steps.OpenAsync(requester, owner);
        (await Steps.ApproveAsync(friend, request)).Is(200);
        (await App.Creator(source).PostAsync($"/v1/creators/{source}/erasure", new { reason = "asked for" })).Is(200);
        Assert.Equal("expired", await StatusAsync(request));
        Assert.Equal("deny noConsent", await Steps.CheckAsync(requester, owner));
        (await App.Creator(friend).PostAsync($"/v1/creators/{friend}/erasure", new { reason = "asked for" })).Is(200);
        (await App.Platform(requester).GetAsync($"/v1/approval-requests/{request}")).IsProblem(404, "notFound");
    }

    [Fact]
    public async Task Where_all_approve_at_once_the_requester_is_told_once()
    {
        var friends = Enumerable.Range(0, 8).Select(_ => RegistryApplication.NewId()).ToArray();
        var owner = await Steps.CreatorWhoWantsToBeAskedAsync(
            new { participants = friends.Select(friend => new { creatorId = friend, role = "coCreator" }) }
        );
        await Task.WhenAll(friends.Select(friend => Steps.AskAsync(friend)));
        var request = await Steps.OpenAsync(requester, owner);
        // Each of them twice: one of the two is too late.
        var answers = await Task.WhenAll(
            friends.Append(owner).SelectMany(one => new[] { one, one }).Select(one => Steps.ApproveAsync(one, request))
        );
        Assert.Equal(friends.Length + 1, answers.Count(answer => answer.Status == 200));
        Assert.All(answers.Where(answer => answer.Status != 200), answer => answer.IsProblem(409, "notOpen"));
        Assert.Equal("approved", await StatusAsync(request));
        await Eventually.HoldsAsync(
            "the requester is told",
            async () =>
                await ToldAsync() == 1
                && await App.ScalarAsync<long>("SELECT count(*) FROM consent.outbox WHERE requester = $1", requester)
                    == 0
        );

        Task<long> ToldAsync() =>
            App.ScalarAsync<long>(
                "SELECT count(*) FROM consent.notification WHERE requester = $1 AND kind = 'approvalApproved'",
                requester
            );
    }

    [Fact]
    public async Task One_request_asks_so_many_creators_and_no_more()
    {
        var (owner, sources, each) = (RegistryApplication.NewId(), 4, 64);
        var participants = Enumerable.Range(0, (sources + 1) * each).Select(_ => RegistryApplication.NewId()).ToArray();
        for (var i = 0; i <= sources; i++)
        {
            (
                await App.Platform()
                    .PutAsync(
                        $"/v1/creators/{owner}/videos/{(i < sources ? $"source{i}" : "clip")}",
                        new
                        {
                            participants = participants
                                .Skip(i * each)
                                .Take(each)
                                .Select(one => new { creatorId = one, role = "coCreator" }),
                            derivedFrom = i < sources
                                ? null
                                : Enumerable
                                    .Range(0, sources)
                                    .Select(source => new { creatorId = owner, videoId = $"source{source}" }),
                        }
                    )
            ).Is(200);
        }
        await Task.WhenAll(participants.Append(owner).Select(one => Steps.AskAsync(one)));
        (await Steps.RequestAsync(requester, owner)).IsProblem(422, "tooMany");
        Assert.Equal(
            65,
            (await Steps.RequestAsync(requester, owner, video: "source0")).Is(201)["request"]!["asked"]!.AsArray().Count
        );
    }

    [Fact]
    public async Task An_agency_answers_on_behalf_of_the_creator()
    {
        var creator = await Steps.CreatorWhoWantsToBeAskedAsync();
        var request = await Steps.OpenAsync(requester, creator);
        (
            await App.With("consent:manage", "agency", null, creator)
                .PostAsync($"/v1/creators/{creator}/approval-requests/{request}/approve", null)
        ).Is(200);
        var by = (await App.Creator(creator).GetAsync($"/v1/creators/{creator}/history?limit=1")).Is(200)["items"]![0]![
            "by"
        ]!;
        Assert.Equal(("agency", creator), ((string)by["subject"]!, (string)by["onBehalfOf"]!));
    }

    [Fact]
    public async Task Asking_is_for_an_ask_and_not_again_and_not_for_whom_the_creator_does_not_want()
    {
        var creator = await Steps.CreatorWhoWantsToBeAskedAsync();
        (await Steps.RequestAsync(requester, creator, "mining")).IsProblem(409, "notAsked");
        (await Steps.RequestAsync(requester, creator, "remix.unheard")).IsProblem(422, "unknownPurpose");
        (await Steps.RequestAsync(requester, creator, until: "2020-01-01T00:00:00Z")).IsProblem(422, "invalid");
        (await Steps.RequestAsync(requester, creator, uses: 0)).IsProblem(422, "invalid");
        (
            await App.With("consent:check", "somebody")
                .PostAsync(
                    "/v1/approval-requests",
                    new
                    {
                        creatorId = creator,
                        videoId = "clip",
                        purpose = "remix",
                        use = "x",
                    }
                )
        ).IsProblem(422, "invalid");

        var open = await Steps.OpenAsync(requester, creator);
        (await Steps.RequestAsync(requester, creator)).IsProblem(409, "alreadyAsked");
        var refused = (await Steps.RefuseAsync(creator, open, new { reason = "Not this one." })).Is(200);
        Assert.Equal(
            ("refused", "Not this one."),
            ((string)refused["request"]!["status"]!, (string)refused["request"]!["reason"]!)
        );
        (await Steps.RequestAsync(requester, creator)).IsProblem(409, "refusedBefore");
        (await Steps.RequestAsync(requester, creator, "remix.voice")).IsProblem(409, "refusedBefore");
        (await Steps.RequestAsync(requester, await Steps.CreatorWhoWantsToBeAskedAsync())).Is(201);

        var pest = RegistryApplication.NewId("r");
        var blocked = (
            await App.Creator(creator).PutAsync($"/v1/creators/{creator}/blocked-requesters/{pest}", null)
        ).Is(200);
        Assert.Equal((1, pest), (blocked.Changes, (string)blocked["blocked"]!["requester"]!));
        Assert.Equal(
            0,
            (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/blocked-requesters/{pest}", null))
                .Is(200)
                .Changes
        );
        (await Steps.RequestAsync(pest, creator)).IsProblem(409, "askingBlocked");
        Assert.Equal(
            [pest],
            (await App.Creator(creator).GetAsync($"/v1/creators/{creator}/blocked-requesters")).Is(200)["items"]!
                .AsArray()
                .Select(one => (string)one!["requester"]!)
        );
        Assert.Equal(
            1,
            (await App.Creator(creator).DeleteAsync($"/v1/creators/{creator}/blocked-requesters/{pest}"))
                .Is(200)
                .Changes
        );
        await Steps.OpenAsync(pest, creator);
    }

    [Fact]
    public async Task Everybody_is_told_what_concerns_them()
    {
        var creator = await Steps.CreatorWhoWantsToBeAskedAsync();
        await Steps.OpenAsync(requester, creator, until: DateTimeOffset.UtcNow.AddDays(2).ToString("O"));
        var answered = await Steps.OpenAsync(requester, creator, "remix.meme");
        (await Steps.RefuseAsync(creator, answered)).Is(200);
        // Once for what ends soon, and never for what was answered or has time.
        await Eventually.HoldsAsync(
            "the creator is told of the end",
            async () => (await KindsAsync(creator)).Contains("approvalExpiring")
        );
        Assert.Equal(
            ["approvalExpiring", "approvalRequested", "approvalRequested"],
            (await KindsAsync(creator)).Where(kind => kind.StartsWith("approval", StringComparison.Ordinal))
        );
        Assert.Equal(
            ["approvalRefused"],
            await App.QueryAsync<string>("SELECT kind FROM consent.notification WHERE requester = $1", requester)
        );
    }

    private async Task<string[]> KindsAsync(string creator) =>
        [
            .. (await App.Creator(creator).GetAsync($"/v1/creators/{creator}/notifications")).Is(200)["items"]!
                .AsArray()
                .Select(item => (string)item!["kind"]!),
        ];

    [Fact]
    public async Task How_many_how_long_and_how_soon_again_is_configured()
    {
        await using var app = await RegistryApplication.StartAsync(
            await postgres.CreateDatabaseAsync(),
            "Approvals:OpenPerRequester=2",
            "Approvals:OpenDays=1",
            "Approvals:RefusedDays=0"
        );
        var asking = new ApprovalSteps(app);
        var creator = await asking.CreatorWhoWantsToBeAskedAsync();
        var first = await asking.OpenAsync(requester, creator, "remix");
        var second = await asking.OpenAsync(requester, creator, "remix.voice");
        (await asking.RequestAsync(requester, creator, "remix.meme")).IsProblem(409, "askingBlocked");
        await asking.OpenAsync("another", creator, "remix.meme");
        (await asking.RefuseAsync(creator, second)).Is(200);
        // Withdrawing frees no place: it would be a way to ask without end.
        var withdrawn = await asking.OpenAsync(requester, creator, "remix.background");
        (await app.Platform(requester).PostAsync($"/v1/approval-requests/{withdrawn}/withdraw", null)).Is(200);
        (await asking.RequestAsync(requester, creator, "remix.background")).IsProblem(409, "askingBlocked");
        (await asking.RefuseAsync(creator, first)).Is(200);
        var third = (await asking.RequestAsync(requester, creator, "remix.voice")).Is(201);
        Assert.InRange(
            (DateTimeOffset)third["request"]!["expiresAt"]! - (DateTimeOffset)third["request"]!["createdAt"]!,
            TimeSpan.FromDays(1),
            TimeSpan.FromDays(1)
        );
    }

    [Fact]
    public async Task An_approval_may_be_for_less_and_never_for_more()
    {
        var creator = await Steps.CreatorWhoWantsToBeAskedAsync();
        var soon = DateTimeOffset.UtcNow.AddDays(3).ToString("O");
        var request = await Steps.OpenAsync(requester, creator, uses: 10, until: soon);
        foreach (
            var wider in new object[]
            {
                new { purpose = "training" },
                new { uses = 11 },
                new { until = DateTimeOffset.UtcNow.AddDays(4).ToString("O") },
                new { until = "2020-01-01T00:00:00Z" },
                new { uses = 0 },
            }
        )
            (await Steps.ApproveAsync(creator, request, wider)).IsProblem(422, "invalid");
        (await Steps.ApproveAsync(creator, request, new { purpose = "remix.unheard" })).IsProblem(
            422,
            "unknownPurpose"
        );

        var approved = (
            await Steps.ApproveAsync(
                creator,
                request,
                new
                {
                    purpose = "remix.voice",
                    uses = 3,
                    until = DateTimeOffset.UtcNow.AddDays(1).ToString("O"),
                    conditions = new[] { "labelAsAi" },
                }
            )
        ).Is(200);
        var grant = Assert.Single(approved["request"]!["grants"]!.AsArray())!;
        Assert.Equal(
            ("remix.voice", 3, """["labelAsAi"]"""),
            ((string)grant["purpose"]!, (int)grant["uses"]!, grant["conditions"]!.ToJsonString())
        );
        Assert.Equal("allow grant", await Steps.CheckAsync(requester, creator, "remix.voice"));
        Assert.Equal("ask creatorDefault", await Steps.CheckAsync(requester, creator, "remix"));
        // What is counted may be spent by somebody else meanwhile: no answer is for reuse.
        var counted = (
            await App.Platform(requester)
                .PostAsync(
                    "/v1/checks",
                    new
                    {
                        creatorId = creator,
                        videoId = "clip",
                        purpose = "remix.voice",
                        maxStalenessMs = 9000,
                    }
                )
        ).Is(200);
        Assert.Equal(0, (long)counted["maxAgeMs"]!);
    }

    private async Task<string> StatusAsync(string request) =>
        (string)(await App.Platform(requester).GetAsync($"/v1/approval-requests/{request}")).Is(200)["status"]!;
}
