using ConsentRegistry.Api.Tests.Approvals;

namespace ConsentRegistry.Api.Tests.Usages;

/// <summary>What is made of used videos is registered with its sources, by those who may register videos.</summary>
public sealed class DerivedVideosTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private readonly string requester = RegistryApplication.NewId("r");

    private RegistryApplication App => registry.App;

    private ApprovalSteps Steps => new(App);

    [Fact]
    public async Task A_derived_video_has_the_used_ones_as_its_sources()
    {
        var (creator, other) = (await CreatorAsync(), await CreatorAsync());
        var maker = RegistryApplication.NewId();
        var made = new { video = new { creatorId = maker, videoId = "mix" }, publishedAt = "2026-05-01T00:00:00Z" };
        (
            await RecordAsync(
                new
                {
                    purpose = "remix",
                    videos = new[] { Name(creator) },
                    made,
                }
            )
        ).Is(201);
        var facts = (await App.Platform().GetAsync($"/v1/creators/{maker}/videos/mix")).Is(200);
        Assert.Equal(
            ("2026-05-01T00:00:00.000000Z", creator),
            ((string)facts["publishedAt"]!, (string)facts["derivedFrom"]![0]!["creatorId"]!)
        );
        // A second use adds; the same once more does not change the maker's stream.
        (
            await RecordAsync(
                new
                {
                    purpose = "remix",
                    videos = new[] { Name(other) },
                    made = new { made.video },
                }
            )
        ).Is(201);
        (
            await RecordAsync(
                new
                {
                    purpose = "remix",
                    videos = new[] { Name(other) },
                    made = new { made.video },
                }
            )
        ).Is(201);
        Assert.Equal("videoRegistered videoRegistered", await Steps.EventsAsync(maker));
        Assert.Equal(
            [creator, other],
            (await App.Platform().GetAsync($"/v1/creators/{maker}/videos/mix")).Is(200)["derivedFrom"]!
                .AsArray()
                .Select(source => (string)source!["creatorId"]!)
        );

        // What it was made from decides on it from now on, and hears of its uses.
        (
            await App.Creator(maker)
                .PutAsync($"/v1/creators/{maker}/consent/defaults/remix", new { effect = "allow", appliesTo = "all" })
        ).Is(200);
        Assert.Equal("consented creatorDefault", await UseAsync(maker, "mix"));
        (await App.Creator(other).PutAsync($"/v1/creators/{other}/consent/defaults/remix", new { effect = "deny" })).Is(
            200
        );
        Assert.Equal("unconsented noConsent", await UseAsync(maker, "mix"));
        var heard = (await App.Creator(other).GetAsync($"/v1/creators/{other}/usages?videoId=mix&ownerId={maker}")).Is(
            200
        )["items"]!.AsArray();
        Assert.Equal(["noConsent", "creatorDefault"], heard.Select(item => (string)item!["reason"]!));
    }

    [Theory]
    [InlineData("usage:write", 403)]
    [InlineData("usage:write consent:check consent:check:any consent:manage consent:audit changes:read", 403)]
    [InlineData("usage:write videos:write", 201)]
    public async Task Registering_what_was_made_takes_the_right_to_register_videos(string scopes, int status)
    {
        var (creator, maker) = (await CreatorAsync(), RegistryApplication.NewId());
        var client = App.With(scopes, "somebody", requester);
        var use = new
        {
            purpose = "remix",
            videos = new[] { Name(creator) },
            made = new { video = Name(maker, "mix") },
        };
        var answer = (await client.PostAsync("/v1/usages", use)).Is(status);
        var batch = (
            await client.PostAsync(
                "/v1/usages/batch",
                new
                {
                    usages = new object[]
                    {
                        new
                        {
                            use.purpose,
                            use.videos,
                            made = new { video = Name(maker, "other") },
                        },
                        new { use.purpose, use.videos },
                    },
                }
            )
        ).Is(201);
        Assert.Equal(status == 403 ? "forbidden" : null, (string?)batch["results"]![0]!["error"]?["code"]);
        Assert.Equal("consented", (string)batch["results"]![1]!["use"]!["status"]!);
        Assert.Equal(status == 403 ? 1 : 3, (await client.GetAsync("/v1/usages")).Is(200)["items"]!.AsArray().Count);
        Assert.Equal(status == 403 ? "" : "videoRegistered videoRegistered", await Steps.EventsAsync(maker));
        if (status == 403)
            answer.IsProblem(403, "forbidden");

        // Saying again what is registered registers nothing; another source does.
        (
            await App.Platform()
                .PutAsync($"/v1/creators/{maker}/videos/mix", new { derivedFrom = new[] { Name(creator) } })
        ).Is(200);
        (await client.PostAsync("/v1/usages", use)).Is(201);
        (
            await client.PostAsync(
                "/v1/usages",
                new
                {
                    use.purpose,
                    videos = new[] { Name(creator, "clap") },
                    use.made,
                }
            )
        ).Is(status);
    }

    [Fact]
    public async Task A_requester_opens_nobodys_video_by_a_use_and_closes_none()
    {
        var (victim, own) = (RegistryApplication.NewId(), await CreatorAsync());
        (
            await App.Creator(victim)
                .PutAsync($"/v1/creators/{victim}/consent/defaults/remix", new { effect = "allow" })
        ).Is(200);
        (
            await App.Platform()
                .PutAsync($"/v1/creators/{victim}/videos/public", new { publishedAt = await App.NowAsync() })
        ).Is(200);
        var me = App.With("usage:write consent:check", client: requester);
        var publishedAt = await App.NowAsync();
        (
            await me.PostAsync(
                "/v1/usages",
                new
                {
                    purpose = "remix",
                    videos = new[] { Name(own) },
                    made = new { video = Name(victim, "secret"), publishedAt },
                }
            )
        ).IsProblem(403, "forbidden");
        (
            await me.PostAsync(
                "/v1/usages",
                new
                {
                    purpose = "remix",
                    videos = new[] { Name("nobody", "nothing") },
                    made = new { video = Name(victim, "public") },
                }
            )
        ).IsProblem(403, "forbidden");
        Assert.Equal("deny noConsent", await Steps.CheckAsync(requester, victim, video: "secret"));
        Assert.Equal("allow creatorDefault", await Steps.CheckAsync(requester, victim, video: "public"));
        Assert.Empty((await me.GetAsync("/v1/usages")).Is(200)["items"]!.AsArray());
    }

    [Fact]
    public async Task No_source_is_left_out_that_could_close_what_was_made()
    {
        var (source, denier, maker) = (await CreatorAsync(), await CreatorAsync(), RegistryApplication.NewId());
        await RegisterAsync(source, 100);
        (
            await App.Creator(denier).PutAsync($"/v1/creators/{denier}/consent/defaults/remix", new { effect = "deny" })
        ).Is(200);
        (
            await App.Creator(maker)
                .PutAsync($"/v1/creators/{maker}/consent/defaults/remix", new { effect = "allow", appliesTo = "all" })
        ).Is(200);

        // The seventeenth is one like the others.
        Assert.Equal(
            "consented",
            await MakeAsync(maker, "mix", Enumerable.Range(0, 16).Select(i => Name(source, $"v{i}")))
        );
        Assert.Equal("allow creatorDefault", await Steps.CheckAsync(requester, maker, video: "mix"));
        Assert.Equal("unconsented", await MakeAsync(maker, "mix", [Name(denier)]));
        Assert.Equal("deny creatorDefault", await Steps.CheckAsync(requester, maker, video: "mix"));

        // As many as a check may consult, and one more: it stays closed, and the use is stored.
        Assert.Equal(
            "consented",
            await MakeAsync(maker, "big", Enumerable.Range(0, 63).Select(i => Name(source, $"v{i}")))
        );
        Assert.Equal("allow creatorDefault", await Steps.CheckAsync(requester, maker, video: "big"));
        Assert.Equal("unconsented", await MakeAsync(maker, "big", [Name(denier)]));
        Assert.Equal("deny indeterminate", await Steps.CheckAsync(requester, maker, video: "big"));
        Assert.Equal(
            "consented",
            await MakeAsync(maker, "huge", Enumerable.Range(0, 100).Select(i => Name(source, $"v{i}")))
        );
        Assert.Equal("deny indeterminate", await Steps.CheckAsync(requester, maker, video: "huge"));
        Assert.Equal("consented", await MakeAsync(maker, "huge", [Name(source, "v99")]));
        Assert.Equal(
            64,
            (await App.Platform().GetAsync($"/v1/creators/{maker}/videos/huge")).Is(200)["derivedFrom"]!.AsArray().Count
        );
    }

    private async Task<string> MakeAsync(string maker, string video, IEnumerable<object> videos) =>
        (string)
            (
                await RecordAsync(
                    new
                    {
                        purpose = "remix",
                        videos,
                        made = new { video = Name(maker, video) },
                    }
                )
            ).Is(201)["use"]!["status"]!;

    private async Task RegisterAsync(string creator, int videos) =>
        (
            await App.Platform()
                .PostAsync(
                    "/v1/videos/batch",
                    new { videos = Enumerable.Range(0, videos).Select(i => Name(creator, $"v{i}")) }
                )
        ).Is(200);

    private static object Name(string creator, string video = "clip") => new { creatorId = creator, videoId = video };

    private Task<Answer> RecordAsync(object body) => App.Platform(requester).PostAsync("/v1/usages", body);

    private async Task<string> UseAsync(string creator, string video)
    {
        var use = (await RecordAsync(new { purpose = "remix", videos = new[] { Name(creator, video) } })).Is(201)[
            "use"
        ]!;
        return $"{use["status"]} {use["reason"]}";
    }

    private async Task<string> CreatorAsync()
    {
        var creator = RegistryApplication.NewId();
        (await App.Platform().PutAsync($"/v1/creators/{creator}/videos/clip", new { })).Is(200);
        (
            await App.Creator(creator)
                .PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "allow", appliesTo = "all" })
        ).Is(200);
        return creator;
    }
}
