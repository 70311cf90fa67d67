using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Tests.Approvals;
using ConsentRegistry.Api.Tests.Usages;
using ConsentRegistry.Domain.History;

namespace ConsentRegistry.Api.Tests.Settings;

/// <summary>
/// Answers that are repeated for an idempotency key: each says that it is one, and claims nothing that does not hold
/// any more.
/// </summary>
public sealed class ReplayTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private readonly string creator = RegistryApplication.NewId();
    private readonly string key = $"Idempotency-Key: {Guid.NewGuid()}";

    private RegistryApplication App => registry.App;

    private RegistryClient Client => App.Creator(creator);

    private string Creator => $"/v1/creators/{creator}";

    private string Consent => $"{Creator}/consent";

    private string Lockdown => $"{Creator}/lockdown";

    [Fact]
    public async Task A_repeated_answer_says_that_it_is_one_and_is_the_same_otherwise()
    {
        var first = (await DenyAsync(key)).Is(200);
        Assert.Null(first["replayed"]);
        Assert.Null(first.Header("Idempotent-Replayed"));

        var again = IsReplay(await DenyAsync(key), isSuperseded: false);
        Assert.Equal(first.Text[..^1] + ",\"replayed\":true}", again.Text);
        Assert.Equal((first.Header("ETag"), first.MediaType), (again.Header("ETag"), again.MediaType));
        Assert.Equal(1, (await Client.GetAsync(Consent)).Version);
    }

    [Fact]
    public async Task Only_a_change_of_what_the_answer_speaks_of_supersedes_it()
    {
        (await DenyAsync(key)).Is(200);
        (await Client.PutAsync($"{Consent}/defaults/remix?requester=acme", new { effect = "allow" })).Is(200);
        (await Client.PutAsync($"{Creator}/videos/v/consent/remix", new { effect = "allow" })).Is(200);
        (await Client.PutAsync(Lockdown, null)).Is(200);
        IsReplay(await DenyAsync(key), isSuperseded: false);

        (await Client.PutAsync($"{Consent}/defaults/remix", new { effect = "allow", appliesTo = "all" })).Is(200);
        var replay = IsReplay(await DenyAsync(key), isSuperseded: true, currentVersion: 5);
        Assert.Equal((1, 1, "deny"), (replay.Version, replay.Changes, (string)replay["setting"]!["effect"]!));
        // The same choice once more is another change.
        (await DenyAsync()).Is(200);
        IsReplay(await DenyAsync(key), isSuperseded: true, currentVersion: 6);
        Assert.Equal(6, (await Client.GetAsync(Consent)).Version);
    }

    [Fact]
    public async Task An_answer_that_something_stood_already_is_superseded_too()
    {
        (await DenyAsync()).Is(200);
        Assert.Equal(0, (await DenyAsync(key)).Is(200).Changes);
        IsReplay(await DenyAsync(key), isSuperseded: false);

        (await Client.DeleteAsync($"{Consent}/defaults/remix")).Is(200);
        IsReplay(await DenyAsync(key), isSuperseded: true, currentVersion: 2);
    }

    [Fact]
    public async Task What_was_cleared_is_superseded_when_it_is_set_again()
    {
        (await DenyAsync()).Is(200);
        Task<Answer> ClearAsync() => Client.DeleteAsync($"{Consent}/defaults/remix", key);
        (await ClearAsync()).Is(200);
        IsReplay(await ClearAsync(), isSuperseded: false);
        (await DenyAsync()).Is(200);
        IsReplay(await ClearAsync(), isSuperseded: true, currentVersion: 3);
    }

    [Fact]
    public async Task A_bulk_is_superseded_when_one_of_its_records_is_changed()
    {
        Task<Answer> ChangeAsync() =>
            Client.PostAsync(
                $"{Consent}/changes",
                new
                {
                    changes = Enumerable
                        .Range(0, 300)
                        .Select(i => new
                        {
                            op = "setOverride",
                            purpose = "remix",
                            effect = "deny",
                            video = new { creatorId = creator, videoId = $"v{i}" },
                        }),
                },
                key
            );
        (await ChangeAsync()).Is(200);
        (await Client.PutAsync($"{Creator}/videos/v300/consent/remix", new { effect = "allow" })).Is(200);
        IsReplay(await ChangeAsync(), isSuperseded: false);
        (await Client.PutAsync($"{Creator}/videos/v217/consent/remix", new { effect = "allow" })).Is(200);
        IsReplay(await ChangeAsync(), isSuperseded: true, currentVersion: 3);
    }

    [Fact]
    public async Task A_repeated_early_answer_is_marked_too()
    {
        (await DenyAsync(key, "Prefer: respond-async")).Is(202);
        var early = (await DenyAsync(key, "Prefer: respond-async")).Is(202);
        Assert.Equal((true, true), ((bool)early["replayed"]!, early["effectiveBy"] is not null));

        (await Client.DeleteAsync($"{Consent}/defaults/remix")).Is(200);
        var superseded = (await DenyAsync(key, "Prefer: respond-async")).Is(202);
        Assert.Equal(
            (true, true, false),
            ((bool)superseded["replayed"]!, (bool)superseded["superseded"]!, (bool)superseded["effectiveEverywhere"]!)
        );
        Assert.Null(superseded["effectiveBy"]);
        IsReplay(await DenyAsync(key), isSuperseded: true, currentVersion: 2);
    }

    [Fact]
    public async Task A_repeated_refusal_is_marked_by_its_header()
    {
        var first = (await DenyAsync(key, "If-Match: \"7\"")).IsProblem(412, "staleVersion");
        var again = (await DenyAsync(key, "If-Match: \"7\"")).IsProblem(412, "staleVersion");
        Assert.Equal(
            (first.Text, "true", null),
            (again.Text, again.Header("Idempotent-Replayed"), first.Header("Idempotent-Replayed"))
        );
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_lockdown_that_was_lifted_since_is_set_anew_with_the_same_key(bool stoodAlready)
    {
        await AllowedAsync();
        if (stoodAlready)
            (await Client.PutAsync(Lockdown, null)).Is(200);
        (await Client.PutAsync(Lockdown, null, key)).Is(200);
        IsReplay(await Client.PutAsync(Lockdown, null, key), isSuperseded: false);
        (await Client.DeleteAsync(Lockdown)).Is(200);
        Assert.Equal("allow", await EffectAsync());

        var anew = (await Client.PutAsync(Lockdown, null, key)).Is(200);
        Assert.Equal(
            (1, true, (string?)null),
            (anew.Changes, (bool)anew["effectiveEverywhere"]!, anew.Header("Idempotent-Replayed"))
        );
        Assert.Equal("deny", await EffectAsync());
        // The new answer is the key's from now on.
        var again = IsReplay(await Client.PutAsync(Lockdown, null, key), isSuperseded: false);
        Assert.Equal(anew.Version, again.Version);
    }

    [Fact]
    public async Task A_lockdown_that_still_stands_or_stands_wider_is_not_set_anew()
    {
        var some = new { purposes = new[] { "remix.meme" } };
        (await Client.PutAsync(Lockdown, some, key, "If-Match: \"0\"")).Is(200);
        // Its own change made the version stale.
        IsReplay(await Client.PutAsync(Lockdown, some, key, "If-Match: \"0\""), isSuperseded: false);
        (await Client.PutAsync(Lockdown, null)).Is(200);
        IsReplay(await Client.PutAsync(Lockdown, some, key, "If-Match: \"0\""), isSuperseded: true, currentVersion: 2);

        (await Client.DeleteAsync(Lockdown)).Is(200);
        (await Client.PutAsync(Lockdown, new { purposes = new[] { "mining" } })).Is(200);
        (await Client.PutAsync(Lockdown, some, key, "If-Match: \"0\"")).IsProblem(412, "staleVersion");
        Assert.Equal("""["mining"]""", (await Client.GetAsync(Consent))["lockdown"]!["purposes"]!.ToJsonString());
    }

    [Fact]
    public async Task A_lockdown_that_is_set_anew_evaluates_its_conditions_again()
    {
        (await DenyAsync()).Is(200);
        (await Client.PutAsync(Lockdown, null, key, "If-Match: \"1\"")).Is(200);
        (await Client.DeleteAsync(Lockdown)).Is(200);
        (await Client.PutAsync(Lockdown, null, key, "If-Match: \"1\"")).IsProblem(412, "staleVersion");
        Assert.Null((await Client.GetAsync(Consent))["lockdown"]);
    }

    [Fact]
    public async Task A_lockdown_that_was_refused_is_tried_again_with_the_same_key()
    {
        Task<Answer> StopAsync() => Client.PutAsync(Lockdown, null, key, "If-Match: \"1\"");
        (await StopAsync()).IsProblem(412, "staleVersion");
        (await Client.PutAsync(Lockdown, null)).Is(200);

        // A refusal is no answer to go on with, even where somebody else's stop stands.
        var again = (await StopAsync()).Is(200);
        Assert.Equal((0, (string?)null), (again.Changes, again.Header("Idempotent-Replayed")));
        IsReplay(await StopAsync(), isSuperseded: false);
    }

    [Fact]
    public async Task A_hold_that_stood_already_and_a_lift_of_none_are_superseded_too()
    {
        Task<Answer> HoldAsync(params string[] headers) =>
            App.Operator().PutAsync($"{Creator}/hold", new { reason = "A court's order." }, headers);
        Task<Answer> LiftAsync(params string[] headers) => App.Operator().DeleteAsync($"{Creator}/hold", headers);
        var lift = $"{key}-lift";
        Assert.Equal(0, (await LiftAsync(lift)).Is(200).Changes);
        IsReplay(await LiftAsync(lift), isSuperseded: false);
        (await HoldAsync()).Is(200);
        IsReplay(await LiftAsync(lift), isSuperseded: true, currentVersion: 1);

        Assert.Equal(0, (await HoldAsync(key)).Is(200).Changes);
        IsReplay(await HoldAsync(key), isSuperseded: false);
        (await LiftAsync()).Is(200);
        IsReplay(await HoldAsync(key), isSuperseded: true, currentVersion: 2);
    }

    [Fact]
    public async Task A_block_that_stood_already_and_an_end_of_none_are_superseded_too()
    {
        var (path, end) = ($"{Creator}/blocked-requesters/acme", $"{key}-end");
        Assert.Equal(0, (await Client.DeleteAsync(path, end)).Is(200).Changes);
        IsReplay(await Client.DeleteAsync(path, end), isSuperseded: false);
        (await Client.PutAsync(path, null)).Is(200);
        IsReplay(await Client.DeleteAsync(path, end), isSuperseded: true, currentVersion: 1);

        Assert.Equal(0, (await Client.PutAsync(path, null, key)).Is(200).Changes);
        IsReplay(await Client.PutAsync(path, null, key), isSuperseded: false);
        (await Client.DeleteAsync(path)).Is(200);
        IsReplay(await Client.PutAsync(path, null, key), isSuperseded: true, currentVersion: 2);
    }

    [Fact]
    public async Task A_grant_that_was_revoked_already_is_superseded_when_its_creator_is_erased()
    {
        var asking = new ApprovalSteps(App);
        var asked = await asking.CreatorWhoWantsToBeAskedAsync();
        var grant = $"/v1/creators/{asked}/grants/{(await asking.GrantAsync("acme", asked))["id"]}";
        (await App.Creator(asked).DeleteAsync(grant)).Is(200);
        Assert.Equal(0, (await App.Creator(asked).DeleteAsync(grant, key)).Is(200).Changes);
        IsReplay(await App.Creator(asked).DeleteAsync(grant, key), isSuperseded: false);

        (await App.Creator(asked).PostAsync($"/v1/creators/{asked}/erasure", new { reason = "Asked for." })).Is(200);
        IsReplay(await App.Creator(asked).DeleteAsync(grant, key), isSuperseded: true, currentVersion: 6);
    }

    [Fact]
    public async Task A_registration_of_what_stood_already_is_superseded_when_the_facts_are_changed()
    {
        Task<Answer> RegisterAsync(params string[] headers) =>
            App.Platform()
                .PutAsync(
                    $"{Creator}/videos/v",
                    new { participants = new[] { new { creatorId = "ben", role = "depicted" } } },
                    headers
                );
        (await RegisterAsync()).Is(200);
        Assert.Equal(0, (await RegisterAsync(key)).Is(200).Changes);
        IsReplay(await RegisterAsync(key), isSuperseded: false);

        (
            await App.Operator()
                .PutAsync($"{Creator}/videos/v", new { participants = Array.Empty<object>(), reason = "A mistake." })
        ).Is(200);
        IsReplay(await RegisterAsync(key), isSuperseded: true, currentVersion: 2);
    }

    [Fact]
    public async Task An_answer_to_a_recall_that_was_given_already_is_superseded_by_another()
    {
        var (recalling, requester) = (new RecallSteps(App), RegistryApplication.NewId("r"));
        var used = await recalling.CreatorAsync();
        await recalling.UseAsync(requester, used);
        await recalling.DenyAsync(used);
        var recall = $"/v1/recalls/{Assert.Single(await recalling.RecallsAsync(requester, 1))["id"]}";
        Task<Answer> DisputeAsync(params string[] headers) =>
            App.Platform(requester).PostAsync($"{recall}/dispute", new { statement = "Not us." }, headers);
        (await DisputeAsync()).Is(200);
        Assert.Equal(0, (await DisputeAsync(key)).Is(200).Changes);
        IsReplay(await DisputeAsync(key), isSuperseded: false);

        (await App.Platform(requester).PostAsync($"{recall}/acknowledge", null)).Is(200);
        var now = await App.ScalarAsync<long>(
            "SELECT version FROM consent.creator WHERE id = $1",
            $"$requester/{requester}"
        );
        IsReplay(await DisputeAsync(key), isSuperseded: true, currentVersion: now);
    }

    [Fact]
    public async Task A_hold_and_a_lift_are_only_marked()
    {
        await AllowedAsync();
        Task<Answer> HoldAsync() =>
            App.Operator().PutAsync($"{Creator}/hold", new { reason = "A court's order." }, key);
        Task<Answer> LiftAsync() => App.Operator().DeleteAsync($"{Creator}/hold", $"{key}-lift");
        (await HoldAsync()).Is(200);
        (await LiftAsync()).Is(200);
        IsReplay(await HoldAsync(), isSuperseded: true, currentVersion: 4);
        Assert.Equal("allow", await EffectAsync());
        IsReplay(await LiftAsync(), isSuperseded: false);
        (await App.Operator().PutAsync($"{Creator}/hold", new { reason = "Another order." })).Is(200);
        IsReplay(await LiftAsync(), isSuperseded: true, currentVersion: 5);
        Assert.Equal("deny", await EffectAsync());
    }

    [Fact]
    public async Task An_approval_and_a_block_are_superseded_when_they_are_taken_back()
    {
        var asking = new ApprovalSteps(App);
        var asked = await asking.CreatorWhoWantsToBeAskedAsync();
        var request = await asking.OpenAsync("acme", asked);
        Task<Answer> ApproveAsync() =>
            App.Creator(asked).PostAsync($"/v1/creators/{asked}/approval-requests/{request}/approve", null, key);
        var grant = (string)(await ApproveAsync()).Is(200)["request"]!["grants"]![0]!["id"]!;
        IsReplay(await ApproveAsync(), isSuperseded: false);
        Task<Answer> RevokeAsync() =>
            App.Creator(asked).DeleteAsync($"/v1/creators/{asked}/grants/{grant}", $"{key}-revoke");
        (await RevokeAsync()).Is(200);
        IsReplay(await ApproveAsync(), isSuperseded: true, currentVersion: 5);
        IsReplay(await RevokeAsync(), isSuperseded: false);

        Task<Answer> BlockAsync() =>
            App.Creator(asked).PutAsync($"/v1/creators/{asked}/blocked-requesters/acme", null, $"{key}-block");
        (await BlockAsync()).Is(200);
        IsReplay(await BlockAsync(), isSuperseded: false);
        (await App.Creator(asked).DeleteAsync($"/v1/creators/{asked}/blocked-requesters/acme")).Is(200);
        IsReplay(await BlockAsync(), isSuperseded: true, currentVersion: 7);
    }

    [Fact]
    public async Task A_registration_is_superseded_when_the_facts_are_changed()
    {
        Task<Answer> RegisterAsync() =>
            App.Platform()
                .PutAsync(
                    $"{Creator}/videos/v",
                    new { participants = new[] { new { creatorId = "ben", role = "depicted" } } },
                    key
                );
        Task<Answer> BatchAsync() =>
            App.Platform()
                .PostAsync(
                    "/v1/videos/batch",
                    new
                    {
                        videos = new[]
                        {
                            new { creatorId = creator, videoId = "w" },
                            new { creatorId = $"{creator}2", videoId = "w" },
                        },
                    },
                    $"{key}-batch"
                );
        (await RegisterAsync()).Is(200);
        (await BatchAsync()).Is(200);
        IsReplay(await RegisterAsync(), isSuperseded: false);
        IsReplay(await BatchAsync(), isSuperseded: false);
        (
            await App.Operator()
                .PutAsync($"{Creator}/videos/v", new { participants = Array.Empty<object>(), reason = "A mistake." })
        ).Is(200);
        IsReplay(await RegisterAsync(), isSuperseded: true, currentVersion: 3);
        IsReplay(await BatchAsync(), isSuperseded: false);
        (
            await App.Platform()
                .PutAsync(
                    $"/v1/creators/{creator}2/videos/w",
                    new { participants = new[] { new { creatorId = "ben", role = "depicted" } } }
                )
        ).Is(200);
        IsReplay(await BatchAsync(), isSuperseded: true);
    }

    [Fact]
    public async Task An_erasure_supersedes_everything_but_itself()
    {
        // Nothing is set, neither now nor afterwards.
        Task<Answer> ClearAsync() => Client.DeleteAsync($"{Consent}/defaults/mining", $"{key}-clear");
        Assert.Equal(0, (await ClearAsync()).Is(200).Changes);
        (await DenyAsync(key)).Is(200);
        IsReplay(await ClearAsync(), isSuperseded: false);
        Task<Answer> EraseAsync() =>
            Client.PostAsync($"{Creator}/erasure", new { reason = "Asked for." }, $"{key}-erase");
        (await EraseAsync()).Is(200);
        IsReplay(await DenyAsync(key), isSuperseded: true, currentVersion: 2);
        IsReplay(await ClearAsync(), isSuperseded: true, currentVersion: 2);
        IsReplay(await EraseAsync(), isSuperseded: false);
    }

    [Fact]
    public void The_version_of_every_record_that_can_be_altered_is_known() =>
        Assert.Equal(
            EventType.All.Order(StringComparer.Ordinal),
            StampStore.Versions.Keys.Concat(StampStore.Unalterable).Order(StringComparer.Ordinal)
        );

    private static Answer IsReplay(Answer answer, bool isSuperseded, long? currentVersion = null)
    {
        answer.Is(200);
        Assert.Equal(("true", true), (answer.Header("Idempotent-Replayed"), (bool?)answer["replayed"]));
        Assert.Equal(
            (isSuperseded, !isSuperseded, currentVersion),
            (
                (bool?)answer["superseded"] ?? false,
                (bool)answer["effectiveEverywhere"]!,
                (long?)answer["currentVersion"]
            )
        );
        return answer;
    }

    private Task<Answer> DenyAsync(params string[] headers) =>
        Client.PutAsync($"{Consent}/defaults/remix", new { effect = "deny" }, headers);

    private async Task AllowedAsync()
    {
        (await App.Platform().PutAsync($"{Creator}/videos/v", new { })).Is(200);
        (await Client.PutAsync($"{Consent}/defaults/remix", new { effect = "allow", appliesTo = "all" })).Is(200);
    }

    private async Task<string> EffectAsync() =>
        (string)
            (
                await App.Platform()
                    .PostAsync(
                        "/v1/checks",
                        new
                        {
                            creatorId = creator,
                            videoId = "v",
                            purpose = "remix",
                        }
                    )
            ).Is(200)["effect"]!;
}
