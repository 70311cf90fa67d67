using System.Globalization;
using System.Text.Json.Nodes;

namespace ConsentRegistry.Api.Tests.Settings;

/// <summary>Setting, clearing and reading what a creator has said.</summary>
public sealed class SettingsTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private readonly string creator = RegistryApplication.NewId();

    private RegistryApplication App => registry.App;

    private RegistryClient Client => App.Creator(creator);

    private string Consent => $"/v1/creators/{creator}/consent";

    [Fact]
    public async Task A_creator_never_heard_of_reads_as_version_0()
    {
        var answer = (await Client.GetAsync(Consent)).Is(200);

        Assert.Equal("\"0\"", answer.Header("ETag"));
        Assert.Equal(
            $$"""{"creatorId":"{{creator}}","version":0,"settingsVersion":0,"changedAt":null,"erasedAt":null,"defaults":[],"lockdown":null,"hold":null,"overrides":0}""",
            answer.Text
        );
        Assert.Equal(0, await RowsAsync());
    }

    [Fact]
    public async Task The_answer_to_a_default_has_every_field_as_it_is_stored_and_read_back()
    {
        var expiry = "2999-12-31T22:59:59.123456Z";
        var set = (
            await Client.PutAsync(
                $"{Consent}/defaults/remix.voice?requester=acme",
                new
                {
                    effect = "allow",
                    conditions = new[] { "nonCommercial", "attribution" },
                    expiresAt = "2999-12-31T23:59:59.123456789+01:00",
                    reason = "A trial.\nFor now.",
                    vocabularyVersion = 1,
                }
            )
        ).Is(200);

        var changedAt = (string)set["setting"]!["changedAt"]!;
        var expected = $$"""
            {"creatorId":"{{creator}}","version":1,"settingsVersion":1,"changes":1,
             "setting":{"video":null,"purpose":"remix.voice","requester":"acme","effect":"allow","conditions":["attribution","nonCommercial"],"expiresAt":"{{expiry}}",
               "vocabularyVersion":1,"version":1,"changedAt":"{{changedAt}}",
               "segments":[{"from":"{{changedAt}}","effect":"allow","conditions":["attribution","nonCommercial"],"expiresAt":"{{expiry}}","vocabularyVersion":1,"version":1,"changedAt":"{{changedAt}}"}]},
             "exceptions":{"count":0,"first":[]},"effectiveEverywhere":true}
            """;
        AssertJson(expected, set.Json);
        Assert.Equal("\"1\"", set.Header("ETag"));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$", changedAt);
        Assert.Equal(
            changedAt,
            await App.ScalarAsync<string>(
                "SELECT to_char(changed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') "
                    + "FROM consent.creator WHERE id = $1",
                creator
            )
        );

        var read = (await Client.GetAsync(Consent)).Is(200);
        Assert.True(JsonNode.DeepEquals(set["setting"], Assert.Single(read["defaults"]!.AsArray())));
        Assert.Equal((1, 1, changedAt), (read.Version, read.SettingsVersion, (string)read["changedAt"]!));
    }

    [Fact]
    public async Task The_answer_to_an_override_has_every_field_as_it_is_stored_and_read_back()
    {
        var set = (
            await Client.PutAsync(
                $"/v1/creators/{creator}/videos/v:1/consent/training",
                new
                {
                    effect = "ask",
                    conditions = new[] { "labelAsAi" },
                    vocabularyVersion = 1,
                }
            )
        ).Is(200);

        var changedAt = (string)set["setting"]!["changedAt"]!;
        AssertJson(
            $$"""
            {"creatorId":"{{creator}}","version":1,"settingsVersion":1,"changes":1,
             "setting":{"video":{"creatorId":"{{creator}}","videoId":"v:1"},"purpose":"training","requester":null,"effect":"ask","conditions":["labelAsAi"],"expiresAt":null,
               "vocabularyVersion":1,"version":1,"changedAt":"{{changedAt}}"},
             "exceptions":{"count":0,"first":[]},"effectiveEverywhere":true}
            """,
            set.Json
        );
        Assert.True(
            JsonNode.DeepEquals(
                set["setting"],
                Assert.Single((await Client.GetAsync($"{Consent}/overrides")).Is(200)["items"]!.AsArray())
            )
        );
        Assert.Equal(1, (int)(await Client.GetAsync(Consent))["overrides"]!);
    }

    [Fact]
    public async Task Setting_what_stands_and_clearing_what_does_not_are_no_changes()
    {
        (string Method, string Path, object? Body)[] requests =
        [
            ("PUT", "/consent/defaults/remix", new { effect = "allow" }),
            (
                "PUT",
                "/consent/defaults/mining",
                new
                {
                    effect = "allow",
                    appliesTo = "all",
                    conditions = new[] { "attribution" },
                }
            ),
            ("PUT", "/consent/defaults/training?requester=acme", new { effect = "deny" }),
            ("PUT", "/videos/v/consent/remix", new { effect = "ask" }),
            ("PUT", "/lockdown", null),
            ("DELETE", "/lockdown", null),
            ("DELETE", "/consent/defaults/grounding", null),
            ("DELETE", "/consent/defaults/remix?requester=nobody", null),
            ("DELETE", "/videos/other/consent/remix", null),
        ];
        foreach (var (method, path, body) in requests)
            (await Client.SendAsync(new(method), $"/v1/creators/{creator}{path}", body)).Is(200);
        var before = (await Client.GetAsync(Consent)).Is(200);
        var (head, rows) = (await HeadAsync(), await RowsAsync());
        Assert.Equal((6, 6, 6), (before.Version, before.SettingsVersion, rows));

        foreach (var (method, path, body) in requests.Where(r => r.Path != "/lockdown"))
        {
            var again = (await Client.SendAsync(new(method), $"/v1/creators/{creator}{path}", body)).Is(200);
            Assert.Equal((0, 6, 6), (again.Changes, again.Version, again.SettingsVersion));
            Assert.Equal("\"6\"", again.Header("ETag"));
        }
        (await App.Admin().DeleteAsync($"/v1/creators/{creator}/hold")).Is(200);
        (await Client.DeleteAsync($"/v1/creators/{creator}/lockdown")).Is(200);

        Assert.Equal(before.Text, (await Client.GetAsync(Consent)).Text);
        Assert.Equal((head, rows), (await HeadAsync(), await RowsAsync()));
    }

    [Fact]
    public async Task A_refused_change_leaves_nothing_behind_not_even_a_creator()
    {
        (await Client.PutAsync($"{Consent}/defaults/remix", new { effect = "deny" }, "If-Match: \"7\"")).IsProblem(
            412,
            "staleVersion"
        );
        (await Client.PutAsync($"{Consent}/defaults/remixing", new { effect = "deny" })).IsProblem(
            422,
            "unknownPurpose"
        );
        (await Client.DeleteAsync($"{Consent}/defaults/remix")).Is(200);

        Assert.Equal(0, await App.ScalarAsync<long>("SELECT count(*) FROM consent.creator WHERE id = $1", creator));
    }

    [Fact]
    public async Task A_reason_has_a_thousand_characters_however_many_units_each_takes()
    {
        var reason = string.Concat(Enumerable.Repeat("😀", 1_000));

        (await Client.PutAsync($"{Consent}/defaults/remix", new { effect = "deny", reason })).Is(200);

        var history = (await Client.GetAsync($"/v1/creators/{creator}/history")).Is(200);
        Assert.Equal(reason, (string?)history["items"]![0]!["by"]!["reason"]);
        var refused = (
            await Client.PutAsync($"{Consent}/defaults/remix", new { effect = "ask", reason = reason + "!" })
        ).IsProblem(422, "invalid");
        Assert.Equal("reason has 1001 characters; send 1 to 1000.", (string?)refused["detail"]);
    }

    [Fact]
    public async Task An_ETag_changes_with_all_that_the_answer_shows_and_If_Match_with_the_settings_alone()
    {
        await Client.PutAsync($"{Consent}/defaults/remix", new { effect = "deny" });
        var before = (await Client.GetAsync(Consent)).Is(200);
        (await App.Platform().PutAsync($"/v1/creators/{creator}/videos/fresh", new { })).Is(200);

        var after = (await Client.GetAsync(Consent, $"If-None-Match: {before.Header("ETag")}")).Is(200);
        Assert.Equal((before.SettingsVersion, before.Version + 1), (after.SettingsVersion, after.Version));
        Assert.NotEqual(before.Text, after.Text);
        Assert.NotEqual(before.Header("ETag"), after.Header("ETag"));
        Assert.Equal("", (await Client.GetAsync(Consent, $"If-None-Match: {after.Header("ETag")}")).Is(304).Text);

        foreach (var seen in new[] { before.Header("ETag"), after.Header("ETag"), $"\"{after.SettingsVersion}\"" })
            Assert.Equal(
                0,
                (await Client.PutAsync($"{Consent}/defaults/remix", new { effect = "deny" }, $"If-Match: {seen}"))
                    .Is(200)
                    .Changes
            );
        (
            await Client.PutAsync(
                $"{Consent}/defaults/remix",
                new { effect = "ask" },
                $"If-Match: {after.Header("ETag")}"
            )
        ).Is(200);
        foreach (
            var stale in new[]
            {
                before.Header("ETag"),
                after.Header("ETag"),
                $"W/\"{after.SettingsVersion + 1}\"",
                $"\"{after.SettingsVersion + 1}.\"",
                $"\"{after.SettingsVersion + 1}.x\"",
            }
        )
            (
                await Client.PutAsync($"{Consent}/defaults/remix", new { effect = "allow" }, $"If-Match: {stale}")
            ).IsProblem(412, "staleVersion");
    }

    [Fact]
    public async Task An_ETag_answers_304_until_something_changes()
    {
        await Client.PutAsync($"{Consent}/defaults/remix", new { effect = "deny" });
        var etag = (await Client.GetAsync(Consent)).Header("ETag")!;

        foreach (var header in new[] { etag, $"W/{etag}", $"\"x\", {etag}", "*" })
        {
            var answer = (await Client.GetAsync(Consent, $"If-None-Match: {header}")).Is(304);
            Assert.Equal((etag, ""), (answer.Header("ETag"), answer.Text));
        }
        (await Client.GetAsync(Consent, "If-None-Match: \"0\"")).Is(200);
        await Client.PutAsync($"{Consent}/defaults/mining", new { effect = "deny" });
        (await Client.GetAsync(Consent, $"If-None-Match: {etag}")).Is(200);
    }

    [Theory]
    [InlineData("PUT", "/consent/defaults/mining", """{"effect":"deny"}""")]
    [InlineData("DELETE", "/consent/defaults/remix", null)]
    [InlineData("PUT", "/videos/v/consent/mining", """{"effect":"deny"}""")]
    [InlineData("DELETE", "/videos/v/consent/remix", null)]
    [InlineData("POST", "/consent/changes", """{"changes":[{"op":"setDefault","purpose":"mining","effect":"deny"}]}""")]
    [InlineData(
        "POST",
        "/consent/changes",
        """{"dryRun":true,"changes":[{"op":"setDefault","purpose":"mining","effect":"deny"}]}"""
    )]
    [InlineData("PUT", "/lockdown", null)]
    [InlineData("DELETE", "/lockdown", null)]
    [InlineData("PUT", "/hold", """{"reason":"order"}""")]
    [InlineData("DELETE", "/hold", null)]
    [InlineData("PUT", "/appearances/OWNER/v/consent/mining", """{"effect":"deny"}""")]
    [InlineData("DELETE", "/appearances/OWNER/v/consent/remix", null)]
    public async Task A_stale_If_Match_changes_nothing_and_a_current_one_does(string method, string path, string? body)
    {
        ArgumentNullException.ThrowIfNull(path);
        var owner = RegistryApplication.NewId();
        await App.Platform()
            .PutAsync(
                $"/v1/creators/{owner}/videos/v",
                new { participants = new[] { new { creatorId = creator, role = "depicted" } } }
            );
        await Client.PutAsync($"{Consent}/defaults/remix", new { effect = "deny" });
        await Client.PutAsync($"{Consent}/defaults/training", new { effect = "deny" });
        var at = $"/v1/creators/{creator}{path.Replace("OWNER", owner, StringComparison.Ordinal)}";
        var before = await Client.GetAsync(Consent);

        foreach (var stale in new[] { "\"1\"", "\"3\"", "W/\"2\"", "\"02\"" })
            (await App.Admin().SendAsync(new(method), at, body, $"If-Match: {stale}")).IsProblem(412, "staleVersion");
        Assert.Equal(before.Text, (await Client.GetAsync(Consent)).Text);
        Assert.Equal(2, await RowsAsync());
        (await App.Admin().SendAsync(new(method), at, body, "If-Match: \"9\", \"2\"")).Is(200);
        (await App.Admin().SendAsync(new(method), at, body, "If-Match: *")).Is(200);
    }

    [Fact]
    public async Task Registering_videos_raises_the_version_and_not_the_settings_version()
    {
        await Client.PutAsync($"{Consent}/defaults/remix", new { effect = "deny" });
        var registered = (await App.Platform().PutAsync($"/v1/creators/{creator}/videos/v", new { })).Is(200);

        Assert.Equal((2, 1), (registered.Version, registered.Changes));
        var read = await Client.GetAsync(Consent);
        Assert.Equal((2, 1), (read.Version, read.SettingsVersion));
        var next = await Client.PutAsync($"{Consent}/defaults/mining", new { effect = "deny" }, "If-Match: \"1\"");
        Assert.Equal((3, 2), (next.Is(200).Version, next.SettingsVersion));
    }

    [Fact]
    public async Task An_allow_stores_the_lower_of_the_vocabulary_that_the_creator_saw_and_the_current_one()
    {
        Assert.Equal(
            1,
            (int)
                (
                    await Client.PutAsync($"{Consent}/defaults/remix", new { effect = "allow", vocabularyVersion = 7 })
                ).Is(200)["setting"]!["vocabularyVersion"]!
        );
        await App.Admin()
            .PostAsync(
                "/v1/purposes",
                new
                {
                    purpose = $"p{RegistryApplication.NewId("x")}".ToLowerInvariant(),
                    usesLikeness = false,
                    description = "A purpose.",
                }
            );
        var current = (int)(await App.Anonymous().GetAsync("/v1/purposes"))["version"]!;

        Assert.Equal(
            1,
            (int)
                (
                    await Client.PutAsync($"{Consent}/defaults/mining", new { effect = "allow", vocabularyVersion = 1 })
                ).Is(200)["setting"]!["vocabularyVersion"]!
        );
        Assert.Equal(
            current,
            (int)
                (await Client.PutAsync($"{Consent}/defaults/mining", new { effect = "allow", appliesTo = "all" })).Is(
                    200
                )["setting"]!["vocabularyVersion"]!
        );
        Assert.Equal(1, (int)(
                    await Client.PostAsync(
                        $"{Consent}/changes",
                        new
                        {
                            vocabularyVersion = 1,
                            changes = new[]
                            {
                                new
                                {
                                    op = "setDefault",
                                    purpose = "grounding",
                                    effect = "allow",
                                },
                            },
                        }
                    )
                ).Is(200).Changes);
        Assert.Equal(
            1,
            (int)
                (await Client.GetAsync(Consent))["defaults"]!
                    .AsArray()
                    .Single(d => (string)d!["purpose"]! == "grounding")!["vocabularyVersion"]!
        );
    }

    [Fact]
    public async Task A_future_allow_appends_a_segment_and_clamps_what_stands()
    {
        await Client.PutAsync($"{Consent}/defaults/remix", new { effect = "deny" });
        var second = (
            await Client.PutAsync(
                $"{Consent}/defaults/remix",
                new { effect = "allow", conditions = new[] { "attribution" } }
            )
        ).Is(200);
        var third = (await Client.PutAsync($"{Consent}/defaults/remix", new { effect = "allow" })).Is(200);

        Assert.Equal(["deny", "allow"], second["setting"]!["segments"]!.AsArray().Select(s => (string)s!["effect"]!));
        Assert.Null(second["setting"]!["segments"]![0]!["from"]);
        Assert.Equal((string)second["setting"]!["changedAt"]!, (string)second["setting"]!["segments"]![1]!["from"]!);
        Assert.Equal([1, 2, 3], third["setting"]!["segments"]!.AsArray().Select(s => (int)s!["version"]!));
        var ask = (await Client.PutAsync($"{Consent}/defaults/remix", new { effect = "ask" })).Is(200);
        Assert.Single(ask["setting"]!["segments"]!.AsArray());
    }

    [Fact]
    public async Task A_default_takes_64_segments_and_not_one_more()
    {
        for (var i = 0; i < 64; i++)
            (
                await Client.PutAsync(
                    $"{Consent}/defaults/remix",
                    new { effect = "allow", expiresAt = $"{2100 + i}-01-01T00:00:00Z" }
                )
            ).Is(200);

        var refused = (await Client.PutAsync($"{Consent}/defaults/remix", new { effect = "allow" })).IsProblem(
            422,
            "tooMany"
        );
        Assert.Equal(["appliesTo"], refused.Fields);
        Assert.Contains("64", refused.Text, StringComparison.Ordinal);
        Assert.Equal(64, (await Client.GetAsync(Consent)).SettingsVersion);
        Assert.Single(
            (await Client.PutAsync($"{Consent}/defaults/remix", new { effect = "allow", appliesTo = "all" })).Is(200)[
                "setting"
            ]!["segments"]!.AsArray()
        );
    }

    [Fact]
    public async Task A_restriction_names_its_exceptions_and_clears_them_when_asked_to()
    {
        await Client.PutAsync($"{Consent}/defaults/remix.voice", new { effect = "allow" });
        await Client.PutAsync($"{Consent}/defaults/remix?requester=acme", new { effect = "ask" });
        await Client.PutAsync($"{Consent}/defaults/training", new { effect = "allow" });
        await Client.PutAsync($"/v1/creators/{creator}/videos/a/consent/remix", new { effect = "allow" });
        await Client.PutAsync(
            $"/v1/creators/{creator}/videos/b/consent/remix.meme?requester=acme",
            new { effect = "ask" }
        );
        await Client.PutAsync($"/v1/creators/{creator}/videos/c/consent/remix", new { effect = "deny" });

        var deny = (await Client.PutAsync($"{Consent}/defaults/remix", new { effect = "deny" })).Is(200);
        Assert.Equal(1, deny.Changes);
        AssertJson(
            $$"""
            {"count":4,"first":[
              {"video":null,"purpose":"remix","requester":"acme","effect":"ask"},
              {"video":null,"purpose":"remix.voice","requester":null,"effect":"allow"},
              {"video":{"creatorId":"{{creator}}","videoId":"a"},"purpose":"remix","requester":null,"effect":"allow"},
              {"video":{"creatorId":"{{creator}}","videoId":"b"},"purpose":"remix.meme","requester":"acme","effect":"ask"}]}
            """,
            deny["exceptions"]!
        );

        var again = (await Client.PutAsync($"{Consent}/defaults/remix", new { effect = "deny" })).Is(200);
        Assert.Equal((0, 4), (again.Changes, (int)again["exceptions"]!["count"]!));
        var cleared = (
            await Client.PutAsync($"{Consent}/defaults/remix", new { effect = "deny", clearExceptions = true })
        ).Is(200);
        Assert.Equal(
            (4, 0, deny.Version + 1),
            (cleared.Changes, (int)cleared["exceptions"]!["count"]!, cleared.Version)
        );
        var read = await Client.GetAsync(Consent);
        Assert.Equal(["remix", "training"], read["defaults"]!.AsArray().Select(d => (string)d!["purpose"]!));
        Assert.Equal(1, (int)read["overrides"]!);
        Assert.Equal(
            4,
            await App.ScalarAsync<long>(
                "SELECT count(*) FROM consent.event WHERE creator = $1 AND version = $2",
                creator,
                cleared.Version
            )
        );
    }

    [Fact]
    public async Task Exceptions_are_counted_all_and_named_up_to_a_hundred()
    {
        await BulkAsync(Enumerable.Range(0, 150).Select(i => Override($"v{i:000}", "remix", "allow")));

        var deny = (await Client.PutAsync($"{Consent}/defaults/remix", new { effect = "deny" })).Is(200);
        Assert.Equal(150, (int)deny["exceptions"]!["count"]!);
        Assert.Equal(
            Enumerable.Range(0, 100).Select(i => $"v{i:000}"),
            deny["exceptions"]!["first"]!.AsArray().Select(e => (string)e!["video"]!["videoId"]!)
        );
    }

    [Fact]
    public async Task An_override_for_an_unregistered_video_is_kept_and_denies_or_waits()
    {
        await Client.PutAsync($"/v1/creators/{creator}/videos/later/consent/remix", new { effect = "allow" });
        var check = new
        {
            creatorId = creator,
            videoId = "later",
            purpose = "remix",
        };

        Assert.Equal(
            "videoNotRegistered",
            (string?)(await App.Platform().PostAsync("/v1/checks", check)).Is(200)["detail"]
        );
        await App.Platform().PutAsync($"/v1/creators/{creator}/videos/later", new { });
        Assert.True((bool)(await App.Platform().PostAsync("/v1/checks", check)).Is(200)["allowed"]!);
    }

    [Fact]
    public async Task Overrides_are_listed_once_each_over_several_pages_in_order()
    {
        var ids = Enumerable.Range(0, 25).Select(i => $"v{i:00}").ToArray();
        await BulkAsync(
            ids.Reverse().Select(id => Override(id, "remix", "deny")).Append(Override("v07", "mining", "deny"))
        );

        var seen = await PagesAsync($"{Consent}/overrides", 7);
        Assert.Equal([7, 7, 7, 5], seen.Select(page => page.Count));
        Assert.Equal(
            ids.SelectMany(id => id == "v07" ? new[] { "v07 mining", "v07 remix" } : [$"{id} remix"]),
            seen.SelectMany(page => page).Select(item => $"{item["video"]!["videoId"]} {item["purpose"]}")
        );
        Assert.Null((await Client.GetAsync($"{Consent}/overrides?limit=26"))["nextCursor"]);
    }

    [Fact]
    public async Task Appearances_and_videos_are_listed_over_several_pages()
    {
        await App.Platform()
            .PostAsync(
                "/v1/videos/batch",
                new
                {
                    videos = Enumerable
                        .Range(0, 12)
                        .Select(i => new
                        {
                            creatorId = $"{creator}-o{i % 3}",
                            videoId = $"v{i:00}",
                            participants = new[]
                            {
                                new { creatorId = creator, role = "depicted" },
                                new { creatorId = creator, role = "coCreator" },
                            },
                        }),
                }
            );
        await App.Platform()
            .PostAsync(
                "/v1/videos/batch",
                new { videos = Enumerable.Range(0, 12).Select(i => new { creatorId = creator, videoId = $"v{i:00}" }) }
            );

        var appearances = (await PagesAsync($"/v1/creators/{creator}/appearances", 5))
            .SelectMany(page => page)
            .ToList();
        Assert.Equal(
            Enumerable.Range(0, 12).Select(i => $"{creator}-o{i % 3}/v{i:00}").Order(StringComparer.Ordinal),
            appearances.Select(a => $"{a["video"]!["creatorId"]}/{a["video"]!["videoId"]}")
        );
        Assert.All(appearances, a => Assert.Equal("""["coCreator","depicted"]""", a["roles"]!.ToJsonString()));
        var videos = (await PagesAsync($"/v1/creators/{creator}/videos?purpose=remix", 5))
            .SelectMany(page => page)
            .ToList();
        Assert.Equal(
            Enumerable.Range(0, 12).Select(i => $"v{i:00}"),
            videos.Select(v => (string)v["video"]!["videoId"]!)
        );
        Assert.All(videos, v => Assert.Equal("remix", (string)Assert.Single(v["consent"]!.AsArray())!["purpose"]!));
    }

    private static object Override(string video, string purpose, string effect) =>
        new
        {
            op = "setOverride",
            purpose,
            effect,
            video = new { creatorId = "OWN", videoId = video },
        };

    private async Task BulkAsync(IEnumerable<object> changes)
    {
        var json = System
            .Text.Json.JsonSerializer.Serialize(new { changes })
            .Replace("OWN", creator, StringComparison.Ordinal);
        (await Client.PostAsync($"{Consent}/changes", json)).Is(200);
    }

    private async Task<List<List<JsonNode>>> PagesAsync(string path, int limit)
    {
        var pages = new List<List<JsonNode>>();
        string? cursor = null;
        do
        {
            var answer = (
                await Client.GetAsync(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit={limit}{(cursor is null ? "" : $"&cursor={cursor}")}"
                    )
                )
            ).Is(200);
            pages.Add([.. answer["items"]!.AsArray().Select(item => item!)]);
            cursor = (string?)answer["nextCursor"];
        } while (cursor is not null);
        return pages;
    }

    private Task<long> RowsAsync() =>
        App.ScalarAsync<long>("SELECT count(*) FROM consent.event WHERE creator = $1", creator);

    private async Task<string> HeadAsync() =>
        Convert.ToHexString(await App.ScalarAsync<byte[]>("SELECT head FROM consent.creator WHERE id = $1", creator));

    private static void AssertJson(string expected, JsonNode actual)
    {
        if (!JsonNode.DeepEquals(JsonNode.Parse(expected), actual))
            Assert.Fail($"Expected {JsonNode.Parse(expected)!.ToJsonString()}\nbut got  {actual.ToJsonString()}");
    }
}
