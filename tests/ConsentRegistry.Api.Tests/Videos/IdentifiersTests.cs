using System.Text.Json.Nodes;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace ConsentRegistry.Api.Tests.Videos;

/// <summary>What a video is known by outside the platform: registered, shown, looked up and erased.</summary>
public sealed class IdentifiersTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private readonly string creator = RegistryApplication.NewId();
    private readonly string other = RegistryApplication.NewId();
    private readonly string page = $"https://videos.example/{Guid.NewGuid():N}";
    private readonly string hash = $"{Guid.NewGuid():N}{Guid.NewGuid():N}";

    private RegistryApplication App => registry.App;

    private string Video => $"/v1/creators/{creator}/videos/v";

    [Fact]
    public async Task Identifiers_are_stored_in_their_normal_form_and_order_and_shown_everywhere()
    {
        var answer = (
            await App.Platform()
                .PutAsync(
                    Video,
                    new
                    {
                        identifiers = new object[]
                        {
                            new { scheme = "platform", value = $"videos.example:{creator}" },
                            new { scheme = "sha256", value = hash.ToUpperInvariant() },
                            new
                            {
                                scheme = "url",
                                value = page.Replace("https", "HTTPS", StringComparison.Ordinal) + "/a/../%7e#t=1",
                                listed = true,
                            },
                            new { scheme = "sha256", value = hash },
                        },
                    }
                )
        ).Is(200);

        var wanted =
            $$"""[{"scheme":"url","value":"{{page}}/~","listed":true},{"scheme":"sha256","value":"{{hash}}","listed":false},{"scheme":"platform","value":"videos.example:{{creator}}","listed":false}]""";
        Assert.Equal(wanted, answer["video"]!["identifiers"]!.ToJsonString());
        Assert.Equal(wanted, (await App.Creator(creator).GetAsync(Video)).Is(200)["identifiers"]!.ToJsonString());
        var listed = (await App.Creator(creator).GetAsync($"/v1/creators/{creator}/videos")).Is(200);
        Assert.Equal(wanted, listed["items"]![0]!["video"]!["identifiers"]!.ToJsonString());
        var consent = (await App.Creator(creator).GetAsync($"{Video}/consent")).Is(200);
        Assert.Equal(wanted, consent["video"]!["identifiers"]!.ToJsonString());
        var told = (await App.Creator(creator).GetAsync($"/v1/creators/{creator}/history")).Is(200)["items"]![0]!;
        Assert.Equal(wanted, told["after"]!["video"]!["identifiers"]!.ToJsonString());
        await Eventually.HoldsAsync(
            "followers are told",
            async () =>
                (await App.Auditor().GetAsync("/v1/changes?limit=1000")).Is(200)["items"]!
                    .AsArray()
                    .Any(item => item!["after"]?["video"]?["identifiers"]?.ToJsonString() == wanted)
        );
        await History.Ledger.VerifyAsync(App);
    }

    [Fact]
    public async Task What_is_left_out_or_spelled_otherwise_changes_nothing()
    {
        await RegisterAsync(
            creator,
            "v",
            new
            {
                scheme = "url",
                value = page,
                listed = true,
            }
        );
        foreach (
            var body in new[]
            {
                "{}",
                """{"identifiers":null}""",
                $$"""{"identifiers":[{"scheme":"url","value":"{{page}}#x"}]}""",
                $$"""{"identifiers":[{"scheme":"url","value":"{{page}}","listed":true},{"scheme":"url","value":"{{page}}/../{{page[^32..]}}","listed":true}]}""",
            }
        )
            Assert.Equal(0, (await App.Platform().PutAsync(Video, body)).Is(200).Changes);
    }

    [Fact]
    public async Task Removing_one_is_the_administrators_and_needs_a_reason_and_listing_is_free()
    {
        await RegisterAsync(
            creator,
            "v",
            new { scheme = "url", value = page },
            new { scheme = "sha256", value = hash }
        );
        var fewer = new { identifiers = new[] { new { scheme = "url", value = page } } };
        var reasoned = new { identifiers = new[] { new { scheme = "url", value = page } }, reason = "It was wrong." };

        Assert.Equal(
            ["identifiers"],
            (await App.Platform().PutAsync(Video, fewer)).IsProblem(409, "wouldWiden").Fields
        );
        (await App.Platform().PutAsync(Video, reasoned)).IsProblem(409, "wouldWiden");
        (await App.Operator().PutAsync(Video, fewer)).IsProblem(409, "wouldWiden");
        (await App.Platform().PutAsync(Video, """{"identifiers":[]}""")).IsProblem(409, "wouldWiden");
        Assert.Equal(1, (await App.Operator().PutAsync(Video, reasoned)).Is(200).Changes);
        Assert.Empty(await CarriersAsync("sha256", hash));

        foreach (var isListed in new[] { true, false })
        {
            var answer = await App.Platform()
                .PutAsync(
                    Video,
                    new
                    {
                        identifiers = new[]
                        {
                            new
                            {
                                scheme = "url",
                                value = page,
                                listed = isListed,
                            },
                        },
                    }
                );
            Assert.Equal(1, answer.Is(200).Changes);
            Assert.Equal(isListed, (bool)answer["video"]!["identifiers"]![0]!["listed"]!);
        }
    }

    [Theory]
    [InlineData("""[null]""", "identifiers[0]")]
    [InlineData("""[{"scheme":"isbn","value":"1"}]""", "identifiers[0].scheme")]
    [InlineData("""[{"scheme":"URL","value":"https://a.example/"}]""", "identifiers[0].scheme")]
    [InlineData("""[{"value":"https://a.example/"}]""", "identifiers[0].scheme")]
    [InlineData("""[{"scheme":"url"}]""", "identifiers[0].value")]
    [InlineData("""[{"scheme":"url","value":"/v"}]""", "identifiers[0].value")]
    [InlineData("""[{"scheme":"url","value":"ftp://a.example/"}]""", "identifiers[0].value")]
    [InlineData("""[{"scheme":"url","value":"https://me@a.example/"}]""", "identifiers[0].value")]
    [InlineData(
        """[{"scheme":"url","value":"https://a.example/"},{"scheme":"sha256","value":"12"}]""",
        "identifiers[1].value"
    )]
    [InlineData("""[{"scheme":"iscc","value":"ISCC:AAAA"}]""", "identifiers[0].value")]
    [InlineData("""[{"scheme":"c2pa","value":"urn:c2pa:1"}]""", "identifiers[0].value")]
    [InlineData("""[{"scheme":"platform","value":"A:1"}]""", "identifiers[0].value")]
    [InlineData(
        """[{"scheme":"url","value":"https://a.example/","listed":true},{"scheme":"url","value":"https://A.example"}]""",
        "identifiers"
    )]
    public async Task What_is_no_identifier_is_refused_naming_the_field(string identifiers, string field)
    {
        var body = $$"""{"identifiers":{{identifiers}}}""";
        Assert.Equal([field], (await App.Platform().PutAsync(Video, body)).IsProblem(422, "invalid").Fields);
        var batch = (
            await App.Platform()
                .PostAsync(
                    "/v1/videos/batch",
                    $$"""{"videos":[{"creatorId":"{{creator}}","videoId":"v","identifiers":{{identifiers}}},{"creatorId":"{{creator}}","videoId":"w"}]}"""
                )
        ).Is(200);
        Assert.Equal("invalid", (string)batch["results"]![0]!["error"]!["code"]!);
        Assert.Null(batch["results"]![1]!["error"]);
        if (field != "identifiers")
            Assert.Equal(
                [field],
                (await App.Platform().PostAsync("/v1/lookups", body)).IsProblem(422, "invalid").Fields
            );
    }

    [Fact]
    public async Task A_17th_identifier_is_too_many_also_together_with_what_stands()
    {
        object[] many =
        [
            .. Enumerable.Range(0, 17).Select(i => new { scheme = "platform", value = $"a:{creator}-{i}" }),
        ];
        Assert.Equal(
            ["identifiers"],
            (await App.Platform().PutAsync(Video, new { identifiers = many })).IsProblem(422, "tooMany").Fields
        );
        Assert.Equal(16, (await RegisterAsync(creator, "v", many[..16]))["video"]!["identifiers"]!.AsArray().Count);
    }

    [Fact]
    public async Task The_longest_url_is_stored_and_found()
    {
        var longest = $"{page}/".PadRight(ContentIdentifier.MaxLength, 'a');
        await RegisterAsync(creator, "v", new { scheme = "url", value = longest });
        Assert.Equal(["v"], await CarriersAsync("url", longest));
    }

    [Fact]
    public async Task Videos_are_found_by_any_spelling_of_what_they_carry()
    {
        await RegisterAsync(creator, "v", new { scheme = "url", value = page });
        await RegisterAsync(
            creator,
            "w",
            new { scheme = "url", value = page },
            new { scheme = "sha256", value = hash }
        );
        var answer = (
            await App.Auditor()
                .PostAsync(
                    "/v1/lookups",
                    new
                    {
                        identifiers = new[]
                        {
                            new { scheme = "sha256", value = hash.ToUpperInvariant() },
                            new { scheme = "url", value = $"{page}/nothing" },
                            new { scheme = "url", value = $"{page}?" },
                            new { scheme = "url", value = $"{page}#here" },
                            new { scheme = "url", value = page },
                        },
                    }
                )
        ).Is(200);
        var both = $$"""[{"creatorId":"{{creator}}","videoId":"v"},{"creatorId":"{{creator}}","videoId":"w"}]""";
        Assert.Equal(
            $$"""{"results":[{"identifier":{"scheme":"sha256","value":"{{hash}}"},"videos":[{"creatorId":"{{creator}}","videoId":"w"}],"more":false},{"identifier":{"scheme":"url","value":"{{page}}/nothing"},"videos":[],"more":false},{"identifier":{"scheme":"url","value":"{{page}}?"},"videos":[],"more":false},{"identifier":{"scheme":"url","value":"{{page}}"},"videos":{{both}},"more":false},{"identifier":{"scheme":"url","value":"{{page}}"},"videos":{{both}},"more":false}]}""",
            answer.Text
        );
    }

    [Fact]
    public async Task Of_more_than_64_videos_64_are_told()
    {
        object[] videos =
        [
            .. Enumerable
                .Range(0, 65)
                .Select(i => new
                {
                    creatorId = creator,
                    videoId = $"v{i}",
                    identifiers = new[] { new { scheme = "sha256", value = hash } },
                }),
        ];
        (await App.Platform().PostAsync("/v1/videos/batch", new { videos = videos[..64] })).Is(200);
        Assert.Equal((64, false), await CountAsync());
        (await App.Platform().PostAsync("/v1/videos/batch", new { videos })).Is(200);
        Assert.Equal((64, true), await CountAsync());

        async Task<(int, bool)> CountAsync()
        {
            var found = (await LookUpAsync("sha256", hash))["results"]![0]!;
            return (found["videos"]!.AsArray().Count, (bool)found["more"]!);
        }
    }

    [Fact]
    public async Task A_lookup_has_1000_identifiers_and_no_more()
    {
        object[] many =
        [
            .. Enumerable.Range(0, 1_001).Select(i => new { scheme = "platform", value = $"a:{creator}-{i}" }),
        ];
        await RegisterAsync(creator, "v", many[999]);
        var found = (await App.Platform().PostAsync("/v1/lookups", new { identifiers = many[..1_000] })).Is(200);
        Assert.Equal(1_000, found["results"]!.AsArray().Count);
        Assert.Equal("v", (string)found["results"]![999]!["videos"]![0]!["videoId"]!);
        Assert.Equal(
            ["identifiers"],
            (await App.Platform().PostAsync("/v1/lookups", new { identifiers = many })).IsProblem(422, "tooMany").Fields
        );
        (await App.Platform().PostAsync("/v1/lookups", new { identifiers = Array.Empty<object>() })).IsProblem(
            422,
            "invalid"
        );
        (await App.Platform().PostAsync("/v1/lookups", new { })).IsProblem(422, "invalid");
    }

    [Theory]
    [InlineData("videos:write", true)]
    [InlineData("consent:check:any", true)]
    [InlineData("consent:audit", true)]
    [InlineData("consent:check", false)]
    [InlineData("consent:manage", false)]
    [InlineData("usage:write", false)]
    [InlineData("changes:read", false)]
    [InlineData("consent:admin", false)]
    public async Task Only_some_may_look_up(string scope, bool may)
    {
        var answer = await App.With(scope, creator, "client")
            .PostAsync("/v1/lookups", new { identifiers = new[] { new { scheme = "url", value = page } } });
        if (may)
            answer.Is(200);
        else
            answer.IsProblem(403, "forbidden");
    }

    [Fact]
    public async Task Owners_are_told_of_identifiers_that_name_nobody_and_of_those_that_another_video_gets()
    {
        await RegisterAsync(
            creator,
            "v",
            new { scheme = "url", value = page },
            new { scheme = "sha256", value = hash }
        );
        await ToldAsync(
            creator,
            $$"""{"creatorId":"{{creator}}","video":{"creatorId":"{{creator}}","videoId":"v"},"videos":1,"identifiers":[{"scheme":"sha256","value":"{{hash}}"}]}"""
        );
        await RegisterAsync(
            other,
            "copy",
            new { scheme = "url", value = page },
            new { scheme = "url", value = $"{page}/2" }
        );
        await ToldAsync(
            creator,
            $$$"""{"creatorId":"{{{creator}}}","video":{"creatorId":"{{{creator}}}","videoId":"v"},"identifiers":[{"scheme":"url","value":"{{{page}}}"}],"claimedBy":[{"creatorId":"{{{other}}}","videoId":"copy"}]}"""
        );
        // The one who came second sees it in what they sent; a URL says whose it is.
        Assert.Empty(await InboxAsync(other));
        // What stands already is not told again.
        await RegisterAsync(
            other,
            "copy",
            new
            {
                scheme = "url",
                value = page,
                listed = true,
            },
            new { scheme = "url", value = $"{page}/2" }
        );
        await HandedOnAsync();
        Assert.Equal(2, (await InboxAsync(creator)).Count);
    }

    [Fact]
    public async Task Many_videos_that_get_an_identifier_at_once_are_told_to_each_owner_once_and_ten_are_named()
    {
        await RegisterAsync(creator, "v", new { scheme = "url", value = page });
        object[] videos =
        [
            .. Enumerable
                .Range(0, 300)
                .Select(i => new
                {
                    creatorId = $"{other}-{i}",
                    videoId = "copy",
                    identifiers = new[] { new { scheme = "url", value = page } },
                }),
        ];
        (await App.Platform().PostAsync("/v1/videos/batch", new { videos })).Is(200);
        await HandedOnAsync();
        var said = JsonNode.Parse(Assert.Single(await InboxAsync(creator)))!;
        Assert.Equal(10, said["claimedBy"]!.AsArray().Select(video => (string)video!["creatorId"]!).Distinct().Count());
        // Each of the others hears of some that is not theirs.
        var theirs = JsonNode.Parse(Assert.Single(await InboxAsync($"{other}-7")))!;
        Assert.DoesNotContain(theirs["claimedBy"]!.AsArray(), video => (string)video!["creatorId"]! == $"{other}-7");
    }

    [Fact]
    public async Task Of_two_who_register_the_same_at_the_same_moment_one_hears_of_the_other()
    {
        for (var round = 0; round < 10; round++)
        {
            var (one, two) = (RegistryApplication.NewId(), RegistryApplication.NewId());
            var url = new { scheme = "url", value = $"{page}/{round}" };
            await Task.WhenAll(RegisterAsync(one, "v", url), RegisterAsync(two, "v", url));
            await HandedOnAsync();
            var (first, second) = (await InboxAsync(one), await InboxAsync(two));
            Assert.True(
                first.Any(said => said.Contains(two, StringComparison.Ordinal))
                    || second.Any(said => said.Contains(one, StringComparison.Ordinal))
            );
        }
    }

    [Fact]
    public async Task Nothing_is_told_to_a_creator_who_is_erased_while_another_video_gets_the_same()
    {
        for (var round = 0; round < 10; round++)
        {
            var gone = RegistryApplication.NewId();
            var url = new { scheme = "url", value = $"{page}/{round}" };
            await RegisterAsync(gone, "v", url);
            await HandedOnAsync();
            var erasing = App.Creator(gone).PostAsync($"/v1/creators/{gone}/erasure", new { reason = "asked for" });
            await Task.WhenAll(erasing, RegisterAsync(other, $"v{round}", url));
            (await erasing).Is(200);
            await HandedOnAsync();
            Assert.Equal(
                0,
                await App.ScalarAsync<long>("SELECT count(*) FROM consent.notification WHERE creator = $1", gone)
            );
        }
    }

    [Fact]
    public async Task An_erasure_keeps_keyed_hashes_of_identifiers_and_nothing_else()
    {
        await RegisterAsync(
            creator,
            "v",
            new { scheme = "url", value = page },
            new { scheme = "sha256", value = hash }
        );
        await RegisterAsync(creator, "w", new { scheme = "url", value = page });
        (await App.Creator(creator).PostAsync($"/v1/creators/{creator}/erasure", new { reason = "asked for" })).Is(200);

        var key = App.Services.GetRequiredService<IdentifierKeys>().Newest!;
        var hashes = new[] { $"url:{page}", $"sha256:{hash}" }
            .Select(ContentIdentifier.ParseNormal)
            .Select(key.HashOf)
            .Order()
            .ToList();
        Assert.Equal(
            hashes,
            (
                await App.QueryAsync<byte[]>(
                    "SELECT hash FROM consent.erased_identifier WHERE creator = $1 AND kid = $2 ORDER BY hash",
                    creator,
                    key.Kid
                )
            ).Select(bytes => IdentifierHash.From(bytes))
        );
        // Events that wait for their place in the log are covered by an event of their own.
        var kept = (
            await App.QueryAsync<byte[]>(
                "SELECT body FROM consent.event WHERE creator = $1 AND type = 'creatorErased' ORDER BY ordinal",
                creator
            )
        )
            .Select(body => JsonNode.Parse(body)!["after"]!["identifiers"])
            .OfType<JsonNode>()
            .ToList();
        Assert.All(kept, part => Assert.Equal(key.Kid, (string)part["kid"]!));
        Assert.Equal(
            hashes.Select(one => one.ToString()),
            kept.SelectMany(part => part["hmacs"]!.AsArray()).Select(one => (string)one!)
        );
        Assert.Empty(await CarriersAsync("url", page));
        Assert.Equal(0, await App.ScalarAsync<long>("SELECT count(*) FROM consent.video WHERE owner = $1", creator));
        await History.Ledger.VerifyAsync(App);
    }

    [Fact]
    public async Task An_erasure_of_many_identifiers_is_several_events_and_verifies()
    {
        object[] videos =
        [
            .. Enumerable
                .Range(0, 150)
                .Select(i => new
                {
                    creatorId = creator,
                    videoId = $"v{i}",
                    identifiers = Enumerable
                        .Range(0, 16)
                        .Select(j => new { scheme = "platform", value = $"a:{creator}-{i}-{j}" }),
                }),
        ];
        (await App.Platform().PostAsync("/v1/videos/batch", new { videos })).Is(200);
        var erased = (
            await App.Creator(creator).PostAsync($"/v1/creators/{creator}/erasure", new { reason = "asked for" })
        ).Is(200);
        Assert.Equal(3, erased.Changes);
        Assert.Equal(
            2_400,
            await App.ScalarAsync<long>("SELECT count(*) FROM consent.erased_identifier WHERE creator = $1", creator)
        );
        await History.Ledger.VerifyAsync(App);
        await Log.Exports.CoveredAsync(App);
        var verdict = Log.Exports.Verify(await Log.Exports.OfLogAsync(App));
        Assert.Equal((Domain.Log.Verification.Verdict.Valid, null), (verdict.Verdict, verdict.Failure?.What));
    }

    private async Task<Answer> RegisterAsync(string owner, string video, params object[] identifiers) =>
        (await App.Platform().PutAsync($"/v1/creators/{owner}/videos/{video}", new { identifiers })).Is(200);

    private async Task<Answer> LookUpAsync(string scheme, string value) =>
        (await App.Auditor().PostAsync("/v1/lookups", new { identifiers = new[] { new { scheme, value } } })).Is(200);

    private async Task<IEnumerable<string>> CarriersAsync(string scheme, string value) =>
        (await LookUpAsync(scheme, value))["results"]![0]!["videos"]!
            .AsArray()
            .Select(video => (string)video!["videoId"]!);

    private async Task<IReadOnlyList<string>> InboxAsync(string of) =>
        [
            .. (await App.Creator(of).GetAsync($"/v1/creators/{of}/notifications?kind=identifierClaimed")).Is(200)[
                "items"
            ]!
                .AsArray()
                .Select(item => item!["data"]!.ToJsonString()),
        ];

    private Task ToldAsync(string of, string data) =>
        Eventually.HoldsAsync(
            $"{of} is told {data}",
            async () =>
                (await InboxAsync(of)).Any(said => JsonNode.DeepEquals(JsonNode.Parse(said), JsonNode.Parse(data)))
        );

    private Task HandedOnAsync() =>
        Eventually.HoldsAsync(
            "all is handed on",
            () => App.ScalarAsync<bool>("SELECT NOT EXISTS (SELECT FROM consent.outbox)")
        );
}
