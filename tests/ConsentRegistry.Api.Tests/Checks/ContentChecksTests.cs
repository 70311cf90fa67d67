using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Replica;
using ConsentRegistry.Domain;
using ConsentRegistry.Domain.Identifiers;
using ConsentRegistry.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace ConsentRegistry.Api.Tests.Checks;

/// <summary>Checks that name content: R10, on every way on which a check can come.</summary>
public sealed class ContentChecksTests(RegistryFixture registry, PostgresFixture postgres)
    : IClassFixture<RegistryFixture>
{
    private static readonly string[] Order = ["allow", "ask", "deny"];

    private readonly string creator = RegistryApplication.NewId("c~");
    private readonly string other = RegistryApplication.NewId("d~");

    private RegistryApplication App => registry.App;

    [Fact]
    public async Task Content_is_answered_as_the_videos_that_carry_it_are_on_every_way()
    {
        var random = new Random(TestSeed.Get());
        var creators = Enumerable.Range(0, 3).Select(_ => RegistryApplication.NewId("e~")).ToArray();
        object[] pool = [.. Enumerable.Range(0, 7).Select(i => Url($"https://e.example/{creators[0]}/{i}"))];
        var carried = new Dictionary<(string Creator, int Video), object[]>();
        await RandomConsent.PrepareAsync(
            App,
            random,
            creators,
            (owner, video) => carried[(owner, video)] = random.GetItems(pool, random.Next(3)).Distinct().ToArray()
        );
        foreach (var _ in Enumerable.Range(0, 150))
        {
            // The last one is unknown to the registry.
            object[] content =
            [
                .. random
                    .GetItems(pool, 1 + random.Next(2))
                    .Append(Url("https://e.example/unknown"))
                    .Take(1 + random.Next(3)),
            ];
            var videos = carried
                .Where(one => one.Value.Intersect(content).Any())
                .Select(one => (one.Key.Creator, Video: $"v{one.Key.Video}"))
                .Order()
                .ToList();
            var purpose = RandomConsent.Purposes[random.Next(RandomConsent.Purposes.Length)];
            var staleness = random.Next(2) * 1_000;
            var check = new
            {
                content,
                purpose,
                maxStalenessMs = staleness,
            };

            foreach (var client in new[] { App.Platform("acme"), App.With("consent:check", client: "acme") })
            {
                var direct = (await client.PostAsync("/v1/checks", check)).Is(200);
                var usual = (
                    await client.PostAsync(
                        "/v1/checks",
                        new
                        {
                            content,
                            purpose,
                            maxStalenessMs = staleness,
                            explain = false,
                        }
                    )
                ).Is(200);
                Assert.Equal(RandomConsent.WithoutTimes(usual.Text), RandomConsent.WithoutTimes(direct.Text));
                var item = (await client.PostAsync("/v1/checks/batch", new { checks = new[] { check } })).Is(200)[
                    "results"
                ]![0]!;
                Assert.True(item["error"] is null);
                item.AsObject().Remove("error");
                Assert.Equal(RandomConsent.WithoutTimes(usual.Text), RandomConsent.WithoutTimes(item.ToJsonString()));
                var line = JsonNode
                    .Parse((await client.PostAsync("/v1/checks/stream", Lines(check))).Is(200).Text)!
                    .AsObject();
                line.Remove("error");
                Assert.Equal(RandomConsent.WithoutTimes(usual.Text), RandomConsent.WithoutTimes(line.ToJsonString()));
            }
            await IsAnsweredByR10Async(content, purpose, staleness, videos);
        }
        Assert.Contains(carried.Values, identifiers => identifiers.Length > 1);
    }

    public static TheoryData<string, string> OtherForms =>
        new()
        {
            { "url", "HTTPS://X.example:443/%7E{0}#top" },
            { "url", "https://x.example/a/../~{0}" },
            { "platform", "tube:~{0}" },
            { "sha256", "{1}" },
        };

    [Theory]
    [MemberData(nameof(OtherForms))]
    public async Task Content_in_another_form_is_found_as_well_and_is_unknown_in_the_same_words(
        string scheme,
        string form
    )
    {
        var hash = Convert.ToHexString(SHA256.HashData(Encoding.ASCII.GetBytes(creator + scheme)));
        object Content(string name) =>
            new
            {
                scheme,
                value = string.Format(null, form, name, name == creator ? hash : new string('A', hash.Length)),
            };
        await RegisterAsync(creator, "v", Content(creator));
        await SetAsync(creator, "allow");
        foreach (var (name, isAllowed) in new[] { (creator, true), ("nobody", false) })
        {
            var check = new { content = new[] { Content(name) }, purpose = "remix" };
            var usual = (
                await App.Platform("acme")
                    .PostAsync(
                        "/v1/checks",
                        new
                        {
                            check.content,
                            check.purpose,
                            explain = false,
                        }
                    )
            ).Is(200);
            var line = JsonNode
                .Parse((await App.Platform("acme").PostAsync("/v1/checks/stream", Lines(check))).Is(200).Text)!
                .AsObject();
            line.Remove("error");
            Assert.Equal(isAllowed, (bool)usual["allowed"]!);
            Assert.Equal(RandomConsent.WithoutTimes(usual.Text), RandomConsent.WithoutTimes(line.ToJsonString()));
        }
    }

    [Fact]
    public async Task A_deny_tells_whose_the_content_is_only_to_those_who_check_for_anybody()
    {
        await RegisterAsync(creator, "v", Url($"https://x.example/{creator}"));
        await SetAsync(creator, "deny");
        object check = new
        {
            content = new[] { Url($"https://x.example/{creator}") },
            purpose = "remix",
            versions = true,
        };

        var hidden = (await App.With("consent:check", client: "acme").PostAsync("/v1/checks", check)).Is(200);
        var told = (await App.Platform("acme").PostAsync("/v1/checks", check)).Is(200);

        Assert.Equal(("deny", "creatorDefault"), ((string)hidden["effect"]!, (string)hidden["reason"]!));
        Assert.Null(hidden["decidedBy"]);
        Assert.Null(hidden["version"]);
        Assert.Null(hidden["videos"]);
        Assert.Null(hidden["versions"]);
        Assert.DoesNotContain(creator, hidden.Text, StringComparison.Ordinal);
        Assert.Equal(creator, (string)told["decidedBy"]!["creatorId"]!);
        Assert.Equal($$"""[{"creatorId":"{{creator}}","videoId":"v"}]""", told["videos"]!.ToJsonString());
        Assert.NotNull(told["version"]);

        var explained = (
            await App.With("consent:check", client: "acme")
                .PostAsync(
                    "/v1/checks",
                    new
                    {
                        content = new[] { Url($"https://x.example/{creator}") },
                        purpose = "remix",
                        explain = true,
                    }
                )
        ).Is(200);
        Assert.DoesNotContain(creator, explained.Text, StringComparison.Ordinal);

        // Whoever may use it has to attribute, and whoever may ask has to ask.
        foreach (var effect in new[] { "ask", "allow" })
        {
            await SetAsync(creator, effect);
            var answer = (await App.With("consent:check", client: "acme").PostAsync("/v1/checks", check)).Is(200);
            Assert.Equal((effect, creator), ((string)answer["effect"]!, (string)answer["videos"]![0]!["creatorId"]!));
        }
    }

    [Fact]
    public async Task Any_spelling_of_an_identifier_is_found()
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(creator)));
        await RegisterAsync(
            creator,
            "v",
            Url($"https://s.example/{creator}/a%7Eb"),
            new { scheme = "sha256", value = hash }
        );
        await SetAsync(creator, "allow");
        foreach (
            var content in new[]
            {
                Url($"HTTPS://S.example:443/x/../{creator}/a~b#top"),
                Url($"https://s.example/{creator}/%61%7eb"),
                new { scheme = "sha256", value = hash.ToUpperInvariant() },
            }
        )
            Assert.True(
                (bool)
                    (
                        await App.Platform()
                            .PostAsync("/v1/checks", new { content = new[] { content }, purpose = "remix" })
                    ).Is(200)["allowed"]!
            );
        foreach (
            var neighbour in new[]
            {
                $"https://s.example/{creator}/a~bc",
                $"https://s.example/{creator}/a~",
                $"http://s.example/{creator}/a~b",
                $"https://s.example/{creator}/a~b?",
            }
        )
            Assert.Equal("videoNotRegistered", (string)(await AskAsync(Url(neighbour)))["detail"]!);
    }

    [Fact]
    public async Task What_is_added_taken_away_and_erased_is_known_to_the_next_check()
    {
        var (url, second) = (Url($"https://m.example/{creator}"), Url($"https://m.example/{other}"));
        Assert.Equal("videoNotRegistered", (string)(await AskAsync(url))["detail"]!);

        await RegisterAsync(creator, "v", url, second);
        await SetAsync(creator, "allow");
        Assert.True((bool)(await AskAsync(url))["allowed"]!);

        // Somebody else's video carries it too, and its owner has said nothing.
        await RegisterAsync(other, "w", url);
        var both = await AskAsync(url);
        Assert.Equal(("deny", other), ((string)both["effect"]!, (string)both["decidedBy"]!["creatorId"]!));
        Assert.Equal(2, both["videos"]!.AsArray().Count);
        await SetAsync(other, "allow");
        Assert.True((bool)(await AskAsync(url))["allowed"]!);

        (
            await App.Admin()
                .PutAsync(
                    $"/v1/creators/{other}/videos/w",
                    new { identifiers = Array.Empty<object>(), reason = "A test." }
                )
        ).Is(200);
        Assert.Single((await AskAsync(url))["videos"]!.AsArray());

        // Erased, it denies for good: also what somebody else registers afterwards.
        (await App.Admin().PostAsync($"/v1/creators/{creator}/erasure", new { reason = "A test." })).Is(200);
        foreach (var gone in new[] { url, second })
        {
            var answer = await AskAsync(gone);
            Assert.Equal(("deny", "erased"), ((string)answer["effect"]!, (string)answer["detail"]!));
            Assert.Null(answer["decidedBy"]);
        }
        await RegisterAsync(other, "w", url);
        Assert.Equal("erased", (string)(await AskAsync(url))["detail"]!);
        Assert.Equal("erased", (string)(await AskAsync(Url($"https://m.example/{creator}/unknown"), url))["detail"]!);
    }

    [Fact]
    public async Task A_node_that_starts_knows_the_same()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var first = await RegistryApplication.StartAsync(database);
        var (url, gone) = (Url($"https://n.example/{creator}"), Url($"https://n.example/{other}"));
        await RegisterAsync(first, creator, "v", url);
        await SetAsync(first, creator, "allow");
        await RegisterAsync(first, other, "w", gone);
        (await first.Admin().PostAsync($"/v1/creators/{other}/erasure", new { reason = "A test." })).Is(200);

        await using var second = await RegistryApplication.StartAsync(database);

        foreach (var (content, expected) in new[] { (url, "allow"), (gone, "deny") })
        {
            var answer = (
                await second.Platform().PostAsync("/v1/checks", new { content = new[] { content }, purpose = "remix" })
            ).Is(200);
            Assert.Equal(expected, (string)answer["effect"]!);
            Assert.Equal(expected == "deny" ? "erased" : null, (string?)answer["detail"]);
        }
    }

    [Fact]
    public async Task A_node_that_reads_a_creator_again_knows_what_was_erased_and_what_is_carried()
    {
        // One of its own: it may sound an alarm before it is told.
        await using var node = await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync());
        var (url, gone) = ($"https://r.example/{creator}", $"https://r.example/{creator}/gone");
        await RegisterAsync(node, creator, "v", Url(url));
        await SetAsync(node, creator, "allow");
        Assert.Equal("videoNotRegistered", (string)(await AskOfAsync(node, Url(gone)))["detail"]!);
        // As if the node had missed the event.
        var key = node.Services.GetRequiredService<IdentifierKeys>().Newest!;
        await node.ScalarAsync<string>(
            "INSERT INTO consent.erased_identifier (creator, kid, hash) VALUES ($1, $2, $3) RETURNING creator",
            creator,
            key.Kid,
            key.HashOf(ContentIdentifier.Parse(IdentifierScheme.Url, gone).Value).ToBytes()
        );

        await SealedRows.SealAsync(node.ConnectionString, RegistryApplication.IntegrityKeysOf(node.ConnectionString));

        node.Services.GetRequiredService<Applier>().Doubt(CreatorId.Parse(creator));

        await Eventually.HoldsAsync(
            "what is left of the erased is read",
            async () => (string?)(await AskOfAsync(node, Url(gone)))["detail"] == "erased"
        );
        await Eventually.HoldsAsync(
            "the creator is read again",
            async () => (await node.Platform().PostAsync("/v1/checks", Question(url))).Status == 200
        );
        var answer = await AskOfAsync(node, Url(url));
        Assert.True((bool)answer["allowed"]!);
        Assert.Single(answer["videos"]!.AsArray());

        static object Question(string value) => new { content = new[] { Url(value) }, purpose = "remix" };
    }

    [Theory]
    [InlineData("""{"purpose":"remix"}""", 422, "creatorId")]
    [InlineData("""{"purpose":"remix","content":[]}""", 422, "content")]
    [InlineData(
        """{"purpose":"remix","content":[{"scheme":"url","value":"https://a.example/"}],"creatorId":"c"}""",
        422,
        "creatorId"
    )]
    [InlineData(
        """{"purpose":"remix","content":[{"scheme":"url","value":"https://a.example/"}],"videoId":"v"}""",
        422,
        "videoId"
    )]
    [InlineData(
        """{"purpose":"remix","content":[{"scheme":"url","value":"https://a.example/"}],"receipt":true}""",
        422,
        "receipt"
    )]
    [InlineData("""{"purpose":"remix","content":[{"scheme":"url","value":"/relative"}]}""", 422, "content[0].value")]
    [InlineData(
        """{"purpose":"remix","content":[{"scheme":"url","value":"ftp://a.example/"}]}""",
        422,
        "content[0].value"
    )]
    [InlineData("""{"purpose":"remix","content":[{"scheme":"sha256","value":"12"}]}""", 422, "content[0].value")]
    [InlineData("""{"purpose":"remix","content":[{"scheme":"isbn","value":"12"}]}""", 422, "content[0].scheme")]
    [InlineData("""{"purpose":"remix","content":[{"scheme":"url"}]}""", 422, "content[0].value")]
    [InlineData("""{"purpose":"remix","content":[null]}""", 422, "content[0]")]
    [InlineData("""{"purpose":"remix","content":{}}""", 400, null)]
    [InlineData("""{"purpose":"remix","content":"https://a.example/"}""", 400, null)]
    [InlineData("""{"purpose":"remix","content":[{"scheme":"url","value":"https://a.example/","x":1}]}""", 400, null)]
    public async Task What_names_no_content_is_refused_alone_and_among_others(string check, int status, string? field)
    {
        for (var i = 0; i < 2; i++)
        {
            var answer = await App.Platform("acme").PostAsync("/v1/checks", check);
            Assert.Equal(status, answer.Status);
            if (field is not null)
                Assert.Equal(field, answer["errors"]!.AsObject().First().Key);
        }
        if (status != 422)
            return;
        var batch = (await App.Platform("acme").PostAsync("/v1/checks/batch", $$"""{"checks":[{{check}}]}""")).Is(200);
        var item = batch["results"]![0]!;
        Assert.False((bool)item["allowed"]!);
        Assert.StartsWith($"{field} ", (string)item["error"]!["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_seventeenth_identifier_is_too_many()
    {
        var content = Enumerable.Range(0, 17).Select(i => Url($"https://a.example/{i}")).ToList();
        (await App.Platform().PostAsync("/v1/checks", new { content, purpose = "remix" })).IsProblem(422, "tooMany");
        (await App.Platform().PostAsync("/v1/checks", new { content = content.Take(16), purpose = "remix" })).Is(200);
    }

    [Fact]
    public async Task The_past_is_asked_about_by_ids()
    {
        var check = new
        {
            content = new[] { Url("https://a.example/") },
            purpose = "remix",
            asOf = "2026-01-01T00:00:00Z",
        };
        var answer = (await App.Auditor().PostAsync("/v1/checks", check)).IsProblem(422, "invalid");
        Assert.Equal("asOf", answer["errors"]!.AsObject().Single().Key);
    }

    [Fact]
    public async Task An_owner_that_a_batch_has_in_common_is_nothing_to_content()
    {
        await RegisterAsync(creator, "v", Url($"https://b.example/{creator}"));
        await SetAsync(creator, "allow");
        foreach (var explain in new[] { (bool?)null, false })
        {
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
                                explain,
                            },
                            checks = new object[]
                            {
                                new { videoId = "v" },
                                new { content = new[] { Url($"https://b.example/{creator}") } },
                                new { content = new[] { Url("https://b.example/unknown") } },
                            },
                        }
                    )
            ).Is(200);
            Assert.Equal([true, true, false], batch["results"]!.AsArray().Select(result => (bool)result!["allowed"]!));
        }
    }

    [Fact]
    public async Task AuthZEN_asks_by_content_too()
    {
        await RegisterAsync(creator, "v", Url($"https://z.example/{creator}"));
        await SetAsync(creator, "allow");
        async Task<Answer> EvaluateAsync(string id, object? properties) =>
            (
                await App.Platform("acme")
                    .PostAsync(
                        "/access/v1/evaluation",
                        new
                        {
                            subject = new { type = "requester", id = "acme" },
                            action = new { name = "remix" },
                            resource = new
                            {
                                type = "content",
                                id,
                                properties,
                            },
                        }
                    )
            ).Is(200);

        Assert.True((bool)(await EvaluateAsync($"https://z.example/{creator}", new { scheme = "url" }))["decision"]!);
        Assert.False((bool)(await EvaluateAsync("https://z.example/unknown", new { scheme = "url" }))["decision"]!);
        foreach (var wrong in new object?[] { null, new { }, new { scheme = "isbn" }, new { scheme = "sha256" } })
        {
            var answer = await EvaluateAsync($"https://z.example/{creator}", wrong);
            Assert.False((bool)answer["decision"]!);
            Assert.Equal(422, (int)answer["context"]!["error"]!["status"]!);
        }
    }

    private async Task IsAnsweredByR10Async(
        object[] content,
        string purpose,
        int maxStalenessMs,
        List<(string Creator, string Video)> videos
    )
    {
        var answer = (
            await App.Platform("acme")
                .PostAsync(
                    "/v1/checks",
                    new
                    {
                        content,
                        purpose,
                        maxStalenessMs,
                    }
                )
        ).Is(200);
        var alone = new List<Answer>();
        foreach (var (owner, video) in videos)
            alone.Add(
                (
                    await App.Platform("acme")
                        .PostAsync(
                            "/v1/checks",
                            new
                            {
                                creatorId = owner,
                                videoId = video,
                                purpose,
                                maxStalenessMs,
                            }
                        )
                ).Is(200)
            );
        if (alone.Count == 0)
        {
            Assert.Equal(("deny", "videoNotRegistered"), ((string)answer["effect"]!, (string)answer["detail"]!));
            return;
        }
        var strictest = alone.MaxBy(one => Array.IndexOf(Order, (string)one["effect"]!))!;
        Assert.Equal((string)strictest["effect"]!, (string)answer["effect"]!);
        Assert.Equal(strictest["decidedBy"]?.ToJsonString(), answer["decidedBy"]?.ToJsonString());
        Assert.Equal(strictest["version"]?.ToJsonString(), answer["version"]?.ToJsonString());
        Assert.Equal(
            videos.Select(video => $"{video.Creator}/{video.Video}"),
            answer["videos"]!.AsArray().Select(video => $"{video!["creatorId"]}/{video["videoId"]}")
        );
        Assert.InRange((long)answer["maxAgeMs"]!, 0, alone.Min(one => (long)one["maxAgeMs"]!));
        foreach (var list in new[] { "obligations", "excludes" })
            Assert.Equal(
                (string)answer["effect"]! == "allow"
                    ? alone
                        .SelectMany(one => one[list]!.AsArray().Select(item => (string)item!))
                        .Distinct()
                        .Order(StringComparer.Ordinal)
                    : [],
                answer[list]!.AsArray().Select(item => (string)item!)
            );
    }

    private Task<Answer> AskAsync(params object[] content) => AskOfAsync(App, content);

    private static async Task<Answer> AskOfAsync(RegistryApplication app, params object[] content) =>
        (await app.Platform().PostAsync("/v1/checks", new { content, purpose = "remix" })).Is(200);

    private Task RegisterAsync(string owner, string video, params object[] identifiers) =>
        RegisterAsync(App, owner, video, identifiers);

    private static async Task RegisterAsync(
        RegistryApplication app,
        string owner,
        string video,
        params object[] identifiers
    ) => (await app.Platform().PutAsync($"/v1/creators/{owner}/videos/{video}", new { identifiers })).Is(200);

    private Task SetAsync(string owner, string effect) => SetAsync(App, owner, effect);

    private static async Task SetAsync(RegistryApplication app, string owner, string effect) =>
        (
            await app.Creator(owner)
                .PutAsync(
                    $"/v1/creators/{owner}/consent/defaults/remix",
                    new { effect, appliesTo = effect == "allow" ? "all" : null }
                )
        ).Is(200);

    private static object Url(string value) => new { scheme = "url", value };

    private static StringContent Lines(object check) =>
        new(System.Text.Json.JsonSerializer.Serialize(check) + "\n", Encoding.UTF8, "application/x-ndjson");
}
