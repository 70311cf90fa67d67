using System.Diagnostics;
using ConsentRegistry.Api.Tests.History;
using ConsentRegistry.Api.Tests.Servers;

namespace ConsentRegistry.Api.Tests.Faults;

/// <summary>PostgreSQL dies under the service, as it does when its machine loses power.</summary>
public sealed class FaultTests(PrivateServer server) : IClassFixture<PrivateServer>, IAsyncLifetime
{
    private const int Writers = 4;
    private const int ChangesEach = 60;

    private RegistryApplication App => server.App;

    public async ValueTask InitializeAsync()
    {
        await OwnServer.SkipUnlessInstalledAsync();
        await server.RecoverAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Without_the_database_nothing_is_allowed_and_the_service_recovers_by_itself()
    {
        var creator = RegistryApplication.NewId();
        var client = App.Creator(creator);
        (
            await client.PutAsync(
                $"/v1/creators/{creator}/consent/defaults/remix",
                new { effect = "allow", appliesTo = "all" }
            )
        ).Is(200);
        (await App.Platform().PutAsync($"/v1/creators/{creator}/videos/v", new { })).Is(200);
        var check = new
        {
            creatorId = creator,
            videoId = "v",
            purpose = "remix",
            requester = "acme",
        };
        Assert.True((bool)(await App.Platform().PostAsync("/v1/checks", check)).Is(200)["allowed"]!);

        await server.Postgres.KillAsync();
        try
        {
            // For a while memory knows of no change, since none can be made.
            await Eventually.HoldsAsync(
                "memory is not fresh any more",
                async () => (await App.Platform().PostAsync("/v1/checks", check)).Status == 503
            );
            // Twice: the first requests find connections that the server's death has broken, the later ones find no
            // server.
            for (var i = 0; i < 2; i++)
            {
                var batch = (
                    await App.Platform()
                        .PostAsync(
                            "/v1/checks/batch",
                            new
                            {
                                checks = new object[]
                                {
                                    check,
                                    check with
                                    {
                                        purpose = "training",
                                    },
                                    new { creatorId = creator },
                                },
                            }
                        )
                ).Is(200);
                foreach (var result in batch["results"]!.AsArray().Take(2))
                {
                    Assert.Equal(
                        """{"allowed":false,"effect":"deny","reason":"indeterminate","decidedBy":null,"obligations":[],"excludes":[],"version":null,"freshAt":null,"maxAgeMs":0,"error":null}""",
                        result!.ToJsonString()
                    );
                }
                Assert.Equal("invalid", (string)batch["results"]![2]!["error"]!["code"]!);
                Assert.Equal(0, (int)batch["maxAgeMs"]!);
                Assert.Null(batch["freshAt"]);

                Answer[] unavailable =
                [
                    await App.Platform().PostAsync("/v1/checks", check),
                    await client.GetAsync($"/v1/creators/{creator}/consent"),
                    await client.PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "deny" }),
                    await client.PutAsync(
                        $"/v1/creators/{creator}/consent/defaults/remix",
                        new { effect = "deny" },
                        $"Idempotency-Key: {Guid.NewGuid()}"
                    ),
                    await client.PostAsync(
                        $"/v1/creators/{creator}/consent/changes",
                        new { dryRun = true, changes = new[] { new { op = "clearDefault", purpose = "remix" } } }
                    ),
                    await client.PutAsync($"/v1/creators/{creator}/lockdown", null),
                    await client.GetAsync($"/v1/creators/{creator}/videos/v/consent"),
                    await client.GetAsync($"/v1/creators/{creator}/videos"),
                    await client.GetAsync($"/v1/creators/{creator}/videos/v"),
                    await client.GetAsync($"/v1/creators/{creator}/appearances"),
                    await App.Platform().PutAsync($"/v1/creators/{creator}/videos/w", new { }),
                    await App.Anonymous().GetAsync("/v1/purposes"),
                    await App.Anonymous().GetAsync("/health/ready"),
                ];
                Assert.All(
                    unavailable,
                    answer => Assert.Equal("1", answer.IsProblem(503, "unavailable").Header("Retry-After"))
                );
                (await App.Anonymous().GetAsync("/health/live")).Is(200);
            }
        }
        finally
        {
            await server.RestartAsync();
        }

        await Eventually.HoldsAsync(
            "the service is ready",
            async () => (await App.Anonymous().GetAsync("/health/ready")).Status == 200
        );
        await Eventually.HoldsAsync(
            "checks are answered",
            async () => (await App.Platform().PostAsync("/v1/checks", check)).Status == 200
        );
        Assert.True((bool)(await App.Platform().PostAsync("/v1/checks", check)).Is(200)["allowed"]!);
        await Eventually.HoldsAsync(
            "changes are made",
            async () => (await client.PutAsync($"/v1/creators/{creator}/lockdown", null)).Status == 200
        );
        Assert.Equal("lockdown", (string)(await App.Platform().PostAsync("/v1/checks", check)).Is(200)["reason"]!);
        Assert.Empty(App.Log.Errors);
    }

    [Fact]
    public async Task Without_the_database_checks_are_answered_from_memory_for_a_while_and_then_not_at_all()
    {
        await using var node = await RegistryApplication.StartAsync(
            server.Postgres.ConnectionString,
            "Replica:DeltaMs=10000",
            $"Log:KeyFile={Path.Combine(App.DataFolder, "log-keys.json")}"
        );
        var creator = RegistryApplication.NewId();
        (
            await node.Creator(creator)
                .PutAsync($"/v1/creators/{creator}/consent/defaults/remix", new { effect = "allow", appliesTo = "all" })
        ).Is(200);
        (await node.Platform().PutAsync($"/v1/creators/{creator}/videos/v", new { })).Is(200);
        var check = new
        {
            creatorId = creator,
            videoId = "v",
            purpose = "remix",
            requester = "acme",
        };

        await server.Postgres.KillAsync();
        try
        {
            Assert.True((bool)(await node.Platform().PostAsync("/v1/checks", check)).Is(200)["allowed"]!);
            await Eventually.HoldsAsync(
                "memory is not fresh any more",
                async () => (await node.Platform().PostAsync("/v1/checks", check)).Status == 503
            );
        }
        finally
        {
            await server.RestartAsync();
        }
        await Eventually.HoldsAsync(
            "checks are answered",
            async () => (await node.Platform().PostAsync("/v1/checks", check)).Status == 200
        );
    }

    [Fact]
    public async Task A_database_that_hangs_after_a_commit_makes_no_change_wait_longer_than_for_a_node_that_hangs()
    {
        await Eventually.HoldsAsync(
            "the service is ready",
            async () => (await App.Anonymous().GetAsync("/health/ready")).Status == 200
        );
        // The connections of other tests may be broken.
        App.Database.Clear();
        // A node that has seen nothing, and that nobody takes away before the bound of 2.5 s.
        await App.QueryAsync<bool>(
            "INSERT INTO consent.node VALUES ('00000000-0000-0000-0000-000000000001', 0, '1:1:', 2000)"
        );
        var before = await App.ScalarAsync<DateTime>("SELECT clock_timestamp()");
        var creator = RegistryApplication.NewId();
        var change = App.Platform().PutAsync($"/v1/creators/{creator}/videos/v", new { });
        await Eventually.HoldsAsync(
            "the nodes have been looked at since the commit",
            async () =>
                await App.ScalarAsync<bool>(
                    "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name LIKE '%replica' "
                        + "AND query LIKE '%AS wanted(x)%' AND query_start > $1)",
                    before
                )
        );
        var waited = Stopwatch.StartNew();
        await server.PauseAsync();
        try
        {
            Assert.True((bool)(await change).Is(200)["effectiveEverywhere"]!);
            // What the database may take for one statement is 5 s.
            Assert.InRange(waited.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(4.5));
        }
        finally
        {
            await server.ResumeAsync();
        }
        await Eventually.HoldsAsync(
            "changes are made",
            async () => (await App.Platform().PutAsync($"/v1/creators/{creator}/videos/w", new { })).Status == 200
        );
    }

    [Fact]
    public async Task Whatever_was_acknowledged_survives_a_crash_and_whatever_is_retried_happens_once()
    {
        var creators = Enumerable.Range(0, Writers).Select(_ => RegistryApplication.NewId()).ToArray();
        var acknowledged = 0;
        var writing = Task.WhenAll(
            creators.Select(async creator =>
            {
                for (var i = 0; i < ChangesEach; i++)
                {
                    var key = $"Idempotency-Key: {creator}-{i}";
                    Answer? answer = null;
                    await Eventually.HoldsAsync(
                        "the change is made",
                        async () =>
                        {
                            answer = await App.Creator(creator)
                                .PutAsync(
                                    $"/v1/creators/{creator}/videos/v{i}/consent/remix",
                                    new { effect = "deny" },
                                    key
                                );
                            Assert.True(answer.Status is 200 or 503 or 409, answer.Text);
                            return answer.Status == 200;
                        }
                    );
                    Assert.Equal((i + 1, 1), (answer!.Version, answer.Changes));
                    Interlocked.Increment(ref acknowledged);
                }
            })
        );

        for (var crash = 1; crash <= 2; crash++)
        {
            var enough = crash * Writers * ChangesEach / 4;
            await Eventually.HoldsAsync(
                "writing is well under way",
                () => Task.FromResult(Volatile.Read(ref acknowledged) >= enough || writing.IsFaulted)
            );
            await server.Postgres.KillAsync();
            await server.RestartAsync();
        }
        await writing;

        foreach (var creator in creators)
        {
            Assert.Equal(
                ChangesEach,
                await App.ScalarAsync<long>("SELECT version FROM consent.creator WHERE id = $1", creator)
            );
            Assert.Equal(
                ChangesEach,
                await App.ScalarAsync<long>("SELECT count(*) FROM consent.video_override WHERE creator = $1", creator)
            );
        }
        await Ledger.VerifyAsync(App);
        Assert.Empty(App.Log.Errors);
    }

    [Fact]
    public async Task A_grant_is_spent_once_for_each_use_though_the_database_dies_in_the_middle()
    {
        const int granted = 40;
        var (requester, asking) = (RegistryApplication.NewId("r"), new Approvals.ApprovalSteps(App));
        var creator = await asking.CreatorWhoWantsToBeAskedAsync();
        await asking.GrantAsync(requester, creator, uses: granted);
        var recorded = 0;
        var recording = Task.WhenAll(
            Enumerable
                .Range(0, 2 * granted)
                .Select(async i =>
                {
                    Answer? answer = null;
                    await Eventually.HoldsAsync(
                        "the use is recorded",
                        async () =>
                        {
                            answer = await App.Platform(requester)
                                .PostAsync(
                                    "/v1/usages",
                                    new
                                    {
                                        purpose = "remix",
                                        videos = new[] { new { creatorId = creator, videoId = "clip" } },
                                    },
                                    $"Idempotency-Key: {requester}-{i}"
                                );
                            Assert.True(answer.Status is 201 or 503 or 409, answer.Text);
                            return answer.Status == 201;
                        }
                    );
                    Interlocked.Increment(ref recorded);
                    return (string)answer!["use"]!["reason"]!;
                })
        );
        await Eventually.HoldsAsync(
            "recording is under way",
            () => Task.FromResult(Volatile.Read(ref recorded) >= granted / 4 || recording.IsFaulted)
        );
        await server.Postgres.KillAsync();
        await server.RestartAsync();
        // The connections for looking at tables died as well.
        App.Database.Clear();

        Assert.Equal(
            [("beyondGrant", granted), ("grant", granted)],
            (await recording).GroupBy(reason => reason).Select(reason => (reason.Key, reason.Count())).Order()
        );
        Assert.Equal(
            granted,
            await App.ScalarAsync<int>("SELECT used FROM consent.consent_grant WHERE creator = $1", creator)
        );
        Assert.EndsWith("grantGiven grantSpent", await asking.EventsAsync(creator), StringComparison.Ordinal);
        await Ledger.VerifyAsync(App);
        Assert.Empty(App.Log.Errors);
    }
}
