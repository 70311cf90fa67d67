using System.Text.Json.Nodes;
using ConsentRegistry.Api.Tests.Approvals;

namespace ConsentRegistry.Api.Tests.Usages;

/// <summary>Whoever relied on consent is told to stop when it is withdrawn, whoever withdrew it and however.</summary>
public sealed class RecallsTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private readonly string requester = RegistryApplication.NewId("r");

    private RegistryApplication App => registry.App;

    private Asking Asking => new(App);

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
        (way switch
        {
            "deny" or "ask" => await App.Creator(creator).PutAsync(consent, new { effect = way }),
            "clear" => await App.Creator(creator).DeleteAsync(consent),
            "override" => await App.Creator(creator).PutAsync($"/v1/creators/{creator}/videos/clip/consent/remix", new { effect = "deny" }),
            "lockdown" => await App.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null),
            "hold" => await App.Operator().PutAsync($"/v1/creators/{creator}/hold", new { reason = "order" }),
            _ => await App.Creator(creator).PostAsync($"/v1/creators/{creator}/erasure", new { reason = "asked for" }),
        }).Is(200);

        var recall = Assert.Single(await RecallsAsync(1));
        Assert.Equal(
            (creator, "remix", reason, "open", "run-1", way == "erasure" ? null : creator),
            ((string)recall["video"]!["creatorId"]!, (string)recall["purpose"]!, (string)recall["reason"]!, (string)recall["status"]!, (string)recall["made"]![0]!["trainingRun"]!, (string?)recall["creatorId"]));
        Assert.InRange((DateTimeOffset)recall["stopBy"]! - (DateTimeOffset)recall["createdAt"]!, TimeSpan.FromHours(72), TimeSpan.FromHours(72));
        Assert.Equal("useRecorded recallChanged", await Asking.EventsAsync($"$requester/{requester}"));
    }

    [Fact]
    public async Task A_revoked_grant_recalls_and_an_expired_one_as_well()
    {
        var (revoking, ending) = (await Asking.CreatorWhoWantsToBeAskedAsync(), await Asking.CreatorWhoWantsToBeAskedAsync());
        var grant = await Asking.GrantAsync(requester, revoking);
        await Asking.GrantAsync(requester, ending, until: DateTimeOffset.UtcNow.AddSeconds(5).ToString("O"));
        await UseAsync(revoking);
        await UseAsync(ending);
        (await App.Creator(revoking).DeleteAsync($"/v1/creators/{revoking}/grants/{grant["id"]}")).Is(200);
        Assert.Equal([revoking], (await RecallsAsync(1)).Select(recall => (string)recall["creatorId"]!));
        // What it rests on is known when it is looked at for the first time, and then waited for.
        await DueAsync();
        Assert.Equal([ending, revoking], (await RecallsAsync(2)).Select(recall => (string)recall["creatorId"]!));
    }

    [Fact]
    public async Task A_derived_video_is_followed_through_its_sources()
    {
        var (source, maker) = (await CreatorAsync(), RegistryApplication.NewId());
        var maker_of_remix = RegistryApplication.NewId("r");
        (await App.Creator(maker).PutAsync($"/v1/creators/{maker}/consent/defaults/remix", new { effect = "allow", appliesTo = "all" })).Is(200);
        await UseAsync(source, by: maker_of_remix, made: new { video = new { creatorId = maker, videoId = "mix" }, publishedAt = "2026-05-01T00:00:00Z" });
        await UseAsync(maker, "mix");
        (await App.Creator(source).PutAsync($"/v1/creators/{source}/lockdown", null)).Is(200);

        var mine = Assert.Single(await RecallsAsync(1));
        Assert.Equal((maker, "mix", source), ((string)mine["video"]!["creatorId"]!, (string)mine["video"]!["videoId"]!, (string)mine["creatorId"]!));
        var theirs = Assert.Single(await RecallsAsync(1, maker_of_remix));
        Assert.Equal((source, "mix"), ((string)theirs["video"]!["creatorId"]!, (string)theirs["made"]![0]!["video"]!["videoId"]!));
        // Whose word it was, and whose video, see it both.
        Assert.Equal(2, (await App.Creator(source).GetAsync($"/v1/creators/{source}/recalls")).Is(200)["items"]!.AsArray().Count);
        Assert.Single((await App.Creator(maker).GetAsync($"/v1/creators/{maker}/recalls")).Is(200)["items"]!.AsArray());
    }

    [Fact]
    public async Task Who_becomes_concerned_later_can_withdraw_as_well()
    {
        var (creator, late) = (await CreatorAsync(), RegistryApplication.NewId());
        (await App.Creator(late).PutAsync($"/v1/creators/{late}/consent/defaults/remix", new { effect = "allow", appliesTo = "all" })).Is(200);
        await UseAsync(creator);
        (await App.Platform().PutAsync($"/v1/creators/{creator}/videos/clip", new { participants = new[] { new { creatorId = late, role = "coCreator" } } })).Is(200);
        await Eventually.HoldsAsync("the participant is noted", async () =>
            await App.ScalarAsync<long>("SELECT count(*) FROM consent.reliance_concern WHERE creator = $1", late) == 1);
        Assert.Empty(await ListAsync(requester));
        (await App.Creator(late).PutAsync($"/v1/creators/{late}/consent/defaults/remix", new { effect = "deny" })).Is(200);
        Assert.Equal(late, (string)Assert.Single(await RecallsAsync(1))["creatorId"]!);
    }

    [Fact]
    public async Task A_receipt_is_reliance_too_and_a_use_without_consent_is_none()
    {
        var creator = await CreatorAsync();
        var check = new { creatorId = creator, videoId = "clip", purpose = "remix", receipt = true };
        (await App.Platform(requester).PostAsync("/v1/checks", check)).Is(200);
        var other = RegistryApplication.NewId("r");
        (await App.Platform(other).PostAsync("/v1/checks/batch", new { checks = new object[] { check, new { creatorId = creator, videoId = "clip", purpose = "mining", receipt = true } } })).Is(200);
        var third = RegistryApplication.NewId("r");
        await UseAsync(creator, "clip", third, purpose: "mining");
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null)).Is(200);
        Assert.Single(await RecallsAsync(1));
        Assert.Equal("remix", (string)Assert.Single(await RecallsAsync(1, other))["purpose"]!);
        Assert.Empty(await ListAsync(third));
    }

    [Fact]
    public async Task A_requester_acknowledges_or_disputes_and_the_creator_sees_who_has_not()
    {
        var creator = await CreatorAsync();
        var silent = RegistryApplication.NewId("r");
        await UseAsync(creator);
        await UseAsync(creator, by: silent);
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null)).Is(200);
        var id = (string)Assert.Single(await RecallsAsync(1))["id"]!;
        await RecallsAsync(1, silent);

        (await App.Platform(silent).PostAsync($"/v1/recalls/{id}/acknowledge", null)).IsProblem(404, "notFound");
        (await App.Platform(requester).PostAsync($"/v1/recalls/{id}/dispute", new { })).IsProblem(422, "invalid");
        Assert.Equal("disputed", (string)(await App.Platform(requester).PostAsync($"/v1/recalls/{id}/dispute", new { statement = "Not us." })).Is(200)["recall"]!["status"]!);
        var said = (await App.Platform(requester).PostAsync($"/v1/recalls/{id}/acknowledge", new { statement = "Gone." })).Is(200);
        Assert.Equal(("acknowledged", "Gone.", 1), ((string)said["recall"]!["status"]!, (string)said["recall"]!["statement"]!, said.Changes));
        Assert.Equal(0, (await App.Platform(requester).PostAsync($"/v1/recalls/{id}/acknowledge", new { statement = "Gone." })).Is(200).Changes);
        (await App.Platform(requester).PostAsync($"/v1/recalls/{id}/dispute", new { statement = "Not us." })).IsProblem(409, "notOpen");

        foreach (var client in new[] { App.Creator(creator), App.Auditor() })
        {
            Assert.Equal([silent], (await client.GetAsync($"/v1/creators/{creator}/recalls?state=open")).Is(200)["items"]!.AsArray().Select(one => (string)one!["requester"]!));
            Assert.Equal([requester], (await client.GetAsync($"/v1/creators/{creator}/recalls?state=acknowledged")).Is(200)["items"]!.AsArray().Select(one => (string)one!["requester"]!));
        }
        (await App.Creator(RegistryApplication.NewId()).GetAsync($"/v1/creators/{creator}/recalls")).IsProblem(403, "forbidden");
        (await App.Platform(requester).GetAsync("/v1/recalls?state=expired")).IsProblem(422, "invalid");
    }

    [Fact]
    public async Task A_preview_says_which_uses_and_grants_a_change_would_recall()
    {
        var (creator, maker) = (await CreatorAsync(), RegistryApplication.NewId());
        var asked = (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/consent/defaults/training", new { effect = "ask" })).Is(200);
        (await App.Creator(maker).PutAsync($"/v1/creators/{maker}/consent/defaults/remix", new { effect = "allow", appliesTo = "all" })).Is(200);
        await UseAsync(creator, made: new { video = new { creatorId = maker, videoId = "mix" }, publishedAt = "2026-05-01T00:00:00Z" });
        await UseAsync(maker, "mix", "another");
        await Asking.GrantAsync(requester, creator, "training");
        await UseAsync(creator, purpose: "training");

        var preview = await PreviewAsync(creator, "remix", "deny");
        Assert.Equal(
            new[] { $"{creator} clip remix {requester}", $"{maker} mix remix another" }.Order(StringComparer.Ordinal),
            preview["recalls"]!["first"]!.AsArray().Select(Words));
        Assert.Equal((2, 0), ((int)preview["recalls"]!["count"]!, (int)preview["revokedGrants"]!["count"]!));

        var training = await PreviewAsync(creator, "training", "deny");
        Assert.Equal((1, 1, 2), ((int)training["recalls"]!["count"]!, (int)training["revokedGrants"]!["count"]!, (int)training["changes"]!));
        Assert.Equal(requester, (string)training["revokedGrants"]!["first"]![0]!["requester"]!);
        var mining = await PreviewAsync(creator, "mining", "deny");
        Assert.Equal((0, 0), ((int)mining["recalls"]!["count"]!, (int)mining["revokedGrants"]!["count"]!));
        // Nothing was changed, and nobody told.
        Assert.Empty(await ListAsync(requester));
        Assert.Equal((string)asked["setting"]!["effect"]!, (string)(await App.Creator(creator).GetAsync($"/v1/creators/{creator}/consent")).Is(200)["defaults"]!.AsArray().Single(one => (string)one!["purpose"]! == "training")!["effect"]!);
    }

    private static string Words(JsonNode? recall) => $"{recall!["video"]!["creatorId"]} {recall["video"]!["videoId"]} {recall["purpose"]} {recall["requester"]}";

    private async Task<Answer> PreviewAsync(string creator, string purpose, string effect) => (await App.Creator(creator).PostAsync(
        $"/v1/creators/{creator}/consent/changes", new { dryRun = true, changes = new[] { new { op = "setDefault", purpose, effect } } })).Is(200);

    [Fact]
    public async Task Nobody_is_told_twice_and_consent_given_again_begins_anew()
    {
        var creator = await CreatorAsync();
        await UseAsync(creator);
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null)).Is(200);
        await RecallsAsync(1);
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "deny" })).Is(200);
        (await App.Creator(creator).DeleteAsync($"/v1/creators/{creator}/lockdown")).Is(200);
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "allow", appliesTo = "all" })).Is(200);
        await UseAsync(creator);
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null)).Is(200);
        await RecallsAsync(2);
        Assert.Equal(0L, await App.ScalarAsync<long>("SELECT count(*) FROM consent.reliance WHERE owner = $1", creator));
    }

    /// <summary>Looks now at what would be looked at in a minute.</summary>
    private Task DueAsync() => App.QueryAsync<int>("UPDATE consent.reliance SET check_at = clock_timestamp() WHERE requester = $1 RETURNING 1", requester);

    private async Task<IReadOnlyList<JsonNode>> RecallsAsync(int expected, string? of = null)
    {
        await Eventually.HoldsAsync($"{expected} recalls", async () => (await ListAsync(of ?? requester)).Count >= expected);
        var recalls = await ListAsync(of ?? requester);
        Assert.Equal(expected, recalls.Count);
        return recalls;
    }

    private async Task<IReadOnlyList<JsonNode>> ListAsync(string of) =>
        [.. (await App.Platform(of).GetAsync("/v1/recalls")).Is(200)["items"]!.AsArray().Select(item => item!)];

    private async Task UseAsync(string creator, string video = "clip", string? by = null, object? made = null, string purpose = "remix") =>
        (await App.Platform(by ?? requester).PostAsync("/v1/usages", new { purpose, videos = new[] { new { creatorId = creator, videoId = video } }, made })).Is(201);

    private async Task<string> CreatorAsync()
    {
        var creator = RegistryApplication.NewId();
        (await App.Platform().PutAsync($"/v1/creators/{creator}/videos/clip", new { })).Is(200);
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "allow", appliesTo = "all" })).Is(200);
        return creator;
    }
}
