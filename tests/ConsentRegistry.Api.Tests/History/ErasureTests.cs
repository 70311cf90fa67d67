using ConsentRegistry.Api.Tests.Log;
using ConsentRegistry.Domain.Log.Verification;
using Npgsql;

namespace ConsentRegistry.Api.Tests.History;

/// <summary>
/// A creator is forgotten, and the log stays whole. After the class the ledger compares every event with the tables.
/// </summary>
public sealed class ErasureTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private readonly string creator = RegistryApplication.NewId("gone");
    private readonly string other = RegistryApplication.NewId("stays");

    private RegistryApplication App => registry.App;

    private string Path => $"/v1/creators/{creator}";

    [Fact]
    public async Task Everything_about_an_erased_creator_is_denied_at_once_and_nothing_can_be_changed_any_more()
    {
        await TellAsync();
        var before = await App.NowAsync();
        var erased = (await App.Creator(creator).PostAsync($"{Path}/erasure", new { reason = "by post" })).Is(200);
        Assert.InRange(erased.Changes, 1, 2);

        foreach (var (owner, video) in new[] { (creator, "v"), (other, "shared"), (other, "derived") })
        {
            var answer = (
                await App.Admin()
                    .PostAsync(
                        "/v1/checks",
                        new
                        {
                            creatorId = owner,
                            videoId = video,
                            purpose = "remix",
                            requester = "acme",
                        }
                    )
            ).Is(200);
            Assert.Equal(
                (false, "noConsent", "erased", creator),
                (
                    (bool)answer["allowed"]!,
                    (string)answer["reason"]!,
                    (string)answer["detail"]!,
                    (string)answer["decidedBy"]!["creatorId"]!
                )
            );
        }
        var consent = (await App.Creator(creator).GetAsync($"{Path}/consent")).Is(200);
        Assert.Equal((0, 0L), (consent["defaults"]!.AsArray().Count, (long)consent["overrides"]!));
        Assert.NotNull((string?)consent["erasedAt"]);

        Answer[] refused =
        [
            await App.Creator(creator).PutAsync($"{Path}/consent/defaults/remix", new { effect = "deny" }),
            await App.Creator(creator).DeleteAsync($"{Path}/consent/defaults/remix"),
            await App.Creator(creator).PutAsync($"{Path}/videos/v/consent/remix", new { effect = "deny" }),
            await App.Creator(creator).PutAsync($"{Path}/lockdown", null),
            await App.Admin().PutAsync($"{Path}/hold", new { reason = "order" }),
            await App.Creator(creator)
                .PostAsync(
                    $"{Path}/consent/changes",
                    new { changes = new[] { new { op = "clearDefault", purpose = "remix" } } }
                ),
            await App.Creator(creator)
                .PostAsync(
                    $"{Path}/consent/changes",
                    new { dryRun = true, changes = new[] { new { op = "clearDefault", purpose = "remix" } } }
                ),
            await App.Platform().PutAsync($"{Path}/videos/new", new { }),
        ];
        Assert.All(refused, answer => answer.IsProblem(409, "creatorErased"));
        var batch = (
            await App.Platform()
                .PostAsync(
                    "/v1/videos/batch",
                    new
                    {
                        videos = new[]
                        {
                            new { creatorId = creator, videoId = "new" },
                            new { creatorId = other, videoId = "new" },
                        },
                    }
                )
        ).Is(200);
        Assert.Equal("creatorErased", (string)batch["results"]![0]!["error"]!["code"]!);
        Assert.Equal(1, (int)batch["results"]![1]!["changes"]!);

        Assert.Equal(0, (await App.Admin().PostAsync($"{Path}/erasure", new { reason = "again" })).Is(200).Changes);
        Assert.Equal(
            ["asOf"],
            (await App.Auditor().GetAsync($"{Path}/consent?asOf={before}")).IsProblem(409, "creatorErased").Fields
        );
        var past = (
            await App.Auditor()
                .PostAsync(
                    "/v1/checks",
                    new
                    {
                        creatorId = creator,
                        videoId = "v",
                        purpose = "remix",
                        requester = "acme",
                        asOf = before,
                    }
                )
        ).Is(200);
        Assert.Equal("erased", (string)past["detail"]!);
    }

    [Fact]
    public async Task The_log_forgets_what_it_said_and_proves_itself_all_the_same()
    {
        await TellAsync();
        await Exports.CoveredAsync(App);
        var leaves = await App.QueryAsync<byte[]>(
            "SELECT leaf FROM consent.history WHERE creator = $1 ORDER BY seq",
            creator
        );
        // One more event that still waits when the creator is erased: its leaf has no place yet.
        await using (await Exports.HoldSequencerAsync(App))
        {
            (await App.Creator(creator).PutAsync($"{Path}/consent/defaults/mining", new { effect = "deny" })).Is(200);
            var before = await App.NowAsync();
            (await App.Admin().PostAsync($"{Path}/erasure", new { reason = "order" })).Is(200);

            // What waits to be deleted is not told any more either.
            (await App.Auditor().GetAsync($"{Path}/consent?asOf={before}")).IsProblem(409, "creatorErased");
            var from = await App.ScalarAsync<long>(
                "SELECT min(seq) - 1 FROM consent.history WHERE creator = $1",
                creator
            );
            var followed = (await App.Platform().GetAsync($"/v1/changes?after={from}")).Is(200)["items"]!
                .AsArray()
                .Where(item => (string?)item!["stream"] == creator)
                .ToArray();
            Assert.NotEmpty(followed);
            Assert.All(
                followed,
                item => Assert.True((bool)item!["erased"]! && item["by"] is null && item["after"] is null)
            );
            var waiting = (await App.Creator(creator).GetAsync($"{Path}/history")).Is(200)["items"]!.AsArray();
            Assert.NotEqual(
                0,
                await App.ScalarAsync<long>(
                    "SELECT count(*) FROM consent.history WHERE creator = $1 AND body IS NOT NULL",
                    creator
                )
            );
            Assert.All(
                waiting.Where(item => (string)item!["kind"]! != "creatorErased"),
                item => Assert.True((bool)item!["erased"]! && item["by"] is null && item["after"] is null)
            );
            await Ledger.VerifyAsync(App);
        }
        await Exports.CoveredAsync(App);

        Assert.Equal(
            0,
            await App.ScalarAsync<long>(
                "SELECT count(*) FROM consent.history WHERE creator = $1 AND type <> 'creatorErased' "
                    + "AND (body IS NOT NULL OR salt IS NOT NULL)",
                creator
            )
        );
        Assert.Equal(
            leaves,
            (
                await App.QueryAsync<byte[]>(
                    "SELECT leaf FROM consent.history WHERE creator = $1 ORDER BY seq",
                    creator
                )
            ).Take(leaves.Count)
        );
        Assert.Equal(
            0,
            await App.ScalarAsync<long>(
                "SELECT count(*) FROM consent.history WHERE creator = $1 AND body IS NULL",
                other
            )
        );
        foreach (
            var table in new[] { "creator_default WHERE creator", "video_override WHERE creator", "video WHERE owner" }
        )
            Assert.Equal(0, await App.ScalarAsync<long>($"SELECT count(*) FROM consent.{table} = $1", creator));
        var verdict = Exports.Verify(await Exports.OfLogAsync(App));
        Assert.Equal((Verdict.Valid, null), (verdict.Verdict, verdict.Failure?.What));
        Assert.True(verdict.Proven.ErasedBodies > leaves.Count);
        var items = (await App.Creator(creator).GetAsync($"{Path}/history")).Is(200)["items"]!.AsArray();
        Assert.All(
            items.Where(item => (string)item!["kind"]! != "creatorErased"),
            item => Assert.True((bool)item!["erased"]! && item["by"] is null && item["after"] is null)
        );
        Assert.Equal("creatorErased", (string)items[0]!["kind"]!);
    }

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task An_erasure_of_more_than_one_leaf_can_list_takes_several()
    {
        // Changes of two creators in turns, so that no two events of one stand together.
        for (var i = 0; i < 1_050; i++)
        {
            if (i % 10 == 0)
                await Exports.CoveredAsync(App);
            (
                await App.Admin()
                    .PutAsync(
                        $"/v1/creators/{(i % 2 == 0 ? other : creator)}/videos/v{i}/consent/remix",
                        new { effect = "deny" }
                    )
            ).Is(200);
        }
        (
            await App.Creator(creator)
                .PostAsync(
                    $"{Path}/consent/changes",
                    new
                    {
                        changes = Enumerable
                            .Range(0, 1_500)
                            .Select(i => new
                            {
                                op = "setOverride",
                                purpose = "training",
                                effect = "deny",
                                video = new { creatorId = creator, videoId = $"w{i}" },
                            }),
                    }
                )
        ).Is(200);
        var erased = (await App.Admin().PostAsync($"{Path}/erasure", new { reason = "order" })).Is(200);
        Assert.True(erased.Changes >= 1);
        await Exports.CoveredAsync(App);
        Assert.True(
            await App.ScalarAsync<int>(
                "SELECT max(octet_length(leaf)) FROM consent.history WHERE creator = $1",
                creator
            ) < 65_536
        );
        Assert.Equal(Verdict.Valid, Exports.Verify(await Exports.OfLogAsync(App)).Verdict);
    }

    [Fact]
    public async Task Only_the_creator_and_the_administrator_may_and_only_with_a_reason()
    {
        (await App.Creator(other).PostAsync($"{Path}/erasure", new { reason = "spite" })).IsProblem(403, "forbidden");
        (await App.Platform().PostAsync($"{Path}/erasure", new { reason = "spite" })).IsProblem(403, "forbidden");
        (await App.Auditor().PostAsync($"{Path}/erasure", new { reason = "spite" })).IsProblem(403, "forbidden");
        Assert.Equal(
            ["reason"],
            (await App.Creator(creator).PostAsync($"{Path}/erasure", new { })).IsProblem(422, "invalid").Fields
        );
        Assert.Equal(0, await App.ScalarAsync<long>("SELECT count(*) FROM consent.creator WHERE id = $1", creator));
    }

    private async Task TellAsync()
    {
        (
            await App.Platform()
                .PostAsync(
                    "/v1/videos/batch",
                    new
                    {
                        videos = new object[]
                        {
                            new { creatorId = creator, videoId = "v" },
                            new
                            {
                                creatorId = other,
                                videoId = "shared",
                                participants = new[] { new { creatorId = creator, role = "coCreator" } },
                            },
                            new
                            {
                                creatorId = other,
                                videoId = "derived",
                                derivedFrom = new[] { new { creatorId = creator, videoId = "v" } },
                            },
                        },
                    }
                )
        ).Is(200);
        foreach (var id in new[] { creator, other })
            (
                await App.Creator(id)
                    .PutAsync($"/v1/creators/{id}/consent/defaults/remix", new { effect = "allow", appliesTo = "all" })
            ).Is(200);
        (await App.Creator(creator).PutAsync($"{Path}/videos/v/consent/training", new { effect = "ask" })).Is(200);
        (await App.Creator(creator).PutAsync($"{Path}/lockdown", new { purposes = new[] { "mining" } })).Is(200);
    }
}
