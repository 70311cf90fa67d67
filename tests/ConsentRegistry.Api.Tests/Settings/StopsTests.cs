namespace ConsentRegistry.Api.Tests.Settings;

/// <summary>The emergency stop and the operator's.</summary>
public sealed class StopsTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private readonly string creator = RegistryApplication.NewId();

    private RegistryApplication App => registry.App;

    [Theory]
    [InlineData("lockdown")]
    [InlineData("hold")]
    public async Task A_second_stop_adds_and_lifting_restores_what_stood(string stop)
    {
        var path = $"/v1/creators/{creator}/{stop}";
        await App.Platform().PutAsync($"/v1/creators/{creator}/videos/v", new { });
        await App.Creator(creator)
            .PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "allow", appliesTo = "all" });
        await App.Creator(creator)
            .PutAsync($"/v1/creators/{creator}/consent/defaults/mining", new { effect = "allow", appliesTo = "all" });
        var before = (await App.Creator(creator).GetAsync($"/v1/creators/{creator}/consent"))[
            "defaults"
        ]!.ToJsonString();

        var first = (
            await App.Admin()
                .PutAsync(
                    path,
                    new { purposes = new[] { "remix.voice", "remix.meme", "remix.voice" }, reason = "first" }
                )
        ).Is(200);
        Assert.Equal("""["remix.meme","remix.voice"]""", first["stop"]!["purposes"]!.ToJsonString());
        Assert.Equal(
            (4, 3, 1, 4),
            (first.Version, first.SettingsVersion, first.Changes, (int)first["stop"]!["version"]!)
        );
        Assert.Null(first["setting"]);
        Assert.Equal("deny remix, allow mining, deny remix.voice, allow remix.background", await EffectsAsync(stop));

        var again = (await App.Admin().PutAsync(path, new { purposes = new[] { "remix.meme" }, reason = "again" })).Is(
            200
        );
        Assert.Equal((4, 0, 4), (again.Version, again.Changes, (int)again["stop"]!["version"]!));
        var more = (await App.Admin().PutAsync(path, new { purposes = new[] { "training" }, reason = "more" })).Is(200);
        Assert.Equal("""["remix.meme","remix.voice","training"]""", more["stop"]!["purposes"]!.ToJsonString());
        var all = (await App.Admin().PutAsync(path, new { reason = "all" })).Is(200);
        Assert.Null(all["stop"]!["purposes"]);
        Assert.Equal("deny remix, deny mining, deny remix.voice, deny remix.background", await EffectsAsync(stop));
        var less = (await App.Admin().PutAsync(path, new { purposes = new[] { "mining" }, reason = "less" })).Is(200);
        Assert.Equal((0, 6), (less.Changes, less.Version));
        Assert.Null(less["stop"]!["purposes"]);

        var lifted = (await App.Admin().DeleteAsync(path)).Is(200);
        Assert.Equal((7, 1), (lifted.Version, lifted.Changes));
        Assert.Null(lifted["stop"]);
        Assert.Equal(
            (7, 0),
            ((await App.Admin().DeleteAsync(path)).Is(200).Version, (await App.Admin().DeleteAsync(path)).Changes)
        );
        Assert.Equal("allow remix, allow mining, allow remix.voice, allow remix.background", await EffectsAsync(stop));
        Assert.Equal(
            before,
            (await App.Creator(creator).GetAsync($"/v1/creators/{creator}/consent"))["defaults"]!.ToJsonString()
        );
    }

    [Fact]
    public async Task A_hold_is_named_before_a_lockdown_and_neither_lifts_the_other()
    {
        await App.Platform().PutAsync($"/v1/creators/{creator}/videos/v", new { });
        await App.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", null);
        await App.Operator().PutAsync($"/v1/creators/{creator}/hold", new { reason = "A court's order." });
        var check = new
        {
            creatorId = creator,
            videoId = "v",
            purpose = "remix",
        };

        var held = (await App.Platform().PostAsync("/v1/checks", check)).Is(200);
        Assert.Equal("hold", (string)held["reason"]!);
        Assert.Equal(
            $$"""{"creatorId":"{{creator}}","role":"owner","video":{"creatorId":"{{creator}}","videoId":"v"},"scope":null,"purpose":null,"requester":null,"version":3,"changedAt":"{{await StopTimeAsync("hold")}}"}""",
            held["decidedBy"]!.ToJsonString()
        );
        (await App.Creator(creator).DeleteAsync($"/v1/creators/{creator}/lockdown")).Is(200);
        Assert.Equal("hold", (string)(await App.Platform().PostAsync("/v1/checks", check)).Is(200)["reason"]!);
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", "{}")).Is(200);
        (await App.Operator().DeleteAsync($"/v1/creators/{creator}/hold")).Is(200);
        Assert.Equal("lockdown", (string)(await App.Platform().PostAsync("/v1/checks", check)).Is(200)["reason"]!);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("  null\n")]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"purposes":null,"reason":null}""")]
    [InlineData("""{"reason":""}""")]
    public async Task A_body_that_says_nothing_stops_everything(string body)
    {
        var stopped = (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", body)).Is(200);
        Assert.Equal((1, null), (stopped.Changes, stopped["stop"]!["purposes"]));
    }

    [Theory]
    [InlineData("lockdown")]
    [InlineData("hold")]
    public async Task A_long_reason_is_cut_between_characters(string stop)
    {
        var story = string.Concat(Enumerable.Repeat("\U0001F6D1", 1_500));
        (await App.Admin().PutAsync($"/v1/creators/{creator}/{stop}", new { reason = story })).Is(200);

        var body = await App.ScalarAsync<byte[]>("SELECT body FROM consent.event WHERE creator = $1", creator);
        Assert.Equal(story[..2_000], (string)System.Text.Json.Nodes.JsonNode.Parse(body)!["by"]!["reason"]!);
    }

    [Theory]
    [InlineData("lockdown")]
    [InlineData("hold")]
    public async Task A_reason_with_control_characters_refuses_no_stop(string stop)
    {
        (
            await App.Admin().PutAsync($"/v1/creators/{creator}/{stop}", new { reason = "no\0more\u001b[31m\r\n\tnow" })
        ).Is(200);

        var body = await App.ScalarAsync<byte[]>("SELECT body FROM consent.event WHERE creator = $1", creator);
        Assert.Equal(
            "no\uFFFDmore\uFFFD[31m\r\n\tnow",
            (string)System.Text.Json.Nodes.JsonNode.Parse(body)!["by"]!["reason"]!
        );
    }

    [Theory]
    [InlineData("""{"purpose":["remix"]}""", 400)]
    [InlineData("""{"purposes":[]}""", 422)]
    [InlineData("""{"purposes":["remixing"]}""", 422)]
    [InlineData("[]", 400)]
    [InlineData("nul", 400)]
    public async Task What_may_be_a_mistake_about_what_to_stop_is_refused(string body, int status)
    {
        (await App.Creator(creator).PutAsync($"/v1/creators/{creator}/lockdown", body)).Is(status);
        Assert.Equal(0, (await App.Creator(creator).GetAsync($"/v1/creators/{creator}/consent")).Version);
    }

    [Theory]
    [InlineData("lockdown")]
    [InlineData("hold")]
    public async Task An_idempotency_key_never_refuses_a_stop(string stop)
    {
        var (path, client) = ($"/v1/creators/{creator}/{stop}", App.Admin());
        (await StopAsync("Idempotency-Key: with blanks", "remix")).Is(200);
        (await StopAsync($"Idempotency-Key: {new string('k', 256)}", "mining")).Is(200);

        var reused = $"Idempotency-Key: {Guid.NewGuid()}";
        var other = (
            await client.PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "deny" }, reused)
        ).Is(200);
        Assert.Equal(1, (await StopAsync(reused, "training")).Is(200).Changes);
        // The key is still that of the other request.
        var again = (
            await client.PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "deny" }, reused)
        ).Is(200);
        Assert.Equal((other.Version, "true"), (again.Version, again.Header("Idempotent-Replayed")));

        var inFlight = $"{Guid.NewGuid()}";
        var caller = await App.ScalarAsync<string>(
            "SELECT caller FROM consent.idempotency_key WHERE key = $1",
            reused["Idempotency-Key: ".Length..]
        );
        await using var connection = await App.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var claim = new Npgsql.NpgsqlCommand(
            "INSERT INTO consent.idempotency_key (caller, key, created_at, fingerprint) "
                + "VALUES ($1, $2, now(), sha256(''))",
            connection
        )
        {
            Parameters =
            {
                new() { Value = caller },
                new() { Value = inFlight },
            },
        };
        await claim.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, (await StopAsync($"Idempotency-Key: {inFlight}", "grounding")).Is(200).Changes);

        Task<Answer> StopAsync(string key, string purpose) =>
            client.PutAsync(path, new { purposes = new[] { purpose }, reason = "order" }, key);
    }

    private Task<string> StopTimeAsync(string stop) =>
        App.ScalarAsync<string>(
            $"SELECT to_char({stop}_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') FROM consent.creator "
                + "WHERE id = $1",
            creator
        );

    private async Task<string> EffectsAsync(string stop)
    {
        var effects = new List<string>();
        foreach (var purpose in new[] { "remix", "mining", "remix.voice", "remix.background" })
        {
            var answer = (
                await App.Platform()
                    .PostAsync(
                        "/v1/checks",
                        new
                        {
                            creatorId = creator,
                            videoId = "v",
                            purpose,
                        }
                    )
            ).Is(200);
            Assert.Equal((string)answer["effect"]! == "deny" ? stop : "creatorDefault", (string)answer["reason"]!);
            effects.Add($"{answer["effect"]} {purpose}");
        }
        return string.Join(", ", effects);
    }
}
