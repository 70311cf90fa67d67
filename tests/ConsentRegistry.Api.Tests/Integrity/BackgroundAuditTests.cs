using ConsentRegistry.Api.Auditing;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Diagnostics;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Sequencing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ConsentRegistry.Api.Tests.Integrity;

/// <summary>
/// An audit in steps, beside nodes that work: what they write meanwhile is no finding, and what somebody else writes is
/// one.
/// </summary>
public sealed class BackgroundAuditTests(PostgresFixture postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Changes_that_are_made_meanwhile_are_no_differences()
    {
        await using var app = await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync());
        app.HasPatientClients = true;
        await GrantAsync(app);
        var isEnough = false;
        var writing = Task.WhenAll(
            Enumerable.Range(0, 3).Select(number => WriteAsync(app, number, () => Volatile.Read(ref isEnough)))
        );
        // Small steps, and many of them.
        var sizes = new AuditSizes(7, 2, 40);
        for (var i = 0; i < 5; i++)
        {
            await using var connection = await app
                .Services.GetRequiredService<Database>()
                .Background.OpenConnectionAsync(Cancellation);
            var report = await DatabaseAudit.RunAsync(
                connection,
                app.Services.GetRequiredService<IntegrityKeys>(),
                app.Services.GetRequiredService<LogSigner>(),
                new(RegistryOptions.DevelopmentOrigin, IsDevelopment: true),
                sizes,
                AuditPace.InSteps(connection, 100, TimeProvider.System),
                Cancellation
            );
            Assert.True(report.Agrees, AuditText.For(report));
            Assert.True(report.Creators > 0);
        }
        Volatile.Write(ref isEnough, true);
        await writing;
    }

    [Fact]
    public async Task What_was_written_by_hand_is_told()
    {
        await using var app = await RegistryApplication.StartAsync(
            await postgres.CreateDatabaseAsync(),
            "Audit:SharePercent=100"
        );
        await GrantAsync(app);
        await UseAsync(app);
        await Log.Exports.CoveredAsync(app);
        var audit = app.Services.GetRequiredService<BackgroundAudit>();
        Assert.True((await RunAsync(app, audit)).Agrees);
        Assert.True(app.Log.Contains(nameof(LogEvents.AuditFinished)));
        Assert.False(app.Log.Contains(nameof(LogEvents.AuditFound)));

        await using var administrator = NpgsqlDataSource.Create(postgres.AsAdministrator(app.ConnectionString));
        // More uses than the log had when they were counted may have been recorded since.
        await AlterAsync(administrator, "UPDATE consent.consent_grant SET used = used + 1");
        Assert.True((await RunAsync(app, audit)).Agrees);
        await AlterAsync(administrator, "UPDATE consent.consent_grant SET used = used - 2");
        var finding = Assert.Single((await RunAsync(app, audit)).Findings.Written);
        Assert.Equal(
            (FindingCode.ValueDiffers, "consent_grant", "used"),
            (finding.Code, finding.Table, finding.Column)
        );
        Assert.True(app.Log.Contains(nameof(LogEvents.AuditFound)));
    }

    [Fact]
    public async Task One_node_audits()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var looks = NpgsqlDataSource.Create(database);
        await using (var first = await RegistryApplication.StartAsync(database))
        {
            await Eventually.HoldsAsync("a node audits", async () => await LocksAsync(looks) == 1);
            await using var second = await RegistryApplication.StartAsync(database);
            await using var attempt = looks.CreateCommand($"SELECT pg_try_advisory_lock({BackgroundAudit.AuditLock})");
            Assert.Equal(false, await attempt.ExecuteScalarAsync(Cancellation));
            Assert.Equal(1, await LocksAsync(looks));
        }
        await Eventually.HoldsAsync("the lock is free", async () => await LocksAsync(looks) == 0);
    }

    [Fact]
    public async Task None_audits_where_that_is_turned_off()
    {
        await using var app = await RegistryApplication.StartAsync(
            await postgres.CreateDatabaseAsync(),
            "Audit:EveryHours=0"
        );
        var audit = app.Services.GetRequiredService<BackgroundAudit>();
        await audit.ExecuteTask!.WaitAsync(Cancellation);
        await using var looks = NpgsqlDataSource.Create(app.ConnectionString);
        Assert.Equal(0, await LocksAsync(looks));
    }

    private static async Task<long> LocksAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted "
                + "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
                + $"AND (classid::bigint << 32) + objid::bigint = {BackgroundAudit.AuditLock}"
        );
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    private static async Task<AuditReport> RunAsync(RegistryApplication app, BackgroundAudit audit)
    {
        await using var connection = await app
            .Services.GetRequiredService<Database>()
            .Background.OpenConnectionAsync(Cancellation);
        return await audit.RunAsync(connection, Cancellation);
    }

    // Hal asks, and studio may use the video often.
    private static async Task GrantAsync(RegistryApplication app)
    {
        (await app.Platform().PutAsync("/v1/creators/hal/videos/v", new { })).Is(200);
        (await app.Creator("hal").PutAsync("/v1/creators/hal/consent/defaults/remix", new { effect = "ask" })).Is(200);
        var request = (
            await app.Platform("studio")
                .PostAsync(
                    "/v1/approval-requests",
                    new
                    {
                        creatorId = "hal",
                        videoId = "v",
                        purpose = "remix",
                        use = "Remixes.",
                        uses = 100_000,
                        until = "2100-01-01T00:00:00Z",
                    }
                )
        ).Is(201)["request"]!["id"]!;
        (await app.Creator("hal").PostAsync($"/v1/creators/hal/approval-requests/{request}/approve", null)).Is(200);
    }

    private static async Task UseAsync(RegistryApplication app) =>
        (
            await app.Platform("studio")
                .PostAsync(
                    "/v1/usages",
                    new { purpose = "remix", videos = new[] { new { creatorId = "hal", videoId = "v" } } }
                )
        ).Is(201);

    private static async Task WriteAsync(RegistryApplication app, int number, Func<bool> isEnough)
    {
        for (var i = 0; !isEnough(); i++)
        {
            var creator = $"w{number}-{i / 5}";
            (await app.Platform().PutAsync($"/v1/creators/{creator}/videos/v{i}", new { })).Is(200);
            (
                await app.Creator(creator)
                    .PutAsync(
                        $"/v1/creators/{creator}/consent/defaults/training",
                        new { effect = i % 2 == 0 ? "allow" : "deny" }
                    )
            ).Is(200);
            (
                await app.Creator(creator)
                    .PutAsync($"/v1/creators/{creator}/videos/v{i}/consent/remix", new { effect = "ask" })
            ).Is(200);
            await UseAsync(app);
            if (i % 5 == 4)
                (await app.Admin().PostAsync($"/v1/creators/{creator}/erasure", new { reason = "Asked for." })).Is(200);
        }
    }

    private static async Task AlterAsync(NpgsqlDataSource administrator, string sql)
    {
        await using var command = administrator.CreateCommand($"SET session_replication_role = replica; {sql}");
        Assert.True(await command.ExecuteNonQueryAsync(Cancellation) > 0);
    }
}
