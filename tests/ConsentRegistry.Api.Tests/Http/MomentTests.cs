using System.Text.Json.Nodes;
using ConsentRegistry.Api.Tests.Usages;

namespace ConsentRegistry.Api.Tests.Http;

/// <summary>The moments that the contract takes: a range, kept to the microsecond wherever they go.</summary>
public sealed class MomentTests(PostgresFixture postgres, RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private const string First = "1000-01-01T00:00:00.000000Z";
    private const string Last = "9999-12-31T23:59:59.999999Z";

    private readonly string creator = RegistryApplication.NewId();
    private readonly string requester = RegistryApplication.NewId("tool");

    [Theory]
    [InlineData("0001-01-01T00:00:00Z")]
    [InlineData("0001-01-01T00:00:00.000001Z")]
    [InlineData("0999-12-31T23:59:59.999999Z")]
    [InlineData("1000-01-01T00:59:59+01:00")]
    [InlineData("9999-12-31T23:59:59.999999-00:01")]
    public async Task A_moment_outside_of_the_range_is_refused_wherever_one_is_taken(string moment)
    {
        var (app, own, platform) = (registry.App, registry.App.Creator(creator), registry.App.Platform(requester));
        var video = new { creatorId = creator, videoId = "clip" };
        var named = Uri.EscapeDataString(moment);
        (string Field, Func<Task<Answer>> Send)[] ways =
        [
            (
                "publishedAt",
                () => platform.PutAsync($"/v1/creators/{creator}/videos/clip", new { publishedAt = moment })
            ),
            (
                "expiresAt",
                () =>
                    own.PutAsync(
                        $"/v1/creators/{creator}/consent/defaults/remix",
                        new { effect = "allow", expiresAt = moment }
                    )
            ),
            (
                "expiresAt",
                () =>
                    own.PutAsync(
                        $"/v1/creators/{creator}/videos/clip/consent/remix",
                        new { effect = "allow", expiresAt = moment }
                    )
            ),
            (
                "changes[0].expiresAt",
                () =>
                    own.PostAsync(
                        $"/v1/creators/{creator}/consent/changes",
                        new
                        {
                            changes = new[]
                            {
                                new
                                {
                                    op = "setDefault",
                                    purpose = "remix",
                                    effect = "allow",
                                    expiresAt = moment,
                                },
                            },
                        }
                    )
            ),
            (
                "until",
                () =>
                    platform.PostAsync(
                        "/v1/approval-requests",
                        new
                        {
                            creatorId = creator,
                            videoId = "clip",
                            purpose = "remix",
                            use = "A remix.",
                            until = moment,
                        }
                    )
            ),
            (
                "until",
                () =>
                    own.PostAsync(
                        $"/v1/creators/{creator}/approval-requests/{Guid.NewGuid()}/approve",
                        new { until = moment }
                    )
            ),
            (
                "usedAt",
                () =>
                    platform.PostAsync(
                        "/v1/usages",
                        new
                        {
                            purpose = "remix",
                            videos = new[] { video },
                            usedAt = moment,
                        }
                    )
            ),
            (
                "made.publishedAt",
                () =>
                    platform.PostAsync(
                        "/v1/usages",
                        new
                        {
                            purpose = "remix",
                            videos = new[] { video },
                            made = new { video, publishedAt = moment },
                        }
                    )
            ),
            (
                "videos[0].decision.freshAt",
                () =>
                    platform.PostAsync(
                        "/v1/usages",
                        new
                        {
                            purpose = "remix",
                            videos = new[]
                            {
                                new
                                {
                                    creatorId = creator,
                                    videoId = "clip",
                                    decision = new
                                    {
                                        freshAt = moment,
                                        versions = new Dictionary<string, long> { [creator] = 1 },
                                    },
                                },
                            },
                        }
                    )
            ),
            ("upTo", () => own.PostAsync($"/v1/creators/{creator}/notifications/read", new { upTo = moment })),
            (
                "asOf",
                () =>
                    app.Auditor()
                        .PostAsync(
                            "/v1/checks",
                            new
                            {
                                creatorId = creator,
                                videoId = "clip",
                                purpose = "remix",
                                requester,
                                asOf = moment,
                            }
                        )
            ),
            ("asOf", () => app.Auditor().GetAsync($"/v1/creators/{creator}/consent?asOf={named}")),
            ("from", () => own.GetAsync($"/v1/creators/{creator}/history?from={named}")),
            ("to", () => own.GetAsync($"/v1/creators/{creator}/history?to={named}")),
            ("from", () => own.GetAsync($"/v1/creators/{creator}/usages?from={named}")),
            ("to", () => own.GetAsync($"/v1/creators/{creator}/usages/totals?to={named}")),
        ];
        foreach (var (field, send) in ways)
            Assert.Contains(field, (await send()).IsProblem(422, "invalid").Fields);
        var batch = (
            await platform.PostAsync(
                "/v1/videos/batch",
                new
                {
                    videos = new[]
                    {
                        new
                        {
                            creatorId = creator,
                            videoId = "clip",
                            publishedAt = moment,
                        },
                    },
                }
            )
        ).Is(200);
        Assert.Equal("invalid", (string)batch["results"]![0]!["error"]!["code"]!);
        var uses = (
            await platform.PostAsync(
                "/v1/usages/batch",
                new
                {
                    usages = new[]
                    {
                        new
                        {
                            purpose = "remix",
                            videos = new[] { video },
                            usedAt = moment,
                        },
                    },
                }
            )
        ).Is(200);
        Assert.Equal("invalid", (string)uses["results"]![0]!["error"]!["code"]!);
        var stream = await app.Admin()
            .PostAsync(
                "/v1/checks/stream",
                new StringContent(
                    $"{{\"creatorId\":\"{creator}\",\"videoId\":\"clip\",\"purpose\":\"remix\",\"requester\":\"acme\",\"asOf\":\"{moment}\"}}\n",
                    System.Text.Encoding.UTF8,
                    "application/x-ndjson"
                )
            );
        Assert.Contains("\"code\":\"invalid\"", stream.Is(200).Text, StringComparison.Ordinal);
        Assert.Equal(0, await app.ScalarAsync<long>("SELECT count(*) FROM consent.event WHERE creator = $1", creator));
    }

    [Fact]
    public async Task The_first_and_the_last_moment_are_kept_as_they_are_in_tables_events_and_memory_and_after_a_restart()
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        var app = await RegistryApplication.StartAsync(connectionString);
        (await app.Platform().PutAsync($"/v1/creators/{creator}/videos/clip", new { publishedAt = First })).Is(200);
        (
            await app.Creator(creator)
                .PutAsync(
                    $"/v1/creators/{creator}/consent/defaults/remix",
                    new
                    {
                        effect = "allow",
                        appliesTo = "all",
                        expiresAt = Last,
                    }
                )
        ).Is(200);
        (
            await app.Creator(creator)
                .PutAsync(
                    $"/v1/creators/{creator}/videos/clip/consent/training",
                    new { effect = "allow", expiresAt = Last }
                )
        ).Is(200);
        await new RecallSteps(app).UseAsync(requester, creator);
        (
            await app.Platform(requester)
                .PostAsync(
                    "/v1/usages",
                    new
                    {
                        purpose = "remix",
                        videos = new[] { new { creatorId = creator, videoId = "clip" } },
                        usedAt = First,
                    }
                )
        ).Is(201);
        var before = await ReadAsync(app);
        await app.StopAsync();

        await using var again = await RegistryApplication.StartInAsync(app.DataFolder, connectionString);
        Assert.Equal(before, await ReadAsync(again));
        Assert.Equal(First, (string)JsonNode.Parse(before[0])!["publishedAt"]!);
        await History.Ledger.VerifyAsync(again);
        Assert.Equal(
            [-30_610_224_000_000_000, 253_402_300_799_999_999],
            await again.QueryAsync<long>(
                """
                SELECT (extract(epoch FROM published_at) * 1000000)::bigint FROM consent.video
                UNION ALL SELECT (extract(epoch FROM max(expires_at)) * 1000000)::bigint FROM consent.video_override
                """
            )
        );
        // Nothing can be stored that is no moment.
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() =>
            again.QueryAsync<int>("UPDATE consent.video SET published_at = '-infinity' RETURNING 1")
        );
    }

    private async Task<string[]> ReadAsync(RegistryApplication app) =>
        [
            (await app.Platform().GetAsync($"/v1/creators/{creator}/videos/clip")).Is(200).Text,
            (await app.Creator(creator).GetAsync($"/v1/creators/{creator}/consent")).Is(200).Text,
            (await app.Creator(creator).GetAsync($"/v1/creators/{creator}/consent/overrides")).Is(200).Text,
            (await app.Creator(creator).GetAsync($"/v1/creators/{creator}/videos?purpose=remix")).Is(200)["items"]!
                .AsArray()
                .Count.ToString(),
            (string)
                (
                    await app.Admin()
                        .PostAsync(
                            "/v1/checks",
                            new
                            {
                                creatorId = creator,
                                videoId = "clip",
                                purpose = "remix",
                                requester,
                            }
                        )
                ).Is(200)["effect"]!,
            (string)
                (
                    await app.Admin()
                        .PostAsync(
                            "/v1/checks",
                            new
                            {
                                creatorId = creator,
                                videoId = "clip",
                                purpose = "training",
                                requester,
                            }
                        )
                ).Is(200)["effect"]!,
            (await app.Creator(creator).GetAsync($"/v1/creators/{creator}/usages")).Is(200)["items"]!.ToJsonString(),
        ];
}
