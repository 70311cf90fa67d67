using System.Text.Json.Nodes;
using ConsentRegistry.Api.Tests.Approvals;
using ConsentRegistry.Api.Tests.Log;
using ConsentRegistry.Api.Tests.OpenApi;
using ConsentRegistry.Api.Tests.Usages;
using ConsentRegistry.Domain.History;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Api.Tests.History;

/// <summary>Every kind of event is told in full, to those who may see it.</summary>
public sealed class HistoryKindsTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private readonly string creator = RegistryApplication.NewId();
    private readonly string requester = RegistryApplication.NewId("tool");

    private RegistryApplication App => registry.App;

    [Fact]
    public async Task Each_kind_says_what_the_record_was_and_is_and_whom_it_is_about()
    {
        var grant = await TellAsync();
        await Exports.CoveredAsync(App);
        var all = await ItemsAsync(App.Auditor());
        Assert.Equal(
            EventType.All.Order(StringComparer.Ordinal),
            all.Select(item => (string)item["kind"]!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
        );

        // Which record each kind is of, and which of video, purpose and requester it names.
        (string Kind, string Record, string Names)[] rows =
        [
            ("defaultChanged", "setting", "purpose"),
            ("overrideChanged", "setting", "video purpose"),
            ("lockdownChanged", "stop", ""),
            ("holdChanged", "stop", ""),
            ("videoRegistered", "video", "video"),
            ("purposeRegistered", "purpose", "purpose"),
            ("approvalChanged", "approval", "video purpose requester"),
            ("grantGiven", "grant", "video purpose requester"),
            ("grantRevoked", "grant", "video purpose requester"),
            ("grantSpent", "grant", "video purpose requester"),
            ("askingChanged", "blocked", "requester"),
            ("useRecorded", "use", "video purpose requester"),
            ("recallChanged", "recall", "video purpose requester"),
            ("creatorErased", "erasedAt", ""),
        ];
        foreach (var (kind, record, names) in rows)
        {
            foreach (var item in all.Where(item => (string)item["kind"]! == kind && !(bool)item["erased"]!))
            {
                var (before, after) = (item["before"], item["after"]);
                Assert.True(before is not null || after is not null, item.ToJsonString());
                Assert.All(
                    new[] { before, after }.OfType<JsonObject>(),
                    one => Assert.Equal(record, Assert.Single(one).Key)
                );
                Assert.Equal(
                    names,
                    string.Join(' ', new[] { "video", "purpose", "requester" }.Where(name => item[name] is not null))
                );
                Assert.NotNull(item["by"]);
            }
        }

        JsonNode One(string kind, Func<JsonNode, bool>? which = null) =>
            all.First(item => (string)item["kind"]! == kind && (which is null || which(item)));
        var given = One("grantGiven", item => (string)item["stream"]! == creator)["after"]!["grant"]!;
        foreach (
            var member in new[]
            {
                "video",
                "usedIn",
                "requester",
                "purpose",
                "conditions",
                "expiresAt",
                "uses",
                "vocabularyVersion",
                "requestId",
            }
        )
            Assert.True(JsonNode.DeepEquals(grant[member], given[member]), member);
        Assert.Equal((string)grant["id"]!, (string)given["grantId"]!);
        Assert.Equal(("standing", "spent"), Change(One("grantSpent"), "grant"));
        Assert.Equal(("standing", "revoked"), Change(One("grantRevoked"), "grant"));
        Assert.Equal(("open", "disputed"), Change(One("recallChanged", item => item["before"] is not null), "recall"));
        Assert.True(
            (bool)One("recallChanged", item => item["before"] is not null)["after"]!["recall"]!["hasStatement"]!
        );
        var part = One("approvalChanged", item => (string?)item["after"]!["approval"]!["state"] == "refused")["after"]![
            "approval"
        ]!;
        Assert.Equal(("A remix for the summer.", "Not now."), ((string)part["use"]!, (string)part["reason"]!));
        var use = One("useRecorded")["after"]!["use"]!;
        Assert.Equal(
            (creator, "clip"),
            ((string)use["videos"]![0]!["video"]!["creatorId"]!, (string)use["videos"]![0]!["video"]!["videoId"]!)
        );
        Assert.Null(One("askingChanged", item => item["before"] is not null)["after"]);

        // The creator reads their own in the same words, filtered by what they are about.
        var own = (await App.Creator(creator).GetAsync($"/v1/creators/{creator}/history?limit=1000")).Is(200)[
            "items"
        ]!.AsArray();
        Assert.All(
            own,
            item =>
                Assert.True(
                    JsonNode.DeepEquals(item, all.Single(one => (string)one["eventId"]! == (string)item!["eventId"]!))
                )
        );
        foreach (var filter in new[] { "videoId=clip", "purpose=remix" })
        {
            var kinds = (await App.Creator(creator).GetAsync($"/v1/creators/{creator}/history?limit=1000&{filter}")).Is(
                200
            )["items"]!
                .AsArray()
                .Select(item => (string)item!["kind"]!);
            Assert.Superset(
                new HashSet<string>(StringComparer.Ordinal)
                {
                    "grantGiven",
                    "grantSpent",
                    "grantRevoked",
                    "approvalChanged",
                },
                kinds.ToHashSet(StringComparer.Ordinal)
            );
        }

        // A platform follows the same, without what requesters and creators wrote to each other.
        var followed = await ItemsAsync(App.With("changes:read", null, "cache"));
        Assert.Equal(all.Count, followed.Count);
        Assert.All(
            followed,
            item =>
                Assert.True(
                    item["after"]?["approval"] is not { } seen
                        || (seen["use"] is null && seen["reason"] is null && seen["state"] is not null)
                )
        );
    }

    [Fact]
    public async Task The_document_and_the_page_on_the_log_know_the_same_kinds_as_the_code()
    {
        var schema = CommittedDocument.Json["components"]!["schemas"]!["EventKind"]!;
        Assert.Equal(EventType.All, schema["enum"]!.AsArray().Select(word => (string)word!));
        Assert.All(EventType.All, word => Assert.Matches($"`{word}`: [A-Z]", (string)schema["description"]!));
        var parameter = CommittedDocument.Json["components"]!["parameters"]!["Kind"]!["schema"]!;
        Assert.Equal(
            EventType.All,
            CommittedDocument.Resolve(parameter)["enum"]!.AsArray().Select(word => (string)word!)
        );

        var page = await File.ReadAllLinesAsync(
            Path.Combine(Repository.Folder, "docs", "reference", "log-format.md"),
            TestContext.Current.CancellationToken
        );
        Assert.Equal(
            EventType.All,
            page.Single(line => line.StartsWith("| `type` |", StringComparison.Ordinal))
                .Split('`')
                .Where((_, at) => at % 2 == 1)
                .Skip(1)
        );
    }

    private static (string?, string?) Change(JsonNode item, string record) =>
        ((string?)item["before"]?[record]?["state"], (string?)item["after"]?[record]?["state"]);

    // At least one event of each kind.
    private async Task<JsonNode> TellAsync()
    {
        var (asking, recalling, own) = (new ApprovalSteps(App), new RecallSteps(App), App.Creator(creator));
        (await App.Platform().PutAsync($"/v1/creators/{creator}/videos/clip", new { })).Is(200);
        await asking.AskAsync(creator, "attribution");
        var grant = await asking.GrantAsync(requester, creator, uses: 1, until: "2999-01-01T00:00:00Z");
        await recalling.UseAsync(requester, creator);
        var second = await asking.GrantAsync(requester, creator);
        (await own.DeleteAsync($"/v1/creators/{creator}/grants/{second["id"]}")).Is(200);
        (
            await asking.RefuseAsync(
                creator,
                await asking.OpenAsync(RegistryApplication.NewId("tool"), creator),
                new { reason = "Not now." }
            )
        ).Is(200);
        var blocked = RegistryApplication.NewId("tool");
        (await own.PutAsync($"/v1/creators/{creator}/blocked-requesters/{blocked}", null)).Is(200);
        (await own.DeleteAsync($"/v1/creators/{creator}/blocked-requesters/{blocked}")).Is(200);
        (await own.PutAsync($"/v1/creators/{creator}/videos/clip/consent/mining", new { effect = "deny" })).Is(200);
        (await own.PutAsync($"/v1/creators/{creator}/lockdown", new { purposes = new[] { "training" } })).Is(200);
        (
            await App.Admin()
                .PutAsync($"/v1/creators/{creator}/hold", new { purposes = new[] { "grounding" }, reason = "order" })
        ).Is(200);
        await recalling.DenyAsync(creator);
        var recall = Assert.Single(await recalling.RecallsAsync(requester, 1));
        (
            await App.Platform(requester)
                .PostAsync($"/v1/recalls/{recall["id"]}/dispute", new { statement = "Not us." })
        ).Is(200);
        var gone = RegistryApplication.NewId("gone");
        await recalling.AllowAsync(gone);
        (await App.Admin().PostAsync($"/v1/creators/{gone}/erasure", new { reason = "asked for" })).Is(200);
        return grant;
    }

    private static async Task<IReadOnlyList<JsonNode>> ItemsAsync(RegistryClient client) =>
        [.. (await client.GetAsync("/v1/changes?limit=1000")).Is(200)["items"]!.AsArray().Select(item => item!)];
}
