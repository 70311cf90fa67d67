using ConsentRegistry.TestSupport;

namespace ConsentRegistry.Api.Tests.Notifications;

/// <summary>Who makes and manages which webhooks, and what they are told of secrets.</summary>
public sealed class WebhookTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private RegistryApplication App => registry.App;

    private readonly string creator = RegistryApplication.NewId();

    [Fact]
    public async Task Each_makes_webhooks_for_those_whom_they_speak_for_and_for_nobody_else()
    {
        var (platform, other) = (RegistryApplication.NewId("p"), RegistryApplication.NewId());
        var agency = App.With("consent:manage", "agency", "agency-tool", creator);
        (RegistryClient Client, string Audience, string? Owner, int Status)[] rows =
        [
            (App.Creator(creator), "creator", null, 201),
            (App.Creator(creator), "creator", other, 403),
            (App.Creator(creator), "platform", platform, 403),
            (App.Creator(creator), "requester", creator, 403),
            (agency, "creator", creator, 201),
            (agency, "creator", other, 403),
            (agency, "platform", "agency-tool", 403),
            (App.Platform(platform), "platform", null, 201),
            (App.Platform(platform), "requester", null, 201),
            (App.Platform(platform), "platform", "another", 403),
            (App.Platform(platform), "creator", creator, 403),
            (App.With("changes:read", null, platform), "platform", null, 201),
            (App.With("changes:read", null, platform), "requester", null, 403),
            (App.With("consent:check", null, platform), "requester", null, 201),
            (App.With("consent:check", null, platform), "platform", null, 403),
            (App.With("consent:check:any", null, platform), "requester", null, 403),
            (App.With("changes:read", "somebody"), "platform", null, 422),
            (App.With("consent:admin", "admin"), "creator", other, 201),
            (App.With("consent:admin", "admin"), "platform", platform, 201),
            (App.Auditor(), "platform", "auditor", 403),
        ];
        foreach (var (client, audience, owner, status) in rows)
            (
                await client.PostAsync(
                    "/v1/webhooks",
                    new
                    {
                        audience,
                        owner,
                        url = $"https://hooks.example.com/{Guid.NewGuid()}",
                    }
                )
            ).Is(status);

        // Each sees their own.
        Assert.Equal([creator], await OwnersAsync(App.Creator(creator), ""));
        Assert.Equal([creator], await OwnersAsync(agency, ""));
        Assert.Equal([platform], await OwnersAsync(App.Platform(platform), ""));
        Assert.Equal(
            [other],
            await OwnersAsync(App.With("consent:admin", "admin"), $"?audience=creator&owner={other}")
        );
        (await App.Creator(creator).GetAsync($"/v1/webhooks?audience=creator&owner={other}")).IsProblem(
            403,
            "forbidden"
        );
        (await App.Creator(creator).GetAsync($"/v1/webhooks?owner={creator}")).IsProblem(422, "invalid");
        (await App.Creator(creator).GetAsync($"/v1/webhooks?audience=nobody&owner={creator}")).IsProblem(
            422,
            "invalid"
        );
    }

    [Fact]
    public async Task Somebody_elses_webhook_is_forbidden_whether_or_not_it_exists()
    {
        var (id, _) = await App.OfCreatorAsync(creator, new("https://hooks.example.com/"));
        var stranger = App.Creator(RegistryApplication.NewId());
        var update = new { url = "https://elsewhere.example.com/" };
        foreach (var webhook in new[] { id, $"{Guid.NewGuid()}" })
        {
            Answer[] answers =
            [
                await stranger.GetAsync($"/v1/webhooks/{webhook}"),
                await stranger.PutAsync($"/v1/webhooks/{webhook}", update),
                await stranger.DeleteAsync($"/v1/webhooks/{webhook}"),
                await stranger.PostAsync($"/v1/webhooks/{webhook}/ping", null),
                await stranger.PostAsync($"/v1/webhooks/{webhook}/secret", null),
                await stranger.GetAsync($"/v1/webhooks/{webhook}/deliveries"),
                await stranger.PostAsync($"/v1/webhooks/{webhook}/deliveries/{Guid.NewGuid()}", null),
            ];
            Assert.All(answers, answer => answer.IsProblem(403, "forbidden"));
        }
        (await App.Admin().GetAsync($"/v1/webhooks/{Guid.NewGuid()}")).IsProblem(404, "notFound");
        (await App.Admin().GetAsync("/v1/webhooks/x")).IsProblem(422, "invalid");
        Assert.Equal(
            "https://hooks.example.com/",
            (string)(await App.Creator(creator).GetAsync($"/v1/webhooks/{id}")).Is(200)["url"]!
        );
    }

    [Fact]
    public async Task A_secret_is_shown_once_and_never_logged()
    {
        var (id, secret) = await App.OfCreatorAsync(creator, new("https://hooks.example.com/"));
        Assert.Matches("^whsec_[A-Za-z0-9+/]{43}=$", secret);
        Answer[] answers =
        [
            await App.Creator(creator).GetAsync($"/v1/webhooks/{id}"),
            await App.Creator(creator).GetAsync("/v1/webhooks"),
            await App.Creator(creator).PutAsync($"/v1/webhooks/{id}", new { url = "https://hooks.example.com/" }),
            await App.Creator(creator).GetAsync($"/v1/webhooks/{id}/deliveries"),
        ];
        var bare = secret["whsec_".Length..];
        Assert.All(answers, answer => Assert.DoesNotContain(bare, answer.Is(200).Text, StringComparison.Ordinal));
        Assert.All(App.Log.Lines, line => Assert.DoesNotContain(bare, line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_secret_that_was_replaced_signs_beside_the_new_one()
    {
        await using var receiver = await Receiver.StartAsync();
        var (id, first) = await App.OfCreatorAsync(creator, receiver.Url);
        var rotated = (await App.Creator(creator).PostAsync($"/v1/webhooks/{id}/secret", null)).Is(200);
        var second = (string)rotated["secret"]!;
        Assert.NotEqual(first, second);
        Assert.NotNull(rotated["webhook"]!["formerSecretUntil"]);

        await App.ChangeAsync(creator);
        await Eventually.HoldsAsync("the receiver is told", () => Task.FromResult(receiver.All.Count == 1));
        Assert.True(receiver.All[0].IsSignedBy(first) && receiver.All[0].IsSignedBy(second));
        Assert.Equal(2, receiver.All[0].Signature.Split(' ').Length);

        // A day later.
        await LaterAsync(id, "1 day");
        (await App.Creator(creator).PostAsync($"/v1/webhooks/{id}/ping", null)).Is(200);
        Assert.False(receiver.All[1].IsSignedBy(first));
        Assert.True(receiver.All[1].IsSignedBy(second));
    }

    [Fact]
    public async Task Who_asks_again_because_an_answer_was_lost_cuts_nobody_off()
    {
        await using var receiver = await Receiver.StartAsync();
        var (id, first) = await App.OfCreatorAsync(creator, receiver.Url);
        // At once, and one after the other: of some the answers never came.
        var rotated = await Task.WhenAll(
            Enumerable.Range(0, 2).Select(_ => App.Creator(creator).PostAsync($"/v1/webhooks/{id}/secret", null))
        );
        string[] lost = [.. rotated.Select(answer => (string)answer.Is(200)["secret"]!)];
        var last = (string)(await App.Creator(creator).PostAsync($"/v1/webhooks/{id}/secret", null)).Is(200)["secret"]!;
        (await App.Creator(creator).PostAsync($"/v1/webhooks/{id}/ping", null)).Is(200);
        await App.ChangeAsync(creator);
        await Eventually.HoldsAsync("the receiver is told", () => Task.FromResult(receiver.All.Count == 2));
        Assert.All(
            receiver.All,
            one => Assert.All([first, .. lost, last], secret => Assert.True(one.IsSignedBy(secret)))
        );

        // Each for its own 24 hours, and so many in them.
        await LaterAsync(id, "23 hours");
        for (var more = 3; more < 5; more++)
            (await App.Creator(creator).PostAsync($"/v1/webhooks/{id}/secret", null)).Is(200);
        (await App.Creator(creator).PostAsync($"/v1/webhooks/{id}/secret", null)).IsProblem(422, "tooMany");
        await LaterAsync(id, "1 hour");
        (await App.Creator(creator).PostAsync($"/v1/webhooks/{id}/ping", null)).Is(200);
        Assert.False(receiver.All[2].IsSignedBy(first));
        Assert.True(receiver.All[2].IsSignedBy(last));
        (await App.Creator(creator).PostAsync($"/v1/webhooks/{id}/secret", null)).Is(200);
    }

    private Task LaterAsync(string webhook, string by) =>
        App.QueryAsync<int>(
            $"UPDATE consent.former_secret SET until = until - interval '{by}' WHERE webhook = $1 RETURNING 1",
            Guid.Parse(webhook)
        );

    [Fact]
    public async Task A_ping_says_how_it_went()
    {
        await using var good = await Receiver.StartAsync();
        await using var bad = await Receiver.StartAsync(302);
        var (goodId, secret) = await App.OfCreatorAsync(creator, good.Url);
        var (badId, _) = await App.OfCreatorAsync(creator, bad.Url);
        var (nowhere, _) = await App.OfCreatorAsync(creator, new("http://127.0.0.1:1/"));

        Assert.Equal(
            """{"delivered":true,"status":204,"error":null}""",
            (await App.Creator(creator).PostAsync($"/v1/webhooks/{goodId}/ping", null)).Is(200).Text
        );
        Assert.Equal(
            """{"delivered":false,"status":302,"error":null}""",
            (await App.Creator(creator).PostAsync($"/v1/webhooks/{badId}/ping", null)).Is(200).Text
        );
        Assert.Equal(
            """{"delivered":false,"status":null,"error":"unreachable"}""",
            (await App.Creator(creator).PostAsync($"/v1/webhooks/{nowhere}/ping", null)).Is(200).Text
        );
        Assert.True(good.All[0].IsSignedBy(secret));
        Assert.Equal(("ping", goodId), (good.All[0].Kind, (string)good.All[0].Json["data"]!["webhookId"]!));
    }

    [Fact]
    public async Task One_caller_does_not_take_all_pings_of_a_node()
    {
        var (arrived, answer) = (0, new TaskCompletionSource());
        await using var waiting = await Receiver.StartAsync(
            (_, http) =>
            {
                Interlocked.Increment(ref arrived);
                return answer.Task.WaitAsync(http.RequestAborted);
            }
        );
        await using var good = await Receiver.StartAsync();
        var (id, _) = await App.OfCreatorAsync(creator, waiting.Url);
        var pings = Enumerable
            .Range(0, 4)
            .Select(_ => App.Creator(creator).PostAsync($"/v1/webhooks/{id}/ping", null))
            .ToList();
        await Eventually.HoldsAsync("all of them wait", () => Task.FromResult(Volatile.Read(ref arrived) == 4));
        (await App.Creator(creator).PostAsync($"/v1/webhooks/{id}/ping", null)).IsProblem(503, "unavailable");
        var other = RegistryApplication.NewId();
        var (theirs, _) = await App.OfCreatorAsync(other, good.Url);
        (await App.Creator(other).PostAsync($"/v1/webhooks/{theirs}/ping", null)).Is(200);

        answer.SetResult();
        Assert.All(await Task.WhenAll(pings), ping => Assert.True((bool)ping.Is(200)["delivered"]!));
        (await App.Creator(creator).PostAsync($"/v1/webhooks/{id}/ping", null)).Is(200);
    }

    [Fact]
    public async Task An_owner_has_so_many_webhooks_and_one_of_each_address()
    {
        var client = App.Creator(creator);
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 15)
                .Select(i =>
                    client.PostAsync(
                        "/v1/webhooks",
                        new { audience = "creator", url = $"https://hooks.example.com/{i}" }
                    )
                )
        );
        Assert.Equal(10, answers.Count(answer => answer.Status == 201));
        Assert.All(answers.Where(answer => answer.Status != 201), answer => answer.IsProblem(422, "tooMany"));
        var items = (await client.GetAsync("/v1/webhooks?limit=6")).Is(200);
        var rest = (await client.GetAsync($"/v1/webhooks?limit=6&cursor={(string)items["nextCursor"]!}")).Is(200);
        var all = items["items"]!
            .AsArray()
            .Concat(rest["items"]!.AsArray())
            .Select(item => (Id: (string)item!["webhookId"]!, Url: (string)item["url"]!))
            .ToList();
        Assert.Equal(10, all.Select(one => one.Id).Distinct().Count());

        (await client.DeleteAsync($"/v1/webhooks/{all[0].Id}")).Is(200);
        (await client.PostAsync("/v1/webhooks", new { audience = "creator", url = all[1].Url })).IsProblem(
            409,
            "webhookExists"
        );
        (await client.PutAsync($"/v1/webhooks/{all[2].Id}", new { url = all[1].Url })).IsProblem(409, "webhookExists");
        (await client.GetAsync($"/v1/webhooks/{all[0].Id}")).IsProblem(403, "forbidden");
    }

    [Theory]
    [InlineData("""{"audience":"creator"}""", "url")]
    [InlineData("""{"audience":"creator","url":"http://hooks.example.com/"}""", "url")]
    [InlineData("""{"audience":"creator","url":"https://10.0.0.1/"}""", "url")]
    [InlineData("""{"audience":"creator","url":"https://169.254.169.254/latest/meta-data"}""", "url")]
    [InlineData("""{"audience":"creator","url":"https://[::ffff:192.168.0.1]/"}""", "url")]
    [InlineData("""{"url":"https://hooks.example.com/"}""", "audience")]
    [InlineData("""{"audience":"everybody","url":"https://hooks.example.com/"}""", "audience")]
    [InlineData("""{"audience":"creator","owner":"..","url":"https://hooks.example.com/"}""", "owner")]
    [InlineData("""{"audience":"creator","url":"https://hooks.example.com/","kinds":[]}""", "kinds")]
    [InlineData("""{"audience":"creator","url":"https://hooks.example.com/","kinds":["ping"]}""", "kinds")]
    [InlineData("""{"audience":"creator","url":"https://hooks.example.com/","kinds":[null]}""", "kinds")]
    public async Task What_makes_no_sense_is_refused_with_its_field(string body, string field) =>
        Assert.Contains(
            field,
            (await App.Creator(creator).PostAsync("/v1/webhooks", body)).IsProblem(422, "invalid").Fields
        );

    [Fact]
    public async Task An_erased_creators_webhooks_and_inbox_are_gone_and_platforms_are_told()
    {
        await using var platform = await Receiver.StartAsync();
        var (id, _) = await App.OfCreatorAsync(creator, new("https://hooks.example.com/"), "usedWithoutConsent");
        var hook = await App.Platform(RegistryApplication.NewId("p"))
            .CreateWebhookAsync(new { audience = "platform", url = platform.Url });
        await App.ChangeAsync(creator);
        (await App.Creator(creator).PostAsync($"/v1/creators/{creator}/erasure", new { reason = "asked for" })).Is(200);

        await Eventually.HoldsAsync(
            "the platform is told",
            () =>
                Task.FromResult(
                    platform.All.Any(one =>
                        (string?)one.Json["data"]!["creatorId"] == creator && one.Json["data"]!["erasedAt"] is not null
                    )
                )
        );
        Assert.Equal(
            0,
            await App.ScalarAsync<long>("SELECT count(*) FROM consent.webhook WHERE id = $1", Guid.Parse(id))
        );
        Assert.Equal(
            0,
            await App.ScalarAsync<long>("SELECT count(*) FROM consent.notification WHERE creator = $1", creator)
        );
        (await App.Admin().DeleteAsync($"/v1/webhooks/{hook.Id}")).Is(200);
    }

    private static async Task<IEnumerable<string>> OwnersAsync(RegistryClient client, string query) =>
        (await client.GetAsync($"/v1/webhooks{query}")).Is(200)["items"]!
            .AsArray()
            .Select(item => (string)item!["owner"]!)
            .Distinct();
}
