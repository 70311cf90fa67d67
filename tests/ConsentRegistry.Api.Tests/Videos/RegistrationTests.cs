namespace ConsentRegistry.Api.Tests.Videos;

/// <summary>Facts about videos change freely only in the cautious direction.</summary>
public sealed class RegistrationTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private readonly string creator = RegistryApplication.NewId();

    private RegistryApplication App => registry.App;

    private string Video => $"/v1/creators/{creator}/videos/v";

    [Fact]
    public async Task A_registration_is_answered_as_it_is_stored_and_read_back()
    {
        var answer = (
            await App.Platform()
                .PutAsync(
                    Video,
                    new
                    {
                        publishedAt = "2026-02-28T23:30:00.1234567-01:00",
                        participants = new[]
                        {
                            new { creatorId = "z", role = "coCreator" },
                            new { creatorId = "a", role = "depicted" },
                            new { creatorId = "a", role = "coCreator" },
                            new { creatorId = "Z", role = "depicted" },
                            new { creatorId = "a", role = "depicted" },
                        },
                        derivedFrom = new[]
                        {
                            new { creatorId = "s", videoId = "2" },
                            new { creatorId = "r", videoId = "1" },
                            new { creatorId = "s", videoId = "2" },
                        },
                    }
                )
        ).Is(200);

        var video =
            $$"""{"creatorId":"{{creator}}","videoId":"v","publishedAt":"2026-03-01T00:30:00.123456Z","participants":[{"creatorId":"Z","role":"depicted"},{"creatorId":"a","role":"coCreator"},{"creatorId":"a","role":"depicted"},{"creatorId":"z","role":"coCreator"}],"derivedFrom":[{"creatorId":"s","videoId":"2"},{"creatorId":"r","videoId":"1"}],"identifiers":[]}""";
        Assert.Equal($$"""{"video":{{video}},"version":1,"changes":1,"effectiveEverywhere":true}""", answer.Text);
        Assert.Equal(video, (await App.Creator(creator).GetAsync(Video)).Is(200).Text);
    }

    [Fact]
    public async Task What_stands_already_and_what_is_left_out_changes_nothing()
    {
        await App.Platform()
            .PutAsync(
                Video,
                new
                {
                    publishedAt = "2026-01-01T00:00:00Z",
                    participants = new[] { new { creatorId = "a", role = "depicted" } },
                    derivedFrom = new[] { new { creatorId = "s", videoId = "1" } },
                }
            );

        foreach (
            var body in new[]
            {
                "{}",
                """{"publishedAt":null,"participants":null,"derivedFrom":null,"reason":null}""",
                """{"publishedAt":"2026-01-01T01:00:00+01:00","reason":"again"}""",
                """{"participants":[{"creatorId":"a","role":"depicted"}]}""",
            }
        )
        {
            var again = (await App.Platform().PutAsync(Video, body)).Is(200);
            Assert.Equal((0, 1), (again.Changes, again.Version));
        }
        Assert.Equal(1, await App.ScalarAsync<long>("SELECT count(*) FROM consent.event WHERE creator = $1", creator));
    }

    [Theory]
    [InlineData("""{"publishedAt":"2025-12-31T00:00:00Z"}""", "publishedAt")]
    [InlineData("""{"publishedAt":"2026-01-02T00:00:00Z"}""", "publishedAt")]
    [InlineData("""{"participants":[]}""", "participants")]
    [InlineData("""{"participants":[{"creatorId":"a","role":"coCreator"}]}""", "participants")]
    [InlineData("""{"derivedFrom":[]}""", "derivedFrom")]
    [InlineData("""{"derivedFrom":[{"creatorId":"s","videoId":"2"}]}""", "derivedFrom")]
    public async Task Facts_that_could_widen_are_the_administrators_and_need_a_reason(string body, string field)
    {
        await App.Platform()
            .PutAsync(
                Video,
                new
                {
                    publishedAt = "2026-01-01T00:00:00Z",
                    participants = new[] { new { creatorId = "a", role = "depicted" } },
                    derivedFrom = new[] { new { creatorId = "s", videoId = "1" } },
                }
            );
        ArgumentNullException.ThrowIfNull(body);
        var reasoned = body.Replace(
            "{\"" + field,
            "{\"reason\":\"It was wrong.\",\"" + field,
            StringComparison.Ordinal
        );

        Assert.Equal([field], (await App.Platform().PutAsync(Video, body)).IsProblem(409, "wouldWiden").Fields);
        Assert.Equal([field], (await App.Platform().PutAsync(Video, reasoned)).IsProblem(409, "wouldWiden").Fields);
        Assert.Equal([field], (await App.Operator().PutAsync(Video, body)).IsProblem(409, "wouldWiden").Fields);
        Assert.Equal(1, await App.ScalarAsync<long>("SELECT version FROM consent.creator WHERE id = $1", creator));
        (await App.With("consent:admin", "admin").PutAsync(Video, reasoned)).IsProblem(403, "forbidden");
        Assert.Equal(
            (1, 2),
            (
                (await App.Operator().PutAsync(Video, reasoned)).Is(200).Changes,
                (await App.Operator().PutAsync(Video, reasoned)).Version
            )
        );
    }

    [Fact]
    public async Task A_first_date_for_a_video_registered_without_one_could_widen()
    {
        await App.Platform().PutAsync(Video, new { });

        (await App.Platform().PutAsync(Video, new { publishedAt = "2020-01-01T00:00:00Z" })).IsProblem(
            409,
            "wouldWiden"
        );
        (
            await App.Platform()
                .PutAsync(
                    Video,
                    new
                    {
                        participants = new[] { new { creatorId = "a", role = "depicted" } },
                        derivedFrom = new[] { new { creatorId = "s", videoId = "1" } },
                    }
                )
        ).Is(200);
        (await App.Operator().PutAsync(Video, new { publishedAt = "2020-01-01T00:00:00Z", reason = "Found it." })).Is(
            200
        );
    }

    [Fact]
    public async Task In_a_batch_a_refused_video_spoils_no_other_and_each_owner_gets_one_version()
    {
        var other = RegistryApplication.NewId();
        await App.Platform().PutAsync(Video, new { publishedAt = "2026-01-01T00:00:00Z" });

        var answer = (
            await App.Platform()
                .PostAsync(
                    "/v1/videos/batch",
                    new
                    {
                        videos = new object[]
                        {
                            new
                            {
                                creatorId = creator,
                                videoId = "v",
                                publishedAt = "2020-01-01T00:00:00Z",
                            },
                            new { creatorId = creator, videoId = "w" },
                            new { creatorId = "bad id", videoId = "w" },
                            new
                            {
                                creatorId = other,
                                videoId = "x",
                                derivedFrom = new[] { new { creatorId = other, videoId = "x" } },
                            },
                            new
                            {
                                creatorId = other,
                                videoId = "y",
                                publishedAt = "2999-01-01T00:00:00Z",
                            },
                            new
                            {
                                creatorId = other,
                                videoId = "z",
                                participants = new[] { new { creatorId = creator, role = "depicted" } },
                            },
                            new { creatorId = creator, videoId = "w" },
                            new
                            {
                                creatorId = creator,
                                videoId = "w",
                                participants = new[] { new { creatorId = "a", role = "depicted" } },
                            },
                            new { videoId = "w" },
                        },
                    }
                )
        ).Is(200);

        Assert.Equal(
            ["wouldWiden", "2 1", "invalid", "invalid", "invalid", "1 1", "2 0", "2 1", "invalid"],
            answer["results"]!
                .AsArray()
                .Select(r => r!["error"] is { } error ? (string)error["code"]! : $"{r["version"]} {r["changes"]}")
        );
        Assert.Equal(2, await App.ScalarAsync<long>("SELECT version FROM consent.creator WHERE id = $1", creator));
        Assert.Equal(
            2,
            await App.ScalarAsync<long>(
                "SELECT count(*) FROM consent.event WHERE creator = $1 AND version = 2",
                creator
            )
        );
        Assert.Equal(
            0,
            await App.ScalarAsync<long>("SELECT settings_version FROM consent.creator WHERE id = $1", creator)
        );
    }

    [Fact]
    public async Task A_video_that_nobody_registered_is_404_to_whoever_may_read_it()
    {
        (await App.Creator(creator).GetAsync(Video)).IsProblem(404, "notFound");
        (await App.Platform().GetAsync(Video)).IsProblem(404, "notFound");
        (await App.Auditor().GetAsync(Video)).IsProblem(404, "notFound");
        var consent = (await App.Creator(creator).GetAsync($"{Video}/consent")).Is(200);
        Assert.Null(consent["video"]);
        Assert.All(
            consent["consent"]!.AsArray(),
            one => Assert.Equal("neverSet", (string)one!["decision"]!["detail"]!)
        );
    }

    [Fact]
    public async Task A_creator_sees_effective_consent_for_every_purpose_explained_and_for_a_requester()
    {
        await App.Platform().PutAsync(Video, new { });
        await App.Creator(creator).PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "deny" });
        await App.Creator(creator)
            .PutAsync(
                $"/v1/creators/{creator}/consent/defaults/remix?requester=acme",
                new { effect = "allow", appliesTo = "all" }
            );

        var anybody = (await App.Creator(creator).GetAsync($"{Video}/consent")).Is(200)["consent"]!.AsArray();
        var acme = (await App.Creator(creator).GetAsync($"{Video}/consent?requester=acme")).Is(200)[
            "consent"
        ]!.AsArray();

        Assert.Equal(10, anybody.Count);
        Assert.Equal("deny", (string)anybody[0]!["decision"]!["effect"]!);
        Assert.Equal("allow", (string)acme[0]!["decision"]!["effect"]!);
        Assert.Equal("acme", (string)acme[0]!["decision"]!["decidedBy"]!["requester"]!);
        Assert.All(anybody.Concat(acme), one => Assert.NotNull(one!["decision"]!["trace"]));
    }
}
