using System.Text.Json.Nodes;
using ConsentRegistry.Domain.Purposes;

namespace ConsentRegistry.Api.Tests.Settings;

/// <summary>Many changes as one, and what they would do.</summary>
public sealed class ChangesTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private static readonly string[] Purposes =
    [
        .. Vocabulary.Initial.Purposes.Select(purpose => purpose.Purpose.Name),
    ];

    private readonly string creator = RegistryApplication.NewId();

    private RegistryApplication App => registry.App;

    private RegistryClient Client => App.Creator(creator);

    private string Changes => $"/v1/creators/{creator}/consent/changes";

    [Fact]
    public async Task A_bulk_change_is_one_version_with_an_event_for_each_record()
    {
        await Client.PutAsync($"/v1/creators/{creator}/consent/defaults/grounding", new { effect = "allow" });
        var answer = (
            await Client.PostAsync(
                Changes,
                new
                {
                    reason = "Spring cleaning.",
                    changes = new object[]
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
                            purpose = "training",
                            requester = "acme",
                            effect = "allow",
                            appliesTo = "all",
                            conditions = new[] { "attribution" },
                        },
                        new { op = "clearDefault", purpose = "grounding" },
                        new { op = "clearDefault", purpose = "mining" },
                        new
                        {
                            op = "setOverride",
                            purpose = "remix",
                            effect = "allow",
                            video = new { creatorId = creator, videoId = "v" },
                        },
                        new
                        {
                            op = "clearOverride",
                            purpose = "mining",
                            video = new { creatorId = creator, videoId = "v" },
                        },
                    },
                }
            )
        ).Is(200);

        Assert.Equal(
            (2, 2, 4, "\"2\""),
            (answer.Version, answer.SettingsVersion, answer.Changes, answer.Header("ETag"))
        );
        Assert.Null(answer["setting"]);
        Assert.Equal(1, (int)answer["exceptions"]!["count"]!);
        Assert.Equal(
            [1, 2, 3, 4],
            await App.QueryAsync<int>(
                "SELECT ordinal FROM consent.event WHERE creator = $1 AND version = 2 ORDER BY ordinal",
                creator
            )
        );
        Assert.Equal(
            [4],
            await App.QueryAsync<int>(
                "SELECT DISTINCT count FROM consent.event WHERE creator = $1 AND version = 2",
                creator
            )
        );
        Assert.All(
            await App.QueryAsync<byte[]>("SELECT body FROM consent.event WHERE creator = $1 AND version = 2", creator),
            body => Assert.Equal("Spring cleaning.", (string)JsonNode.Parse(body)!["by"]!["reason"]!)
        );
    }

    [Fact]
    public async Task One_refused_item_keeps_the_others_from_being_made()
    {
        await Client.PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "ask" });
        object good = new
        {
            op = "setDefault",
            purpose = "remix",
            effect = "deny",
        };

        (
            await Client.PostAsync(
                Changes,
                new
                {
                    changes = new[]
                    {
                        good,
                        new
                        {
                            op = "setDefault",
                            purpose = "unheard.of",
                            effect = "deny",
                        },
                    },
                }
            )
        ).IsProblem(422, "unknownPurpose");
        (
            await Client.PostAsync(
                Changes,
                new
                {
                    changes = new[]
                    {
                        good,
                        new
                        {
                            op = "setOverride",
                            purpose = "remix",
                            effect = "deny",
                            video = new { creatorId = "somebody", videoId = "v" },
                        },
                    },
                }
            )
        ).IsProblem(403, "forbidden");
        (await Client.PostAsync(Changes, new { changes = new[] { good } }, "If-Match: \"0\"")).IsProblem(
            412,
            "staleVersion"
        );

        var read = await Client.GetAsync($"/v1/creators/{creator}/consent");
        Assert.Equal((1, "ask"), (read.Version, (string)read["defaults"]![0]!["effect"]!));
    }

    [Fact]
    public async Task A_bulk_change_reaches_own_videos_and_those_one_appears_in()
    {
        var owner = RegistryApplication.NewId();
        await App.Platform()
            .PutAsync(
                $"/v1/creators/{owner}/videos/shared",
                new { participants = new[] { new { creatorId = creator, role = "coCreator" } } }
            );

        (
            await Client.PostAsync(
                Changes,
                new
                {
                    changes = new[]
                    {
                        new
                        {
                            op = "setOverride",
                            purpose = "remix",
                            effect = "deny",
                            video = new { creatorId = owner, videoId = "shared" },
                        },
                        new
                        {
                            op = "setOverride",
                            purpose = "remix",
                            effect = "deny",
                            video = new { creatorId = creator, videoId = "own" },
                        },
                    },
                }
            )
        ).Is(200);

        var read = (await Client.GetAsync($"/v1/creators/{creator}/consent/overrides")).Is(200)["items"]!.AsArray();
        Assert.Equal(
            new[] { $"{owner}/shared", $"{creator}/own" }.Order(StringComparer.Ordinal),
            read.Select(o => $"{o!["video"]!["creatorId"]}/{o["video"]!["videoId"]}")
        );
    }

    [Fact]
    public async Task Overrides_with_and_without_an_expiry_go_together()
    {
        object Override(string video, string? expiresAt) =>
            new
            {
                op = "setOverride",
                purpose = "remix",
                effect = "allow",
                expiresAt,
                video = new { creatorId = creator, videoId = video },
            };

        (
            await Client.PostAsync(
                Changes,
                new
                {
                    changes = new[] { Override("a", null), Override("b", "2999-01-01T00:00:00Z"), Override("c", null) },
                }
            )
        ).Is(200);

        var items = (await Client.GetAsync($"/v1/creators/{creator}/consent/overrides")).Is(200)["items"]!.AsArray();
        Assert.Equal([null, "2999-01-01T00:00:00.000000Z", null], items.Select(item => (string?)item!["expiresAt"]));
    }

    [Fact]
    public async Task A_dry_run_changes_nothing_and_counts_what_flips_when_the_change_is_made()
    {
        await PopulateAsync(130);
        object[] changes =
        [
            new
            {
                op = "setDefault",
                purpose = "remix",
                effect = "deny",
                clearExceptions = true,
            },
            new
            {
                op = "setDefault",
                purpose = "training.generative",
                effect = "allow",
                appliesTo = "all",
            },
            new
            {
                op = "setDefault",
                purpose = "mining",
                effect = "allow",
            },
            new
            {
                op = "setDefault",
                purpose = "grounding",
                requester = "acme",
                effect = "ask",
            },
            new
            {
                op = "setOverride",
                purpose = "mining",
                effect = "allow",
                video = new { creatorId = creator, videoId = "v007" },
            },
        ];
        string?[] requesters = [null, "acme"];
        var before = await EffectsAsync(requesters);
        var consent = (await Client.GetAsync($"/v1/creators/{creator}/consent")).Text;

        var preview = (await Client.PostAsync($"{Changes}/preview", new { changes })).Is(200);
        Assert.Equal(
            preview.Text,
            (await Client.PostAsync(Changes, new { dryRun = true, changes }, $"Idempotency-Key: {Guid.NewGuid()}"))
                .Is(200)
                .Text
        );
        Assert.Equal(
            preview.Text,
            (
                await Client.PostAsync(
                    $"{Changes}/preview",
                    new { dryRun = false, changes },
                    $"If-Match: \"{preview.SettingsVersion}\""
                )
            )
                .Is(200)
                .Text
        );
        (await Client.PostAsync($"{Changes}/preview", new { changes }, "If-Match: \"0\"")).IsProblem(
            412,
            "staleVersion"
        );

        Assert.Equal(consent, (await Client.GetAsync($"/v1/creators/{creator}/consent")).Text);
        Assert.Equal(before, await EffectsAsync(requesters));
        var made = (await Client.PostAsync(Changes, new { changes })).Is(200);
        var after = await EffectsAsync(requesters);
        var flipped = before.Where(one => after[one.Key] != one.Value).ToList();
        Assert.NotEmpty(flipped);
        Assert.Equal(
            flipped
                .GroupBy(one => (one.Key.Purpose, one.Key.Requester))
                .Select(group => $"{group.Key.Purpose} {group.Key.Requester} {group.Count()}")
                .Order(StringComparer.Ordinal),
            preview["flips"]!
                .AsArray()
                .Select(flip => $"{flip!["purpose"]} {flip["requester"]} {flip["count"]}")
                .Order(StringComparer.Ordinal)
        );
        Assert.Equal(
            flipped.Select(one => one.Key.Video).Distinct().Order(StringComparer.Ordinal).Take(100),
            preview["first"]!.AsArray().Select(video => (string)video!["video"]!["videoId"]!)
        );
        Assert.All(
            preview["first"]!
                .AsArray()
                .SelectMany(video =>
                    video!["flips"]!.AsArray().Select(flip => (Video: (string)video["video"]!["videoId"]!, Flip: flip!))
                ),
            one =>
            {
                var key = (one.Video, (string)one.Flip["purpose"]!, (string?)one.Flip["requester"]);
                Assert.Equal((before[key], after[key]), ((string)one.Flip["before"]!, (string)one.Flip["after"]!));
            }
        );
        Assert.Equal(
            (made.Changes, made.SettingsVersion - 1, true),
            (preview.Changes, preview.SettingsVersion, (bool)preview["complete"]!)
        );
    }

    [Fact]
    public async Task A_dry_run_tells_each_requester_what_flips_for_them_also_through_what_a_video_was_made_from()
    {
        await PopulateAsync(30);
        var mine = new { creatorId = creator, videoId = "v004" };
        object[] changes =
        [
            new
            {
                op = "setDefault",
                purpose = "mining",
                requester = "acme",
                effect = "allow",
                appliesTo = "all",
            },
            new
            {
                op = "setDefault",
                purpose = "training",
                requester = "beta",
                effect = "ask",
            },
            // v005 was made from it.
            new
            {
                op = "setOverride",
                purpose = "remix",
                requester = "gamma",
                effect = "deny",
                video = mine,
            },
            new
            {
                op = "setOverride",
                purpose = "grounding",
                effect = "deny",
                video = mine,
            },
        ];
        string?[] requesters = [null, "acme", "beta", "gamma", "delta"];
        var before = await EffectsAsync(requesters);

        var preview = (await Client.PostAsync(Changes, new { dryRun = true, changes })).Is(200);

        (await Client.PostAsync(Changes, new { changes })).Is(200);
        var after = await EffectsAsync(requesters);
        // Who is not named is one that nobody named.
        Assert.All(
            before.Keys.Where(key => key.Requester is null),
            key => Assert.Equal(after[key], after[(key.Video, key.Purpose, "delta")])
        );
        var flipped = before.Where(one => one.Key.Requester != "delta" && after[one.Key] != one.Value).ToList();
        Assert.Contains(flipped, one => one.Key is ("v005", "remix", "gamma"));
        var expected = flipped
            .GroupBy(one => (one.Key.Purpose, one.Key.Requester))
            .Select(group => $"{group.Key.Purpose} {group.Key.Requester} {group.Count()}");
        var shown = preview["flips"]!
            .AsArray()
            .Select(flip => $"{flip!["purpose"]} {flip["requester"]} {flip["count"]}");
        Assert.Equal(expected.Order(StringComparer.Ordinal), shown.Order(StringComparer.Ordinal));
        Assert.True((bool)preview["complete"]!);
    }

    [Fact]
    public async Task Denying_and_clearing_work_however_many_requesters_are_named()
    {
        Task<Answer> ChangeAsync(params IEnumerable<object> changes) => Client.PostAsync(Changes, new { changes });
        Task<Answer> PutAsync(string place) =>
            Client.PutAsync($"/v1/creators/{creator}/consent/defaults/{place}", new { effect = "allow" });
        object Default(string? effect, int i) =>
            new
            {
                op = effect is null ? "clearDefault" : "setDefault",
                purpose = "remix",
                requester = $"lab-{i}",
                effect,
            };
        (await ChangeAsync(Enumerable.Range(0, 1_000).Select(i => Default("allow", i)))).Is(200);

        var refused = (await ChangeAsync(Default("deny", 1_000), Default("ask", 1_001))).IsProblem(422, "tooMany");
        Assert.Equal(["changes[1].requester"], refused.Fields);
        Assert.Equal(["requester"], (await PutAsync("remix?requester=new")).IsProblem(422, "tooMany").Fields);
        (await Client.PostAsync(Changes, new { dryRun = true, changes = new[] { Default("allow", 1_000) } })).IsProblem(
            422,
            "tooMany"
        );
        (await ChangeAsync(Enumerable.Range(500, 1_500).Select(i => Default("deny", i)))).Is(200);
        (await ChangeAsync(Default("allow", 500), Default(null, 0))).Is(200);
        (await PutAsync("mining?requester=new")).Is(200);

        object Override(string? effect, int i) =>
            new
            {
                op = effect is null ? "clearOverride" : "setOverride",
                purpose = "remix",
                requester = $"lab-{i}",
                effect,
                video = new { creatorId = creator, videoId = "v" },
            };
        (await ChangeAsync(Enumerable.Range(0, 1_000).Select(i => Override("ask", i)))).Is(200);
        (await ChangeAsync(Override("allow", 1_000))).IsProblem(422, "tooMany");
        (await ChangeAsync(Override("deny", 1_000), Override("allow", 7), Override(null, 8))).Is(200);
        (await ChangeAsync(Override("allow", 1_000))).Is(200);
    }

    [Fact]
    public async Task Blocking_works_however_many_requesters_are_blocked()
    {
        const string Add =
            "INSERT INTO consent.asking_block (creator, requester, version, changed_at) SELECT $1, 'x' || n, 1, now() "
            + "FROM generate_series(1, 10000) n";
        await App.QueryAsync<int>(Add, creator);
        try
        {
            (await Client.PutAsync($"/v1/creators/{creator}/blocked-requesters/acme", null)).Is(200);
        }
        finally
        {
            // No event tells of them.
            await App.QueryAsync<int>(
                "DELETE FROM consent.asking_block WHERE creator = $1 AND requester LIKE 'x%'",
                creator
            );
        }
    }

    [Fact]
    public async Task Ten_thousand_overrides_are_one_change_and_a_lockdown_one_more_request()
    {
        var changes = Enumerable
            .Range(0, 10_000)
            .Select(i => new
            {
                op = "setOverride",
                purpose = "remix",
                effect = i % 2 == 0 ? "allow" : "deny",
                video = new { creatorId = creator, videoId = $"v{i:0000}" },
            });
        var answer = (await Client.PostAsync(Changes, new { changes })).Is(200);

        Assert.Equal((1, 1, 10_000), (answer.Version, answer.SettingsVersion, answer.Changes));
        Assert.Equal(10_000, (int)(await Client.GetAsync($"/v1/creators/{creator}/consent"))["overrides"]!);
        Assert.Equal(
            10_000,
            await App.ScalarAsync<long>(
                "SELECT count(*) FROM consent.event WHERE creator = $1 AND version = 1 AND count = 10000",
                creator
            )
        );
        Assert.Equal(0, (await Client.PostAsync(Changes, new { changes })).Is(200).Changes);
        var lockdown = (await Client.PutAsync($"/v1/creators/{creator}/lockdown", null)).Is(200);
        Assert.Equal((2, 1), (lockdown.Version, lockdown.Changes));
        await App.Platform()
            .PostAsync(
                "/v1/videos/batch",
                new
                {
                    videos = Enumerable
                        .Range(0, 1_000)
                        .Select(i => new { creatorId = creator, videoId = $"v{i:0000}" }),
                }
            );
        var batch = (
            await App.Platform()
                .PostAsync(
                    "/v1/checks/batch",
                    new
                    {
                        defaults = new { creatorId = creator, purpose = "remix" },
                        checks = Enumerable.Range(0, 1_000).Select(i => new { videoId = $"v{i:0000}" }),
                    }
                )
        ).Is(200);
        Assert.All(batch["results"]!.AsArray(), result => Assert.Equal("lockdown", (string)result!["reason"]!));
        (await Client.DeleteAsync($"/v1/creators/{creator}/lockdown")).Is(200);
        var open = (
            await App.Platform()
                .PostAsync(
                    "/v1/checks/batch",
                    new
                    {
                        defaults = new { creatorId = creator, purpose = "remix" },
                        checks = Enumerable.Range(0, 1_000).Select(i => new { videoId = $"v{i:0000}" }),
                    }
                )
        ).Is(200);
        Assert.Equal(500, open["results"]!.AsArray().Count(result => (bool)result!["allowed"]!));
        var cleared = (
            await Client.PutAsync(
                $"/v1/creators/{creator}/consent/defaults/remix",
                new { effect = "deny", clearExceptions = true }
            )
        ).Is(200);
        Assert.Equal(5_001, cleared.Changes);
    }

    private async Task PopulateAsync(int videos)
    {
        (
            await App.Platform()
                .PostAsync(
                    "/v1/videos/batch",
                    new
                    {
                        videos = Enumerable
                            .Range(0, videos)
                            .Select(i => new
                            {
                                creatorId = creator,
                                videoId = $"v{i:000}",
                                publishedAt = i % 3 == 0 ? null : "2020-01-01T00:00:00Z",
                                derivedFrom = i % 5 == 0 && i > 0
                                    ? new[] { new { creatorId = creator, videoId = $"v{i - 1:000}" } }
                                    : null,
                            }),
                    }
                )
        ).Is(200);
        (
            await Client.PostAsync(
                Changes,
                new
                {
                    changes = new object[]
                    {
                        new
                        {
                            op = "setDefault",
                            purpose = "remix",
                            effect = "allow",
                            appliesTo = "all",
                        },
                        new
                        {
                            op = "setDefault",
                            purpose = "remix.voice",
                            effect = "ask",
                        },
                        new
                        {
                            op = "setDefault",
                            purpose = "grounding",
                            effect = "allow",
                            appliesTo = "all",
                        },
                        new
                        {
                            op = "setDefault",
                            purpose = "training",
                            effect = "deny",
                        },
                        new
                        {
                            op = "setOverride",
                            purpose = "remix",
                            effect = "deny",
                            video = new { creatorId = creator, videoId = "v001" },
                        },
                        new
                        {
                            op = "setOverride",
                            purpose = "remix",
                            effect = "ask",
                            video = new { creatorId = creator, videoId = "v002" },
                        },
                        new
                        {
                            op = "setOverride",
                            purpose = "remix",
                            effect = "allow",
                            video = new { creatorId = creator, videoId = "v003" },
                        },
                    },
                }
            )
        ).Is(200);
    }

    private async Task<Dictionary<(string Video, string Purpose, string? Requester), string>> EffectsAsync(
        string?[] requesters
    )
    {
        var effects = new Dictionary<(string, string, string?), string>();
        foreach (var requester in requesters)
        {
            var page = (
                await Client.GetAsync(
                    $"/v1/creators/{creator}/videos?limit=1000{(requester is null ? "" : $"&requester={requester}")}"
                )
            ).Is(200);
            foreach (var video in page["items"]!.AsArray())
            {
                Assert.Equal(Purposes, video!["consent"]!.AsArray().Select(one => (string)one!["purpose"]!));
                foreach (var one in video["consent"]!.AsArray())
                    effects[((string)video["video"]!["videoId"]!, (string)one!["purpose"]!, requester)] = (string)
                        one["decision"]!["effect"]!;
            }
        }
        return effects;
    }
}
