using System.Data;
using ConsentRegistry.Api.Auditing;
using ConsentRegistry.Api.Configuration;
using ConsentRegistry.Api.Persistence;
using ConsentRegistry.Api.Sequencing;
using ConsentRegistry.Api.Tests.History;
using ConsentRegistry.Api.Tests.Log;
using ConsentRegistry.Api.Tests.Notifications;
using ConsentRegistry.Domain.Log.Verification;
using ConsentRegistry.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace ConsentRegistry.Api.Tests;

/// <summary>
/// One running service for the tests of a class. They share it but never rows: each uses creators of its own. After the
/// last one the events must tell exactly what the tables hold, whatever the tests did, and an export must be valid.
/// </summary>
public sealed class RegistryFixture(PostgresFixture postgres) : IAsyncLifetime
{
    private RegistryApplication? app;

    /// <summary>The service.</summary>
    public RegistryApplication App => app ?? throw new InvalidOperationException("The service has not been started.");

    /// <summary>
    /// Whether a test appended events of its own that no operation makes: what they mean is not judged then.
    /// </summary>
    public bool HasMadeUpEvents { get; set; }

    public async ValueTask InitializeAsync()
    {
        app = await RegistryApplication.StartAsync(await postgres.CreateDatabaseAsync());
        app.HasPatientClients = true;
    }

    public async ValueTask DisposeAsync()
    {
        if (app is null)
            return;
        await using var ending = app;
        // Whatever a test looked at: a request that failed by a bug is one.
        Assert.True(ending.Log.Errors.Count == 0, string.Join('\n', ending.Log.Errors));
        await Ledger.VerifyAsync(ending);
        // Every store that writes what memory holds told the seal of its stream.
        Assert.Empty(
            await SealedRows.FindUnsealedAsync(
                ending.ConnectionString,
                RegistryApplication.IntegrityKeysOf(ending.ConnectionString)
            )
        );
        await NotificationMembersCheck.VerifyAsync(ending);
        // And what an auditor downloads obeys every rule.
        await Exports.CoveredAsync(ending);
        var verdict = Exports.Verify(await Exports.OfLogAsync(ending), new() { JudgesMeaning = !HasMadeUpEvents });
        Assert.True(verdict.Verdict == Verdict.Valid, $"{verdict.Failure}");
        // Whatever happened in a registry: its tables hold what the log says, and its digest is of that log.
        if (!HasMadeUpEvents)
            await AuditAsync(ending);
        await CompareDigestAsync(ending);
    }

    private static async Task CompareDigestAsync(RegistryApplication app)
    {
        await using var connection = await app.Database.OpenConnectionAsync();
        var keys = app.Services.GetRequiredService<IntegrityKeys>();
        var digest = await LogDigest.ReadAsync(connection, keys, CancellationToken.None);
        Assert.NotNull(digest);
        await SequencedLog.ReadDigestAsync(connection, keys, digest, digest.Size, CancellationToken.None);
    }

    private static async Task AuditAsync(RegistryApplication app)
    {
        await using var connection = await app.Database.OpenConnectionAsync();
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead);
        var report = await DatabaseAudit.RunAsync(
            connection,
            app.Services.GetRequiredService<IntegrityKeys>(),
            app.Services.GetRequiredService<LogSigner>(),
            new(RegistryOptions.DevelopmentOrigin, IsDevelopment: true),
            AuditSizes.Usual,
            AuditPace.OneMoment,
            CancellationToken.None
        );
        Assert.True(report.Agrees, AuditText.For(report));
    }
}
