namespace ConsentRegistry.Api.Tests.Checks;

/// <summary>What surrounds a decision: who asks, how fresh it is, how it explains itself.</summary>
public sealed class ChecksTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private readonly string creator = RegistryApplication.NewId();

    private RegistryApplication App => registry.App;

    [Fact]
    public async Task An_answer_has_every_field()
    {
        var before = await App.NowAsync();
        await AllowAsync(
            new
            {
                effect = "allow",
                appliesTo = "all",
                conditions = new[] { "labelAsAi", "attribution" },
            }
        );
        var changedAt = await App.ScalarAsync<string>(
            "SELECT to_char(changed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') FROM consent.creator "
                + "WHERE id = $1",
            creator
        );

        var answer = (await CheckAsync(App.Platform("acme"))).Is(200);

        var freshAt = (string)answer["freshAt"]!;
        Assert.InRange(freshAt, before, await App.NowAsync(), StringComparer.Ordinal);
        Assert.Equal(
            $$"""{"allowed":true,"effect":"allow","reason":"creatorDefault","decidedBy":{"creatorId":"{{creator}}","role":"owner","video":{"creatorId":"{{creator}}","videoId":"v"},"scope":"default","purpose":"remix","requester":null,"version":2,"changedAt":"{{changedAt}}"},"obligations":["attribution","labelAsAi"],"excludes":[],"version":2,"freshAt":"{{freshAt}}","maxAgeMs":0}""",
            answer.Text
        );
    }

    [Fact]
    public async Task An_explanation_names_every_setting_what_beat_it_and_the_versions_consulted()
    {
        var guest = RegistryApplication.NewId();
        await App.Platform()
            .PutAsync(
                $"/v1/creators/{creator}/videos/v",
                new { participants = new[] { new { creatorId = guest, role = "coCreator" } } }
            );
        await App.Creator(creator)
            .PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "allow", appliesTo = "all" });
        await App.Creator(creator)
            .PutAsync($"/v1/creators/{creator}/consent/defaults/remix?requester=rival", new { effect = "deny" });
        await App.Creator(creator)
            .PutAsync($"/v1/creators/{creator}/videos/v/consent/remix?requester=acme", new { effect = "ask" });

        var answer = (await CheckAsync(App.Platform("acme"), explain: true)).Is(200);

        Assert.Equal(
            $"{guest} 0, {creator} 4".Split(", ").Append("$vocabulary 1").Order(StringComparer.Ordinal),
            answer["versions"]!.AsObject().Select(v => $"{v.Key} {v.Value}").Order(StringComparer.Ordinal)
        );
        Assert.Equal(
            [$"{creator} owner ask videoOverride", $"{guest} coCreator deny noConsent"],
            answer["trace"]!
                .AsArray()
                .Select(one => $"{one!["creatorId"]} {one["role"]} {one["effect"]} {one["reason"]}")
        );
        Assert.Equal(
            ["default remix  allow beaten override remix acme 2", "override remix acme ask unbeaten   4"],
            answer["trace"]![0]!["settings"]!
                .AsArray()
                .Select(s =>
                    $"{s!["scope"]} {s["purpose"]} {s["requester"]} {s["effect"]} {s["standing"]} {(s["beatenBy"] is { } by ? $"{by["scope"]} {by["purpose"]} {by["requester"]}" : " ")} {s["version"]}"
                )
                .Order(StringComparer.Ordinal)
        );
        Assert.DoesNotContain("rival", answer.Text, StringComparison.Ordinal);
        Assert.Null((await CheckAsync(App.Platform("acme"))).Is(200)["trace"]);
        Assert.Null((await CheckAsync(App.Platform("acme"))).Is(200)["versions"]);
    }

    [Fact]
    public async Task A_version_that_is_not_known_yet_is_503_and_in_a_batch_indeterminate()
    {
        await AllowAsync(new { effect = "allow", appliesTo = "all" });

        (await CheckAsync(App.Platform(), minVersions: new() { [creator] = 2 })).Is(200);
        (
            await CheckAsync(
                App.Platform(),
                minVersions: new()
                {
                    [creator] = 0,
                    ["never-heard-of"] = 0,
                    ["$vocabulary"] = 1,
                }
            )
        ).Is(200);
        Assert.Equal(
            "1",
            (await CheckAsync(App.Platform(), minVersions: new() { [creator] = 3 }))
                .IsProblem(503, "unavailable")
                .Header("Retry-After")
        );
        (await CheckAsync(App.Platform(), minVersions: new() { ["never-heard-of"] = 1 })).IsProblem(503, "unavailable");
        (await CheckAsync(App.Platform(), minVersions: new() { ["$vocabulary"] = 1_000 })).IsProblem(
            503,
            "unavailable"
        );
        Assert.Equal(
            ["minVersions"],
            (await CheckAsync(App.Platform(), minVersions: Enumerable.Range(0, 65).ToDictionary(i => $"c{i}", _ => 0L)))
                .IsProblem(422, "tooMany")
                .Fields
        );
        var batch = (
            await App.Platform()
                .PostAsync(
                    "/v1/checks/batch",
                    new
                    {
                        defaults = new
                        {
                            creatorId = creator,
                            videoId = (string?)null,
                            purpose = "remix",
                        },
                        checks = new object[]
                        {
                            new { videoId = "v", minVersions = new Dictionary<string, long> { [creator] = 3 } },
                            new { videoId = "v" },
                        },
                    }
                )
        ).Is(200);
        Assert.Equal(
            ["indeterminate", "creatorDefault"],
            batch["results"]!.AsArray().Select(r => (string)r!["reason"]!)
        );
        Assert.False((bool)batch["results"]![0]!["allowed"]!);
    }

    [Fact]
    public async Task An_allow_may_be_reused_as_long_as_was_asked_for_and_never_past_an_expiry()
    {
        await AllowAsync(new { effect = "allow", appliesTo = "all" });
        Assert.Equal(0, (int)(await CheckAsync(App.Platform()))["maxAgeMs"]!);
        Assert.Equal(5_000, (int)(await CheckAsync(App.Platform(), maxStalenessMs: 5_000))["maxAgeMs"]!);
        Assert.Equal(300_000, (int)(await CheckAsync(App.Platform(), maxStalenessMs: 300_000))["maxAgeMs"]!);

        var expiry = Domain.Instant.From(TimeProvider.System.GetUtcNow()).Plus(TimeSpan.FromSeconds(100)).ToString();
        await App.Creator(creator)
            .PutAsync(
                $"/v1/creators/{creator}/consent/defaults/remix",
                new
                {
                    effect = "allow",
                    appliesTo = "all",
                    expiresAt = expiry,
                }
            );
        Assert.InRange((int)(await CheckAsync(App.Platform(), maxStalenessMs: 300_000))["maxAgeMs"]!, 1, 100_000);
        Assert.Equal(5_000, (int)(await CheckAsync(App.Platform(), maxStalenessMs: 5_000))["maxAgeMs"]!);
        Assert.Equal(0, (int)(await CheckAsync(App.Platform()))["maxAgeMs"]!);
    }

    [Fact]
    public async Task An_allow_ends_when_it_expires()
    {
        await AllowAsync(
            new
            {
                effect = "allow",
                appliesTo = "all",
                expiresAt = Domain
                    .Instant.From(TimeProvider.System.GetUtcNow())
                    .Plus(TimeSpan.FromSeconds(3))
                    .ToString(),
            }
        );
        await Eventually.HoldsAsync(
            "the allow has expired",
            async () =>
            {
                var answer = (await CheckAsync(App.Platform(), maxStalenessMs: 300_000)).Is(200);
                Assert.InRange((int)answer["maxAgeMs"]!, 0, 3_000);
                return (string?)answer["detail"] == "expired";
            }
        );
    }

    [Fact]
    public async Task Naming_another_requester_takes_the_scope_for_it()
    {
        await AllowAsync(new { effect = "deny" });
        await App.Creator(creator)
            .PutAsync(
                $"/v1/creators/{creator}/consent/defaults/remix?requester=acme",
                new { effect = "allow", appliesTo = "all" }
            );
        var acme = App.With("consent:check", null, "acme");

        Assert.True((bool)(await CheckAsync(acme)).Is(200)["allowed"]!);
        Assert.True((bool)(await CheckAsync(acme, requester: "acme")).Is(200)["allowed"]!);
        (await CheckAsync(acme, requester: "rival")).IsProblem(403, "requesterNotYours");
        Assert.False((bool)(await CheckAsync(App.Platform("rival"))).Is(200)["allowed"]!);
        Assert.True((bool)(await CheckAsync(App.Platform("rival"), requester: "acme")).Is(200)["allowed"]!);
        (await CheckAsync(App.With("consent:check", "somebody"))).IsProblem(422, "invalid");
        (await CheckAsync(App.With("consent:check", "somebody"), requester: "acme")).IsProblem(
            403,
            "requesterNotYours"
        );
        var batch = (
            await acme.PostAsync(
                "/v1/checks/batch",
                new
                {
                    defaults = new { creatorId = creator, purpose = "remix" },
                    checks = new object[]
                    {
                        new { videoId = "v" },
                        new { videoId = "v", requester = "rival" },
                        new { videoId = "v", requester = "acme" },
                    },
                }
            )
        ).Is(200);
        Assert.Equal(
            ["True", "requesterNotYours", "True"],
            batch["results"]!
                .AsArray()
                .Select(r => r!["error"] is { } error ? (string)error["code"]! : ((bool)r["allowed"]!).ToString())
        );
    }

    [Fact]
    public async Task In_a_batch_a_bad_item_spoils_no_other_and_defaults_give_way_to_the_item()
    {
        await AllowAsync(new { effect = "allow", appliesTo = "all" });
        var batch = (
            await App.Platform()
                .PostAsync(
                    "/v1/checks/batch",
                    new
                    {
                        defaults = new
                        {
                            creatorId = creator,
                            purpose = "remix",
                            maxStalenessMs = 1_000,
                            explain = true,
                        },
                        checks = new object[]
                        {
                            new { videoId = "v" },
                            new { videoId = "a b" },
                            new { videoId = "v", purpose = "unheard" },
                            new { videoId = "v", purpose = "Bad" },
                            new { purpose = "remix" },
                            new { videoId = "v", maxStalenessMs = 300_001 },
                            new
                            {
                                videoId = "v",
                                purpose = "mining",
                                explain = false,
                            },
                            new { videoId = "other" },
                            new { creatorId = "somebody", videoId = "v" },
                            new { videoId = "v", maxStalenessMs = 10 },
                        },
                    }
                )
        ).Is(200);

        Assert.Equal(
            [
                "allow",
                "invalid",
                "unknownPurpose",
                "unknownPurpose",
                "invalid",
                "invalid",
                "neverSet",
                "videoNotRegistered",
                "neverSet",
                "allow",
            ],
            batch["results"]!
                .AsArray()
                .Select(r => (string?)r!["error"]?["code"] ?? (string?)r["detail"] ?? (string)r["effect"]!)
        );
        // One shape: whoever does not look at the error reads a refusal.
        string[] always =
        [
            "allowed",
            "effect",
            "reason",
            "decidedBy",
            "obligations",
            "excludes",
            "version",
            "freshAt",
            "maxAgeMs",
            "error",
        ];
        Assert.All(
            batch["results"]!.AsArray(),
            r => Assert.Subset(r!.AsObject().Select(member => member.Key).ToHashSet(), always.ToHashSet())
        );
        Assert.All(
            batch["results"]!.AsArray().Where(r => r!["error"] is not null),
            r => Assert.Equal(always, r!.AsObject().Select(member => member.Key))
        );
        Assert.All(
            batch["results"]!.AsArray().Where(r => r!["error"] is not null),
            r => Assert.Equal(("deny", null), ((string?)r!["effect"], (string?)r["reason"]))
        );
        Assert.All(
            batch["results"]!.AsArray().Where(r => r!["error"] is not null),
            r => Assert.False((bool)r!["allowed"]!)
        );
        Assert.Contains("videoId", (string)batch["results"]![1]!["error"]!["detail"]!, StringComparison.Ordinal);
        Assert.NotNull(batch["results"]![0]!["trace"]);
        Assert.Null(batch["results"]![6]!["trace"]);
        Assert.Equal(
            (1_000, 10, 10),
            ((int)batch["results"]![0]!["maxAgeMs"]!, (int)batch["results"]![9]!["maxAgeMs"]!, (int)batch["maxAgeMs"]!)
        );
        Assert.Equal((string)batch["results"]![0]!["freshAt"]!, (string)batch["freshAt"]!);
    }

    [Fact]
    public async Task In_a_batch_receipts_are_written_down_together_or_the_allows_that_wanted_one_are_indeterminate()
    {
        await AllowAsync(new { effect = "allow", appliesTo = "all" });
        var batch = new
        {
            defaults = new
            {
                creatorId = creator,
                purpose = "remix",
                maxStalenessMs = 1_000,
                receipt = true,
            },
            checks = new object[]
            {
                new { videoId = "v" },
                new { videoId = "w" },
                new { videoId = "v", receipt = false },
                new { videoId = "v", purpose = "remix.meme" },
            },
        };
        // A disk that is full for this creator.
        await App.QueryAsync<int>(
            $"""
            CREATE FUNCTION refuse_{creator.Replace(
                '-',
                '_'
            )}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION USING ERRCODE = ''53100''; END';
            CREATE TRIGGER refuse BEFORE INSERT ON consent.reliance FOR EACH ROW
                WHEN (NEW.owner = '{creator}') EXECUTE FUNCTION refuse_{creator.Replace(
                '-',
                '_'
            )}();
            """
        );
        var refused = (await App.Platform().PostAsync("/v1/checks/batch", batch)).Is(200);
        Assert.Equal(
            ["indeterminate", "noConsent", "creatorDefault", "indeterminate"],
            refused["results"]!.AsArray().Select(result => (string)result!["reason"]!)
        );
        Assert.Equal([1], Enumerable.Range(0, 4).Where(i => refused["results"]![i]!["receipt"] is not null));
        Assert.Equal(0, (int)refused["maxAgeMs"]!);

        await App.QueryAsync<int>("DROP TRIGGER refuse ON consent.reliance");
        var kept = (await App.Platform().PostAsync("/v1/checks/batch", batch)).Is(200);
        Assert.Equal([0, 1, 3], Enumerable.Range(0, 4).Where(i => kept["results"]![i]!["receipt"] is not null));
        Assert.Equal(1_000, (int)kept["maxAgeMs"]!);
        Assert.Equal(2, await App.ScalarAsync<long>("SELECT count(*) FROM consent.reliance WHERE owner = $1", creator));
        Assert.Equal(
            1,
            await App.ScalarAsync<long>(
                "SELECT count(DISTINCT xmin::text) FROM consent.reliance WHERE owner = $1",
                creator
            )
        );
    }

    [Theory]
    [InlineData(63, "allow")]
    [InlineData(64, "indeterminate")]
    public async Task A_video_made_from_too_many_is_denied_whatever_is_allowed(int sources, string expected)
    {
        await App.Platform()
            .PostAsync(
                "/v1/videos/batch",
                new
                {
                    videos = Enumerable
                        .Range(0, sources + 1)
                        .Select(i => new
                        {
                            creatorId = creator,
                            videoId = $"v{i}",
                            derivedFrom = Enumerable
                                .Range((i * 8) + 1, 8)
                                .Where(s => s <= sources)
                                .Select(s => new { creatorId = creator, videoId = $"v{s}" }),
                        }),
                }
            );
        await App.Creator(creator)
            .PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "allow", appliesTo = "all" });

        var answer = (
            await App.Platform()
                .PostAsync(
                    "/v1/checks",
                    new
                    {
                        creatorId = creator,
                        videoId = "v0",
                        purpose = "remix",
                        maxStalenessMs = 1_000,
                    }
                )
        ).Is(200);

        Assert.Equal(expected, expected == "allow" ? (string)answer["effect"]! : (string)answer["reason"]!);
        Assert.Equal(expected == "allow", (bool)answer["allowed"]!);
        Assert.Equal(expected == "allow" ? 1_000 : 0, (int)answer["maxAgeMs"]!);
        Assert.Equal(expected == "allow", answer["decidedBy"] is not null);
    }

    private async Task AllowAsync(object body)
    {
        (await App.Platform().PutAsync($"/v1/creators/{creator}/videos/v", new { })).Is(200);
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/consent/defaults/remix", body)).Is(200);
    }

    private Task<Answer> CheckAsync(
        RegistryClient client,
        string? requester = null,
        int? maxStalenessMs = null,
        bool? explain = null,
        Dictionary<string, long>? minVersions = null
    ) =>
        client.PostAsync(
            "/v1/checks",
            new
            {
                creatorId = creator,
                videoId = "v",
                purpose = "remix",
                requester,
                maxStalenessMs,
                explain,
                minVersions,
            }
        );
}
