using System.Diagnostics;
using ConsentRegistry.Api.Tests.History;
using Npgsql;

namespace ConsentRegistry.Api.Tests.Faults;

/// <summary>Many callers at once: nothing is lost, nothing happens twice.</summary>
public sealed class ConcurrencyTests(RegistryFixture registry) : IClassFixture<RegistryFixture>
{
    private const int Many = 24;

    private readonly string creator = RegistryApplication.NewId();

    private RegistryApplication App => registry.App;

    private RegistryClient Client => App.Creator(creator);

    private string Consent => $"/v1/creators/{creator}/consent";

    [Fact]
    public async Task Changes_of_one_creator_at_once_all_succeed_one_after_the_other()
    {
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, Many)
                .Select(i =>
                    Client.PutAsync($"/v1/creators/{creator}/videos/v{i}/consent/remix", new { effect = "deny" })
                )
        );

        Assert.Equal(
            Enumerable.Range(1, Many).Select(v => (long)v),
            answers.Select(answer => answer.Is(200).Version).Order()
        );
        Assert.Equal(
            Enumerable.Range(1, Many).Select(v => (long)v),
            answers.Select(answer => answer.SettingsVersion).Order()
        );
        Assert.Equal(Many, (int)(await Client.GetAsync(Consent))["overrides"]!);
    }

    [Fact]
    public async Task Of_changes_at_once_to_the_same_version_exactly_one_wins()
    {
        (await Client.PutAsync($"{Consent}/defaults/mining", new { effect = "deny" })).Is(200);
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, Many)
                .Select(i =>
                    Client.PutAsync(
                        $"{Consent}/defaults/remix?requester=r{i}",
                        new { effect = "deny" },
                        "If-Match: \"1\""
                    )
                )
        );

        Assert.Equal(1, answers.Count(answer => answer.Status == 200));
        Assert.Equal(Many - 1, answers.Count(answer => answer.Status == 412));
        var read = await Client.GetAsync(Consent);
        Assert.Equal((2, 2, 2), (read.Version, read.SettingsVersion, read["defaults"]!.AsArray().Count));
    }

    [Fact]
    public async Task Requests_at_once_with_one_idempotency_key_are_done_once()
    {
        var key = $"Idempotency-Key: {Guid.NewGuid()}";
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, Many)
                .Select(_ => Client.PutAsync($"{Consent}/defaults/remix", new { effect = "allow" }, key))
        );

        Assert.All(
            answers.Where(answer => answer.Status != 200),
            answer => Assert.NotNull(answer.IsProblem(409, "idempotencyKeyInFlight").Header("Retry-After"))
        );
        var made = answers.Where(answer => answer.Status == 200).ToList();
        Assert.Single(made, answer => answer.Header("Idempotent-Replayed") is null);
        Assert.Single(
            made.Select(answer =>
                    (answer.Text.Replace(",\"replayed\":true", "", StringComparison.Ordinal), answer.Header("ETag"))
                )
                .Distinct()
        );
        Assert.Equal(
            (1, 1),
            (answers.First(answer => answer.Status == 200).Version, (await Client.GetAsync(Consent)).Version)
        );
    }

    [Fact]
    public async Task A_repeated_idempotency_key_gives_the_same_answer_whatever_has_changed_since()
    {
        var key = $"Idempotency-Key: {Guid.NewGuid()}";
        var first = (
            await Client.PutAsync($"{Consent}/defaults/remix", new { effect = "allow" }, key, "If-Match: \"0\"")
        ).Is(200);
        (await Client.PutAsync($"{Consent}/defaults/remix", new { effect = "deny" })).Is(200);

        var again = (
            await Client.PutAsync($"{Consent}/defaults/remix", new { effect = "allow" }, key, "If-Match: \"0\"")
        ).Is(200);
        Assert.Equal((first.Header("ETag"), first.MediaType), (again.Header("ETag"), again.MediaType));
        Assert.Equal(
            first.Text.Replace(
                "\"effectiveEverywhere\":true",
                "\"effectiveEverywhere\":false,\"replayed\":true,\"superseded\":true,\"currentVersion\":2",
                StringComparison.Ordinal
            ),
            again.Text
        );
        Assert.Equal("deny", (string)(await Client.GetAsync(Consent))["defaults"]![0]!["effect"]!);
    }

    [Fact]
    public async Task A_refusal_is_repeated_too()
    {
        var key = $"Idempotency-Key: {Guid.NewGuid()}";
        var stale = (
            await Client.PutAsync($"{Consent}/defaults/remix", new { effect = "allow" }, key, "If-Match: \"1\"")
        ).IsProblem(412, "staleVersion");
        (await Client.PutAsync($"{Consent}/defaults/mining", new { effect = "deny" })).Is(200);

        Assert.Equal(
            stale.Text,
            (await Client.PutAsync($"{Consent}/defaults/remix", new { effect = "allow" }, key, "If-Match: \"1\""))
                .IsProblem(412, "staleVersion")
                .Text
        );
    }

    [Fact]
    public async Task A_key_that_was_used_for_another_request_is_refused_and_another_callers_key_is_not()
    {
        var key = $"Idempotency-Key: {Guid.NewGuid()}";
        (
            await Client.PutAsync(
                $"{Consent}/defaults/remix?requester=acme",
                new { effect = "allow" },
                key,
                "If-Match: \"0\""
            )
        ).Is(200);

        (string Method, string Path, object? Body, string IfMatch)[] others =
        [
            ("PUT", "/defaults/remix?requester=acme", new { effect = "ask" }, "\"0\""),
            ("PUT", "/defaults/remix?requester=beta", new { effect = "allow" }, "\"0\""),
            ("PUT", "/defaults/remix", new { effect = "allow" }, "\"0\""),
            ("PUT", "/defaults/mining?requester=acme", new { effect = "allow" }, "\"0\""),
            ("PUT", "/defaults/remix?requester=acme", new { effect = "allow" }, "\"1\""),
            ("PUT", "/defaults/remix?requester=acme", """{"effect": "allow"}""", "\"0\""),
            ("DELETE", "/defaults/remix?requester=acme", null, "\"0\""),
        ];
        foreach (var (method, path, body, ifMatch) in others)
            Assert.Equal(
                ["Idempotency-Key"],
                (await Client.SendAsync(new(method), Consent + path, body, key, $"If-Match: {ifMatch}"))
                    .IsProblem(422, "idempotencyKeyReused")
                    .Fields
            );
        (await Client.PutAsync($"{Consent}/defaults/remix?requester=acme", new { effect = "allow" }, key)).IsProblem(
            422,
            "idempotencyKeyReused"
        );
        Assert.Equal(1, (await Client.GetAsync(Consent)).Version);
        (
            await App.With("consent:manage", "agency", "tool", creator)
                .PutAsync($"{Consent}/defaults/mining", new { effect = "deny" }, key)
        ).Is(200);
    }

    [Fact]
    public async Task Registrations_of_overlapping_videos_at_once_all_succeed()
    {
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(i =>
                    App.Platform()
                        .PostAsync(
                            "/v1/videos/batch",
                            new
                            {
                                videos = Enumerable
                                    .Range(0, 10)
                                    .Select(v => new
                                    {
                                        creatorId = $"{creator}-{(v + i) % 5}",
                                        videoId = $"v{v}",
                                        derivedFrom = new[] { new { creatorId = "source", videoId = $"s{v}" } },
                                    }),
                            }
                        )
                )
        );

        Assert.All(answers, answer => Assert.True(answer.Status is 200 or 503, answer.Text));
        Assert.All(
            answers.Where(answer => answer.Status == 200),
            answer => Assert.All(answer["results"]!.AsArray(), result => Assert.Null(result!["error"]))
        );
        Assert.True(
            await App.ScalarAsync<long>("SELECT count(*) FROM consent.video WHERE owner LIKE $1", $"{creator}-%") >= 10
        );
        await Ledger.VerifyAsync(App);
    }

    [Fact]
    public async Task A_change_gives_up_on_a_locked_creator_after_two_seconds_and_a_lockdown_waits_longer()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await Client.PutAsync($"{Consent}/defaults/remix", new { effect = "allow" });
        await using var connection = await App.Database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (
            var locking = new NpgsqlCommand(
                $"SELECT 1 FROM consent.creator WHERE id = '{creator}' FOR UPDATE",
                connection
            )
        )
            await locking.ExecuteNonQueryAsync(cancellation);

        var started = Stopwatch.GetTimestamp();
        var refused = (await Client.PutAsync($"{Consent}/defaults/mining", new { effect = "allow" })).IsProblem(
            503,
            "unavailable"
        );
        Assert.Equal("1", refused.Header("Retry-After"));
        // The database can be reached very well.
        Assert.StartsWith("Other changes hold", (string)refused["detail"]!, StringComparison.Ordinal);
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(8));
        // Not before: of two who wait for one row, each waits for the other as well, and twice two seconds are more
        // than three.
        var lockdown = Client.PutAsync($"/v1/creators/{creator}/lockdown", null);
        await Eventually.HoldsAsync(
            "the lockdown waits for more than three seconds",
            async () =>
                await App.ScalarAsync<bool>(
                    """
                    SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
                        AND wait_event_type = 'Lock' AND now() - query_start > interval '3 seconds')
                    """
                )
        );
        Assert.False(lockdown.IsCompleted);
        Assert.True(
            (bool)
                (
                    await App.Platform()
                        .PostAsync(
                            "/v1/checks/batch",
                            new
                            {
                                checks = new[]
                                {
                                    new
                                    {
                                        creatorId = "x",
                                        videoId = "v",
                                        purpose = "remix",
                                    },
                                },
                            }
                        )
                ).Is(200)["results"]![0]!["allowed"]! == false
        );
        await transaction.RollbackAsync(cancellation);

        Assert.Equal(2, (await lockdown).Is(200).Version);
    }
}
