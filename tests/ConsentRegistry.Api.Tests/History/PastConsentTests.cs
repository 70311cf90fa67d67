using System.Text.Json.Nodes;

namespace ConsentRegistry.Api.Tests.History;

/// <summary>What is answered about a past moment is what was answered then.</summary>
public sealed class PastConsentTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private static readonly string[] Purposes = ["remix", "remix.voice", "training", "mining"];
    private static readonly string[] Effects = ["allow", "ask", "deny"];

    private RegistryApplication App => registry.App;

    [Fact]
    [Trait(LongRun.Trait, LongRun.Full)]
    public async Task Settings_and_checks_at_each_moment_of_a_random_history_are_what_was_answered_then()
    {
        var random = new Random(TestSeed.Get());
        string[] creators =
        [
            RegistryApplication.NewId("a"),
            RegistryApplication.NewId("b"),
            RegistryApplication.NewId("c"),
        ];
        var remembered = new List<(string At, string What, JsonNode Answer, Func<string, Task<Answer>> Again)>();
        for (var step = 0; step < 60; step++)
        {
            await ChangeAsync(random, creators, step);
            var at = await App.NowAsync();
            var creator = creators[random.Next(3)];
            remembered.Add(
                (
                    at,
                    $"{step}: settings of {creator}",
                    (await App.Auditor().GetAsync($"/v1/creators/{creator}/consent")).Is(200).Json,
                    then => App.Auditor().GetAsync($"/v1/creators/{creator}/consent?asOf={then}")
                )
            );
            for (var i = 0; i < 3; i++)
            {
                var (owner, video, purpose, requester) = (
                    creators[random.Next(3)],
                    $"v{random.Next(3)}",
                    Purposes[random.Next(4)],
                    random.Next(2) == 0 ? "acme" : "studio"
                );
                remembered.Add(
                    (
                        at,
                        $"{step}: {purpose} of {owner}/{video} for {requester}",
                        (
                            await App.Admin()
                                .PostAsync(
                                    "/v1/checks",
                                    new
                                    {
                                        creatorId = owner,
                                        videoId = video,
                                        purpose,
                                        requester,
                                        explain = true,
                                    }
                                )
                        ).Is(200).Json,
                        then =>
                            App.Auditor()
                                .PostAsync(
                                    "/v1/checks",
                                    new
                                    {
                                        creatorId = owner,
                                        videoId = video,
                                        purpose,
                                        requester,
                                        explain = true,
                                        asOf = then,
                                    }
                                )
                    )
                );
            }
        }
        foreach (var (at, what, answer, again) in remembered)
        {
            var then = (await again(at)).Is(200).Json;
            Assert.True(
                JsonNode.DeepEquals(Lasting(answer), Lasting(then)),
                $"seed {TestSeed.Get()}, {what}\nthen {answer.ToJsonString()}\nnow  {then.ToJsonString()}"
            );
        }
    }

    [Fact]
    public async Task Only_the_past_can_be_asked_about_and_only_by_auditors()
    {
        var creator = RegistryApplication.NewId();
        var future = new
        {
            creatorId = creator,
            videoId = "v",
            purpose = "remix",
            requester = "acme",
            asOf = "2999-01-01T00:00:00Z",
        };
        Assert.Equal(["asOf"], (await App.Auditor().PostAsync("/v1/checks", future)).IsProblem(422, "invalid").Fields);
        Assert.Equal(
            ["asOf"],
            (await App.Auditor().PostAsync("/v1/checks", future with { asOf = "2001-01-01T00:00:00Z" }))
                .IsProblem(422, "invalid")
                .Fields
        );
        Assert.Equal(
            ["asOf"],
            (await App.Auditor().PostAsync("/v1/checks", future with { asOf = "soon" }))
                .IsProblem(422, "invalid")
                .Fields
        );
        (await App.Platform().PostAsync("/v1/checks", future with { asOf = await App.NowAsync() })).IsProblem(
            403,
            "forbidden"
        );
        (
            await App.Auditor()
                .PostAsync(
                    "/v1/checks",
                    new
                    {
                        creatorId = creator,
                        videoId = "v",
                        purpose = "remix",
                        requester = "acme",
                    }
                )
        ).IsProblem(403, "forbidden");
        Assert.Equal(["receipt"], (
                await App.Admin()
                    .PostAsync(
                        "/v1/checks",
                        new
                        {
                            creatorId = creator,
                            videoId = "v",
                            purpose = "remix",
                            requester = "acme",
                            receipt = true,
                            asOf = "2026-01-01T00:00:00Z",
                        }
                    )
            ).IsProblem(422, "invalid").Fields);
        var batch = (await App.Admin().PostAsync("/v1/checks/batch", new { checks = new[] { future } })).Is(200);
        Assert.Contains("asOf", (string)batch["results"]![0]!["error"]!["detail"]!, StringComparison.Ordinal);
        Assert.Equal(
            ["asOf"],
            (await App.Creator(creator).GetAsync($"/v1/creators/{creator}/consent?asOf=2999-01-01T00:00:00Z"))
                .IsProblem(422, "invalid")
                .Fields
        );
        Assert.Equal(
            ["asOf"],
            (await App.Creator(creator).GetAsync($"/v1/creators/{creator}/consent?asOf=x"))
                .IsProblem(422, "invalid")
                .Fields
        );
        Assert.Equal(
            0,
            (await App.Creator(creator).GetAsync($"/v1/creators/{creator}/consent?asOf=2001-01-01T00:00:00Z"))
                .Is(200)
                .Version
        );
    }

    private async Task ChangeAsync(Random random, string[] creators, int step)
    {
        var creator = creators[random.Next(3)];
        var effect = Effects[random.Next(3)];
        var purpose = Purposes[random.Next(4)];
        var named = random.Next(3) == 0 ? "?requester=acme" : "";
        object setting = new
        {
            effect,
            conditions = effect != "deny" && random.Next(2) == 0 ? new[] { "attribution" } : null,
            expiresAt = effect == "allow" && random.Next(3) == 0 ? "2999-01-01T00:00:00Z" : null,
        };
        var path = $"/v1/creators/{creator}";
        var answer = random.Next(9) switch
        {
            0 => await App.Platform()
                .PutAsync($"{path}/videos/v{random.Next(3)}", new { publishedAt = "2026-01-01T00:00:00Z" }),
            1 => await App.Operator()
                .PutAsync(
                    $"{path}/videos/v{random.Next(3)}",
                    new
                    {
                        participants = new[]
                        {
                            new { creatorId = creators.First(id => id != creator), role = "coCreator" },
                        },
                        reason = "as told",
                    }
                ),
            2 => await App.Operator()
                .PutAsync(
                    $"{path}/videos/v{random.Next(3)}",
                    new
                    {
                        derivedFrom = new[]
                        {
                            new { creatorId = creators.Last(id => id != creator), videoId = $"v{random.Next(3)}" },
                        },
                        reason = "as told",
                    }
                ),
            3 => await App.Creator(creator)
                .PutAsync($"{path}/videos/v{random.Next(3)}/consent/{purpose}{named}", setting),
            4 => await App.Creator(creator).DeleteAsync($"{path}/consent/defaults/{purpose}{named}"),
            5 => random.Next(2) == 0
                ? await App.Creator(creator)
                    .PutAsync($"{path}/lockdown", random.Next(2) == 0 ? null : new { purposes = new[] { purpose } })
                : await App.Creator(creator).DeleteAsync($"{path}/lockdown"),
            6 => random.Next(2) == 0
                ? await App.Admin().PutAsync($"{path}/hold", new { purposes = new[] { purpose }, reason = "order" })
                : await App.Admin().DeleteAsync($"{path}/hold"),
            7 when step % 7 == 0 => await App.Admin()
                .PostAsync(
                    "/v1/purposes",
                    new
                    {
                        purpose = $"remix.p{step}",
                        usesLikeness = true,
                        description = "A new one.",
                    }
                ),
            _ => await App.Creator(creator)
                .PutAsync(
                    $"{path}/consent/defaults/{purpose}{named}",
                    effect == "allow" ? new { effect, appliesTo = random.Next(2) == 0 ? "all" : "future" } : setting
                ),
        };
        Assert.True(answer.Status is 200 or 201 or 409, answer.Text);
    }

    // What belongs to the moment of asking: ages, and when it was read.
    private static JsonNode Lasting(JsonNode answer)
    {
        var lasting = answer.DeepClone().AsObject();
        foreach (var name in new[] { "freshAt", "maxAgeMs" })
            lasting.Remove(name);
        return lasting;
    }
}
