using System.Text.Json.Nodes;
using ConsentRegistry.Api.Tests.Approvals;

namespace ConsentRegistry.Api.Tests.Usages;

/// <summary>Uses are recorded whatever consent says, judged by it, and shown to everybody concerned.</summary>
public sealed class UsagesTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private readonly string requester = RegistryApplication.NewId("r");

    private RegistryApplication App => registry.App;

    private Asking Asking => new(App);

    [Fact]
    public async Task A_use_is_judged_by_the_consent_of_now_and_stored_either_way()
    {
        var creator = await CreatorAsync("remix");
        Assert.Equal("consented creatorDefault", await UseAsync(creator));
        Assert.Equal("unconsented noConsent", await UseAsync(creator, "mining"));
        Assert.Equal("unconsented unknownVideo", await UseAsync(creator, video: "never-heard-of"));
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/videos/clip/consent/remix", new { effect = "allow" })).Is(200);
        Assert.Equal("consented videoOverride", await UseAsync(creator));
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null)).Is(200);
        Assert.Equal("unconsented lockdown", await UseAsync(creator));
        (await App.Operator().PutAsync($"/v1/creators/{creator}/hold", new { reason = "order" })).Is(200);
        Assert.Equal("unconsented hold", await UseAsync(creator));

        var asked = await Asking.CreatorWhoWantsToBeAskedAsync();
        Assert.Equal("unconsented notApproved", await UseAsync(asked));
        Assert.Equal(7, (await App.Platform(requester).GetAsync("/v1/usages")).Is(200)["items"]!.AsArray().Count);
        Assert.Equal(7, (await Asking.EventsAsync($"$requester/{requester}")).Split(' ').Count(type => type == "useRecorded"));
    }

    [Fact]
    public async Task The_status_of_a_use_of_several_videos_is_that_of_the_worst()
    {
        var (yes, no) = (await CreatorAsync("remix"), await CreatorAsync("mining"));
        var use = (await RecordAsync(new { purpose = "remix", videos = new[] { Name(yes), Name(no) }, made = new { trainingRun = "run-7" } })).Is(201)["use"]!;
        Assert.Equal(("unconsented", "noConsent", "run-7"), ((string)use["status"]!, (string)use["reason"]!, (string)use["made"]!["trainingRun"]!));
        Assert.Equal(["consented", "unconsented"], use["videos"]!.AsArray().Select(video => (string)video!["status"]!));
    }

    [Theory]
    [InlineData("no purpose", """{"videos":[{"creatorId":"a","videoId":"v"}]}""", 422, "purpose")]
    [InlineData("an unknown purpose", """{"purpose":"unheard","videos":[{"creatorId":"a","videoId":"v"}]}""", 422, "purpose")]
    [InlineData("no videos", """{"purpose":"remix","videos":[]}""", 422, "videos")]
    [InlineData("a video twice", """{"purpose":"remix","videos":[{"creatorId":"a","videoId":"v"},{"creatorId":"a","videoId":"v"}]}""", 422, "videos")]
    [InlineData("a null video", """{"purpose":"remix","videos":[null]}""", 422, "videos[0]")]
    [InlineData("a bad id", """{"purpose":"remix","videos":[{"creatorId":"a/b","videoId":"v"}]}""", 422, "videos[0].creatorId")]
    [InlineData("a use to come", """{"purpose":"remix","videos":[{"creatorId":"a","videoId":"v"}],"usedAt":"2999-01-01T00:00:00Z"}""", 422, "usedAt")]
    [InlineData("two things made", """{"purpose":"remix","videos":[{"creatorId":"a","videoId":"v"}],"made":{"trainingRun":"t","video":{"creatorId":"a","videoId":"w"}}}""", 422, "made")]
    [InlineData("nothing made", """{"purpose":"remix","videos":[{"creatorId":"a","videoId":"v"}],"made":{}}""", 422, "made")]
    [InlineData("made from itself", """{"purpose":"remix","videos":[{"creatorId":"a","videoId":"v"}],"made":{"video":{"creatorId":"a","videoId":"v"}}}""", 422, "videos")]
    [InlineData("an unknown field", """{"purpose":"remix","videos":[{"creatorId":"a","videoId":"v"}],"maid":{}}""", 400, "maid")]
    public async Task Only_what_is_malformed_is_refused(string name, string body, int status, string field)
    {
        var answer = (await App.Platform(requester).PostAsync("/v1/usages", body)).Is(status);
        Assert.True(answer.Fields.Contains(field), $"{name}: {answer.Text}");
        if (status == 422)
        {
            var batch = (await App.Platform(requester).PostAsync("/v1/usages/batch", $$"""{"usages":[{"purpose":"remix","videos":[{"creatorId":"a","videoId":"v"}]},{{body}}]}""")).Is(422);
            Assert.True(batch.Fields.Contains($"usages[1].{field}"), $"{name}: {batch.Text}");
        }
        Assert.Empty((await App.Platform(requester).GetAsync("/v1/usages")).Is(200)["items"]!.AsArray());
    }

    [Fact]
    public async Task A_requester_records_their_own_uses_and_a_platform_anybodys()
    {
        var creator = await CreatorAsync("remix");
        var body = new { purpose = "remix", requester = "somebody-else", videos = new[] { Name(creator) } };
        (await App.With("usage:write", client: requester).PostAsync("/v1/usages", body)).IsProblem(403, "requesterNotYours");
        (await App.With("usage:write", "subject").PostAsync("/v1/usages", new { purpose = "remix", videos = new[] { Name(creator) } })).IsProblem(422, "invalid");
        Assert.Equal("somebody-else", (string)(await App.Platform(requester).PostAsync("/v1/usages", body)).Is(201)["use"]!["requester"]!);
    }

    [Fact]
    public async Task A_receipt_shows_what_was_answered_then()
    {
        var creator = await CreatorAsync("remix");
        var receipt = await ReceiptAsync(creator);
        var other = await ReceiptAsync(creator, "remix.voice");
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "deny" })).Is(200);
        var denied = await ReceiptAsync(creator);

        var long_ago = DateTimeOffset.UtcNow.AddHours(-1).ToString("O");
        Assert.Equal("unconsented noConsent", await UseAsync(creator));
        Assert.Equal("consented creatorDefault", await UseAsync(creator, receipt: receipt));
        Assert.Equal("consented creatorDefault", await UseAsync(creator, receipt: receipt, usedAt: long_ago));
        Assert.Equal("unconsented noConsent", await UseAsync(creator, receipt: denied));
        Assert.Equal("unconsented noReceipt", await UseAsync(creator, usedAt: long_ago));
        Assert.Equal("unconsented otherReceipt", await UseAsync(creator, receipt: other));
        Assert.Equal("unconsented otherReceipt", await UseAsync(creator, video: "clap", receipt: receipt));
        Assert.Equal("unconsented forgedReceipt", await UseAsync(creator, receipt: $"{receipt[..^6]}AAAAAA"));
        Assert.Equal("unconsented forgedReceipt", await UseAsync(creator, receipt: "not a receipt"));
        Assert.Equal("unconsented otherReceipt", await UseAsync(creator, receipt: receipt, by: "somebody-else"));

        // Beside consent that stands, a forged receipt is what is told.
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "allow", appliesTo = "all" })).Is(200);
        Assert.Equal("unconsented forgedReceipt", await UseAsync(creator, receipt: "not a receipt"));
        Assert.Equal("unconsented noReceipt", await UseAsync(creator, usedAt: long_ago));
        Assert.Equal("consented creatorDefault", await UseAsync(creator, usedAt: DateTimeOffset.UtcNow.AddMinutes(-4).ToString("O")));
    }

    [Fact]
    public async Task A_counted_grant_is_spent_use_by_use_and_the_last_one_is_an_event()
    {
        var creator = await Asking.CreatorWhoWantsToBeAskedAsync();
        var grant = await Asking.GrantAsync(requester, creator, uses: 3);
        var before = await Asking.EventsAsync(creator);

        var spent = (await RecordAsync(new { purpose = "remix", videos = new[] { Name(creator) } })).Is(201)["use"]!;
        Assert.Equal($"[\"{grant["id"]}\"]", spent["videos"]![0]!["spentGrants"]!.ToJsonString());
        Assert.Equal("consented grant", await UseAsync(creator));
        Assert.Equal((2, "standing"), await GrantOfAsync(creator));
        Assert.Equal(before, await Asking.EventsAsync(creator));
        Assert.Equal("consented grant", await UseAsync(creator));
        Assert.Equal((3, "spent"), await GrantOfAsync(creator));
        Assert.Equal($"{before} grantSpent", await Asking.EventsAsync(creator));
        Assert.Equal("ask creatorDefault", await Asking.CheckAsync(requester, creator));
        Assert.Equal("unconsented beyondGrant", await UseAsync(creator));
        // Another grant begins anew.
        await Asking.GrantAsync(requester, creator, uses: 1);
        Assert.Equal("consented grant", await UseAsync(creator));
        Assert.Equal("unconsented beyondGrant", await UseAsync(creator));
    }

    [Fact]
    public async Task A_batch_spends_in_its_order_and_across_creators_all_or_nothing()
    {
        var (owner, friend) = (RegistryApplication.NewId(), RegistryApplication.NewId());
        (await App.Platform().PutAsync($"/v1/creators/{owner}/videos/clip", new { participants = new[] { new { creatorId = friend, role = "coCreator" } } })).Is(200);
        await Asking.AskAsync(owner);
        await Asking.AskAsync(friend);
        var request = await Asking.OpenAsync(requester, owner, uses: 5);
        (await Asking.ApproveAsync(owner, request)).Is(200);
        (await Asking.ApproveAsync(friend, request, new { uses = 2 })).Is(200);

        var one = new { purpose = "remix", videos = new[] { Name(owner) } };
        var uses = (await App.Platform(requester).PostAsync("/v1/usages/batch", new { usages = Enumerable.Repeat(one, 4) })).Is(201)["usages"]!.AsArray();
        Assert.Equal(["grant", "grant", "beyondGrant", "beyondGrant"], uses.Select(use => (string)use!["reason"]!));
        Assert.Equal(((2, "standing"), (2, "spent")), (await GrantOfAsync(owner), await GrantOfAsync(friend)));
    }

    [Fact]
    public async Task Of_a_thousand_at_once_exactly_as_many_as_were_granted_are_consented()
    {
        var creator = await Asking.CreatorWhoWantsToBeAskedAsync();
        var requests = new List<string>();
        for (var i = 0; i < 20; i++)
            requests.Add(await Asking.OpenAsync($"{requester}-{i}", creator));
        await Asking.GrantAsync(requester, creator, uses: 100);
        var versionBefore = await App.ScalarAsync<long>("SELECT version FROM consent.creator WHERE id = $1", creator);

        var answers = new System.Collections.Concurrent.ConcurrentBag<string>();
        var approvals = Task.WhenAll(requests.Select(async request => (await Asking.ApproveAsync(creator, request)).Is(200)));
        await Parallel.ForEachAsync(Enumerable.Range(0, 1_000), new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = TestContext.Current.CancellationToken }, async (_, _) =>
        {
            Answer answer;
            do
                answer = await App.Platform(requester).PostAsync("/v1/usages", new { purpose = "remix", videos = new[] { Name(creator) } }, "Prefer: respond-async");
            while (answer.Status == 503);
            answers.Add($"{answer.Is(202)["use"]!["status"]} {answer["use"]!["reason"]}");
        });
        await approvals;

        Assert.Equal(100, answers.Count(answer => answer == "consented grant"));
        Assert.Equal(900, answers.Count(answer => answer is "unconsented beyondGrant"));
        Assert.Equal((100, "spent"), await GrantOfAsync(creator, requester));
        // The approvals, and the one last use: no other use touched the creator's stream.
        Assert.Equal(versionBefore + 20 + 1, await App.ScalarAsync<long>("SELECT version FROM consent.creator WHERE id = $1", creator));
    }

    [Fact]
    public async Task A_derived_video_has_the_used_ones_as_its_sources()
    {
        var (creator, other) = (await CreatorAsync("remix"), await CreatorAsync("remix"));
        var maker = RegistryApplication.NewId();
        var made = new { video = new { creatorId = maker, videoId = "mix" }, publishedAt = "2026-05-01T00:00:00Z" };
        (await RecordAsync(new { purpose = "remix", videos = new[] { Name(creator) }, made })).Is(201);
        var facts = (await App.Platform().GetAsync($"/v1/creators/{maker}/videos/mix")).Is(200);
        Assert.Equal(("2026-05-01T00:00:00.000000Z", creator), ((string)facts["publishedAt"]!, (string)facts["derivedFrom"]![0]!["creatorId"]!));
        // A second use adds; the same once more does not change the maker's stream.
        (await RecordAsync(new { purpose = "remix", videos = new[] { Name(other) }, made = new { made.video } })).Is(201);
        (await RecordAsync(new { purpose = "remix", videos = new[] { Name(other) }, made = new { made.video } })).Is(201);
        Assert.Equal("videoRegistered videoRegistered", await Asking.EventsAsync(maker));
        Assert.Equal([creator, other], (await App.Platform().GetAsync($"/v1/creators/{maker}/videos/mix")).Is(200)["derivedFrom"]!.AsArray().Select(source => (string)source!["creatorId"]!));

        // What it was made from decides on it from now on, and hears of its uses.
        (await App.Creator(maker).PutAsync($"/v1/creators/{maker}/consent/defaults/remix", new { effect = "allow", appliesTo = "all" })).Is(200);
        Assert.Equal("consented creatorDefault", await UseAsync(maker, video: "mix"));
        (await App.Creator(other).PutAsync($"/v1/creators/{other}/consent/defaults/remix", new { effect = "deny" })).Is(200);
        Assert.Equal("unconsented noConsent", await UseAsync(maker, video: "mix"));
        var heard = (await App.Creator(other).GetAsync($"/v1/creators/{other}/usages?videoId=mix")).Is(200)["items"]!.AsArray();
        Assert.Equal(["noConsent", "creatorDefault"], heard.Select(item => (string)item!["reason"]!));
    }

    [Fact]
    public async Task Creators_and_auditors_list_and_count_the_uses_that_concern_a_creator()
    {
        var (creator, friend, stranger) = (await CreatorAsync("remix"), RegistryApplication.NewId(), RegistryApplication.NewId());
        (await App.Platform().PutAsync($"/v1/creators/{creator}/videos/clip", new { participants = new[] { new { creatorId = friend, role = "coCreator" } } })).Is(200);
        (await App.Creator(friend).PutAsync($"/v1/creators/{friend}/consent/defaults/remix", new { effect = "allow", appliesTo = "all" })).Is(200);
        await UseAsync(creator);
        var between = await App.NowAsync();
        await UseAsync(creator, "mining");
        await UseAsync(creator, by: "another");

        foreach (var (client, of) in new[] { (App.Creator(creator), creator), (App.Auditor(), creator), (App.Creator(friend), friend) })
        {
            Assert.Equal(3, await CountAsync(client, of, ""));
            Assert.Equal(2, await CountAsync(client, of, "?purpose=remix"));
            Assert.Equal(1, await CountAsync(client, of, "?requester=another"));
            Assert.Equal(2, await CountAsync(client, of, $"?from={between}"));
            Assert.Equal(1, await CountAsync(client, of, $"?to={between}"));
            Assert.Equal(0, await CountAsync(client, of, "?videoId=other"));
            var totals = (await client.GetAsync($"/v1/creators/{of}/usages/totals")).Is(200);
            Assert.Equal((2L, 1L, 3), ((long)totals["consented"]!, (long)totals["unconsented"]!, totals["items"]!.AsArray().Count));
        }
        Assert.Equal(0, await CountAsync(App.Creator(stranger), stranger, ""));
        (await App.Creator(stranger).GetAsync($"/v1/creators/{creator}/usages")).IsProblem(403, "forbidden");

        var (first, items) = ("", new List<string>());
        do
        {
            var page = (await App.Creator(creator).GetAsync($"/v1/creators/{creator}/usages?limit=2{first}")).Is(200);
            items.AddRange(page["items"]!.AsArray().Select(item => (string)item!["requester"]!));
            first = page["nextCursor"] is { } next ? $"&cursor={next}" : null!;
        }
        while (first is not null);
        Assert.Equal(["another", requester, requester], items);
    }

    private static async Task<int> CountAsync(RegistryClient client, string creator, string query) =>
        (await client.GetAsync($"/v1/creators/{creator}/usages{query}")).Is(200)["items"]!.AsArray().Count;

    private static object Name(string creator, string video = "clip", string? receipt = null) => new { creatorId = creator, videoId = video, receipt };

    private Task<Answer> RecordAsync(object body) => App.Platform(requester).PostAsync("/v1/usages", body);

    /// <summary>Records a use; in words, its status and reason.</summary>
    private async Task<string> UseAsync(string creator, string purpose = "remix", string video = "clip", string? receipt = null, string? usedAt = null, string? by = null)
    {
        var use = (await RecordAsync(new { purpose, requester = by, videos = new[] { Name(creator, video, receipt) }, usedAt })).Is(201)["use"]!;
        return $"{use["status"]} {use["reason"]}";
    }

    private async Task<string> ReceiptAsync(string creator, string purpose = "remix") =>
        (string)(await App.Platform(requester).PostAsync("/v1/checks", new { creatorId = creator, videoId = "clip", purpose, receipt = true })).Is(200)["receipt"]!;

    private async Task<(int Used, string Status)> GrantOfAsync(string creator, string? to = null)
    {
        JsonNode grant = (await App.Creator(creator).GetAsync($"/v1/creators/{creator}/grants")).Is(200)["items"]!.AsArray().First(one => to is null || (string)one!["requester"]! == to)!;
        return ((int)grant["used"]!, (string)grant["status"]!);
    }

    private async Task<string> CreatorAsync(string allowed)
    {
        var creator = RegistryApplication.NewId();
        (await App.Platform().PutAsync($"/v1/creators/{creator}/videos/clip", new { })).Is(200);
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/consent/defaults/{allowed}", new { effect = "allow", appliesTo = "all" })).Is(200);
        return creator;
    }
}
