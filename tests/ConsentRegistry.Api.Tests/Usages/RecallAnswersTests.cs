using ConsentRegistry.Api.Tests.Notifications;
using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Api.Tests.Usages;

/// <summary>Who is told of a recall, who answers it, and who sees whether they have.</summary>
public sealed class RecallAnswersTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private readonly string requester = RegistryApplication.NewId("r");

    private RegistryApplication App => registry.App;

    private RecallSteps RecallSteps => new(App);

    [Fact]
    public async Task A_requester_acknowledges_or_disputes_and_the_creator_sees_who_has_not()
    {
        var creator = await RecallSteps.CreatorAsync();
        var silent = RegistryApplication.NewId("r");
        await RecallSteps.UseAsync(requester, creator);
        await RecallSteps.UseAsync(silent, creator);
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null)).Is(200);
        var id = await RecallAsync(requester);
        await RecallAsync(silent);

        (await App.Platform(requester).PostAsync($"/v1/recalls/{id}/dispute", new { })).IsProblem(422, "invalid");
        Assert.Equal(
            "disputed",
            (string)
                (
                    await App.Platform(requester).PostAsync($"/v1/recalls/{id}/dispute", new { statement = "Not us." })
                ).Is(200)["recall"]!["status"]!
        );
        var said = (
            await App.Platform(requester).PostAsync($"/v1/recalls/{id}/acknowledge", new { statement = "Gone." })
        ).Is(200);
        Assert.Equal(
            ("acknowledged", "Gone.", 1),
            ((string)said["recall"]!["status"]!, (string)said["recall"]!["statement"]!, said.Changes)
        );
        Assert.Equal(
            0,
            (await App.Platform(requester).PostAsync($"/v1/recalls/{id}/acknowledge", new { statement = "Gone." }))
                .Is(200)
                .Changes
        );
        (await App.Platform(requester).PostAsync($"/v1/recalls/{id}/dispute", new { statement = "Not us." })).IsProblem(
            409,
            "notOpen"
        );

        foreach (var client in new[] { App.Creator(creator), App.Auditor() })
        {
            Assert.Equal([silent], await RequestersAsync(client, creator, "open"));
            Assert.Equal([requester], await RequestersAsync(client, creator, "acknowledged"));
        }
        (await App.Creator(RegistryApplication.NewId()).GetAsync($"/v1/creators/{creator}/recalls")).IsProblem(
            403,
            "forbidden"
        );
        (await App.Platform(requester).GetAsync("/v1/recalls?state=expired")).IsProblem(422, "invalid");
    }

    [Fact]
    public async Task Somebody_elses_recall_is_not_found_whether_or_not_it_exists()
    {
        var creator = await RecallSteps.CreatorAsync();
        await RecallSteps.UseAsync(requester, creator);
        await RecallSteps.DenyAsync(creator);
        var id = await RecallAsync(requester);
        var bodies = new HashSet<string>(StringComparer.Ordinal);
        foreach (var recall in new[] { id, $"{Guid.NewGuid()}" })
        {
            foreach (
                var (answer, body) in new (string, object?)[]
                {
                    ("acknowledge", null),
                    ("dispute", new { statement = "Not us." }),
                }
            )
                bodies.Add(
                    (await Tool(RegistryApplication.NewId("r")).PostAsync($"/v1/recalls/{recall}/{answer}", body))
                        .IsProblem(404, "notFound")
                        .WithoutTrace()
                );
        }
        Assert.Single(bodies);
        Assert.Equal("open", (string)Assert.Single(await RecallSteps.ListAsync(requester))["status"]!);
    }

    [Fact]
    public async Task A_platform_answers_for_the_tools_whose_uses_it_records_and_others_do_not()
    {
        var (creator, platform, tool) = (
            await RecallSteps.CreatorAsync(),
            App.Platform(RegistryApplication.NewId("p")),
            RegistryApplication.NewId("t")
        );
        await using var receiver = await Receiver.StartAsync();
        await platform.CreateWebhookAsync(
            new
            {
                audience = "platform",
                url = receiver.Url.ToString(),
                kinds = new[] { "recall" },
            }
        );
        var use = new
        {
            purpose = "remix",
            requester = tool,
            videos = new[] { new { creatorId = creator, videoId = "clip" } },
        };
        (await platform.PostAsync("/v1/usages", use)).Is(201);
        await RecallSteps.DenyAsync(creator);
        await Eventually.HoldsAsync(
            "the platform is told",
            () => Task.FromResult(receiver.All.Any(one => (string)one.Json["data"]!["requester"]! == tool))
        );

        var id = (string)
            Assert.Single(RecallSteps.Items(await platform.GetAsync($"/v1/recalls?requester={tool}&state=open")))[
                "id"
            ]!;
        Assert.Empty(RecallSteps.Items(await platform.GetAsync("/v1/recalls")));
        (await platform.PostAsync($"/v1/recalls/{id}/acknowledge", null)).IsProblem(404, "notFound");
        (await platform.PostAsync($"/v1/recalls/{id}/dispute?requester={tool}", new { statement = "Not ours." })).Is(
            200
        );
        Assert.Equal(
            "acknowledged",
            (string)
                (await platform.PostAsync($"/v1/recalls/{id}/acknowledge?requester={tool}", null)).Is(200)["recall"]![
                    "status"
                ]!
        );

        foreach (
            var stranger in new[] { Tool(RegistryApplication.NewId("r")), App.With("usage:write", null, "recorder") }
        )
        {
            (await stranger.GetAsync($"/v1/recalls?requester={tool}")).IsProblem(403, "requesterNotYours");
            (await stranger.PostAsync($"/v1/recalls/{id}/acknowledge?requester={tool}", null)).IsProblem(
                403,
                "requesterNotYours"
            );
            (
                await stranger.PostAsync($"/v1/recalls/{id}/dispute?requester={tool}", new { statement = "Mine." })
            ).IsProblem(403, "requesterNotYours");
        }
        Assert.Equal(
            "acknowledged",
            (string)
                Assert.Single(RecallSteps.Items(await Tool(tool).GetAsync($"/v1/recalls?requester={tool}")))["status"]!
        );
        (await App.With("consent:check", "somebody").GetAsync("/v1/recalls")).IsProblem(422, "invalid");
    }

    [Fact]
    public async Task A_requester_is_told_by_webhook_what_to_stop_and_by_when()
    {
        var creator = await RecallSteps.CreatorAsync();
        await using var receiver = await Receiver.StartAsync();
        var (_, secret) = await App.Platform(requester)
            .CreateWebhookAsync(new { audience = "requester", url = receiver.Url.ToString() });
        await RecallSteps.UseAsync(requester, creator);
        await RecallSteps.DenyAsync(creator);
        await Eventually.HoldsAsync(
            "the requester is told",
            () => Task.FromResult(receiver.All.Any(one => one.Kind == "recall"))
        );

        var (told, recall) = (
            Assert.Single(receiver.All, one => one.Kind == "recall"),
            Assert.Single(await RecallSteps.ListAsync(requester))
        );
        Assert.True(told.IsSignedBy(secret));
        Assert.Equal(
            ((string)recall["id"]!, requester, creator, "clip", "remix", "creatorDefault", (string)recall["stopBy"]!),
            (
                (string)told.Json["data"]!["recallId"]!,
                (string)told.Json["data"]!["requester"]!,
                (string)told.Json["data"]!["video"]!["creatorId"]!,
                (string)told.Json["data"]!["video"]!["videoId"]!,
                (string)told.Json["data"]!["purpose"]!,
                (string)told.Json["data"]!["reason"]!,
                (string)told.Json["data"]!["stopBy"]!
            )
        );
    }

    [Fact]
    public async Task Everybody_on_whose_word_it_rested_sees_a_recall()
    {
        var (friend, source) = (RegistryApplication.NewId(), await RecallSteps.CreatorAsync());
        await RecallSteps.AllowAsync(friend);
        var owner = await RecallSteps.CreatorAsync(
            new
            {
                participants = new[] { new { creatorId = friend, role = "coCreator" } },
                derivedFrom = new[] { new { creatorId = source, videoId = "clip" } },
            }
        );
        await RecallSteps.UseAsync(requester, owner);
        await RecallSteps.DenyAsync(friend);
        await RecallAsync(requester);
        foreach (var concerned in new[] { owner, friend, source })
        {
            Assert.Equal([requester], await RequestersAsync(App.Creator(concerned), concerned, "open"));
            Assert.Equal([requester], await RequestersAsync(App.Auditor(), concerned, "open"));
        }
        var stranger = await RecallSteps.CreatorAsync();
        Assert.Empty(await RequestersAsync(App.Creator(stranger), stranger, "open"));

        // Who is erased is not named any more, but the owner's video is, for who still uses it is to be found.
        foreach (var erased in new[] { friend, owner })
            (await App.Creator(erased).PostAsync($"/v1/creators/{erased}/erasure", new { reason = "asked for" })).Is(
                200
            );
        Assert.Empty(await RequestersAsync(App.Auditor(), friend, "open"));
        Assert.Equal([requester], await RequestersAsync(App.Auditor(), owner, "open"));
    }

    private RegistryClient Tool(string client) => App.With("consent:check", null, client);

    private async Task<string> RecallAsync(string of) =>
        (string)Assert.Single(await RecallSteps.RecallsAsync(of, 1))["id"]!;

    private static async Task<IEnumerable<string>> RequestersAsync(
        RegistryClient client,
        string creator,
        string state
    ) =>
        RecallSteps
            .Items(await client.GetAsync($"/v1/creators/{creator}/recalls?state={state}"))
            .Select(recall => (string)recall["requester"]!);
}
